/** The routes of the assistant: models, chats, runs, proposals. A model has no authority: only a trader's click makes an order. */
import {
  chat,
  chatDetail,
  chatPage,
  credentialList,
  executedProposal,
  keyTest,
  promptList,
  proposalView,
  providerList,
  run,
  runPreview,
  runRecord,
  usage,
  type ChatDetailView,
  type ChatPage,
  type ChatView,
  type CredentialListView,
  type ExecutedProposalView,
  type KeyTestView,
  type addProviderRequest,
  type BudgetRequest,
  type changeProviderRequest,
  type PromptListView,
  type RunPreviewView,
  type RunRecordView,
  type ProposalEdits,
  type ProposalView,
  type ProviderListView,
  type RunView,
  type UsageView,
} from "../../../contract/assistant.ts";
import type { z } from "zod";
import { done } from "../../../contract/auth.ts";
import type { Result } from "../../../domain/problem.ts";
import { request } from "./http.ts";

const BASE = "/api/assistant";
/** The provider is asked before the desk answers. */
const TEST_MS = 60_000;

export function fetchProviders(): Promise<Result<ProviderListView>> {
  return request(`${BASE}/providers`, providerList);
}

export function addProvider(
  wish: z.input<typeof addProviderRequest>,
  intent: string,
): Promise<Result<ProviderListView>> {
  return request(`${BASE}/providers`, providerList, { method: "POST", body: wish, intent });
}

/** `models` replaces the user's own entries of the provider. */
export function changeProvider(
  providerId: string,
  wish: z.input<typeof changeProviderRequest>,
  intent: string,
): Promise<Result<ProviderListView>> {
  return request(`${BASE}/providers/${providerId}`, providerList, { method: "PUT", body: wish, intent });
}

export function removeProvider(providerId: string, intent: string): Promise<Result<ProviderListView>> {
  return request(`${BASE}/providers/${providerId}`, providerList, { method: "DELETE", intent });
}

/** A key goes out once and never comes back. */
export function saveModelKey(providerId: string, key: string, intent: string): Promise<Result<CredentialListView>> {
  return request(`${BASE}/credentials/${providerId}`, credentialList, { method: "PUT", body: { key }, intent });
}

export function removeModelKey(providerId: string, intent: string): Promise<Result<CredentialListView>> {
  return request(`${BASE}/credentials/${providerId}`, credentialList, { method: "DELETE", intent });
}

/** Whether the key works for this model of the provider. */
export function testModelKey(providerId: string, modelId: string, intent: string): Promise<Result<KeyTestView>> {
  return request(`${BASE}/credentials/${providerId}/test`, keyTest, {
    method: "POST",
    body: { modelId },
    intent,
    timeoutMs: TEST_MS,
  });
}

export function fetchUsage(): Promise<Result<UsageView>> {
  return request(`${BASE}/usage`, usage);
}

/** The whole of it: what is left out has no limit. */
export function setBudget(wish: BudgetRequest, intent: string): Promise<Result<UsageView>> {
  return request(`${BASE}/usage/budget`, usage, { method: "PUT", body: wish, intent });
}

export function fetchPrompts(): Promise<Result<PromptListView>> {
  return request(`${BASE}/prompts`, promptList);
}

/** A new prompt; with `promptId` a new version of that one. */
export function savePrompt(
  promptId: string | null,
  wish: { readonly name: string; readonly text: string },
  intent: string,
): Promise<Result<PromptListView>> {
  return promptId === null
    ? request(`${BASE}/prompts`, promptList, { method: "POST", body: wish, intent })
    : request(`${BASE}/prompts/${promptId}`, promptList, { method: "PUT", body: wish, intent });
}

export function removePrompt(promptId: string, intent: string): Promise<Result<PromptListView>> {
  return request(`${BASE}/prompts/${promptId}`, promptList, { method: "DELETE", intent });
}

/** Everything of a run: what was sent, what came, how it was read, what came of it. */
export function fetchRunRecord(runId: string): Promise<Result<RunRecordView>> {
  return request(`${BASE}/runs/${runId}`, runRecord);
}

export function fetchChats(search: string): Promise<Result<ChatPage>> {
  return request(`${BASE}/chats`, chatPage, { query: { search } });
}

export function fetchChat(chatId: string): Promise<Result<ChatDetailView>> {
  return request(`${BASE}/chats/${chatId}`, chatDetail);
}

export function openChat(intent: string): Promise<Result<ChatView>> {
  return request(`${BASE}/chats`, chat, { method: "POST", body: {}, intent });
}

export function renameChat(chatId: string, title: string, intent: string): Promise<Result<ChatView>> {
  return request(`${BASE}/chats/${chatId}`, chat, { method: "PUT", body: { title }, intent });
}

export function removeChat(chatId: string, intent: string): Promise<Result<unknown>> {
  return request(`${BASE}/chats/${chatId}`, done, { method: "DELETE", intent });
}

export type Attachment = { readonly source: string; readonly text: string };

export type Question = {
  readonly chatId: string;
  readonly prompt: string;
  readonly providerId: string;
  readonly modelId: string;
  readonly accountId: string;
  readonly symbols: readonly string[];
  readonly withContext: boolean;
  /** A prompt of the library, in its newest version; absent: the built-in one alone. */
  readonly promptId?: string;
  readonly useCache: boolean;
  readonly attachments: readonly Attachment[];
};

export function startRun(question: Question, intent: string): Promise<Result<RunView>> {
  return request(`${BASE}/runs`, run, { method: "POST", body: question, intent });
}

export function stopRun(runId: string, intent: string): Promise<Result<RunView>> {
  return request(`${BASE}/runs/${runId}/stop`, run, { method: "POST", body: {}, intent });
}

export function retryRun(runId: string, intent: string): Promise<Result<RunView>> {
  return request(`${BASE}/runs/${runId}/retry`, run, { method: "POST", body: {}, intent });
}

/** Every message that the question would send now. Without a chat: as the first of a new one. */
export function previewRun(
  question: Omit<Question, "chatId" | "useCache"> & { readonly chatId?: string },
): Promise<Result<RunPreviewView>> {
  return request(`${BASE}/runs/preview`, runPreview, { method: "POST", body: question });
}

export function executeProposal(
  proposalId: string,
  wish: { readonly edits: ProposalEdits; readonly overrideClaims: boolean },
  intent: string,
): Promise<Result<ExecutedProposalView>> {
  return request(`${BASE}/proposals/${proposalId}/execute`, executedProposal, { method: "POST", body: wish, intent });
}

export function rejectProposal(proposalId: string, reason: string, intent: string): Promise<Result<ProposalView>> {
  const body = reason === "" ? {} : { reason };
  return request(`${BASE}/proposals/${proposalId}/reject`, proposalView, { method: "POST", body, intent });
}

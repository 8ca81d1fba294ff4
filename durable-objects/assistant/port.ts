/**
 * What the worker may ask of an assistant. The worker has authenticated; the principal says who is asking, and every method
 * counts against that user's request budget first. Keys come sealed: no plaintext crosses RPC.
 */
import type {
  AddProviderRequest,
  BudgetRequest,
  ChangeProviderRequest,
  ChatDetailView,
  ChatPage,
  ChatView,
  CredentialListView,
  ExecutedProposalView,
  ExecuteProposalRequest,
  KeyTestView,
  ModelKeyUsePage,
  PromptListView,
  ProposalPage,
  ProposalStatus,
  ProposalView,
  ProviderListView,
  RunPage,
  RunRecordView,
  RunView,
  SavePromptRequest,
  ShadowListView,
  PreviewRequest,
  RunPreviewView,
  StartRunRequest,
  UsageView,
} from "../../contract/assistant.ts";
import type { Result } from "../../domain/problem.ts";
import type { Principal, Write } from "../trader/port.ts";
import type { ToldTrigger } from "./triggers/told.ts";
import type { Resealed } from "./keys/model-keys.ts";

export type PageAsked = { readonly cursor: string | null; readonly limit: number };

export type AssistantPort = {
  providers(principal: Principal): Promise<Result<ProviderListView>>;
  addProvider(principal: Principal, request: AddProviderRequest): Promise<Result<ProviderListView>>;
  changeProvider(
    principal: Principal,
    providerId: string,
    request: ChangeProviderRequest,
  ): Promise<Result<ProviderListView>>;
  removeProvider(principal: Principal, providerId: string): Promise<Result<ProviderListView>>;

  credentials(principal: Principal): Promise<Result<CredentialListView>>;
  /** `sealedKey` null: unchanged. */
  saveKey(principal: Principal, providerId: string, sealedKey: string | null): Promise<Result<CredentialListView>>;
  testKey(principal: Principal, providerId: string, modelId: string | null): Promise<Result<KeyTestView>>;
  removeKey(principal: Principal, providerId: string): Promise<Result<CredentialListView>>;
  keyUses(principal: Principal, page: PageAsked): Promise<Result<ModelKeyUsePage>>;

  prompts(principal: Principal): Promise<Result<PromptListView>>;
  /** `promptId` null: a new one. */
  savePrompt(
    principal: Principal,
    promptId: string | null,
    request: SavePromptRequest,
  ): Promise<Result<PromptListView>>;
  removePrompt(principal: Principal, promptId: string): Promise<Result<PromptListView>>;

  chats(principal: Principal, search: string, page: PageAsked): Promise<Result<ChatPage>>;
  openChat(principal: Principal, title: string | null): Promise<Result<ChatView>>;
  chat(principal: Principal, chatId: string): Promise<Result<ChatDetailView>>;
  renameChat(principal: Principal, chatId: string, title: string): Promise<Result<ChatView>>;
  removeChat(principal: Principal, chatId: string): Promise<Result<{ readonly done: true }>>;

  startRun(principal: Principal, write: Write<StartRunRequest>): Promise<Result<RunView>>;
  retryRun(
    principal: Principal,
    runId: string,
    write: Write<{ readonly providerId?: string | undefined; readonly modelId?: string | undefined }>,
  ): Promise<Result<RunView>>;
  stopRun(principal: Principal, runId: string): Promise<Result<RunView>>;
  runs(principal: Principal, chatId: string | null, page: PageAsked): Promise<Result<RunPage>>;
  run(principal: Principal, runId: string): Promise<Result<RunRecordView>>;
  previewRun(principal: Principal, request: PreviewRequest): Promise<Result<RunPreviewView>>;

  proposals(
    principal: Principal,
    filter: {
      readonly accountId: string | null;
      readonly runId: string | null;
      readonly status: ProposalStatus | null;
    },
    page: PageAsked,
  ): Promise<Result<ProposalPage>>;
  proposal(principal: Principal, proposalId: string): Promise<Result<ProposalView>>;
  executeProposal(
    principal: Principal,
    proposalId: string,
    write: Write<ExecuteProposalRequest>,
  ): Promise<Result<ExecutedProposalView>>;
  rejectProposal(principal: Principal, proposalId: string, reason: string | null): Promise<Result<ProposalView>>;

  /** The paper accounts of the models that have proposed something. */
  shadows(principal: Principal): Promise<Result<ShadowListView>>;

  usage(principal: Principal): Promise<Result<UsageView>>;
  setBudget(principal: Principal, request: BudgetRequest): Promise<Result<UsageView>>;

  /** Told by the Trader, for its owner: what is to be asked of models without anybody pressing send. Repeating it changes nothing. */
  takeTriggers(userId: string, told: readonly ToldTrigger[]): Promise<Result<null>>;

  /** Closes the sockets of the given sessions (all of them when null) with 4401. */
  revokeSessions(sessionIds: readonly string[] | null): Promise<void>;
  /** Everything the assistant knows, for "export my data"; no key. */
  exportData(principal: Principal): Promise<Result<Readonly<Record<string, unknown>>>>;
  /** Sends all runs, proposals and what they cost to D1 again (idempotent); answers how many rows were queued. */
  rebuildHistory(principal: Principal): Promise<Result<{ readonly queued: number }>>;
  /** Rows that D1 would not take; above 0 history is incomplete. */
  parkedRows(principal: Principal): Promise<Result<number>>;
  /** Erases the object: runs stopped, sockets closed, storage gone. The worker erases D1. */
  erase(principal: Principal): Promise<Result<null>>;
  /** Called by the operator's rotation of the vault's master. */
  reseal(): Promise<Result<Resealed>>;
};

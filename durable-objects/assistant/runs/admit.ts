/**
 * Taking a run in: is it known, which model, with which context, at what cost. The context is the only await; after it everything
 * is looked at again, and budget and row are one synchronous turn, so that runs started together cannot overspend.
 */
import { createHash } from "node:crypto";
import type { PreviewRequest, RunPreviewView, StartRunRequest } from "../../../contract/assistant.ts";
import type { TokenPrice } from "../../../domain/assistant/providers.ts";
import type { RunTrigger } from "../../../domain/assistant/triggers.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import type { Principal, Write } from "../../trader/port.ts";
import { RULES_PROVIDER, type Catalog, type Choice } from "../catalog.ts";
import type { ContextTaker, TakenContext } from "../context.ts";
import type { Spending } from "../spending.ts";
import type { Library } from "../storage/library.ts";
import type { RunTable, StoredRun, StoredView } from "../storage/run-table.ts";
import { prepare, type Prepared } from "./prepare.ts";

export type AdmissionDependencies = {
  readonly storage: { transactionSync<T>(work: () => T): T };
  readonly runs: RunTable;
  readonly library: Library;
  readonly catalog: Catalog;
  readonly spending: Spending;
  readonly context: ContextTaker;
  readonly now: () => number;
  readonly newId: () => string;
};

/** What started a run in the trader's place. `booked` is part of the transaction that takes the run in. */
export type Triggered = { readonly triggers: readonly RunTrigger[]; readonly booked: (runId: string) => void };

export type Admitted = { readonly runId: string; readonly isNew: boolean };

const MOST_ACTIVE = 200;
const EARLIER_RUNS = 20;
const LAST_NUMBER = Number.MAX_SAFE_INTEGER;
const TITLE_LENGTH = 60;

export async function admitRun(
  dependencies: AdmissionDependencies,
  principal: Principal,
  write: Write<StartRunRequest>,
  triggered: Triggered | null,
  /** Of the chat only what came before this run goes along: a question that is asked again is the same question. */
  before: number = LAST_NUMBER,
): Promise<Result<Admitted>> {
  const { request } = write;
  const intent = {
    key: write.idempotencyKey,
    bodyHash: createHash("sha256").update(write.body).digest("base64url"),
  };
  const atFirst = lookAround(dependencies, intent, request);
  if (!atFirst.ok) {
    return atFirst;
  }
  if (atFirst.value.known !== null) {
    return ok({ runId: atFirst.value.known, isNew: false });
  }
  const taken = request.withContext
    ? await dependencies.context.take(principal, request.accountId, request.symbols)
    : ok(null);
  if (!taken.ok) {
    return taken;
  }
  const now = lookAround(dependencies, intent, request);
  if (!now.ok) {
    return now;
  }
  if (now.value.known !== null) {
    return ok({ runId: now.value.known, isNew: false });
  }
  const { choice, ownPrompt } = now.value;
  // What was said of an earlier alert is no part of the question that this one asks.
  const earlier = triggered === null ? earlierRuns(dependencies, request, before) : [];
  const prepared = preparedFor(dependencies, request, now.value, taken.value, earlier);
  if (!prepared.ok) {
    return prepared;
  }
  const view = newRun(dependencies, choice, request, prepared.value, taken.value, ownPrompt?.version ?? null);
  const shown = triggered === null ? view : { ...view, triggers: triggered.triggers };
  return book(dependencies, intent, shown, request, prepared.value, taken.value, choice.price, triggered);
}

/** What a run with these settings would send now, by the same way and with the same refusals. Nothing is booked or asked. */
export async function previewRun(
  dependencies: AdmissionDependencies,
  principal: Principal,
  asked: PreviewRequest,
): Promise<Result<RunPreviewView>> {
  const request: StartRunRequest = { ...asked, chatId: asked.chatId ?? NO_CHAT, useCache: false };
  const before = settingsOf(dependencies, request);
  if (!before.ok) {
    return before;
  }
  const taken = request.withContext
    ? await dependencies.context.take(principal, request.accountId, request.symbols)
    : ok(null);
  if (!taken.ok) {
    return taken;
  }
  const settings = settingsOf(dependencies, request);
  if (!settings.ok) {
    return settings;
  }
  const earlier = earlierRuns(dependencies, request, LAST_NUMBER);
  const prepared = preparedFor(dependencies, request, settings.value, taken.value, earlier);
  if (!prepared.ok) {
    return prepared;
  }
  const { messages, inputTokens } = prepared.value;
  return ok({
    messages: messages.map((message) => ({ ...message })),
    characters: messages.reduce((length, { content }) => length + content.length, 0),
    estimatedTokens: inputTokens,
  });
}

/** No chat has this id: nothing was said in it. */
const NO_CHAT = "none";

type Intent = { readonly key: string; readonly bodyHash: string };
type Settings = {
  readonly choice: Choice;
  readonly ownPrompt: { readonly version: number; readonly text: string } | null;
};
type Around =
  /** The run that the key was used for, whatever became of its model and its prompt since. */
  { readonly known: string } | (Settings & { readonly known: null });

/** Of the chat before that number, oldest first. */
function earlierRuns(
  { runs }: AdmissionDependencies,
  { chatId }: StartRunRequest,
  before: number,
): readonly StoredRun[] {
  return runs.page(chatId, before, EARLIER_RUNS).toReversed();
}

function preparedFor(
  { newId }: AdmissionDependencies,
  request: StartRunRequest,
  { choice, ownPrompt }: Settings,
  taken: TakenContext | null,
  earlier: readonly StoredRun[],
): Result<Prepared> {
  const token = newId().replaceAll("-", "").slice(0, 12);
  return prepare(choice, request, taken?.text ?? null, ownPrompt?.text ?? null, earlier, token);
}

function lookAround(dependencies: AdmissionDependencies, intent: Intent, request: StartRunRequest): Result<Around> {
  const { runs, library } = dependencies;
  const known = runs.byKey(intent.key);
  if (known !== null && known.bodyHash !== intent.bodyHash) {
    return refuse(
      "IDEMPOTENCY_KEY_REUSED",
      "This Idempotency-Key was used for a different run. Use a new key for a new one.",
    );
  }
  if (known !== null) {
    return ok({ known: known.id });
  }
  const settings = settingsOf(dependencies, request);
  if (!settings.ok) {
    return settings;
  }
  if (library.chat(request.chatId) === null) {
    return refuse("NOT_FOUND", "There is no such chat.");
  }
  if (runs.withStatus("queued", "waiting", "streaming").length >= MOST_ACTIVE) {
    return refuse("ASSISTANT_LIMIT", `More than ${MOST_ACTIVE} runs are under way. Stop some of them.`, {
      limit: String(MOST_ACTIVE),
    });
  }
  return ok({ known: null, ...settings.value });
}

/** The model and the prompt that the request names. */
function settingsOf({ catalog, library }: AdmissionDependencies, request: StartRunRequest): Result<Settings> {
  const choice = catalog.choose(request.providerId, request.modelId);
  if (!choice.ok) {
    return choice;
  }
  const ownPrompt =
    request.promptId === undefined ? null : library.promptText(request.promptId, request.promptVersion ?? null);
  if (request.promptId !== undefined && ownPrompt === null) {
    return refuse("NOT_FOUND", "There is no such prompt in your library.");
  }
  if (request.providerId === RULES_PROVIDER && (!request.withContext || request.symbols.length === 0)) {
    return refuse("MODEL_NOT_READY", "The built-in analyst judges figures: send the context and a symbol with it.");
  }
  return ok({ choice: choice.value, ownPrompt });
}

function newRun(
  { now, newId }: AdmissionDependencies,
  { provider, model }: Choice,
  request: StartRunRequest,
  { reserved }: Prepared,
  taken: TakenContext | null,
  promptVersion: number | null,
): StoredView {
  return {
    id: newId(),
    chatId: request.chatId,
    accountId: request.accountId,
    providerId: provider.id,
    modelId: model.id,
    providerName: provider.name,
    modelName: model.name,
    notice: provider.notice,
    status: "queued",
    prompt: request.prompt,
    symbols: request.symbols,
    withContext: request.withContext,
    snapshotHash: taken?.hash ?? null,
    promptId: request.promptId ?? null,
    promptVersion,
    cached: false,
    attempts: 0,
    outcome: null,
    usage: null,
    reserved,
    error: null,
    proposalIds: [],
    createdAt: now(),
    sentAt: null,
    firstTokenAt: null,
    endedAt: null,
    seq: 0,
  };
}

function book(
  { storage, spending, library, catalog, runs, now }: AdmissionDependencies,
  { key, bodyHash }: Intent,
  view: StoredView,
  request: StartRunRequest,
  { messages, reserved }: Prepared,
  taken: TakenContext | null,
  price: TokenPrice | null,
  triggered: Triggered | null,
): Result<Admitted> {
  return storage.transactionSync(() => {
    const { id: runId, providerId, modelId } = view;
    const budget = spending.reserve({ runId, providerId, modelId }, reserved, price);
    if (!budget.ok) {
      return budget;
    }
    const chat = library.chat(view.chatId);
    if (chat?.title === "") {
      library.renameChat(chat.id, titleOf(request.prompt));
    }
    library.touchChat(view.chatId, now());
    if (triggered === null) {
      catalog.prefer(providerId, modelId);
    }
    runs.insert({
      idempotencyKey: key,
      bodyHash,
      view,
      request,
      messages,
      snapshot: taken?.snapshot ?? null,
      snapshotText: taken?.text ?? null,
    });
    triggered?.booked(runId);
    return ok({ runId, isNew: true });
  });
}

function titleOf(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, " ").trim();
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line;
}

/** A run that nobody waited for and that could not be started is kept as one that failed: its trader has to see why. */
import type { StartRunRequest } from "../../../contract/assistant.ts";
import type { Problem } from "../../../domain/problem.ts";
import { ZERO } from "../../../domain/decimal.ts";
import type { StoredView } from "../storage/run-table.ts";
import type { AdmissionDependencies, Triggered } from "./admit.ts";

/** One turn: the run with the reason, and what started it. Gives its id. */
export function bookRefused(
  { storage, runs, library, catalog, now, newId }: AdmissionDependencies,
  request: StartRunRequest,
  { triggers, booked }: Triggered,
  { code, message, details }: Problem,
): string {
  const { chatId, accountId, providerId, modelId, prompt, symbols, withContext } = request;
  // It may be the model that is gone: then only its ids are known.
  const provider = catalog.provider(providerId);
  const view: StoredView = {
    id: newId(),
    chatId,
    accountId,
    providerId,
    modelId,
    providerName: provider?.name ?? providerId,
    modelName: provider?.models.find(({ id }) => id === modelId)?.name ?? modelId,
    notice: provider?.notice ?? null,
    status: "failed",
    prompt,
    triggers,
    symbols,
    withContext,
    snapshotHash: null,
    promptId: null,
    promptVersion: null,
    cached: false,
    attempts: 0,
    outcome: null,
    usage: null,
    reserved: ZERO,
    error: { code, message, details: { ...details } },
    proposalIds: [],
    createdAt: now(),
    sentAt: null,
    firstTokenAt: null,
    endedAt: now(),
    seq: 0,
  };
  storage.transactionSync(() => {
    library.touchChat(chatId, now());
    runs.insert({
      idempotencyKey: newId(),
      bodyHash: "",
      view,
      request,
      messages: [],
      snapshot: null,
      snapshotText: null,
    });
    booked(view.id);
  });
  return view.id;
}

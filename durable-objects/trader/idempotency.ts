/** One wish, one outcome (TRADING §2): the same key with the same body gets the same answer for 24 hours, denials too. */
import { createHash } from "node:crypto";
import { refuse, type Result } from "../../domain/problem.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Store } from "./store.ts";
import type { Turn } from "./turn.ts";

export const ANSWERS_KEPT_MS = 24 * 3_600_000;

/** `scope` names the operation and what it is done to; it is part of "the same request". */
export type Intent = { readonly key: string; readonly scope: string; readonly bodyHash: string };

export function intentOf(write: { readonly idempotencyKey: string; readonly body: string }, scope: string): Intent {
  const bodyHash = createHash("sha256").update(write.body).digest("base64url");
  return { key: write.idempotencyKey, scope, bodyHash };
}

/** The kept answer, a refusal when the key was used for something else, or null for a key that is new. */
export function keptAnswer<T>(store: Store, intent: Intent, now: number): Result<T> | null {
  const kept = store.answerOf(intent.key, now - ANSWERS_KEPT_MS);
  if (kept === null) {
    return null;
  }
  if (kept.scope !== intent.scope || kept.bodyHash !== intent.bodyHash) {
    return refuse(
      "IDEMPOTENCY_KEY_REUSED",
      "This Idempotency-Key was used for a different request in the last 24 hours. Use a new key for a new wish.",
    );
  }
  return parseTrusted<Result<T>>(kept.answer);
}

/** Keeps an answer with the turn that it belongs to. */
export function keepAnswer(turn: Turn, intent: Intent, answer: Result<unknown>, now: number): void {
  turn.keep({ ...intent, answer: JSON.stringify(answer), at: now });
}

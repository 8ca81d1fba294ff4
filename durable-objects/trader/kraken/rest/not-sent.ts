/** Failures of calls that never left. Nothing was carried out. */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueFailure } from "../../../../domain/venue/failure.ts";
import { NOT_SENT } from "./api.ts";

export function tooLate(): VenueFailure {
  const message = "It waited longer than it was good for and was not sent to Kraken.";
  return { class: "refused", text: NOT_SENT.deadline, message, retryAt: null };
}

export function calledOff(): VenueFailure {
  const message = "It was called off and not sent to Kraken.";
  return { class: "refused", text: NOT_SENT.calledOff, message, retryAt: null };
}

/** `at`: when there is room; null: never. */
export function rateLimited(at: Milliseconds | null, now: Milliseconds): VenueFailure {
  const wait = at === null ? "" : ` Wait ${String(Math.max(1, Math.ceil((at - now) / 1_000)))} s.`;
  const message = `Kraken's rate limit is nearly used up; what is left is kept for exits and cancels.${wait}`;
  return { class: "wait", text: NOT_SENT.rateLimit, message, retryAt: at };
}

export function noKey(): VenueFailure {
  const message = "There is no readable Kraken key; enter one under Settings → Kraken.";
  return { class: "suspended", text: NOT_SENT.noKey, message, retryAt: null };
}

export function keyNotRead(): VenueFailure {
  const message = "The Kraken key could not be read in time; nothing was sent.";
  return { class: "wait", text: NOT_SENT.keyNotRead, message, retryAt: null };
}

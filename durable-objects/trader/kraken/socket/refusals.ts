/** What a reply's error means. The gateway in front of the engine has texts of its own (PROTOCOL §4); the rest is REST's table. */
import type { Milliseconds } from "../../../../domain/market.ts";
import { failureOf, type VenueAction } from "../../../../domain/venue/errors.ts";
import type { VenueFailure } from "../../../../domain/venue/failure.ts";

/** Said before a request reaches the engine: nothing was carried out. */
const gatewayTexts: readonly RegExp[] = [
  /^currency pair not supported/i,
  /^unsupported (field|event)/i,
  /field must be a /i,
  /^private data and trading are unavailable/i,
  /^public market data subscriptions are unavailable/i,
  /^subscription (not found|depth not supported)/i,
  /^already subscribed/i,
];

/** Whether the token is to blame: a new one is needed, and nothing was carried out. */
export function isInvalidSession(text: string): boolean {
  return /^(esession\s*:\s*invalid session|token\(s\) not found)/i.test(text);
}

/** The failure that a reply's error text is. */
export function replyFailure(text: string, action: VenueAction, now: Milliseconds): VenueFailure {
  if (isInvalidSession(text)) {
    return { ...failureOf(["ESession:Invalid session"], action, now), text };
  }
  return gatewayTexts.some((pattern) => pattern.test(text))
    ? { class: "refused", text, message: `Kraken could not take the request: ${text}.`, retryAt: null }
    : failureOf([text], action, now);
}

/** The socket broke under the send: nothing left. */
export function notHandedOver(): VenueFailure {
  const message = "The connection to Kraken broke before it was sent.";
  return { class: "wait", text: "not handed over", message, retryAt: null };
}

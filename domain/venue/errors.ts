/**
 * What Kraken's error texts mean for the action that met them (PROTOCOL §4): one table. Texts are compared without case and
 * without spaces around ":"; the longest row that the text begins with wins; the rest of the text is detail.
 */
import type { Milliseconds } from "../market.ts";
import type { VenueFailure, VenueFailureClass } from "./failure.ts";

/** What was tried. Everything but a read changes something at the venue. */
export type VenueAction = "order" | "amend" | "cancel" | "read";

type ErrorRow = {
  readonly text: string;
  readonly class: VenueFailureClass;
  /** For the trader, without what follows from the class. */
  readonly message: string;
  /** Of class `suspended`: it refuses to trade. The key is known, so that a read which works says nothing about it. */
  readonly refusesTrading?: true;
  /** The counter that the venue says is full. */
  readonly limit?: "calls" | "matching";
  /** How long to wait before the next try. Absent: at once, where trying again makes sense. */
  readonly delayMs?: Milliseconds;
};

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Lockout of a key (PROTOCOL §1.3): each try may extend it. */
export const LOCKOUT_MS = 15 * MINUTE;
/** A read that got no answer, or an engine that is away, is asked again after this. */
const AWAY_MS = 2 * SECOND;
/** A page of the proxy in front of Kraken that says "too many" (HTTP 429, or 403 of Cloudflare's 1015). */
const PROXY_LIMIT_MS = 30 * SECOND;

const offered = "is not offered by this desk";
const margin = "Kraken refused the order as a margin order; this desk trades spot only";
const checkKey = "create a new key at Kraken and enter it under Settings → Kraken";

export const VENUE_ERRORS: readonly ErrorRow[] = [
  // The key
  { text: "EAPI:Invalid key", class: "suspended", message: `Kraken does not know this API key; ${checkKey}` },
  { text: "EAPI:Invalid signature", class: "suspended", message: `the secret does not fit the API key; ${checkKey}` },
  {
    text: "EAPI:Invalid nonce",
    class: "wait",
    message:
      "Kraken had already seen a later request number of this key; if that repeats, something else uses the key: make one for this desk alone",
  },
  {
    text: "EAPI:Rate limit exceeded",
    class: "wait",
    message: "Kraken's limit on requests of this key is reached",
    delayMs: 10 * SECOND,
    limit: "calls",
  },
  { text: "EAPI:Bad request", class: "refused", message: "Kraken could not read the request" },
  { text: "EAPI:Feature disabled", class: "refused", message: "Kraken has switched this function off" },
  {
    text: "EGeneral:Permission denied",
    class: "suspended",
    refusesTrading: true,
    message: "the API key lacks a permission that this needs; add it at Kraken, then test the connection",
  },
  {
    text: "EGeneral:Temporary lockout",
    class: "suspended",
    message: "Kraken has locked the key for about 15 minutes after repeated errors; nothing is tried before that",
    delayMs: LOCKOUT_MS,
  },
  {
    text: "EGeneral:Too many requests",
    class: "wait",
    message: "Kraken asks for fewer requests",
    delayMs: 5 * SECOND,
  },
  { text: "EGeneral:Unknown method", class: "refused", message: "Kraken does not know this function" },

  // The request
  { text: "EGeneral:Invalid arguments", class: "refused", message: "Kraken found the request invalid" },
  {
    text: "EGeneral:Invalid arguments:volume",
    class: "refused",
    message: "Kraken found the quantity invalid",
  },
  {
    text: "EGeneral:Invalid arguments:volume minimum not met",
    class: "refused",
    message: "the quantity is below Kraken's minimum for this pair",
  },
  { text: "EGeneral:Invalid arguments:price", class: "refused", message: "Kraken found the price invalid" },
  {
    text: "EGeneral:Invalid arguments:cl_ord_id",
    class: "refused",
    message: "Kraken found the order's own id invalid",
  },
  {
    // Refused as such, but an open order with our id can only be an earlier try of the same one: it has to be looked for.
    text: "EGeneral:Invalid arguments:cl_ord_id not unique",
    class: "ambiguous",
    message: "Kraken says that an order with this id is open already",
  },
  {
    text: "EGeneral:Invalid arguments:Index unavailable",
    class: "refused",
    message: "Kraken has no index price for this pair to trigger on",
  },
  { text: "EQuery:Unknown asset pair", class: "refused", message: "Kraken does not list this pair" },
  { text: "EQuery:Invalid asset pair", class: "refused", message: "Kraken does not list this pair" },
  { text: "EQuery:Unknown asset", class: "refused", message: "Kraken does not list this asset" },

  // The service
  { text: "EGeneral:Internal error", class: "ambiguous", message: "Kraken had an internal error", delayMs: AWAY_MS },
  { text: "EDatabase:Internal error", class: "ambiguous", message: "Kraken had an internal error", delayMs: AWAY_MS },
  {
    text: "EService:Unavailable",
    class: "ambiguous",
    message: "Kraken's trading engine was not available",
    delayMs: AWAY_MS,
  },
  { text: "EService:Busy", class: "ambiguous", message: "Kraken was too busy", delayMs: AWAY_MS },
  { text: "EService:Timeout", class: "ambiguous", message: "Kraken timed out", delayMs: AWAY_MS },
  {
    text: "EService:Deadline elapsed",
    class: "ambiguous",
    message: "Kraken says that the request reached its engine too late",
    delayMs: AWAY_MS,
  },
  {
    text: "EService:Throttled",
    class: "wait",
    message: "Kraken asks to send less at the same time",
    delayMs: 5 * SECOND,
  },
  {
    text: "EService:Market in cancel_only mode",
    class: "wait",
    message: "Kraken takes only cancels in this market at the moment",
    delayMs: 10 * SECOND,
  },
  {
    text: "EService:Market in post_only mode",
    class: "wait",
    message: "Kraken takes only post-only limit orders in this market at the moment",
    delayMs: 10 * SECOND,
  },
  {
    text: "EService:Market in limit_only mode",
    class: "wait",
    message: "Kraken takes no market orders in this market at the moment",
    delayMs: 10 * SECOND,
  },
  { text: "ESession:Invalid session", class: "wait", message: "the connection's token was no longer valid" },

  // The account
  {
    text: "EAuth:Account temporary disabled",
    class: "suspended",
    message: "Kraken has disabled the account for now; see its notices on kraken.com",
  },
  { text: "EAuth:Account unconfirmed", class: "suspended", message: "the account is not confirmed at Kraken yet" },
  {
    text: "EAccount:Invalid permissions",
    class: "suspended",
    refusesTrading: true,
    message: "Kraken does not allow this to the account, for example for its country",
  },
  {
    text: "EAuth:Rate limit exceeded",
    class: "wait",
    message: "Kraken's limit on sign-ins is reached",
    delayMs: 30 * SECOND,
  },
  {
    text: "EAuth:Too many requests",
    class: "wait",
    message: "Kraken's limit on sign-ins is reached",
    delayMs: 30 * SECOND,
  },
  {
    text: "ETrade:Locked",
    class: "suspended",
    refusesTrading: true,
    message: "Kraken has locked trading for the account",
  },
  {
    text: "ETrade:User Locked",
    class: "suspended",
    refusesTrading: true,
    message: "Kraken has locked trading for the account",
  },
  { text: "ETrade:Invalid request", class: "refused", message: "Kraken found the trading request invalid" },

  // The order
  {
    text: "EOrder:Insufficient funds",
    class: "refused",
    message: "the balance at Kraken does not cover the order with its fee and what other orders hold",
  },
  {
    text: "EOrder:Order minimum not met",
    class: "refused",
    message: "the quantity is below Kraken's minimum for this pair",
  },
  {
    text: "EOrder:Cost minimum not met",
    class: "refused",
    message: "the order's value is below Kraken's minimum for this pair",
  },
  { text: "EOrder:Tick size check failed", class: "refused", message: "the price is not on the pair's price grid" },
  { text: "EOrder:Invalid price", class: "refused", message: "Kraken found the price invalid" },
  { text: "EOrder:Invalid limit price", class: "refused", message: "Kraken found the limit price invalid" },
  { text: "EOrder:Invalid order", class: "refused", message: "Kraken never had an order with this id" },
  { text: "EOrder:Unknown order", class: "gone", message: "the order is no longer open at Kraken" },
  { text: "EOrder:Cancel pending", class: "ambiguous", message: "Kraken is already cancelling the order" },
  { text: "EOrder:Order not editable", class: "refused", message: "Kraken does not let this order be changed" },
  {
    text: "EOrder:Not enough leaves qty",
    class: "refused",
    message: "more of the order is filled than the new quantity allows",
  },
  {
    text: "EOrder:Post only order",
    class: "refused",
    message: "the post-only order would have traded at once",
  },
  {
    text: "EOrder:Rate limit exceeded",
    class: "wait",
    message: "Kraken's limit on orders in this pair is reached",
    delayMs: 10 * SECOND,
    limit: "matching",
  },
  {
    text: "EOrder:Domain rate limit exceeded",
    class: "wait",
    message: "Kraken's limit on orders of the account's group is reached",
    delayMs: 10 * SECOND,
  },
  {
    text: "EOrder:Orders limit exceeded",
    class: "refused",
    message: "Kraken allows no more open orders in this pair; cancel one first",
  },
  {
    text: "EOrder:Scheduled orders limit exceeded",
    class: "refused",
    message: "Kraken allows no more scheduled orders; cancel one first",
  },
  { text: "EOrder:Positions limit exceeded", class: "refused", message: "Kraken allows no more positions" },
  { text: "EOrder:Insufficient margin", class: "refused", message: margin },
  { text: "EOrder:Insufficient initial margin", class: "refused", message: margin },
  { text: "EOrder:Margin allowance exceeded", class: "refused", message: margin },
  { text: "EOrder:Margin level too low", class: "refused", message: margin },
  { text: "EOrder:Margin position size exceeded", class: "refused", message: margin },
  { text: "EOrder:Cannot open position", class: "refused", message: margin },
  { text: "EOrder:Cannot open opposing position", class: "refused", message: margin },
  { text: "EOrder:Unknown position", class: "refused", message: margin },
  { text: "EOrder:Reduce only:No position exists", class: "refused", message: margin },
  { text: "EOrder:Reduce only:Non-PC", class: "refused", message: margin },
  { text: "EOrder:Reduce only:Non-ECP", class: "refused", message: margin },
  {
    text: "EOrder:Reduce only:Position is closed",
    class: "ambiguous",
    message: "Kraken matched what it could of the order and cancelled the rest",
  },
  {
    text: "EOrder:Trading agreement required",
    class: "refused",
    message: "Kraken wants a trading agreement to be accepted on kraken.com first",
  },
  { text: "EBM:limit exceeded:CAL", class: "refused", message: "Kraken's limit for the account is exceeded" },
  { text: "EFunding:", class: "refused", message: `moving money ${offered}` },
];

/** Of several errors of one answer the one that asks for the most care decides. */
const mostCareful: readonly VenueFailureClass[] = ["ambiguous", "suspended", "gone", "wait", "refused"];
const rowsLongestFirst = VENUE_ERRORS.map((row) => ({ row, key: comparable(row.text) })).toSorted(
  (left, right) => right.key.length - left.key.length,
);

/** What the error texts of one answer mean for the action. `errors` is not empty. */
export function failureOf(errors: readonly string[], action: VenueAction, now: Milliseconds): VenueFailure {
  const failures = errors.map((text) => oneFailure(text, action, now));
  const [first] = failures.toSorted(
    (left, right) => mostCareful.indexOf(left.class) - mostCareful.indexOf(right.class),
  );
  return first ?? noAnswer("no answer", action, now);
}

/**
 * No answer that could be read: a time-out, a lost connection, an HTML page of the proxy (PROTOCOL §1). A write may have been
 * carried out; a read is asked again.
 */
export function noAnswer(
  text: "timeout" | "no answer" | `HTTP ${number}`,
  action: VenueAction,
  now: Milliseconds,
): VenueFailure {
  const limited = text === "HTTP 429" || text === "HTTP 403";
  return failure(
    text,
    action === "read" ? "wait" : "ambiguous",
    text === "timeout" ? "Kraken did not answer in time" : "Kraken gave no answer",
    now + (limited ? PROXY_LIMIT_MS : AWAY_MS),
  );
}

/** An answer that says that all is well and does not say what was asked for. A write has very likely been carried out. */
export function notUnderstood(action: VenueAction): VenueFailure {
  const text = "answer not as documented";
  return failure(text, action === "read" ? "refused" : "ambiguous", "Kraken's answer was not as documented", null);
}

/** Which counter the venue says is full; null for any other text. */
export function fullCounter(text: string): "calls" | "matching" | null {
  return rowOf(comparable(text))?.limit ?? null;
}

/** True where the text refuses trading to a key that may be read with (ErrorRow). */
export function refusesTrading(text: string): boolean {
  return rowOf(comparable(text))?.refusesTrading === true;
}

function rowOf(key: string): ErrorRow | undefined {
  return rowsLongestFirst.find((each) => begins(key, each.key))?.row;
}

function oneFailure(text: string, action: VenueAction, now: Milliseconds): VenueFailure {
  const key = comparable(text);
  const row = rowOf(key);
  if (row === undefined) {
    const message = `Kraken answered “${text}”, which this desk does not know`;
    return failure(text, action === "read" ? "refused" : "ambiguous", message, null);
  }
  const retryAt = throttledUntil(key, now) ?? (row.delayMs === undefined ? null : now + row.delayMs);
  return failure(text, classFor(row.class, action), row.message, retryAt);
}

function classFor(found: VenueFailureClass, action: VenueAction): VenueFailureClass {
  if (action === "read") {
    return found === "ambiguous" ? "wait" : found === "gone" ? "refused" : found;
  }
  // A new order can not be gone: such an answer is as good as none.
  return found === "gone" && action === "order" ? "ambiguous" : found;
}

function failure(text: string, found: VenueFailureClass, message: string, retryAt: Milliseconds | null): VenueFailure {
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  const doubt = found === "ambiguous" ? " Whether it was carried out is being checked with Kraken." : "";
  return {
    class: found,
    text,
    message: `${sentence}.${doubt}`,
    retryAt: found === "wait" || found === "suspended" ? retryAt : null,
  };
}

function comparable(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/\s*:\s*/g, ":")
    .replace(/\s+/g, " ");
}

/** Whether the row stands at the beginning of the text and does not end inside a word of it. */
function begins(text: string, row: string): boolean {
  return text.startsWith(row) && (row.endsWith(":") || !/^[a-z0-9]/.test(text.slice(row.length)));
}

/** `EService: Throttled: <unix seconds>` says until when; one that lies far off is not believed. */
function throttledUntil(key: string, now: Milliseconds): Milliseconds | null {
  const match = /^eservice:throttled:(\d{1,12})/.exec(key);
  const until = match === null ? null : parseInt(match[1] ?? "0", 10) * SECOND;
  return until !== null && until > now && until < now + LOCKOUT_MS ? until : null;
}

/**
 * Calls to the Durable Objects. Each takes a fresh stub (one that outlived a reset of its object fails for ever) and has a
 * deadline. What comes back is a value in every case: a lost object is TEMPORARILY_UNAVAILABLE, never an exception.
 */
import { z } from "zod";
import { crc32 } from "../domain/book/crc32.ts";
import { refuse, type Result } from "../domain/problem.ts";
import type { AssistantPort } from "../durable-objects/assistant/port.ts";
import { withDeadline } from "../durable-objects/lib/deadline.ts";
import { logUnexpected } from "../durable-objects/lib/log.ts";
import { ROOT_FEED, relayName } from "../durable-objects/market-feed/names.ts";
import type { MarketFeedPort } from "../durable-objects/market-feed/port.ts";
import type { TraderPort } from "../durable-objects/trader/port.ts";
import type { Config } from "./env.ts";

export type Upgradable = { fetch(request: Request): Promise<Response> };

const CALL_DEADLINE_MS = 10_000;

// TypeScript cannot follow the platform's mapping of recursive JSON types through RPC (TS2589). The classes are held to the
// ports by `implements`; here a stub only has to be an object.
const traderStub = z.custom<TraderPort & Upgradable>(isObject);
const assistantStub = z.custom<AssistantPort & Upgradable>(isObject);
const feedStub = z.custom<MarketFeedPort & Upgradable>(isObject);

/** The object that owns everything one user trades, made near the exchange when it is first called. */
export function traderObject(env: Env, config: Config, traderId: string): TraderPort & Upgradable {
  return traderStub.parse(env.TRADER.getByName(traderId, { locationHint: config.locationHint }));
}

/** The object that owns one user's chats, runs and proposals. It has the trader's name. */
export function assistantObject(env: Env, config: Config, traderId: string): AssistantPort & Upgradable {
  return assistantStub.parse(env.ASSISTANT.getByName(traderId, { locationHint: config.locationHint }));
}

/** The object that holds the connection to the exchange. */
export function feedObject(env: Env, config: Config): MarketFeedPort & Upgradable {
  return feedStub.parse(env.MARKET_FEED.getByName(ROOT_FEED, { locationHint: config.locationHint }));
}

/** The object that a client's market socket hangs on: a relay, always the same for one address, or the feed itself. */
export function marketSocketObject(env: Env, config: Config, address: string): Upgradable {
  const name = config.feedRelays === 0 ? ROOT_FEED : relayName(crc32(address) % config.feedRelays);
  return env.MARKET_FEED.getByName(name, { locationHint: config.locationHint });
}

/** The outcome of a call, or TEMPORARILY_UNAVAILABLE when the object did not answer. */
export async function outcome<T>(
  what: string,
  call: () => Promise<Result<T>>,
  deadlineMs: number = CALL_DEADLINE_MS,
): Promise<Result<T>> {
  try {
    return await withDeadline(call(), deadlineMs, what);
  } catch (error) {
    logUnexpected("object_call_failed", error, { what });
    return refuse(
      "TEMPORARILY_UNAVAILABLE",
      "The desk did not answer in time. Nothing is lost: repeat the request, with the same Idempotency-Key if it has one.",
    );
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * The trade tape straight from the exchange's REST, for when the feed is away, silent or lying (TRADING §4). Read in pages from a
 * cursor on; where more is left than one look takes, the next one goes on where this one ended.
 */
import type { Milliseconds, Symbol, Trade } from "../../../domain/market.ts";
import type { Result } from "../../../domain/problem.ts";
import { makeMemoryCache } from "../../lib/memory-cache.ts";
import { cursorAt, restHistory, type TradePage, type VenueHistory } from "../../market-feed/venue/rest.ts";

/** About as many as the exchange gives at once: it allows one read a second for each pair (PROTOCOL §3.3). */
const MOST_PAGES = 5;
const PAGE_ROWS = 1_000;
/** A look that takes longer holds up what else the trader has to do: the next one goes on. */
const LONGEST_MS = 6_000;
/** Whoever has read to the end goes on from a common mark, so that all traders of a pair ask the same. */
const COMMON_MARK_MS = 15_000;
const NANOSECONDS = 1_000_000n;

/** What is behind a full page does not change any more; the end of the tape does. */
const fullPages = makeMemoryCache<TradePage>(60_000, 24);
const lastPages = makeMemoryCache<TradePage>(2_000, 48);
const pairNames = makeMemoryCache<Readonly<Record<Symbol, string>>>(3_600_000, 4);

export type TapeRead = {
  /** Oldest first. */
  readonly trades: readonly Trade[];
  /** Everything up to here has been read. */
  readonly cursor: string;
  /** Whether that is the end of the tape. */
  readonly complete: boolean;
};

/** Reads on from a cursor; null when the exchange did not answer. The pair's REST name is looked up where it is not known. */
export type TapeReader = (symbol: Symbol, restName: string | null, cursor: string) => Promise<TapeRead | null>;

export function tapeReader(base: string, now: () => number, history: VenueHistory = restHistory(base)): TapeReader {
  return async (symbol, knownName, from) => {
    const restName = knownName ?? (await nameOf(base, history, symbol, now()));
    if (restName === null) {
      return null;
    }
    const startedAt = now();
    const trades: Trade[] = [];
    let cursor = from;
    for (let page = 0; page < MOST_PAGES && now() - startedAt < LONGEST_MS; page += 1) {
      const answer = await sharedPage(`${base} ${restName} ${cursor}`, now, () =>
        history.trades(symbol, restName, cursor),
      );
      if (!answer.ok) {
        return page === 0 ? null : { trades, cursor, complete: false };
      }
      trades.push(...answer.value.trades);
      if (answer.value.trades.length < PAGE_ROWS) {
        return { trades, cursor: commonMark(from, answer.value.next), complete: true };
      }
      cursor = later(answer.value.next, cursor) ? answer.value.next : String(BigInt(cursor) + NANOSECONDS);
    }
    return { trades, cursor, complete: false };
  };
}

/** The venue's cursor as a moment. */
export function timeOf(cursor: string): Milliseconds {
  return Number(BigInt(cursor) / NANOSECONDS);
}

/** The later of two cursors. */
export function latest(one: string, other: string): string {
  return later(other, one) ? other : one;
}

/** The last full mark before a cursor, so that cursors of different traders are the same. */
export function markBefore(time: Milliseconds, everyMs: Milliseconds): string {
  return cursorAt(Math.floor(time / everyMs) * everyMs);
}

function commonMark(from: string, end: string): string {
  return latest(from, markBefore(timeOf(end), COMMON_MARK_MS));
}

function later(cursor: string, than: string): boolean {
  return BigInt(cursor) > BigInt(than);
}

async function sharedPage(
  key: string,
  now: () => number,
  read: () => Promise<Result<TradePage>>,
): Promise<Result<TradePage>> {
  const known = fullPages.get(key, now()) ?? lastPages.get(key, now());
  if (known !== null) {
    return { ok: true, value: known };
  }
  const answer = await read();
  if (answer.ok) {
    (answer.value.trades.length < PAGE_ROWS ? lastPages : fullPages).set(key, answer.value, now());
  }
  return answer;
}

async function nameOf(base: string, history: VenueHistory, symbol: Symbol, now: number): Promise<string | null> {
  const known = pairNames.get(base, now);
  if (known !== null) {
    return known[symbol] ?? null;
  }
  const names = await history.restNames();
  if (!names.ok) {
    return null;
  }
  pairNames.set(base, names.value, now);
  return names.value[symbol] ?? null;
}

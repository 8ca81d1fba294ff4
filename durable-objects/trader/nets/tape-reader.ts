/** The trade tape straight from the exchange's REST, for when the feed is away, silent or lying (TRADING §4). */
import type { Milliseconds, Symbol, Trade } from "../../../domain/market.ts";
import { cursorAt, restHistory, type VenueHistory } from "../../market-feed/venue/rest.ts";

/** A page has a thousand trades; more pages than this wait for the next look. */
const MOST_PAGES = 5;
const PAGE_ROWS = 1_000;

export type TapeReader = (symbol: Symbol, restName: string, since: Milliseconds) => Promise<readonly Trade[] | null>;

/** Reads trades of a pair from a moment on, oldest first; null when the exchange did not answer. */
export function tapeReader(base: string, history: VenueHistory = restHistory(base)): TapeReader {
  return async (symbol, restName, since) => {
    const trades: Trade[] = [];
    let cursor = cursorAt(since);
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await history.trades(symbol, restName, cursor);
      if (!answer.ok) {
        return trades.length === 0 ? null : trades;
      }
      trades.push(...answer.value.trades);
      if (answer.value.trades.length < PAGE_ROWS || answer.value.next === cursor) {
        break;
      }
      cursor = answer.value.next;
    }
    return trades;
  };
}

import type { Trade } from "../../../../domain/market.ts";

/** How many prints came on top since `before`; both newest first. Another symbol's tape has nothing in common: 0. */
export function rowsBefore(trades: readonly Trade[], before: readonly Trade[]): number {
  const newest = before[0];
  if (newest === undefined) {
    return 0;
  }
  const index = trades.findIndex((trade) => trade.id === newest.id && trade.symbol === newest.symbol);
  return Math.max(0, index);
}

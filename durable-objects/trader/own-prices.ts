/** Prices that the feed has for an account: none where the account trades on another market than the feed's (TRADING §1). */
import { isOwnMarket } from "../../domain/account/own-market.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { Quote, Symbol } from "../../domain/market.ts";
import type { Markets } from "../../domain/orders/conversion.ts";
import { NOTHING_SETTLED, type Settled } from "./feed-client.ts";
import type { Parts } from "./parts.ts";

type Feed = Pick<Parts, "feed" | "market">;

export async function ownQuotes(
  { feed, market }: Feed,
  account: AccountState,
  symbols: readonly Symbol[],
): Promise<readonly Quote[]> {
  return isOwnMarket(account, { market }) ? await feed.quotes(symbols) : [];
}

export async function ownViews(
  { feed, market }: Feed,
  account: AccountState,
  symbols: readonly Symbol[],
): Promise<Markets> {
  return isOwnMarket(account, { market }) ? await feed.views(symbols) : {};
}

/** With the prints owed, as the feed settles. */
export async function ownSettled(
  { feed, market }: Feed,
  account: AccountState,
  symbols: readonly Symbol[],
  patienceMs: number,
): Promise<Settled> {
  return symbols.length === 0 || !isOwnMarket(account, { market })
    ? NOTHING_SETTLED
    : await feed.settle(symbols, patienceMs);
}

import type { Market } from "../market.ts";

type OfMarket = { readonly market: Market };

/**
 * Whether prices (a feed's, a command's context, a page's) are of the account's own market. The one place that says so: prices of
 * another market are never applied to an account (TRADING §1).
 */
export function isOwnMarket(account: OfMarket, prices: { readonly market: Market | null }): boolean {
  return account.market === prices.market;
}

/** Counts and amounts that Stop speaks of. Pure. */
import type { BalanceView } from "../../../../contract/accounts.ts";
import type { OrderView } from "../../../../contract/orders.ts";
import { isPositive } from "../../../../domain/decimal.ts";
import { formatAmount } from "../../ui/format.ts";

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Open orders counted by symbol: "BTC/USD 2, ETH/USD 1". */
export function ordersBySymbol(orders: readonly OrderView[]): string {
  const counts = new Map<string, number>();
  for (const order of orders) {
    counts.set(order.symbol, (counts.get(order.symbol) ?? 0) + 1);
  }
  return [...counts].map(([symbol, count]) => `${symbol} ${count}`).join(", ");
}

/** What the account's open orders hold, and what ending them frees: "$1 204.80 and 0.5 BTC"; "nothing" when nothing is held. */
export function heldAmounts(balances: readonly BalanceView[]): string {
  const held = balances.filter((balance) => isPositive(balance.held));
  return held.length === 0 ? "nothing" : held.map((balance) => formatAmount(balance.held, balance.asset)).join(" and ");
}

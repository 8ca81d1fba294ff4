/** What Stop will do and what it did, in numbers. Pure. */
import type { BalanceView } from "../../../../contract/accounts.ts";
import type { CancelAllResult, OrderView } from "../../../../contract/orders.ts";
import { isPositive } from "../../../../domain/decimal.ts";
import { formatAmount, formatQuantity } from "../../ui/format.ts";

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

/** One sentence per thing that happened. */
export function cancelSentences(result: CancelAllResult): readonly string[] {
  // At an exchange a cancel is a wish until it has answered: only what has ended is called cancelled.
  const ended = result.cancelled.filter((order) => order.standing === undefined && order.status !== "filled");
  const done = result.cancelled.filter((order) => order.status === "filled");
  const asked = result.cancelled.filter((order) => order.standing !== undefined);
  const sentences =
    ended.length > 0 || result.cancelled.length === 0 ? [`Cancelled ${plural(ended.length, "order")}.`] : [];
  if (asked.length > 0) {
    sentences.push(
      `Asked Kraken to cancel ${plural(asked.length, "order")}; each is cancelled when Kraken says so: ${asked
        .map((order) => `${order.side} ${formatQuantity(order.quantity)} ${order.symbol}`)
        .join(", ")}.`,
    );
  }
  if (done.length > 0) {
    sentences.push(`${plural(done.length, "order was", "orders were")} filled before the cancel got there.`);
  }
  const filled = ended.filter((order) => order.filledQuantity !== "0");
  if (filled.length > 0) {
    sentences.push(
      `${plural(filled.length, "of them was", "of them were")} partly filled before: ${filled
        .map((order) => `${formatQuantity(order.filledQuantity)} ${order.symbol.split("/")[0] ?? ""}`)
        .join(", ")}.`,
    );
  }
  for (const failure of result.failed) {
    sentences.push(`1 order could not be cancelled: ${failure.error.message}`);
  }
  return sentences;
}

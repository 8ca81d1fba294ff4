/** Own resting orders as lines on the price axis, and what has to change on the chart when the orders do. */
import type { OrderView } from "../../../../contract/orders.ts";
import { subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { Side } from "../../../../domain/market.ts";

export type OrderLine = {
  readonly id: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly label: string;
};

export type LineChanges = {
  readonly added: readonly OrderLine[];
  readonly changed: readonly OrderLine[];
  readonly removed: readonly string[];
};

/** A line for every limit order of the symbol that still rests; the label says side and quantity left. */
export function orderLines(orders: readonly OrderView[], symbol: string): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  for (const order of orders) {
    if (order.symbol === symbol && order.limitPrice !== null) {
      const left = subtract(order.quantity, order.filledQuantity);
      lines.push({
        id: order.id,
        side: order.side,
        price: order.limitPrice,
        label: `${order.side === "buy" ? "Buy" : "Sell"} ${left}`,
      });
    }
  }
  return lines;
}

export function lineChanges(drawn: ReadonlyMap<string, OrderLine>, next: readonly OrderLine[]): LineChanges {
  const added: OrderLine[] = [];
  const changed: OrderLine[] = [];
  const kept = new Set<string>();
  for (const line of next) {
    const before = drawn.get(line.id);
    kept.add(line.id);
    if (before === undefined) {
      added.push(line);
    } else if (before.price !== line.price || before.label !== line.label || before.side !== line.side) {
      changed.push(line);
    }
  }
  return { added, changed, removed: [...drawn.keys()].filter((id) => !kept.has(id)) };
}

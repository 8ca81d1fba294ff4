/** Own live orders as lines on the price axis, and what has to change on the chart when the orders do. */
import type { OrderView } from "../../../../contract/orders.ts";
import type { FeeSchedule } from "../../../../domain/account/fees.ts";
import { multiply, subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument, Side } from "../../../../domain/market.ts";
import { stopAt } from "../../../../domain/protection/plan.ts";
import { paidFor, proceedsAt } from "../../../../domain/risk/money-at.ts";
import { formatAmount } from "../../ui/format.ts";

export type OrderLine = {
  readonly id: string;
  readonly side: Side;
  readonly price: Decimal;
  readonly label: string;
  /** An alert moves no money: it has a colour of its own and a bell (alert-marks.tsx). Absent: the colour of its side. */
  readonly tone?: "alert";
  /** What the line says at another price, while it is in the hand; absent: the same. */
  readonly labelAt?: (price: Decimal) => string;
};

export type LineChanges = {
  readonly added: readonly OrderLine[];
  readonly changed: readonly OrderLine[];
  readonly removed: readonly string[];
};

/**
 * A line for every order of the symbol that rests at a price or waits for one; the label says side and quantity left. The stop
 * of a position is drawn as the position's own (position-lines.ts).
 */
export function orderLines(
  orders: readonly OrderView[],
  instrument: Instrument,
  fees: FeeSchedule,
): readonly OrderLine[] {
  const lines: OrderLine[] = [];
  for (const order of orders) {
    const { price, field } = linePrice(order);
    if (order.symbol === instrument.symbol && order.origin !== "stop" && price !== null) {
      const left = subtract(order.quantity, order.filledQuantity);
      const verb = order.side === "buy" ? "Buy" : "Sell";
      const label = `${verb} ${left}${field === "triggerPrice" ? " when reached" : ""}`;
      lines.push({
        id: order.id,
        side: order.side,
        price,
        label,
        labelAt: (at) => `${label}${moneyAt(order, at, instrument, fees)}`,
      });
    }
  }
  return lines;
}

/** What the rest of the order moves at a price: an entry with a stop can lose so much, any other costs or brings so much. */
function moneyAt(order: OrderView, price: Decimal, instrument: Instrument, fees: FeeSchedule): string {
  const left = subtract(order.quantity, order.filledQuantity);
  const { quote } = instrument;
  if (order.side === "sell") {
    return ` for ${formatAmount(proceedsAt(left, price, fees), quote)}`;
  }
  const paid = paidFor(multiply(left, price), fees);
  const plan = order.protection?.stop ?? null;
  // A stop in percent goes along with the entry.
  return plan === null
    ? ` for ${formatAmount(paid, quote)}`
    : ` ${formatAmount(subtract(proceedsAt(left, stopAt(plan, price, instrument).price, fees), paid), quote)} at its stop`;
}

/** Where the order's line lies, and which of its prices that is: a trigger first, until it was reached. */
export function linePrice(order: OrderView): {
  readonly price: Decimal | null;
  readonly field: "limitPrice" | "triggerPrice";
} {
  return order.triggerPrice !== null && (order.triggeredBy ?? null) === null
    ? { price: order.triggerPrice, field: "triggerPrice" }
    : { price: order.limitPrice, field: "limitPrice" };
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

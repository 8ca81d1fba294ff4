/**
 * Prints of which this account already had a part: each print gives at most its size, once per account, however many
 * resting orders it reaches and however often it is delivered (TRADING §3).
 */
import { add, compare, ZERO, type Decimal } from "../decimal.ts";
import type { Side, Symbol } from "../market.ts";
import type { ConsumedPrint, OpenOrder } from "../account/state.ts";

export type ConsumedPrints = Readonly<Record<Symbol, readonly ConsumedPrint[]>>;

/** How much of the print the account has had. */
export function consumedOf(prints: ConsumedPrints, symbol: Symbol, tradeId: number): Decimal {
  return (prints[symbol] ?? [])
    .filter((print) => print.tradeId === tradeId)
    .reduce((total, print) => add(total, print.quantity), ZERO);
}

export function consumePrint(
  prints: ConsumedPrints,
  symbol: Symbol,
  tradeId: number,
  price: Decimal,
  fill: { readonly side: Side; readonly quantity: Decimal },
): ConsumedPrints {
  const { side, quantity } = fill;
  return { ...prints, [symbol]: [...(prints[symbol] ?? []), { tradeId, side, price, quantity }] };
}

/** Keeps only prints that some live resting order could still be offered. */
export function pruneConsumed(
  prints: ConsumedPrints,
  symbol: Symbol,
  live: readonly Pick<OpenOrder, "queue" | "side" | "limitPrice">[],
): ConsumedPrints {
  const before = prints[symbol];
  if (before === undefined) {
    return prints;
  }
  const kept = before.filter((print) => live.some((order) => couldMeet(order, print)));
  if (kept.length === before.length) {
    return prints;
  }
  if (kept.length === 0) {
    const { [symbol]: _gone, ...others } = prints;
    return others;
  }
  return { ...prints, [symbol]: kept };
}

function couldMeet(order: Pick<OpenOrder, "queue" | "side" | "limitPrice">, print: ConsumedPrint): boolean {
  return (
    order.queue !== null &&
    order.limitPrice !== null &&
    order.side === print.side &&
    order.queue.cursor < print.tradeId &&
    reaches(order.side, order.limitPrice, print.price)
  );
}

/** A print at or through the limit of a resting order. */
export function reaches(side: Side, limitPrice: Decimal, printPrice: Decimal): boolean {
  return side === "buy" ? compare(printPrice, limitPrice) <= 0 : compare(printPrice, limitPrice) >= 0;
}

/** A print beyond the limit: the level itself was traded through. */
export function isThrough(side: Side, limitPrice: Decimal, printPrice: Decimal): boolean {
  return side === "buy" ? compare(printPrice, limitPrice) < 0 : compare(printPrice, limitPrice) > 0;
}

import { isAbove, type Decimal } from "../decimal.ts";
import type { Order } from "./order.ts";

type Terms = {
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
};

/** Whether an order becomes worth more by these terms: more of it, or a buy at a higher price. Such a change counts as an entry does. */
export function enlarges(order: Terms & Pick<Order, "side">, terms: Terms): boolean {
  const before = order.limitPrice ?? order.triggerPrice;
  const after = terms.limitPrice ?? terms.triggerPrice;
  const isDearer = order.side === "buy" && before !== null && after !== null && isAbove(after, before);
  return isAbove(terms.quantity, order.quantity) || isDearer;
}

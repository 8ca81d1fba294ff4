/** An amend as it is being typed: what would change, and whether that can be sent. */
import type { OrderView } from "../../../../contract/orders.ts";
import { isBelow, isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { nearestPrice, quantisePrice, quantiseQuantity } from "../../../../domain/orders/quantise.ts";

export type AmendDraft = { readonly priceText: string; readonly triggerText: string; readonly quantityText: string };

export type AmendChange = {
  readonly quantity?: Decimal;
  readonly limitPrice?: Decimal;
  readonly triggerPrice?: Decimal;
};

export type AmendReading =
  | { readonly type: "unchanged" }
  | { readonly type: "unreadable"; readonly message: string }
  | { readonly type: "change"; readonly change: AmendChange };

export function amendDraftOf(order: OrderView): AmendDraft {
  return {
    priceText: order.limitPrice ?? "",
    triggerText: order.triggerPrice ?? "",
    quantityText: order.quantity,
  };
}

/** What the texts ask for, on the pair's own grid; only what differs from the order is named. */
export function readAmend(draft: AmendDraft, order: OrderView, instrument: Instrument): AmendReading {
  const price = parseDecimal(draft.priceText);
  const trigger = parseDecimal(draft.triggerText);
  const quantity = parseDecimal(draft.quantityText);
  if (order.limitPrice !== null && (price === null || !isPositive(price))) {
    return { type: "unreadable", message: "Write the new price as a number above zero." };
  }
  if (order.triggerPrice !== null && (trigger === null || !isPositive(trigger))) {
    return { type: "unreadable", message: "Write the new trigger price as a number above zero." };
  }
  if (quantity === null || !isPositive(quantity)) {
    return { type: "unreadable", message: "Write the new quantity as a number above zero." };
  }
  const limitPrice = order.limitPrice === null || price === null ? null : quantisePrice(price, order.side, instrument);
  const triggerPrice = order.triggerPrice === null || trigger === null ? null : nearestPrice(trigger, instrument);
  const wanted = quantiseQuantity(quantity, instrument);
  if (isBelow(wanted, order.filledQuantity)) {
    return {
      type: "unreadable",
      message: `${order.filledQuantity} ${instrument.base} is filled already, so the quantity cannot be less. Cancel the rest instead.`,
    };
  }
  const change: AmendChange = {
    ...(limitPrice === null || limitPrice === order.limitPrice ? {} : { limitPrice }),
    ...(triggerPrice === null || triggerPrice === order.triggerPrice ? {} : { triggerPrice }),
    ...(wanted === order.quantity ? {} : { quantity: wanted }),
  };
  return Object.keys(change).length === 0 ? { type: "unchanged" } : { type: "change", change };
}

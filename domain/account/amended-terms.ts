/** The terms that an order has after the request, on lot and tick: whose they are, paper's or the exchange's, is judged elsewhere. */
import { compare, type Decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { nearestPrice, quantisePrice, quantiseQuantity } from "../orders/quantise.ts";
import type { AmendRequest } from "../orders/request.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { OpenOrder } from "./state.ts";

export type AmendedTerms = {
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
};

/** Refuses what changes nothing (NOTHING_CHANGED) and a total that is filled already (AMEND_BELOW_FILLED). */
export function amendedTerms(order: OpenOrder, instrument: Instrument, request: AmendRequest): Result<AmendedTerms> {
  const quantity = request.quantity === undefined ? order.quantity : quantiseQuantity(request.quantity, instrument);
  const limitPrice =
    request.limitPrice === undefined ? order.limitPrice : quantisePrice(request.limitPrice, order.side, instrument);
  const triggerPrice =
    request.triggerPrice === undefined ? order.triggerPrice : nearestPrice(request.triggerPrice, instrument);
  if (quantity === order.quantity && limitPrice === order.limitPrice && triggerPrice === order.triggerPrice) {
    return refuse("NOTHING_CHANGED", "The order has this quantity and price already.", {});
  }
  if (compare(quantity, order.filledQuantity) <= 0) {
    return refuse(
      "AMEND_BELOW_FILLED",
      `${order.filledQuantity} ${instrument.base} of the order is filled already; the new total of ${quantity} must be more. To stop here, cancel it.`,
      { limit: order.filledQuantity, value: quantity },
    );
  }
  return ok({ quantity, limitPrice, triggerPrice });
}

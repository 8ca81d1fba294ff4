/** Draws orders of every kind that the exchange takes, beside the plain ones. */
import { decimal, type Decimal } from "../../../domain/decimal.ts";
import type { ConditionalClose } from "../../../domain/orders/order.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import type { Random } from "../../../exchange-sim/random.ts";
import type { Surroundings } from "../surroundings.ts";
import { priceNear } from "./requests.ts";

/** The same wish as an order of another kind; now and then as it is. */
export function drawKind(world: Surroundings, plain: OrderRequest): OrderRequest {
  const draws = world.drawsOf("kinds");
  if (draws === null) {
    return plain;
  }
  const { symbol, side, quantity, stop } = plain;
  const near = (percent: number): Decimal => priceNear(world, symbol, percent);
  // Where a stop of this side waits; a take-profit waits on the other side of the price.
  const against = side === "buy" ? 1 : -1;
  const distance = 0.1 + draws.next() * 0.8;
  const base = { symbol, side, quantity, stop, postOnly: false, timeInForce: "gtc" } as const;
  switch (draws.integer(9)) {
    case 0:
      return { ...base, type: "take-profit", triggerPrice: near(-against * distance) };
    case 1:
      return {
        ...base,
        type: "take-profit-limit",
        triggerPrice: near(-against * distance),
        limitPrice: near(-against * (distance - 0.1)),
      };
    case 2:
      return {
        ...base,
        type: "stop-loss-limit",
        triggerPrice: near(against * distance),
        limitPrice: near(against * (distance + 0.1)),
      };
    case 3:
      return {
        ...base,
        type: "trailing-stop",
        trailingPercent: decimal(["0.1", "0.3", "0.7"][draws.integer(3)] ?? "1"),
      };
    case 4:
    case 5:
      return { ...base, type: "market", timeInForce: "ioc", conditionalClose: drawClose(draws, near, -against) };
    case 6:
      return {
        ...base,
        type: "limit",
        limitPrice: near(-against * 0.1),
        conditionalClose: drawClose(draws, near, -against),
      };
    case 7:
      return side === "sell"
        ? plain
        : { ...base, type: "market", timeInForce: "ioc", target: { type: "percent", percent: decimal("0.3") } };
    default:
      return plain;
  }
}

/** `loses`: on which side of the price the close is a loss. */
function drawClose(draws: Random, near: (percent: number) => Decimal, loses: number): ConditionalClose {
  const distance = 0.3 + draws.next() * 0.5;
  switch (draws.integer(4)) {
    case 0:
      return { type: "stop-loss", triggerPrice: near(loses * distance), limitPrice: null };
    case 1:
      return { type: "take-profit", triggerPrice: near(-loses * distance), limitPrice: null };
    case 2:
      return { type: "limit", triggerPrice: null, limitPrice: near(-loses * distance) };
    default:
      return {
        type: "stop-loss-limit",
        triggerPrice: near(loses * distance),
        limitPrice: near(loses * (distance + 0.2)),
      };
  }
}

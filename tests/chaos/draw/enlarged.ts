/** Sales that rest close above the price, beside the stop that covers the rest, and are then changed to all that is held. */
import { decimal, isPositive, multiply, roundToStep } from "../../../domain/decimal.ts";
import { liveOrders } from "../../../domain/account/open-orders.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { holdingOf } from "../../../domain/account/holdings.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import type { TestDesk } from "../desk.ts";
import type { Surroundings } from "../surroundings.ts";
import { short } from "../venue.ts";
import { priceNear } from "./requests.ts";

/** True where it has done something; then the user does nothing else. */
export function actEnlarged(world: Surroundings, desk: TestDesk, state: AccountState): boolean {
  const draws = world.drawsOf("enlarged");
  if (draws === null || draws.integer(2) === 0) {
    return false;
  }
  const asset = draws.integer(2) === 0 ? "BTC" : "ETH";
  const symbol = `${asset}/USD`;
  const { managed } = holdingOf(state.holdings, asset);
  const resting = liveOrders(state.orders).find(
    (order) => order.side === "sell" && order.symbol === symbol && order.type === "limit" && order.status === "open",
  );
  if (resting !== undefined) {
    const decision = desk.apply({ type: "amend_order", orderId: resting.id, request: { quantity: managed } });
    world.story.tell(`user: amend ${short(resting.id)} to all of ${managed} → ${decision.type}`);
    return true;
  }
  const half = roundToStep(multiply(managed, decimal("0.5")), decimal("0.0001"), "down");
  const request: OrderRequest = isPositive(half)
    ? { ...sale(symbol), quantity: half, limitPrice: priceNear(world, symbol, 0.05 + draws.next() * 0.2) }
    : { ...purchase(symbol), quantity: decimal(asset === "BTC" ? "0.02" : "0.3") };
  const decision = desk.apply({ type: "place_order", request });
  world.story.tell(`user: ${request.side} ${request.quantity ?? ""} ${symbol} ${request.type} → ${decision.type}`);
  return true;
}

function sale(symbol: string): OrderRequest {
  return { symbol, side: "sell", type: "limit", timeInForce: "gtc", postOnly: false };
}

function purchase(symbol: string): OrderRequest {
  const stop = { type: "percent", percent: decimal("0.3") } as const;
  return { symbol, side: "buy", type: "market", timeInForce: "ioc", postOnly: false, stop };
}

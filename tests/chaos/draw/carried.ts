/** Draws entries that rest near the price, fill soon and often in pieces, and take their stop along. */
import { liveOrders } from "../../../domain/account/open-orders.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import type { TestDesk } from "../desk.ts";
import type { Surroundings } from "../surroundings.ts";
import { short } from "../venue.ts";
import { priceNear } from "./requests.ts";

/** Of every other wish such an entry; the others as they are. */
export function drawCarried(world: Surroundings, request: OrderRequest): OrderRequest {
  const draws = world.drawsOf("carried");
  if (draws === null || draws.integer(2) === 0) {
    return request;
  }
  const symbol = draws.integer(2) === 0 ? "BTC/USD" : "ETH/USD";
  const { quantity } = request;
  return {
    symbol,
    side: "buy",
    type: "limit",
    timeInForce: "gtc",
    postOnly: false,
    ...(quantity === undefined ? {} : { quantity }),
    limitPrice: priceNear(world, symbol, 0.1 - draws.next() * 0.3),
    stop:
      draws.integer(3) === 0
        ? { type: "percent", percent: decimal("0.4") }
        : { type: "price", price: priceNear(world, symbol, -0.3 - draws.next() * 0.5) },
  };
}

/** Moves the limit of such an entry, also to under the stop that it carries. True where it has done something. */
export function actCarried(world: Surroundings, desk: TestDesk, state: AccountState): boolean {
  const draws = world.drawsOf("carried");
  if (draws === null || draws.integer(6) > 0) {
    return false;
  }
  const entry = liveOrders(state.orders).find(
    ({ carriedStop, status }) => (carriedStop ?? null) !== null && status === "open",
  );
  if (entry === undefined) {
    return false;
  }
  const limitPrice = priceNear(world, entry.symbol, 0.05 - draws.next());
  const decision = desk.apply({ type: "amend_order", orderId: entry.id, request: { limitPrice } });
  world.story.tell(`user: amend ${short(entry.id)} to be at ${limitPrice} → ${decision.type}`);
  return true;
}

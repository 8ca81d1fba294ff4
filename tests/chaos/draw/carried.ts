/** Draws entries that rest near the price, fill soon and often in pieces, and take their stop along. */
import type { OrderRequest } from "../../../domain/orders/request.ts";
import type { Surroundings } from "../surroundings.ts";
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
    stop: { type: "price", price: priceNear(world, symbol, -0.3 - draws.next() * 0.5) },
  };
}

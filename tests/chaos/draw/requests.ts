/** Draws what is asked of the desk: orders and the stops that protect a position. */
import { decimal, multiply, roundToStep, ZERO, type Decimal } from "../../../domain/decimal.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import type { StopPlan } from "../../../domain/protection/protection.ts";
import type { Surroundings } from "../surroundings.ts";
import { instrumentOf, SYMBOLS } from "../venue.ts";

export function drawRequest(world: Surroundings): OrderRequest {
  const { random } = world;
  const symbol = SYMBOLS[random.integer(SYMBOLS.length)] ?? "BTC/USD";
  const side = random.integer(5) < 3 ? "buy" : "sell";
  const near = (percent: number): Decimal => priceNear(world, symbol, percent);
  const size = symbol === "BTC/USD" ? 0.002 : 0.03;
  const quantity = decimalOf(size * (1 + random.integer(5)), 3);
  const brought = side === "buy" && world.protection.integer(2) === 0 ? { stop: drawStop(world, symbol) } : {};
  const plain = { symbol, side, quantity, postOnly: false, timeInForce: "gtc", ...brought } as const;
  const away = side === "buy" ? -1 : 1;
  const passive = near(away * random.next() * 0.6);
  switch (random.integer(8)) {
    case 0:
    case 1:
      return { ...plain, type: "market", timeInForce: "ioc" };
    case 2:
      return { ...plain, type: "limit", limitPrice: near(-away * 0.3), timeInForce: "ioc" };
    case 3:
      return { ...plain, type: "limit", limitPrice: passive, postOnly: true };
    case 4:
      return { ...plain, type: "stop-loss", triggerPrice: near(-away * (0.2 + random.next())) };
    case 5:
      return {
        ...plain,
        type: "limit",
        limitPrice: passive,
        timeInForce: "gtd",
        expiresAt: world.clock.now() + 40_000,
      };
    default:
      return { ...plain, type: "limit", limitPrice: passive };
  }
}

export function drawStop(world: Surroundings, symbol: string): StopPlan | null {
  const draws = world.protection;
  switch (draws.integer(6)) {
    case 0:
      return null;
    case 1:
      return { type: "trailing", percent: decimal("0.5") };
    case 2:
      return { type: "percent", percent: decimal("0.4") };
    default:
      return { type: "price", price: priceNear(world, symbol, -0.1 - draws.next()) };
  }
}

/** Where limits are tight, up to twenty times as much. */
export function drawSize(world: Surroundings, request: OrderRequest): OrderRequest {
  const draws = world.drawsOf("limits");
  const { quantity } = request;
  return draws === null || quantity === undefined
    ? request
    : { ...request, quantity: multiply(quantity, decimal(String(1 + draws.integer(20)))) };
}

/** What an amend makes of a quantity: less, and where limits are tight also more. */
export function drawAmendFactor(world: Surroundings): Decimal {
  const more = (world.drawsOf("limits")?.integer(3) ?? 2) < 2 ? "1.7" : "0.8";
  return decimal(more);
}

/** So many percent from the mark, on the tick. */
export function priceNear({ exchange }: Surroundings, symbol: string, percent: number): Decimal {
  const mark = exchange.view(symbol, true).quote.mark ?? ZERO;
  return roundToStep(multiply(mark, decimalOf(1 + percent / 100, 5)), instrumentOf(symbol).tickSize, "down");
}

export function decimalOf(value: number, places: number): Decimal {
  return decimal(value.toFixed(places).replace(/0+$/u, "").replace(/\.$/u, ""));
}

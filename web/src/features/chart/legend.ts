/** The line of figures above the chart: the candle under the crosshair, or the last one. */
import { divide, HUNDRED, isNegative, isZero, multiply, subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { Candle } from "../../../../domain/market.ts";

export type Legend = {
  readonly candle: Candle;
  /** Close − open. */
  readonly change: Decimal;
  /** Of the open, two decimals. */
  readonly changePercent: Decimal;
  readonly direction: "up" | "down" | "flat";
};

export function legendOf(candle: Candle): Legend {
  const change = subtract(candle.close, candle.open);
  const changePercent = divide(multiply(change, HUNDRED), candle.open, 2, "half-even");
  return { candle, change, changePercent, direction: directionOf(change) };
}

function directionOf(change: Decimal): Legend["direction"] {
  if (isZero(change)) {
    return "flat";
  }
  return isNegative(change) ? "down" : "up";
}

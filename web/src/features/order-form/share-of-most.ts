/** "25 % of what is available" as a size that can be sent. */
import {
  compare,
  decimal,
  divide,
  HUNDRED,
  isPositive,
  multiply,
  wholeNumber,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { assess, largestThatFits } from "../../../../domain/orders/assess.ts";
import type { Markets } from "../../../../domain/orders/conversion.ts";
import { freeBalance, type TradingFacts } from "../../../../domain/orders/facts.ts";
import { quantityDecimals } from "../../../../domain/orders/quantise.ts";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import { quoteDecimals } from "./form-request.ts";
import type { SizeUnit } from "./form-state.ts";

export type WrittenSize = { readonly unit: SizeUnit; readonly text: Decimal };

/** Funds are the bound when the most that fits spends all but this share of them. */
const NEARLY_ALL = decimal("0.999");

/**
 * A share of the most that fits, rounded down; null when nothing fits. A market buy that funds alone bound is written as
 * money to spend: a quantity that just fits now would not when the price has moved a tick by the click.
 */
export function shareOfMost(
  facts: TradingFacts,
  sizeless: OrderRequest,
  percent: number,
  instrument: Instrument,
  markets: Markets,
  marketTime: number,
): WrittenSize | null {
  const market = { markets, instruments: {}, marketTime };
  const most = largestThatFits(facts, sizeless, market);
  if (most === null) {
    return null;
  }
  const free = freeBalance(facts, instrument.quote);
  if (sizeless.type === "market" && sizeless.side === "buy") {
    const plan = assess(facts, { ...sizeless, quantity: most }, market);
    const isBoundByFunds = plan.ok && compare(plan.value.hold.amount, multiply(free, NEARLY_ALL)) >= 0;
    if (isBoundByFunds) {
      return { unit: "quote", text: shareOf(free, percent, quoteDecimals(instrument)) };
    }
  }
  const part = shareOf(most, percent, quantityDecimals(instrument));
  return isPositive(part) ? { unit: "base", text: part } : null;
}

function shareOf(whole: Decimal, percent: number, decimals: number): Decimal {
  return divide(multiply(whole, wholeNumber(percent)), HUNDRED, decimals, "down");
}

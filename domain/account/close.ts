/**
 * Closing a position or part of it (CASES "close", "dust"): a sale of managed inventory for the account currency, never more
 * than is held. Where resting orders hold what is to be sold, they are cancelled first, in the same decision.
 */
import { compare, decimal, isAbove, isPositive, multiply, subtract, wholeNumber, type Decimal } from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import { assess } from "../orders/assess.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import { quantiseQuantity } from "../orders/quantise.ts";
import type { OrderRequest } from "../orders/request.ts";
import type { Problem } from "../problem.ts";
import { cancelOrder, submitOrder } from "./execute.ts";
import { tradingFacts } from "./facts.ts";
import { giveWay } from "./give-way.ts";
import { freeOf, holdingOf } from "./holdings.ts";
import { assessmentMarket, denied, marketProblem } from "./place.ts";
import { ordersHolding } from "./cancel.ts";
import type { Outcome, Turn } from "./turn.ts";

export type CloseWish = { readonly asset: Asset; readonly percent: number; readonly limitPrice?: Decimal | undefined };

/** Sells `percent` of the managed holding, at market or at a limit. 100 takes everything. */
export function closePosition(turn: Turn, wish: CloseWish): Outcome {
  const { state, context } = turn;
  const symbol = valuationSymbol(wish.asset, state.currency);
  const managed = holdingOf(state.holdings, wish.asset).managed;
  const request = closeRequest(symbol, wish, managed);
  const clash = marketProblem(state, context) ?? emptyProblem(wish, managed, state.currency);
  if (clash !== null) {
    return denied(context, request, clash);
  }
  const market = assessmentMarket(state, context);
  const instrument = context.markets[symbol]?.instrument ?? market.instruments[symbol];
  const small = instrument === undefined ? null : tooSmall(wish, managed, request.quantity ?? managed, instrument);
  if (small !== null) {
    return denied(context, request, small);
  }
  freeInventory(turn, wish.asset, request.quantity ?? managed);
  const plan = assess(tradingFacts(turn.state, context.now), request, market);
  if (!plan.ok) {
    return denied(context, request, plan.error);
  }
  const rest = subtract(managed, plan.value.quantity);
  if (isPositive(rest) && compare(rest, plan.value.instrument.minimumQuantity) < 0) {
    turn.notices.push(
      `${rest} ${wish.asset} will be left, under the smallest order of ${plan.value.instrument.minimumQuantity}: it cannot be sold on its own.`,
    );
  }
  submitOrder(turn, plan.value, context.id, context.origin === "assistant" ? "assistant" : "close");
  return null;
}

function closeRequest(symbol: string, wish: CloseWish, managed: Decimal): OrderRequest {
  const part = multiply(multiply(managed, wholeNumber(wish.percent)), decimal("0.01"));
  return {
    symbol,
    side: "sell",
    type: wish.limitPrice === undefined ? "market" : "limit",
    timeInForce: wish.limitPrice === undefined ? "ioc" : "gtc",
    postOnly: false,
    ...(isPositive(part) ? { quantity: part } : {}),
    ...(wish.limitPrice === undefined ? {} : { limitPrice: wish.limitPrice }),
  };
}

function emptyProblem(wish: CloseWish, managed: Decimal, currency: Asset): Problem | null {
  if (isPositive(managed) && wish.asset !== currency) {
    return null;
  }
  return {
    code: "NOTHING_TO_CLOSE",
    message: `There is no ${wish.asset} position to close.`,
    details: { asset: wish.asset },
  };
}

/** A part under the pair's minimum, said with what would work instead. */
function tooSmall(wish: CloseWish, managed: Decimal, wanted: Decimal, instrument: Instrument): Problem | null {
  const quantity = quantiseQuantity(wanted, instrument);
  const minimum = instrument.minimumQuantity;
  if (compare(quantity, minimum) >= 0) {
    return null;
  }
  const whole = compare(quantiseQuantity(managed, instrument), minimum) >= 0;
  const advice = whole ? `Closing 100 % (${managed}) is possible.` : "It is dust: it can only be sold with more of it.";
  return {
    code: "UNREALISABLE_SIZE",
    message: `${wish.percent} % of ${managed} ${wish.asset} is ${quantity}, under the smallest order of ${minimum} ${wish.asset}. ${advice}`,
    details: { limit: minimum, value: quantity, room: whole ? managed : "0", asset: wish.asset },
  };
}

/** Cancels what holds the asset, its sales first, then the orders that pay with it, until `wanted` is free. */
function freeInventory(turn: Turn, asset: Asset, wanted: Decimal): void {
  giveWay(turn, asset, wanted);
  for (const order of ordersHolding(turn.state.orders, asset)) {
    if (!isAbove(wanted, freeOf(holdingOf(turn.state.holdings, asset)))) {
      return;
    }
    cancelOrder(turn, order.id, `Cancelled to close the ${asset} position.`);
  }
}

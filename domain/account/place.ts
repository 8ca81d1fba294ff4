import { isOwnMarket } from "./own-market.ts";
import { assess } from "../orders/assess.ts";
import { isPositive, type Decimal } from "../decimal.ts";
import type { AssessmentMarket, OrderPlan } from "../orders/candidate.ts";
import type { OrderRequest } from "../orders/request.ts";
import { givenWaySentence, takenFromStopOf, waitsAbove } from "../protection/given-way.ts";
import { refuse, type Problem } from "../problem.ts";
import type { Context } from "./context.ts";
import type { OrderDenied } from "./events.ts";
import { submitOrder } from "./execute.ts";
import { tradingFacts } from "./facts.ts";
import { giveWay } from "./give-way.ts";
import { liveOrder } from "./open-orders.ts";
import type { AccountState } from "./state.ts";
import { stamp, type Outcome, type Turn } from "./turn.ts";

/** Judges a new order and books it, or answers the recorded denial. */
export function placeOrder(turn: Turn, request: OrderRequest): Outcome {
  const { state, context } = turn;
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return denied(context, request, clash);
  }
  const plan = assess(tradingFacts(state, context.now), request, assessmentMarket(state, context));
  if (!plan.ok) {
    return denied(context, request, plan.error);
  }
  const { hold } = plan.value;
  const taken = takenFromStopOf(state, hold.asset, hold.amount);
  giveWay(turn, hold.asset, hold.amount);
  submitOrder(turn, plan.value, context.id, context.origin);
  noteGivenWay(turn, plan.value, taken);
  return null;
}

/** Tells of a stop that gave way to a sale which may rest: nobody would look for it. */
export function noteGivenWay(turn: Turn, plan: OrderPlan, taken: Decimal): void {
  const rests = liveOrder(turn.state.orders, turn.context.id) !== undefined;
  if (rests && plan.side === "sell" && isPositive(taken) && waitsAbove({ ...plan, type: plan.orderType })) {
    turn.notices.push(givenWaySentence(taken, plan.hold.asset));
  }
}

/** TRADING §1: prices of another market are never applied to an account. */
export function marketProblem(state: AccountState, context: Context): Problem | null {
  if (isOwnMarket(state, context)) {
    return null;
  }
  const refused = refuse(
    "MARKET_MISMATCH",
    `This account trades on the ${state.market} market and the prices now are of the ${context.market} market.`,
    { account: state.market, market: context.market },
  );
  return refused.ok ? null : refused.error;
}

/** The market as an assessment needs it: views, and rules of pairs without one. */
export function assessmentMarket(state: AccountState, context: Context): AssessmentMarket {
  return {
    markets: context.markets,
    instruments: { ...context.instruments, ...state.instruments },
    marketTime: context.marketTime,
  };
}

/** A denial with its record. */
export function denied(context: Context, request: OrderRequest, problem: Problem): Outcome {
  const event: OrderDenied = {
    type: "order_denied",
    ...stamp(context),
    denialId: context.id,
    request: recordable(request),
    origin: context.origin,
    problem,
  };
  return { problem, events: [event] };
}

/** The request without absent fields: events are JSON. */
function recordable(request: OrderRequest): OrderRequest {
  const { symbol, side, type, timeInForce, postOnly, quantity, cost, limitPrice, expiresAt } = request;
  const { triggerPrice, trailingPercent, conditionalClose, stop, target } = request;
  return {
    symbol,
    side,
    type,
    timeInForce,
    postOnly,
    ...(quantity === undefined ? {} : { quantity }),
    ...(cost === undefined ? {} : { cost }),
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(triggerPrice === undefined ? {} : { triggerPrice }),
    ...(trailingPercent === undefined ? {} : { trailingPercent }),
    ...(conditionalClose === undefined ? {} : { conditionalClose }),
    ...(stop === undefined ? {} : { stop }),
    ...(target === undefined ? {} : { target }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Amends at an exchange: wishes that wait for its answer, and first for what holds the inventory that they need. */
import { add, isAbove, isBelow, isPositive, largest, smallest, subtract, ZERO, type Decimal } from "../../decimal.ts";
import type { Instrument } from "../../market.ts";
import { judgeCandidate } from "../../orders/assess.ts";
import { checkMinimums } from "../../orders/checks.ts";
import { enlarges } from "../../orders/enlarges.ts";
import { hasLimitPrice, isTriggered } from "../../orders/order.ts";
import type { AmendRequest } from "../../orders/request.ts";
import { refuse, type Problem, type Result } from "../../problem.ts";
import { awaitedQuantity, unevenEntries } from "../../protection/carried-stop.ts";
import { isProtectiveStop } from "../../protection/resting-stop.ts";
import { recordedAmendDenial } from "../amend-denial.ts";
import { amendedTerms, type AmendedTerms } from "../amended-terms.ts";
import { amendPositionStop } from "../amend-stop.ts";
import { goneProblem } from "../gone.ts";
import { assessmentMarket, marketProblem } from "../place.ts";
import { liveOrder } from "../open-orders.ts";
import type { OpenOrder } from "../state.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";
import { failAmend, holdOfTerms } from "./amend-outcome.ts";
import { requestCancel } from "./cancel.ts";
import { AMEND_DEADLINE_MS, freeInventory, hasGivenWay, makeRoom } from "./make-room.ts";
import { entryProblem, exchangeFacts } from "./standing.ts";
import type { PendingAmend } from "./state.ts";
import { waitingSales } from "./work.ts";

/** So long the stop in the way of a change has to give way. */
const WAITING_DEADLINE_MS = 30_000;

/** Asks for a change of a live order; it keeps its old terms until the exchange has answered. */
export function amendAtExchange(turn: Turn, orderId: string, request: AmendRequest): Outcome {
  const order = liveOrder(turn.state.orders, orderId);
  const instrument = order === undefined ? undefined : turn.state.instruments[order.symbol];
  if (order === undefined || instrument === undefined || order.venue === null) {
    const problem = goneProblem(turn, orderId);
    return problem.code === "NOT_FOUND"
      ? { problem, events: [] }
      : recordedAmendDenial(turn, orderId, request, problem);
  }
  if (isProtectiveStop(order)) {
    return amendPositionStop(turn, order, request);
  }
  const terms = newTerms(order, instrument, request);
  if (!terms.ok) {
    return recordedAmendDenial(turn, orderId, request, terms.error);
  }
  const problem = judgeTerms(turn, order, instrument, terms.value);
  if (problem !== null) {
    return recordedAmendDenial(turn, orderId, request, problem);
  }
  const covered = coveredProblem(turn, order, holdOfTerms(order, terms.value, instrument));
  if (covered !== null) {
    return recordedAmendDenial(turn, orderId, request, covered);
  }
  askMakingRoom(turn, order, terms.value, instrument);
  return null;
}

/** What an order pays with has to be free: the stop of another position gives way to no purchase, as with a new order. */
function coveredProblem(turn: Turn, order: OpenOrder, needed: Decimal): Problem | null {
  const { asset, amount } = order.hold;
  const free = subtract(freeInventory(turn.state, asset), awaitedQuantity(turn.state, asset));
  const room = largest(ZERO, add(amount, free));
  if (order.side === "sell" || asset === turn.state.currency || !isAbove(needed, amount) || !isAbove(needed, room)) {
    return null;
  }
  return {
    code: "INSUFFICIENT_FUNDS",
    message: `The order would need ${needed} ${asset} and ${room} is there for it: the rest is covered by the stop of your ${asset} position. Take the stop away first.`,
    details: { limit: room, value: needed, room, asset },
  };
}

/**
 * A sale that becomes larger than what is free waits until the stop that covers the rest has given way and its end is known: both
 * would be filled (TRADING §4 "saga").
 */
function askMakingRoom(turn: Turn, order: OpenOrder, terms: AmendedTerms, instrument: Instrument): void {
  const { asset, amount: before } = order.hold;
  const more = largest(ZERO, subtract(holdOfTerms(order, terms, instrument), before));
  const waitsFor =
    order.side === "sell" && isPositive(more) ? waysToClear(turn, order, more, `Gave way to a sale of ${asset}.`) : [];
  // Only what is free is promised to it now; the rest still belongs to the stop.
  const free = waitsFor.length === 0 ? more : largest(ZERO, smallest(more, freeInventory(turn.state, asset)));
  record(turn, {
    type: "amend_requested",
    ...stamp(turn.context),
    orderId: order.id,
    ...terms,
    deadline: turn.context.now + (waitsFor.length === 0 ? AMEND_DEADLINE_MS : WAITING_DEADLINE_MS),
    hold: { asset, before, after: add(before, free) },
    ...(waitsFor.length === 0 ? {} : { waitsFor }),
  });
}

function waysToClear(turn: Turn, order: OpenOrder, more: Decimal, reason: string): readonly string[] {
  const { asset } = order.hold;
  const awaited = awaitedQuantity(turn.state, asset);
  if (!isAbove(add(more, awaited), freeInventory(turn.state, asset))) {
    return [];
  }
  const asked = makeRoom(turn, asset, more, reason, order.id);
  return [...asked, ...unevenEntries(turn.state, asset).map(({ id }) => id)];
}

/** Sends the changes whose way is free now. Called after every event that may have freed it. */
export function releaseAmends(turn: Turn): void {
  for (const order of waitingSales(turn.state.orders)) {
    const amend = order.venue?.amend ?? null;
    const waits = amend?.waitsFor ?? [];
    const { asset } = order.hold;
    const isEven = unevenEntries(turn.state, asset).length === 0;
    if (amend !== null && waits.length > 0 && isEven && waits.every((id) => hasGivenWay(turn.state, id, asset))) {
      releaseAmend(turn, order, amend);
    }
  }
}

function releaseAmend(turn: Turn, order: OpenOrder, amend: PendingAmend): void {
  const { asset, amount } = order.hold;
  const instrument = turn.state.instruments[order.symbol];
  const needed = instrument === undefined ? amount : holdOfTerms(order, amend, instrument);
  const more = largest(ZERO, subtract(needed, amount));
  const free = freeInventory(turn.state, asset);
  const stillThere = (amend.waitsFor ?? []).filter((id) => liveOrder(turn.state.orders, id)?.hold.asset === asset);
  if (isAbove(more, free) && stillThere.length > 0) {
    // The change of the stop was refused: it has to go as a whole.
    for (const id of stillThere) {
      requestCancel(turn, id, `Gave way to a sale of ${asset}.`);
    }
    return;
  }
  if (isAbove(more, free)) {
    failAmend(turn, order, amend, `Less of ${asset} is left than the order was to sell; it is as it was.`);
    return;
  }
  record(turn, {
    type: "amend_released",
    ...stamp(turn.context),
    orderId: order.id,
    deadline: turn.context.now + AMEND_DEADLINE_MS,
    hold: { asset, before: amount, after: add(amount, more) },
  });
}

function newTerms(order: OpenOrder, instrument: Instrument, request: AmendRequest): Result<AmendedTerms> {
  const link = order.venue;
  if (order.status !== "open" && order.status !== "partially_filled") {
    return refuse("ORDER_NOT_OPEN", `The order is ${order.status} and cannot be changed now.`, {
      status: order.status,
    });
  }
  if (link?.amend !== null) {
    return refuse("CONFLICT", "A change of this order is on its way to Kraken. Wait for its answer.", {});
  }
  if (request.limitPrice !== undefined && !hasLimitPrice(order.type)) {
    return refuse("PRICE_INVALID", `A ${order.type} order has no limit price.`, { field: "limitPrice" });
  }
  if (request.triggerPrice !== undefined && (!isTriggered(order.type) || order.type === "trailing-stop")) {
    return refuse("PRICE_INVALID", `A ${order.type} order has no trigger price.`, { field: "triggerPrice" });
  }
  return amendedTerms(order, instrument, request);
}

/** The stop that the exchange places for each fill cannot be changed any more (PROTOCOL §2.4): over the price it would sell at once. */
function carriedProblem(order: OpenOrder, { limitPrice }: AmendedTerms): Problem | null {
  const stop = order.carriedStop?.price ?? null;
  if (stop === null || limitPrice === null || isBelow(stop, limitPrice)) {
    return null;
  }
  return {
    code: "PRICE_INVALID",
    message: `This order carries its stop at ${stop}, which Kraken does not change: its limit has to stay above that, and ${limitPrice} is not. Cancel it and place it anew.`,
    details: { field: "limitPrice", limit: stop, value: limitPrice },
  };
}

/** Carried along, its stop stays where it is, however the limit moves: the risk is down to there. */
function wishOf({ protection, carriedStop }: OpenOrder): OpenOrder["protection"] {
  const wish = protection ?? null;
  const stop = carriedStop ?? null;
  return wish === null || stop === null ? wish : { ...wish, stop: { type: "price", price: stop.price } };
}

/** Less of the same is no new risk; everything else is judged as the order that it becomes. */
function judgeTerms(turn: Turn, order: OpenOrder, instrument: Instrument, terms: AmendedTerms): Problem | null {
  const { state, context } = turn;
  const samePrice = terms.limitPrice === order.limitPrice && terms.triggerPrice === order.triggerPrice;
  const valued = terms.limitPrice ?? terms.triggerPrice;
  const minimums = checkMinimums({ ...order, quantity: terms.quantity, limitPrice: valued }, instrument, null);
  if (!minimums.ok) {
    return minimums.error;
  }
  const carried = carriedProblem(order, terms);
  if (carried !== null) {
    return carried;
  }
  if (samePrice && isBelow(terms.quantity, order.quantity)) {
    return null;
  }
  const refused = order.intent === "entry" ? entryProblem(state, order.symbol) : null;
  if (refused !== null) {
    return refused;
  }
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return clash;
  }
  const plan = judgeCandidate(
    { ...exchangeFacts(state, context.now, order.symbol, [order]), entryWaitSeconds: context.entryWaitSeconds },
    {
      ...terms,
      symbol: order.symbol,
      side: order.side,
      orderType: order.type,
      timeInForce: order.timeInForce,
      postOnly: order.postOnly,
      quantity: subtract(terms.quantity, order.filledQuantity),
      trailingPercent: order.trailingPercent,
      conditionalClose: null,
      protection: wishOf(order) ?? null,
      expiresAt: order.expiresAt,
      intent: order.intent,
    },
    context.markets[order.symbol]?.instrument ?? instrument,
    assessmentMarket(state, context),
    { isNew: false, enlarges: enlarges(order, terms), risk: true, filled: order.filledQuantity },
  );
  return plan.ok ? null : plan.error;
}

/**
 * Orders of an account with an exchange key: judged like every order, then queued. Nothing is filled here; the exchange does
 * that and tells (TRADING §6).
 */
import {
  add,
  compare,
  decimal,
  isAbove,
  isPositive,
  largest,
  multiply,
  smallest,
  subtract,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import type { Asset, Milliseconds } from "../../market.ts";
import { assess } from "../../orders/assess.ts";
import type { OrderPlan } from "../../orders/candidate.ts";
import { assetsOf, valuationSymbol } from "../../orders/conversion.ts";
import type { OrderOrigin } from "../../orders/order.ts";
import { quantiseQuantity } from "../../orders/quantise.ts";
import type { OrderRequest } from "../../orders/request.ts";
import type { Problem } from "../../problem.ts";
import { beingSold, isProtectiveStop, liveExits } from "../../protection/resting-stop.ts";
import type { ConditionalClose } from "../../orders/order.ts";
import { takenFromStopOf } from "../../protection/given-way.ts";
import { awaitedQuantity, unevenEntries } from "../../protection/carried-stop.ts";
import { recordSubmission } from "../execute.ts";
import { stopToCarry } from "./carry-stop.ts";
import { holdingOf } from "../holdings.ts";
import { assessmentMarket, denied, marketProblem, noteGivenWay } from "../place.ts";
import type { AccountState, Intent, OpenOrder } from "../state.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";
import { requestCancel } from "./cancel.ts";
import { freeInventory, hasGivenWay, holdersInTheWay, isChangeable, makeRoom } from "./make-room.ts";
import { spendable } from "./spendable.ts";
import { connectionSentence, entryProblem, exchangeFacts, exchangeFees } from "./standing.ts";
import { liveOrder } from "../open-orders.ts";
import { waitingSales } from "./work.ts";

/** TRADING §6: nothing is sent after its deadline. */
export const URGENT_DEADLINE_MS = 5_000;
export const ORDINARY_DEADLINE_MS = 30_000;

/** Judges a new order and queues it, or answers the recorded denial. */
export function placeAtExchange(turn: Turn, request: OrderRequest): Outcome {
  const { state, context } = turn;
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return denied(context, request, clash);
  }
  const known = exchangeFacts(state, context.now, request.symbol);
  const facts = { ...known, entryWaitSeconds: context.entryWaitSeconds };
  const plan = assess(facts, request, assessmentMarket(state, context));
  if (!plan.ok) {
    return denied(context, request, plan.error);
  }
  const refused = plan.value.intent === "entry" ? entryProblem(state, request.symbol) : null;
  if (refused !== null) {
    return denied(context, request, refused);
  }
  const { hold } = plan.value;
  const taken = takenFromStopOf(state, hold.asset, hold.amount);
  const outcome = submitMakingRoom(turn, request, plan.value);
  if (outcome === null) {
    noteGivenWay(turn, plan.value, taken);
  }
  return outcome;
}

/** The resting stop gives way first: to a sale of the asset by saga, to an order that pays with it not at all. */
function submitMakingRoom(turn: Turn, request: OrderRequest, plan: OrderPlan): Outcome {
  const { context } = turn;
  const { asset, amount } = plan.hold;
  // A stop that the exchange is making for a fill may sell it as well: it is seen first.
  const awaited = awaitedQuantity(turn.state, asset);
  const free = freeInventory(turn.state, asset);
  if (!isAbove(add(amount, awaited), free)) {
    submitAtExchange(turn, plan, context.id, context.origin, []);
    return null;
  }
  if (plan.side === "buy") {
    const room = largest(ZERO, subtract(free, awaited));
    return denied(context, request, {
      code: "INSUFFICIENT_FUNDS",
      message: `This order needs ${amount} ${asset} and ${room} is free: the rest is covered by the stop of your ${asset} position. Take the stop away first.`,
      details: { limit: room, value: amount, room, asset },
    });
  }
  const waitsFor = [
    ...makeRoom(turn, asset, amount, `Gave way to a sale of ${asset}.`),
    ...unevenEntries(turn.state, asset).map(({ id }) => id),
  ];
  // A stop that had not left yet has given way already: what it held is this sale's, or it would be promised twice.
  const now = freeInventory(turn.state, asset);
  const hold = { asset, amount: largest(ZERO, quantiseQuantity(smallest(amount, now), plan.instrument)) };
  submitAtExchange(turn, { ...plan, hold }, context.id, context.origin, waitsFor);
  return null;
}

/**
 * Sells `percent` of the managed holding. Where open orders hold what is to be sold, their cancels go first and the sale waits
 * until they have ended: two sales of the same inventory would both be filled (PROTOCOL §2.6).
 */
export function closeAtExchange(
  turn: Turn,
  wish: {
    readonly asset: Asset;
    readonly percent: number;
    readonly limitPrice?: Decimal | undefined;
    /** Of a limit; absent: it rests until it is cancelled. */
    readonly timeInForce?: "ioc";
  },
  origin: OrderOrigin = turn.context.origin === "assistant" ? "assistant" : "close",
  orderId = turn.context.id,
): Outcome {
  const { state, context } = turn;
  const symbol = valuationSymbol(wish.asset, state.currency);
  const managed = holdingOf(state.holdings, wish.asset).managed;
  // One exit per asset: what is being sold already is not sold again, a second exit is for the rest (TRADING §4).
  const selling = beingSold(state, wish.asset);
  const wanted = multiply(multiply(subtract(managed, selling), wholeNumber(wish.percent)), decimal("0.01"));
  const part = smallest(wanted, subtract(spendable(state, wish.asset), selling));
  const request = saleOf(symbol, part, wish.limitPrice, wish.timeInForce);
  const clash =
    marketProblem(state, context) ??
    joinedProblem(state, wish.asset, part) ??
    emptyProblem(managed, part, wish.asset, state.currency);
  if (clash !== null) {
    return denied(context, request, clash);
  }
  const holders = holdersInTheWay(state, wish.asset, part);
  const facts = exchangeFacts(state, context.now, symbol, holders);
  const plan = assess(facts, request, assessmentMarket(state, context));
  if (!plan.ok) {
    return denied(context, request, plan.error);
  }
  const waitsFor = [
    ...makeRoom(turn, wish.asset, part, `Cancelled to close the ${wish.asset} position.`),
    ...unevenEntries(state, wish.asset).map(({ id }) => id),
  ];
  const free = largest(ZERO, quantiseQuantity(freeInventory(turn.state, wish.asset), plan.value.instrument));
  const hold = isAbove(plan.value.quantity, free) ? { ...plan.value.hold, amount: free } : plan.value.hold;
  const rest = subtract(managed, plan.value.quantity);
  if (isPositive(rest) && compare(rest, plan.value.instrument.minimumQuantity) < 0) {
    turn.notices.push(
      `${rest} ${wish.asset} will be left, under the smallest order of ${plan.value.instrument.minimumQuantity}: it cannot be sold on its own.`,
    );
  }
  submitAtExchange(turn, { ...plan.value, hold }, orderId, origin, waitsFor);
  return null;
}

/** Sends an exit whose way is free now, for what is left to sell. Called after every event that may have freed it. */
export function releaseExits(turn: Turn): void {
  for (const order of waitingSales(turn.state.orders)) {
    const waits = order.venue?.waitsFor ?? [];
    const { asset } = order.hold;
    // What was bought while it waited may have a stop at the exchange that was not seen yet.
    const isEven = order.side === "buy" || unevenEntries(turn.state, asset).length === 0;
    if (waits.length > 0 && isEven && waits.every((id) => hasGivenWay(turn.state, id, asset))) {
      releaseExit(turn, order);
    }
  }
}

function releaseExit(turn: Turn, order: OpenOrder): void {
  const { base } = assetsOf(order.symbol);
  const instrument = turn.state.instruments[order.symbol];
  const free = freeInventory(turn.state, base);
  const most = add(free, order.hold.amount);
  const stillThere = (order.venue?.waitsFor ?? []).filter(
    (id) => liveOrder(turn.state.orders, id)?.hold.asset === base,
  );
  if (stillThere.length > 0 && isAbove(order.quantity, most)) {
    if (stillThere.every((id) => wasNotAsked(turn.state, id, order))) {
      // A stop that was seen only now: for a part, its amend down (TRADING §4).
      makeRoom(turn, base, subtract(order.quantity, order.hold.amount), `Gave way to a sale of ${base}.`, order.id);
      return;
    }
    // The change was refused: it has to go as a whole.
    for (const id of stillThere) {
      requestCancel(turn, id, `Gave way to a sale of ${base}.`);
    }
    return;
  }
  const wanted = isAbove(order.quantity, most) ? most : order.quantity;
  const quantity = instrument === undefined ? wanted : quantiseQuantity(wanted, instrument);
  if (!isPositive(quantity) || (instrument !== undefined && compare(quantity, instrument.minimumQuantity) < 0)) {
    record(turn, {
      type: "order_cancelled",
      ...stamp(turn.context),
      orderId: order.id,
      reason: `Nothing that can be sold is left: ${quantity} ${base}.`,
      released: order.hold,
    });
    return;
  }
  record(turn, {
    type: "exit_released",
    ...stamp(turn.context),
    orderId: order.id,
    quantity,
    deadline: turn.context.now + URGENT_DEADLINE_MS,
    hold: { asset: order.hold.asset, before: order.hold.amount, after: quantity },
  });
}

/** A stop that rests and was not to change yet since the sale was asked for. */
function wasNotAsked(state: AccountState, id: string, sale: OpenOrder): boolean {
  const stop = liveOrder(state.orders, id);
  const failedAt = stop?.venue?.amendFailedAt ?? null;
  const isFresh = failedAt === null || failedAt < sale.createdAt;
  return stop !== undefined && isProtectiveStop(stop) && isChangeable(stop) && isFresh;
}

function closeAt(triggerPrice: Decimal): ConditionalClose {
  return { type: "stop-loss", triggerPrice, limitPrice: null };
}

/** Queues an order that passed the judge. */
export function submitAtExchange(
  turn: Turn,
  plan: OrderPlan,
  orderId: string,
  origin: OrderOrigin,
  waitsFor: readonly string[],
): void {
  const connection = turn.state.venue?.connection;
  if (plan.intent === "exit" && connection?.status === "suspended") {
    turn.notices.push(`${connectionSentence(connection)} This exit is tried all the same.`);
  }
  const carried = stopToCarry(turn.state, plan, turn.context.markets[plan.symbol]?.quote.ask?.[0] ?? null);
  const close = carried === null ? {} : { conditionalClose: closeAt(carried) };
  recordSubmission(
    turn,
    { ...plan, ...close },
    {
      ...(carried === null ? {} : { carriedStopPrice: carried }),
      orderId,
      origin,
      deadline: deadlineOf(plan, turn.context.now),
      waitsFor,
      fees: exchangeFees(turn.state, plan.symbol) ?? turn.state.fees,
      waitingFor: waitsFor.length > 0 ? "Waiting for the orders that hold it to be cancelled; then it is sent." : null,
    },
  );
}

function deadlineOf(
  plan: { readonly orderType: string; readonly timeInForce: string; readonly intent: Intent },
  now: Milliseconds,
): Milliseconds {
  const urgent = plan.orderType === "market" || plan.timeInForce === "ioc" || plan.intent === "exit";
  return now + (urgent ? URGENT_DEADLINE_MS : ORDINARY_DEADLINE_MS);
}

function saleOf(
  symbol: string,
  part: Decimal,
  limitPrice: Decimal | undefined,
  timeInForce: "ioc" | undefined,
): OrderRequest {
  return {
    symbol,
    side: "sell",
    type: limitPrice === undefined ? "market" : "limit",
    timeInForce: timeInForce ?? (limitPrice === undefined ? "ioc" : "gtc"),
    postOnly: false,
    ...(isPositive(part) ? { quantity: part } : {}),
    ...(limitPrice === undefined ? {} : { limitPrice }),
  };
}

/** All that could be sold is on its way already. */
function joinedProblem(state: AccountState, asset: Asset, part: Decimal): Problem | null {
  const [exit] = liveExits(state, asset);
  return exit === undefined || isPositive(part)
    ? null
    : {
        code: "NOTHING_TO_CLOSE",
        message: `The ${asset} position is being sold already (${exit.quantity} by ${exit.origin}): there is nothing beside that to close.`,
        details: { asset, orderId: exit.id },
      };
}

function emptyProblem(managed: Decimal, part: Decimal, asset: Asset, currency: Asset): Problem | null {
  if (isPositive(managed) && asset !== currency && !isPositive(part)) {
    return {
      code: "INSUFFICIENT_INVENTORY",
      message: `Orders made by hand at Kraken keep back all ${managed} ${asset} of this position. Cancel them there first.`,
      details: { asset, limit: "0", value: managed },
    };
  }
  return isPositive(managed) && asset !== currency
    ? null
    : {
        code: "NOTHING_TO_CLOSE",
        message: `There is no ${asset} position of this desk to close.`,
        details: { asset },
      };
}

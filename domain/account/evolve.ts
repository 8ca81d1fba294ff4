/**
 * The account after an event: total, deterministic, without a price or a clock. An event that does not fit (which only a bug
 * can make) is applied as far as it makes sense and noted in `faults` for the shell to report, never absorbed silently.
 */
import { tradeKeyOf } from "../venue/reports.ts";
import { evolvePriceAlerts } from "../alerts/state.ts";
import { evolveHalts } from "../risk/halts-state.ts";
import { add, isAbove, isNegative, largest, negate, ZERO } from "../decimal.ts";
import type { Symbol } from "../market.ts";
import type { OrderStep } from "../orders/transitions.ts";
import { consumePrint, pruneConsumed } from "../paper/consumed.ts";
import { addTaken, forgetTaken } from "../paper/liquidity.ts";
import type {
  AccountEvent,
  AccountOpened,
  AccountReset,
  CancelRequested,
  DayStarted,
  FillBooked,
  OrderAmended,
  OrderOpened,
  OrderSubmitted,
  QueueAdvanced,
  SettingsChanged,
} from "./events.ts";
import { SHORTEST_DAY_MS } from "./day.ts";
import { applyLeg, changeHeld, changeManaged, freeOf } from "./holdings.ts";
import { evolveInitialStop } from "./initial-stop.ts";
import { countedAmend, withRecent } from "./rate-window.ts";
import { changeKnown, findOrder, step, withFault } from "./order-steps.ts";
import { evened, withStop } from "../protection/carried-stop.ts";
import { evolveNaked } from "../protection/naked-watch.ts";
import { changedProtections, reachedTarget, trailedOn, withClosed } from "./protections.ts";
import { unopenedAccount, type AccountState, type OpenOrder } from "./state.ts";
import { evolveVenue, expectSettlement, isVenueEvent } from "./venue/evolve.ts";
import { unvaluedAtDayStart } from "./venue/unvalued.ts";
import { NEW_VENUE, type VenueLink } from "./venue/state.ts";
import { liveOrder, liveOrders, liveOrdersOf, withOrder } from "./open-orders.ts";

/** The state after `event`, which has the journal sequence `seq`. */
export function evolve(state: AccountState, event: AccountEvent, seq: number): AccountState {
  const entered = evolveInitialStop(state, apply(state, event, seq), event);
  const halted = evolvePriceAlerts(evolveHalts(state, entered, event), event);
  const applied = { ...withClosed(state, halted), seq };
  const after = evolveNaked(state, applied, event);
  if ((event.type === "account_opened") === state.opened) {
    return withFault(after, seq, `${event.type} does not fit an account that is ${state.opened ? "" : "not "}open`);
  }
  return checked(after, event, seq);
}

function apply(state: AccountState, event: AccountEvent, seq: number): AccountState {
  if (isVenueEvent(event)) {
    return evolveVenue(state, event, seq);
  }
  switch (event.type) {
    case "account_opened":
      return opened(event);
    case "account_reset":
      return reset(state, event);
    case "deposited":
      return {
        ...state,
        holdings: changeManaged(state.holdings, event.asset, event.amount),
        baseline: add(state.baseline, event.amount),
        peak: add(state.peak, event.amount),
        day: { ...state.day, flows: add(state.day.flows, event.amount) },
      };
    case "settings_changed":
      return {
        ...state,
        name: event.name ?? state.name,
        ...zonesAfter(state, event),
        fees: event.fees ?? state.fees,
        limits: event.limits ?? state.limits,
      };
    case "risk_change_planned":
      return { ...state, plannedRisk: event.planned };
    case "order_denied":
    case "amend_denied":
    case "trading_halted":
    case "stops_tightened":
    case "trading_resumed":
    case "trading_stopped":
    case "price_alert_set":
    case "price_alert_removed":
    case "price_alert_fired":
    case "price_alert_rearmed":
      return state;
    case "equity_sampled":
      return event.equity === null ? state : { ...state, peak: largest(state.peak, event.equity) };
    case "order_submitted":
      return submitted(state, event, seq);
    case "order_opened":
      return orderOpened(state, event, seq);
    case "order_unknown":
      return step(state, event.orderId, "lost", seq, (order) => ({ ...order, reason: event.reason }), event.marketTime);
    case "cancel_requested":
      return step(
        state,
        event.orderId,
        "cancel_requested",
        seq,
        (order) => ({ ...order, reason: event.reason, venue: withCancel(order.venue, event) }),
        event.marketTime,
      );
    case "order_rejected":
      return ended(state, event, "rejected", seq);
    case "order_cancelled":
      return ended(state, event, "cancelled", seq);
    case "order_expired":
      return ended(state, event, "expired", seq);
    case "order_amended":
      return amended(state, event, seq);
    case "fill_booked":
      return filled(state, event, seq);
    case "queue_advanced":
      return queueAdvanced(state, event);
    case "order_triggered":
      return changeOrder(state, event.orderId, seq, event.marketTime, (order) => ({
        ...order,
        triggeredBy: event.tradeId,
        version: order.version + 1,
        queue: null,
        waiting: true,
        reason: event.late ? "Triggered while the desk was away." : "Triggered.",
      }));
    case "trigger_moved":
      return {
        ...changeOrder(state, event.orderId, seq, event.marketTime, (order) => ({
          ...order,
          triggerPrice: event.triggerPrice,
          version: order.version + 1,
          queue: order.queue === null ? null : { ...order.queue, cursor: event.tradeId },
        })),
        protections: trailedOn(state, event),
      };
    case "protection_changed":
      return { ...state, protections: changedProtections(state.protections, event.asset, event.protection) };
    case "target_reached":
      return { ...state, protections: reachedTarget(state.protections, event) };
    case "day_started":
      return {
        ...unvaluedAtDayStart(state, event.unpriced ?? []),
        ...dayBegun(state, event),
        peak: largest(state.peak, event.equity),
      };
  }
}

function zonesAfter(state: AccountState, { zone, zoneFrom }: SettingsChanged): Pick<AccountState, "zone" | "nextZone"> {
  if (zone === null) {
    return { zone: state.zone, nextZone: state.nextZone };
  }
  return zoneFrom === undefined ? { zone, nextZone: null } : { zone: state.zone, nextZone: { zone, from: zoneFrom } };
}

function dayBegun(
  { zone, nextZone }: AccountState,
  { startedAt, equity }: DayStarted,
): Pick<AccountState, "zone" | "nextZone" | "day"> {
  const day = { startedAt, equity, flows: ZERO };
  return nextZone === null || startedAt < nextZone.from
    ? { zone, nextZone, day }
    : { zone: nextZone.zone, nextZone: null, day: { ...day, notBefore: startedAt + SHORTEST_DAY_MS } };
}

function opened(event: AccountOpened): AccountState {
  return {
    ...unopenedAccount(event.accountId),
    opened: true,
    name: event.name,
    kind: event.kind,
    market: event.market,
    currency: event.currency,
    zone: event.zone,
    fees: event.fees,
    limits: event.limits,
    holdings: changeManaged({}, event.currency, event.startingBalance),
    baseline: event.startingBalance,
    peak: event.startingBalance,
    day: { startedAt: event.marketTime, equity: event.startingBalance, flows: ZERO },
    venue: event.kind === "kraken" ? NEW_VENUE : null,
    createdAt: event.marketTime,
  };
}

function reset(state: AccountState, event: AccountReset): AccountState {
  return {
    ...state,
    holdings: changeManaged({}, event.currency, event.startingBalance),
    taken: {},
    prints: {},
    protections: {},
    realisedProfit: ZERO,
    feesPaid: ZERO,
    baseline: event.startingBalance,
    peak: event.startingBalance,
    day: { startedAt: event.marketTime, equity: event.startingBalance, flows: ZERO },
  };
}

function submitted(state: AccountState, event: OrderSubmitted, seq: number): AccountState {
  if (findOrder(state, event.orderId) !== undefined) {
    return withFault(state, seq, `order ${event.orderId} was submitted twice`);
  }
  const order: OpenOrder = {
    id: event.orderId,
    accountId: state.accountId,
    symbol: event.symbol,
    side: event.side,
    type: event.orderType,
    timeInForce: event.timeInForce,
    postOnly: event.postOnly,
    quantity: event.quantity,
    limitPrice: event.limitPrice,
    triggerPrice: event.triggerPrice,
    trailingPercent: event.trailingPercent,
    conditionalClose: event.conditionalClose,
    expiresAt: event.expiresAt,
    venueOrderId: null,
    status: "submitting",
    filledQuantity: ZERO,
    filledCost: ZERO,
    averagePrice: null,
    fees: ZERO,
    feeAsset: event.instrument.quote,
    version: 1,
    origin: event.origin,
    ...(event.provenance === undefined ? {} : { provenance: event.provenance }),
    protection: event.protection ?? null,
    ...(event.carriedStopPrice === undefined
      ? {}
      : { carriedStop: { price: event.carriedStopPrice, made: ZERO, unevenSince: null } }),
    ...(event.parentOrderId === undefined ? {} : { parentOrderId: event.parentOrderId }),
    reason: event.waitingFor,
    createdAt: event.marketTime,
    updatedAt: event.marketTime,
    seq,
    intent: event.intent,
    hold: event.hold,
    queue: null,
    waiting: event.waitingFor !== null,
    conversionRate: event.conversionRate,
    feeSchedule: event.fees,
    fillCount: 0,
    venue: event.deadline === null ? null : newLink(event.deadline, event.waitsFor),
  };
  const before = event.parentOrderId === undefined ? state : childMade(state, event.parentOrderId, event);
  return {
    ...before,
    holdings: changeHeld(state.holdings, event.hold.asset, event.hold.amount),
    orders: withOrder(before.orders, order),
    instruments: { ...state.instruments, [event.symbol]: event.instrument },
    recentEntries: event.intent === "entry" ? withRecent(state.recentEntries, event.time) : state.recentEntries,
  };
}

/** A stop that the exchange made for a fill of `parentId`: it counts there, and every sale of the asset that waits waits for this one too. */
function childMade(
  state: AccountState,
  parentId: string,
  { orderId, quantity, marketTime, side, hold }: OrderSubmitted,
): AccountState {
  const counted = changeKnown(state, parentId, (parent) => withStop(parent, quantity, marketTime));
  let { orders } = counted;
  for (const order of liveOrders(counted.orders)) {
    const isSale = side === "sell" && order.side === "sell" && order.hold.asset === hold.asset;
    const waits = order.venue !== null && order.venue.waitsFor.length > 0;
    if (waits && (isSale || order.venue.waitsFor.includes(parentId))) {
      orders = withOrder(orders, {
        ...order,
        venue: { ...order.venue, waitsFor: [...order.venue.waitsFor, orderId] },
      });
    }
  }
  return { ...counted, orders };
}

function orderOpened(state: AccountState, event: OrderOpened, seq: number): AccountState {
  const arrival = state.arrivals + 1;
  const { queue } = event;
  const after = step(
    state,
    event.orderId,
    "opened",
    seq,
    (order) => ({
      ...order,
      waiting: false,
      reason: null,
      venueOrderId: event.venueOrderId,
      venue:
        order.venue === null
          ? null
          : {
              ...order.venue,
              venueOrderId: event.venueOrderId,
              placement: "confirmed",
              emptyReads: 0,
              touchedAt: event.time,
            },
      queue: queue === null ? null : { ahead: queue.ahead, arrival, cursor: queue.armedTradeId },
    }),
    event.marketTime,
  );
  const order = liveOrder(after.orders, event.orderId);
  const taken = order === undefined ? after.taken : forgetTaken(after.taken, order.symbol, event.forgottenLevels);
  return { ...after, taken, arrivals: queue === null ? state.arrivals : arrival };
}

function amended(state: AccountState, event: OrderAmended, seq: number): AccountState {
  const order = liveOrder(state.orders, event.orderId);
  if (order === undefined) {
    return withFault(state, seq, `order ${event.orderId} was amended and is not open`);
  }
  const arrival = state.arrivals + 1;
  const waiting = event.waitingFor !== null;
  const queue =
    event.queue === null ? order.queue : { ahead: event.queue.ahead, arrival, cursor: event.queue.armedTradeId };
  const changed: OpenOrder = {
    ...order,
    version: event.version,
    quantity: event.quantity,
    limitPrice: event.limitPrice,
    triggerPrice: event.triggerPrice,
    venue: order.venue === null ? null : { ...order.venue, amend: null, amendFailedAt: null, touchedAt: event.time },
    feeSchedule: event.fees,
    hold: { asset: event.hold.asset, amount: event.hold.after },
    queue: waiting ? null : queue,
    waiting,
    reason: event.waitingFor,
    updatedAt: event.marketTime,
    seq,
  };
  return afterOrders(
    {
      ...state,
      holdings: changeHeld(state.holdings, event.hold.asset, add(event.hold.after, negate(event.hold.before))),
      orders: withOrder(state.orders, changed),
      taken: forgetTaken(state.taken, order.symbol, event.forgottenLevels),
      arrivals: event.queue === null ? state.arrivals : arrival,
      // At an exchange the wish was counted.
      recentEntries: countedAmend(state, order.venue === null ? order : undefined, event),
    },
    order.symbol,
  );
}

function filled(state: AccountState, event: FillBooked, seq: number): AccountState {
  const order = findOrder(state, event.orderId);
  if (order === undefined) {
    return withFault(state, seq, `fill ${event.fillId} is of an order that nobody knows`);
  }
  const totals = {
    filledQuantity: event.orderFilledQuantity,
    filledCost: event.orderFilledCost,
    averagePrice: event.orderAveragePrice,
    fees: event.orderFees,
  };
  let holdings = changeHeld(state.holdings, event.released.asset, negate(event.released.amount));
  for (const leg of event.legs) {
    holdings = applyLeg(holdings, leg, event.filledAt, event.provenance ?? null);
  }
  const booked: AccountState = {
    ...state,
    holdings,
    realisedProfit: add(state.realisedProfit, event.realisedProfit ?? ZERO),
    feesPaid: add(state.feesPaid, event.feeInCurrency),
    taken: event.level === null ? state.taken : addTaken(state.taken, event.symbol, event.level, event),
    prints:
      event.tradeId === null
        ? state.prints
        : consumePrint(state.prints, event.symbol, event.tradeId, event.printPrice ?? event.price, event),
  };
  const after = step(
    booked,
    event.orderId,
    event.completes ? "fully_filled" : "partly_filled",
    seq,
    (before) => ({
      ...before,
      ...totals,
      hold: { ...before.hold, amount: add(before.hold.amount, negate(event.released.amount)) },
      queue:
        before.queue === null || event.tradeId === null
          ? before.queue
          : { ...before.queue, ahead: event.queueAhead ?? before.queue.ahead, cursor: event.tradeId },
      fillCount: before.fillCount + 1,
    }),
    event.marketTime,
    totals,
  );
  const even = changeKnown(after, event.orderId, (known) => evened(known, event.marketTime, event.filledAt));
  const moves = Object.fromEntries(event.legs.map((leg) => [leg.asset, leg.quantity]));
  const trade = tradeKeyOf(event);
  const execution = { since: event.time, moves, ...(trade === null ? {} : { trade }) };
  const settled = event.executionId === null ? even : expectSettlement(even, event.executionId, execution);
  return afterOrders(settled, event.symbol);
}

function changeOrder(
  state: AccountState,
  orderId: string,
  seq: number,
  at: number,
  change: (order: OpenOrder) => OpenOrder,
): AccountState {
  const order = liveOrder(state.orders, orderId);
  if (order === undefined) {
    return withFault(state, seq, `order ${orderId} is not open and its trigger cannot change`);
  }
  return { ...state, orders: withOrder(state.orders, { ...change(order), updatedAt: at, seq }) };
}

function newLink(deadline: number, waitsFor: readonly string[]): VenueLink {
  return {
    venueOrderId: null,
    placement: "queued",
    attempts: 0,
    sentAt: null,
    deadline,
    notBefore: null,
    emptyReads: 0,
    cancel: null,
    amend: null,
    venueFilled: ZERO,
    ending: null,
    missing: false,
    waitsFor,
  };
}

function withCancel(link: VenueLink | null, event: CancelRequested): VenueLink | null {
  const { time: requestedAt, reason } = event;
  return link === null
    ? null
    : { ...link, cancel: { stage: "queued", attempts: 0, requestedAt, sentAt: null, notBefore: null, reason } };
}

function queueAdvanced(state: AccountState, event: QueueAdvanced): AccountState {
  let { orders } = state;
  const newTape = event.newTape === true;
  for (const { orderId, ahead, cursor } of event.orders) {
    const order = liveOrder(orders, orderId);
    if (order !== undefined && order.queue !== null) {
      const version = order.version + (newTape ? 1 : 0);
      orders = withOrder(orders, { ...order, version, queue: { ...order.queue, ahead, cursor } });
    }
  }
  // Ids of the old tape's prints would be taken for those of the new one.
  const { [event.symbol]: _counted, ...others } = state.prints;
  return afterOrders({ ...state, orders, prints: newTape ? others : state.prints }, event.symbol);
}

function ended(
  state: AccountState,
  event: Extract<AccountEvent, { type: "order_rejected" | "order_cancelled" | "order_expired" }>,
  how: OrderStep,
  seq: number,
): AccountState {
  const symbol = liveOrder(state.orders, event.orderId)?.symbol;
  const after = step(
    state,
    event.orderId,
    how,
    seq,
    (order) => ({ ...order, reason: event.reason, hold: { ...order.hold, amount: ZERO }, waiting: false }),
    event.marketTime,
  );
  if (symbol === undefined) {
    return after;
  }
  const holdings = changeHeld(after.holdings, event.released.asset, negate(event.released.amount));
  return afterOrders({ ...after, holdings }, symbol);
}

/** Prints that no live order can meet again need not be remembered. */
function afterOrders(state: AccountState, symbol: Symbol): AccountState {
  const prints = pruneConsumed(state.prints, symbol, liveOrdersOf(state.orders, symbol));
  return prints === state.prints ? state : { ...state, prints };
}

/**
 * Balances that cannot be are reported with the event that made them. With an exchange key facts arrive in any order, a fill
 * before the deposit that paid for it, so there the reconciliation tells and not this.
 */
function checked(state: AccountState, event: AccountEvent, seq: number): AccountState {
  if (state.venue !== null) {
    return state;
  }
  const wrong = Object.entries(state.holdings).find(
    ([, holding]) => isNegative(holding.managed) || isNegative(holding.held) || isNegative(freeOf(holding)),
  );
  const orderId = "orderId" in event ? event.orderId : null;
  const order = orderId === null ? undefined : findOrder(state, orderId);
  if (order !== undefined && isAbove(order.filledQuantity, order.quantity)) {
    return withFault(state, seq, `order ${order.id} is filled beyond its quantity`);
  }
  return wrong === undefined ? state : withFault(state, seq, `${event.type} left ${wrong[0]} below zero or over-held`);
}

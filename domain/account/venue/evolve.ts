/** The account after an event of its exchange. Total and deterministic, like account/evolve, of which it is a part. */
import { add, negate, subtract, ZERO, type Decimal } from "../../decimal.ts";
import type { AccountEvent } from "../events.ts";
import { applyLeg, changeExternal, changeHeld, changeManaged } from "../holdings.ts";
import { changeKnown, findOrder, step, withFault } from "../order-steps.ts";
import { countedAmend } from "../rate-window.ts";
import type { Order } from "../../orders/order.ts";
import { settled } from "../../protection/carried-stop.ts";
import { lostAgain } from "../../protection/exit-wish.ts";
import type { Protection } from "../../protection/protection.ts";
import { ENDED_ORDERS_KEPT, type AccountState, type OpenOrder } from "../state.ts";
import {
  VENUE_EVENT_TYPES,
  type ActionDeferred,
  type ActionSent,
  type AmendReleased,
  type ExecutionAlsoNamed,
  type ExternalFillBooked,
  type FlowValued,
  type HoldingAdopted,
  type HoldingsFound,
  type LedgerBooked,
  type LedgerSettled,
  type VenueEvent,
} from "./events.ts";
import type { PendingAmend, VenueLink, VenueState } from "./state.ts";
import { tradeKeyOf } from "../../venue/reports.ts";
import { withoutUnvalued, withUnvalued } from "./unvalued.ts";
import { findUnsettled, unsettledId, withUnsettled, type UnsettledExecution } from "./unsettled.ts";
import { liveOrder, withOrder } from "../open-orders.ts";

const VENUE_EVENTS: ReadonlySet<string> = new Set(VENUE_EVENT_TYPES);

export function isVenueEvent(event: AccountEvent): event is VenueEvent {
  return VENUE_EVENTS.has(event.type);
}

/** Applies an event that only an account with an exchange key knows. */
export function evolveVenue(state: AccountState, event: VenueEvent, seq: number): AccountState {
  switch (event.type) {
    case "connection_changed":
      return inVenue(state, seq, (venue) => ({ ...venue, connection: event.connection }));
    case "holdings_found":
      return inVenue(holdingsFound(state, event), seq, (venue) => ({ ...venue, foundAt: event.time }));
    case "action_sent":
      return inOrder(state, event.orderId, seq, (order, link) => ({ ...order, venue: sent(link, event) }));
    case "action_deferred":
      return inOrder(state, event.orderId, seq, (order, link) => ({ ...order, venue: deferred(link, event) }));
    case "order_reported":
      return inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        venueOrderId: event.venueOrderId,
        venue: {
          ...link,
          venueOrderId: event.venueOrderId,
          placement: "confirmed",
          venueFilled: event.filledQuantity,
          ending: event.ending,
          missing: false,
          emptyReads: 0,
        },
      }));
    case "absence_noted":
      return inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        venue: { ...link, emptyReads: event.count, emptyReadAt: event.readAt },
      }));
    case "amend_requested": {
      const asked = inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        hold: { ...order.hold, amount: event.hold.after },
        venue: {
          ...link,
          amend: {
            stage: "queued",
            attempts: 0,
            quantity: event.quantity,
            limitPrice: event.limitPrice,
            triggerPrice: event.triggerPrice,
            sentAt: null,
            deadline: event.deadline,
            notBefore: null,
            holdBefore: event.hold.before,
            holdRaised: subtract(event.hold.after, event.hold.before),
            ...(event.waitsFor === undefined ? {} : { waitsFor: event.waitsFor }),
          },
        },
      }));
      const recentEntries = countedAmend(state, liveOrder(state.orders, event.orderId), event);
      return { ...withHold(asked, event.hold), recentEntries };
    }
    case "amend_released": {
      const released = inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        hold: { ...order.hold, amount: event.hold.after },
        venue: { ...link, amend: link.amend === null ? null : releasedAmend(link.amend, event) },
      }));
      return withHold(released, event.hold);
    }
    case "amend_failed": {
      const failed = inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        reason: event.reason,
        hold: { ...order.hold, amount: event.hold.after },
        venue: { ...link, amend: null, amendFailedAt: event.marketTime },
      }));
      return withHold(failed, event.hold);
    }
    case "order_recalled":
      return { ...state, ended: [...othersEnded(state, event.order), event.order].slice(-ENDED_ORDERS_KEPT) };
    case "external_order_seen":
      return inVenue(state, seq, (venue) => ({
        ...venue,
        externalOrders: { ...venue.externalOrders, [event.order.venueOrderId]: event.order },
      }));
    case "external_order_ended":
      return inVenue(state, seq, (venue) => {
        const { [event.venueOrderId]: _gone, ...externalOrders } = venue.externalOrders;
        return { ...venue, externalOrders };
      });
    case "external_fill_booked":
      return externalFill(state, event);
    case "execution_also_named":
      return alsoNamed(state, event, seq);
    case "ledger_booked":
      return ledgerBooked(state, event);
    case "ledger_settled":
      return ledgerSettled(state, event, seq);
    case "difference_noted":
      return inVenue(state, seq, (venue) => ({
        ...venue,
        differences: { ...venue.differences, [event.asset]: event.difference },
      }));
    case "difference_cleared":
      return inVenue(state, seq, (venue) => {
        const { [event.asset]: _gone, ...differences } = venue.differences;
        return { ...venue, differences };
      });
    case "reconciled":
      return inVenue(state, seq, (venue) => ({ ...venue, reconciledAt: event.time }));
    case "holding_adopted":
      return holdingAdopted(state, event);
    case "flow_valued":
      return flowValued(state, event);
    case "fees_learned":
      return inVenue(state, seq, (venue) => ({
        ...venue,
        fees: {
          ...venue.fees,
          ...Object.fromEntries(event.fees.map(({ symbol, ...percents }) => [symbol, percents])),
        },
      }));
    case "exit_released": {
      const released = inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        quantity: event.quantity,
        reason: null,
        waiting: false,
        hold: { ...order.hold, amount: event.hold.after },
        venue: { ...link, waitsFor: [], deadline: event.deadline },
      }));
      return withHold(released, event.hold);
    }
    case "order_completed": {
      const order = liveOrder(state.orders, event.orderId);
      if (order === undefined) {
        return withFault(state, seq, `order ${event.orderId} was completed and is not live`);
      }
      const completed = step(
        state,
        order.id,
        "fully_filled",
        seq,
        (before) => ({ ...before, reason: null, hold: { ...before.hold, amount: ZERO } }),
        event.marketTime,
      );
      return {
        ...completed,
        holdings: changeHeld(completed.holdings, event.released.asset, negate(event.released.amount)),
      };
    }
    case "cancel_accepted":
      return inOrder(state, event.orderId, seq, (order, link) => ({
        ...order,
        venue: link.cancel === null ? link : { ...link, cancel: { ...link.cancel, stage: "accepted" } },
      }));
    case "order_missed":
      return inOrder(state, event.orderId, seq, (order, link) => ({ ...order, venue: { ...link, missing: true } }));
    case "exit_wish_changed":
      return inProtection(state, event.asset, (protection) => ({ ...protection, exit: event.exit }));
    case "stop_lost":
      return inProtection(state, event.asset, (protection) => ({
        ...protection,
        lost: lostAgain(protection.lost, findOrder(state, event.orderId)?.createdAt ?? 0, event.marketTime),
      }));
    case "carried_stop_settled":
      return changeKnown(state, event.orderId, (order) => settled(order, event.missing));
    case "alert_raised":
      return state;
  }
}

/** One that is there already is recalled with what became known of it since. */
function othersEnded({ ended }: AccountState, { id }: Order): readonly Order[] {
  return ended.filter((order) => order.id !== id);
}

function inProtection(
  state: AccountState,
  asset: string,
  change: (protection: Protection) => Protection,
): AccountState {
  const protection = state.protections[asset];
  return protection === undefined
    ? state
    : { ...state, protections: { ...state.protections, [asset]: change(protection) } };
}

/** The moves of an execution, until the ledger rows of each asset have settled them. */
export function expectSettlement(
  state: AccountState,
  executionId: string,
  execution: UnsettledExecution,
): AccountState {
  const { venue } = state;
  return venue === null
    ? state
    : { ...state, venue: { ...venue, unsettled: withUnsettled(venue.unsettled, { [executionId]: execution }) } };
}

function holdingsFound(state: AccountState, event: HoldingsFound): AccountState {
  const { holdings: found, equity, marketTime: startedAt, unpriced = [] } = event;
  let { holdings } = state;
  for (const { asset, quantity } of found) {
    holdings =
      asset === state.currency ? changeManaged(holdings, asset, quantity) : changeExternal(holdings, asset, quantity);
  }
  const counted = { ...state, holdings, baseline: equity, peak: equity, day: { startedAt, equity, flows: ZERO } };
  return found
    .filter(({ asset }) => unpriced.includes(asset))
    .reduce((after, { asset, quantity }) => withUnvalued(after, asset, { flow: quantity, day: quantity }), counted);
}

function sent(link: VenueLink, event: ActionSent): VenueLink {
  const { attempt: attempts, time: sentAt } = event;
  switch (event.action) {
    case "place":
      return { ...link, waitReason: null, placement: "sent", attempts, sentAt, notBefore: null };
    case "cancel":
      return link.cancel === null
        ? link
        : { ...link, waitReason: null, cancel: { ...link.cancel, stage: "sent", attempts, sentAt, notBefore: null } };
    case "amend":
      return link.amend === null
        ? link
        : { ...link, waitReason: null, amend: { ...link.amend, stage: "sent", attempts, sentAt, notBefore: null } };
  }
}

function releasedAmend(amend: PendingAmend, { deadline, hold }: AmendReleased): PendingAmend {
  const holdRaised = add(amend.holdRaised, subtract(hold.after, hold.before));
  return { ...amend, deadline, holdRaised, waitsFor: [] };
}

function deferred(link: VenueLink, event: ActionDeferred): VenueLink {
  const { notBefore, reason: waitReason } = event;
  switch (event.action) {
    case "place":
      return { ...link, waitReason, placement: "queued", notBefore };
    case "cancel":
      return link.cancel === null
        ? link
        : { ...link, waitReason, cancel: { ...link.cancel, stage: "queued", notBefore } };
    case "amend":
      return link.amend === null ? link : { ...link, waitReason, amend: { ...link.amend, stage: "queued", notBefore } };
  }
}

function externalFill(state: AccountState, event: ExternalFillBooked): AccountState {
  let { holdings } = state;
  const moves: Record<string, Decimal> = {};
  for (const leg of event.legs) {
    holdings = applyLeg(holdings, leg, event.filledAt, null);
    moves[leg.asset] = add(moves[leg.asset] ?? ZERO, leg.quantity);
  }
  for (const { asset, quantity } of event.external) {
    holdings = changeExternal(holdings, asset, quantity);
    moves[asset] = add(moves[asset] ?? ZERO, quantity);
  }
  const realised = event.legs.reduce((sum, leg) => add(sum, leg.realisedProfit ?? ZERO), ZERO);
  // What is filled of its order is told by the order's own reports, in totals: added here it would count twice.
  const booked = { ...state, holdings, realisedProfit: add(state.realisedProfit, realised) };
  const trade = tradeKeyOf(event);
  return expectSettlement(booked, event.executionId, {
    since: event.time,
    moves,
    byHand: true,
    ...(trade === null ? {} : { trade }),
  });
}

function alsoNamed(state: AccountState, { trade, executionId }: ExecutionAlsoNamed, seq: number): AccountState {
  const unsettled = state.venue?.unsettled ?? {};
  const id = unsettledId(unsettled, trade);
  const execution = id === null ? null : findUnsettled(unsettled, id);
  if (id === null || execution === null) {
    return state; // Settled already.
  }
  const named = { ...execution, names: [...(execution.names ?? []), executionId] };
  return inVenue(state, seq, (venue) => ({ ...venue, unsettled: withUnsettled(unsettled, { [id]: named }) }));
}

function ledgerBooked(state: AccountState, event: LedgerBooked): AccountState {
  let { holdings } = state;
  if (event.managed !== null) {
    holdings = applyLeg(holdings, event.managed, event.bookedAt, null);
  }
  holdings = changeExternal(holdings, event.asset, event.external);
  const { asset, quantity, managedFlow } = event;
  if (event.flow === null) {
    const managed = managedFlow === undefined ? {} : { managed: event.managed?.quantity ?? ZERO, counted: managedFlow };
    return withUnvalued({ ...state, holdings }, asset, { flow: quantity, day: quantity, ...managed });
  }
  return withFlows({ ...state, holdings }, event.flow, event.flow);
}

function holdingAdopted(state: AccountState, event: HoldingAdopted): AccountState {
  const { asset, quantity, cost, worth } = event;
  const leg = { asset, quantity, cost, realisedProfit: null };
  const external = changeExternal(state.holdings, asset, negate(quantity));
  const adopted = { ...state, holdings: applyLeg(external, leg, event.marketTime, null) };
  return worth === null ? withUnvalued(adopted, asset, { managed: quantity, counted: cost }) : adopted;
}

function flowValued(state: AccountState, { asset, flow, dayFlow }: FlowValued): AccountState {
  return withoutUnvalued(withFlows(state, flow, dayFlow), asset);
}

function withFlows(state: AccountState, flow: Decimal, dayFlow: Decimal): AccountState {
  return {
    ...state,
    baseline: add(state.baseline, flow),
    peak: add(state.peak, flow),
    day: { ...state.day, flows: add(state.day.flows, dayFlow) },
  };
}

function ledgerSettled(state: AccountState, event: LedgerSettled, seq: number): AccountState {
  let { holdings } = state;
  const before = state.venue?.unsettled ?? {};
  const changes: Record<string, UnsettledExecution | null> = {};
  for (const { asset, difference, executionId } of event.rows) {
    const execution = changes[executionId] === undefined ? findUnsettled(before, executionId) : changes[executionId];
    holdings =
      asset === state.currency
        ? changeManaged(holdings, asset, difference)
        : execution?.byHand === true
          ? changeExternal(holdings, asset, difference)
          : changeOwn(holdings, asset, difference);
    const { [asset]: _settled, ...moves } = execution?.moves ?? {};
    changes[executionId] = execution === null || Object.keys(moves).length === 0 ? null : { ...execution, moves };
  }
  return inVenue({ ...state, holdings }, seq, (venue) => ({ ...venue, unsettled: withUnsettled(before, changes) }));
}

/** The exchange's rounding belongs to the position; where it is sold, to what else there is of the asset. */
function changeOwn(holdings: AccountState["holdings"], asset: string, difference: Decimal): AccountState["holdings"] {
  const managed = holdings[asset]?.managed ?? ZERO;
  return managed === ZERO ? changeExternal(holdings, asset, difference) : changeManaged(holdings, asset, difference);
}

function withHold(
  state: AccountState,
  hold: { readonly asset: string; readonly before: Decimal; readonly after: Decimal },
): AccountState {
  return { ...state, holdings: changeHeld(state.holdings, hold.asset, subtract(hold.after, hold.before)) };
}

function inVenue(state: AccountState, seq: number, change: (venue: VenueState) => VenueState): AccountState {
  return state.venue === null
    ? withFault(state, seq, "an event of the exchange in an account that has none")
    : { ...state, venue: change(state.venue) };
}

function inOrder(
  state: AccountState,
  orderId: string,
  seq: number,
  change: (order: OpenOrder, link: VenueLink) => OpenOrder,
): AccountState {
  const order = liveOrder(state.orders, orderId);
  if (order === undefined || order.venue === null) {
    return withFault(state, seq, `order ${orderId} is not live at the exchange`);
  }
  return { ...state, orders: withOrder(state.orders, { ...change(order, order.venue), seq }) };
}

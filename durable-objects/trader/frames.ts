/** What the socket shows of the journal: each event with the views it left behind. */
import type { Changes, JournalEventView, TraderClientFrame, TraderServerFrame } from "../../contract/trader-socket.ts";
import { lossBasesOf } from "../../domain/account/facts.ts";
import { TRADER_SOCKET_PROTOCOL } from "../../contract/trader-socket.ts";
import type { AccountState as AccountStateView } from "../../contract/accounts.ts";
import type { FillView, OrderView } from "../../contract/orders.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Desk } from "./desk.ts";
import { decodeEvent, encodeEvent } from "./journal-codec.ts";
import { planResume } from "./resume.ts";
import type { JournalRow } from "./store.ts";
import type { Recorded } from "./turn.ts";
import {
  accountView,
  balanceViews,
  denialView,
  endedOrderViews,
  fillView,
  findOrder,
  openOrderViews,
  ordersTouched,
  positionViews,
} from "./views.ts";

const RECENT_FILLS = 50;

/** Frames for events that were just committed. */
export function eventFrames(recorded: readonly Recorded[], epoch: string): readonly TraderServerFrame[] {
  return recorded.map((each) => ({
    type: "event",
    event: eventView({ ...each, epoch, time: each.event.time, type: each.event.type }, encodeEvent(each.event).data),
    changes: changesOf(each),
  }));
}

/** The answer to a client that says where it stands: hello, then what it missed or everything. */
export function resumeFrames(
  desk: Desk,
  frame: TraderClientFrame,
  serverTime: number,
  sessionExpiresAt: number,
): readonly TraderServerFrame[] {
  const hello: TraderServerFrame = {
    type: "hello",
    protocol: TRADER_SOCKET_PROTOCOL,
    epoch: desk.epoch,
    seq: desk.seq,
    serverTime,
    sessionExpiresAt,
  };
  const plan = planResume(frame, desk);
  if (plan.type === "snapshot") {
    return [hello, { type: "snapshot", epoch: desk.epoch, seq: desk.seq, accounts: accountStates(desk) }];
  }
  return [hello, ...missedFrames(desk, plan.after)];
}

/** An account with everything that is alive in it. */
export function accountStateView(desk: Desk, state: AccountState): AccountStateView {
  return {
    account: accountView(state),
    openOrders: openOrderViews(state),
    recentOrders: endedOrderViews(state),
    recentFills: desk.store.recentFills(state.accountId, RECENT_FILLS).map((view) => parseTrusted<FillView>(view)),
  };
}

/** A row of the journal as the wire shows it. */
export function journalView(row: JournalRow): JournalEventView {
  return eventView({ ...row, type: decodeEvent(row).type }, row.data);
}

function accountStates(desk: Desk): AccountStateView[] {
  return desk.accounts().map((state) => accountStateView(desk, state));
}

/**
 * Events of the past carry what they touched as it is now; the account as a whole comes with the last event of each, so that
 * the client ends where the journal does.
 */
function missedFrames(desk: Desk, after: number): readonly TraderServerFrame[] {
  const rows = desk.store.journalAfter(after, desk.seq - after);
  const last = new Map(rows.map((row) => [row.accountId, row.seq]));
  return rows.map((row) => {
    const event = decodeEvent(row);
    const state = desk.account(row.accountId);
    const whole = state !== null && last.get(row.accountId) === row.seq ? accountChanges(state) : {};
    return { type: "event", event: journalView(row), changes: { ...pastChanges(desk, row, event), ...whole } };
  });
}

function pastChanges(desk: Desk, row: JournalRow, event: AccountEvent): Changes {
  const orders = ordersTouched(event).flatMap((orderId) => {
    const view = desk.store.order(row.accountId, orderId);
    return view === null ? [] : [parseTrusted<OrderView>(view)];
  });
  const fill = event.type === "fill_booked" ? desk.store.fillAt(row.seq) : null;
  return {
    ...(orders.length === 0 ? {} : { orders }),
    ...(fill === null ? {} : { fills: [parseTrusted<FillView>(fill)] }),
    ...denialChanges(event, row.accountId, row.seq),
  };
}

function changesOf({ event, before, after, accountId, seq }: Recorded): Changes {
  const orders = ordersTouched(event).flatMap((orderId) => {
    const order = findOrder(after, orderId);
    return order === null ? [] : [order];
  });
  return {
    ...(changesAccount(event) ||
    standsOtherwise(before, after) ||
    isJudgedOtherwise(before, after) ||
    before.halts !== after.halts ||
    before.naked.longest !== after.naked.longest
      ? { account: accountView(after) }
      : {}),
    ...(before.holdings === after.holdings ? {} : { balances: balanceViews(after) }),
    ...(standAsBefore(before, after) ? {} : { positions: positionViews(after) }),
    ...(orders.length === 0 ? {} : { orders }),
    ...(event.type === "fill_booked" ? { fills: [fillView(accountId, event, seq)] } : {}),
    ...denialChanges(event, accountId, seq),
  };
}

/** Whether positions look as before: what is held, what protects it, what is without. */
function standAsBefore(before: AccountState, after: AccountState): boolean {
  return before.holdings === after.holdings && before.naked === after.naked && before.protections === after.protections;
}

function denialChanges(event: AccountEvent, accountId: string, seq: number): Changes {
  return event.type === "order_denied" ? { denials: [denialView(accountId, event, seq)] } : {};
}

function accountChanges(state: AccountState): Changes {
  return { account: accountView(state), balances: balanceViews(state), positions: positionViews(state) };
}

/** Whether the account's own figures changed, beyond its holdings. */
function changesAccount(event: AccountEvent): boolean {
  switch (event.type) {
    case "account_opened":
    case "account_reset":
    case "deposited":
    case "settings_changed":
    case "risk_change_planned":
    case "fill_booked":
    case "day_started":
    case "holdings_found":
    case "holding_adopted":
    case "ledger_booked":
    case "flow_valued":
    case "external_fill_booked":
    case "trading_halted":
    case "trading_resumed":
    case "price_alert_set":
    case "price_alert_removed":
    case "price_alert_fired":
      return true;
    default:
      return false;
  }
}

/** Whether what rules of losses and of pace are judged by changed: the form in the browser judges by the same. */
function isJudgedOtherwise(before: AccountState, after: AccountState): boolean {
  return (
    before.recentEntries !== after.recentEntries ||
    before.watch.streak.losses !== after.watch.streak.losses ||
    JSON.stringify(lossBasesOf(before)) !== JSON.stringify(lossBasesOf(after))
  );
}

/** Whether what is shown of the account at its exchange changed: connection, fees, orders made by hand, what differs. */
function standsOtherwise({ venue: before }: AccountState, { venue: after }: AccountState): boolean {
  return (
    before !== after &&
    (before?.connection !== after?.connection ||
      before?.fees !== after?.fees ||
      before?.externalOrders !== after?.externalOrders ||
      before?.differences !== after?.differences ||
      before?.reconciledAt !== after?.reconciledAt)
  );
}

function eventView(
  row: {
    readonly epoch: string;
    readonly seq: number;
    readonly accountId: string;
    readonly time: number;
    readonly type: AccountEvent["type"];
  },
  data: string,
): JournalEventView {
  const { epoch, seq, accountId, time, type } = row;
  return { epoch, seq, accountId, time, type, data: parseTrusted<JournalEventView["data"]>(data) };
}

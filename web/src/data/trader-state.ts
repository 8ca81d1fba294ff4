/**
 * What the page knows of one trader's accounts, and how a frame of /ws/trader changes it. Every event carries the views it
 * left behind, so nothing is computed here: views replace views. Pure but for the draft of the store it is given.
 */
import type { AccountState, AccountView } from "../../../contract/accounts.ts";
import type { DenialView, FillView, OrderView } from "../../../contract/orders.ts";
import type { Changes, JournalEventView } from "../../../contract/trader-socket.ts";

export type DeskAccount = {
  account: AccountView;
  /** Alive, newest first. */
  openOrders: OrderView[];
  /** Ended, newest first, bounded. */
  recentOrders: OrderView[];
  recentFills: FillView[];
  denials: DenialView[];
};

export type TraderState = {
  epoch: string | null;
  seq: number;
  /** True once a snapshot came: until then nothing is known, which is not the same as nothing there. */
  ready: boolean;
  /** In the order in which they were opened. */
  accountIds: string[];
  accounts: Record<string, DeskAccount>;
};

/** Rows kept of each list; older ones are on the history page. */
export const RECENT_KEPT = 200;

const ENDED: ReadonlySet<OrderView["status"]> = new Set(["filled", "cancelled", "expired", "rejected"]);

export function emptyTraderState(): TraderState {
  return { epoch: null, seq: 0, ready: false, accountIds: [], accounts: {} };
}

/** True when the order is final. */
export function hasEnded(order: OrderView): boolean {
  return ENDED.has(order.status);
}

/** The state that a snapshot describes. Denials are events, so those already heard are kept. */
export function fromSnapshot(
  before: TraderState,
  frame: { readonly epoch: string; readonly seq: number; readonly accounts: readonly AccountState[] },
): TraderState {
  const accounts: Record<string, DeskAccount> = {};
  const sorted = frame.accounts.toSorted((left, right) => left.account.createdAt - right.account.createdAt);
  for (const state of sorted) {
    accounts[state.account.id] = {
      account: state.account,
      openOrders: newestFirst(state.openOrders),
      recentOrders: newestFirst(state.recentOrders.filter(hasEnded)),
      recentFills: [...state.recentFills].sort((left, right) => right.seq - left.seq || right.time - left.time),
      denials: before.accounts[state.account.id]?.denials ?? [],
    };
  }
  return {
    epoch: frame.epoch,
    seq: frame.seq,
    ready: true,
    accountIds: sorted.map((state) => state.account.id),
    accounts,
  };
}

/** Applies one event's views to a draft. Events at or before the draft's seq change nothing. */
export function applyEvent(draft: TraderState, event: JournalEventView, changes: Changes): void {
  if (event.epoch !== draft.epoch || event.seq <= draft.seq) {
    return;
  }
  draft.seq = event.seq;
  const known = draft.accounts[event.accountId];
  const desk = known ?? openDesk(draft, event.accountId, changes.account);
  if (desk === null) {
    return;
  }
  if (changes.account !== undefined) {
    desk.account = changes.account;
  }
  if (changes.balances !== undefined) {
    desk.account.balances = changes.balances;
  }
  if (changes.positions !== undefined) {
    desk.account.positions = changes.positions;
  }
  for (const order of changes.orders ?? []) {
    putOrder(desk, order);
  }
  desk.recentFills = putNewest(desk.recentFills, changes.fills);
  desk.denials = putNewest(desk.denials, changes.denials);
}

function openDesk(draft: TraderState, accountId: string, account: AccountView | undefined): DeskAccount | null {
  if (account === undefined) {
    return null;
  }
  const desk = { account, openOrders: [], recentOrders: [], recentFills: [], denials: [] };
  draft.accounts[accountId] = desk;
  draft.accountIds.push(accountId);
  return draft.accounts[accountId] ?? null;
}

function putOrder(desk: DeskAccount, order: OrderView): void {
  const isSame = (other: OrderView): boolean => other.id === order.id;
  if (hasEnded(order)) {
    desk.openOrders = desk.openOrders.filter((other) => !isSame(other));
    desk.recentOrders = newestFirst([order, ...desk.recentOrders.filter((other) => !isSame(other))]).slice(
      0,
      RECENT_KEPT,
    );
    return;
  }
  const index = desk.openOrders.findIndex(isSame);
  if (index === -1) {
    desk.openOrders = newestFirst([order, ...desk.openOrders]);
  } else {
    desk.openOrders[index] = order;
  }
}

function putNewest<Row extends { id: string }>(rows: Row[], added: readonly Row[] | undefined): Row[] {
  if (added === undefined || added.length === 0) {
    return rows;
  }
  const known = new Set(rows.map((row) => row.id));
  return [...added.filter((row) => !known.has(row.id)).toReversed(), ...rows].slice(0, RECENT_KEPT);
}

function newestFirst(orders: readonly OrderView[]): OrderView[] {
  return orders.toSorted((left, right) => right.createdAt - left.createdAt || right.seq - left.seq);
}

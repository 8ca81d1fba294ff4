/**
 * /ws/trader: everything that happens to one trader, in order. The client says where it stands ("I have 41 of epoch e");
 * the server sends what came after, or a snapshot when that is too far back or of another epoch. Every event that changes
 * money carries the views that it changed, so a screen never computes state of its own.
 */
import { z } from "zod";
import { PRICE_ALERT_EVENT_TYPES } from "../domain/alerts/events.ts";
import { HALT_EVENT_TYPES } from "../domain/risk/halts-events.ts";
import { VENUE_EVENT_TYPES } from "../domain/account/venue/events.ts";
import { account, accountState, balance, position } from "./accounts.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { denial, fill, order } from "./orders.ts";

export const TRADER_SOCKET_PROTOCOL = 1;
/** A client further behind than this gets a snapshot instead of the events. */
export const MAXIMUM_RESUME_GAP = 500;

/** The names of the journal's events as the wire shows them (domain/account/events). */
export const JOURNAL_EVENT_TYPES = [
  "account_opened",
  "account_reset",
  "deposited",
  "settings_changed",
  "risk_change_planned",
  "order_denied",
  "order_submitted",
  "order_opened",
  "order_rejected",
  "order_unknown",
  "fill_booked",
  "queue_advanced",
  "amend_denied",
  "order_amended",
  "cancel_requested",
  "order_cancelled",
  "order_expired",
  "day_started",
  "order_triggered",
  "trigger_moved",
  "protection_changed",
  "target_reached",
  ...HALT_EVENT_TYPES,
  ...PRICE_ALERT_EVENT_TYPES,
  ...VENUE_EVENT_TYPES,
] as const;

/** What an event says, for lists, toasts and the audit trail. `data` is the event's own record. */
export const journalEvent = z.object({
  epoch: z.string(),
  seq: z.number().int(),
  accountId: z.string(),
  time: milliseconds,
  type: z.enum(JOURNAL_EVENT_TYPES),
  data: z.record(z.string(), z.unknown()),
});
export type JournalEventView = z.infer<typeof journalEvent>;

/** The views that an event left behind. `balances` and `positions` replace the account's whole lists. */
export const changes = z.object({
  account: account.optional(),
  balances: z.array(balance).optional(),
  positions: z.array(position).optional(),
  orders: z.array(order).optional(),
  fills: z.array(fill).optional(),
  denials: z.array(denial).optional(),
});
export type Changes = z.infer<typeof changes>;

export const traderClientFrame = z.discriminatedUnion("type", [
  /** First frame of every connection. Nothing is sent before it. */
  z.strictObject({
    type: z.literal("resume"),
    epoch: z.string().max(64).nullable(),
    seq: z.number().int().nonnegative(),
  }),
]);
export type TraderClientFrame = z.infer<typeof traderClientFrame>;

export const traderServerFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.number().int(),
    epoch: z.string(),
    seq: z.number().int(),
    serverTime: milliseconds,
    sessionExpiresAt: milliseconds,
  }),
  z.object({ type: z.literal("snapshot"), epoch: z.string(), seq: z.number().int(), accounts: z.array(accountState) }),
  z.object({ type: z.literal("event"), event: journalEvent, changes }),
  z.object({ type: z.literal("error"), error: problem }),
]);
export type TraderServerFrame = z.infer<typeof traderServerFrame>;

/** GET /api/accounts/{id}/events?after= */
export const eventQuery = z.strictObject({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
export const eventList = z.object({ epoch: z.string(), events: z.array(journalEvent), last: z.number().int() });

/**
 * What traders did, copied from their journals by the outbox and rebuilt from them by command. Rows are keyed by account,
 * epoch and sequence, so that a repeated delivery changes nothing. Money is TEXT: SQLite's numeric types are floats.
 */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const journalEvents = sqliteTable(
  "journal_events",
  {
    accountId: text("account_id").notNull(),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    traderId: text("trader_id").notNull(),
    time: integer("time").notNull(),
    type: text("type").notNull(),
    data: text("data").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.accountId, table.epoch, table.seq] }),
    index("journal_events_trader").on(table.traderId),
  ],
);

export const orders = sqliteTable(
  "orders",
  {
    id: text("id").primaryKey(),
    traderId: text("trader_id").notNull(),
    accountId: text("account_id").notNull(),
    symbol: text("symbol").notNull(),
    side: text("side", { enum: ["buy", "sell"] }).notNull(),
    status: text("status").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Journal sequence of the version stored here: only a newer one replaces it. */
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    /** The whole order view as JSON (contract/orders order); the columns beside it are for filters. */
    view: text("view").notNull(),
  },
  (table) => [
    index("orders_account_created").on(table.accountId, table.createdAt, table.id),
    index("orders_trader").on(table.traderId),
  ],
);

export const fills = sqliteTable(
  "fills",
  {
    id: text("id").primaryKey(),
    traderId: text("trader_id").notNull(),
    accountId: text("account_id").notNull(),
    orderId: text("order_id").notNull(),
    symbol: text("symbol").notNull(),
    side: text("side", { enum: ["buy", "sell"] }).notNull(),
    time: integer("time").notNull(),
    epoch: text("epoch").notNull(),
    seq: integer("seq").notNull(),
    /** The whole fill view as JSON (contract/orders fill): fee, realised P&L, origin. */
    view: text("view").notNull(),
  },
  (table) => [
    index("fills_account_time").on(table.accountId, table.time, table.id),
    index("fills_trader").on(table.traderId),
  ],
);

/** One sample a minute for 7 days, then one an hour. */
export const equityPoints = sqliteTable(
  "equity_points",
  {
    accountId: text("account_id").notNull(),
    time: integer("time").notNull(),
    traderId: text("trader_id").notNull(),
    equity: text("equity").notNull(),
    cash: text("cash").notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.time] }), index("equity_points_trader").on(table.traderId)],
);

/** Traders and when they last did something, for the job that closes idle guests. */
export const traders = sqliteTable("traders", {
  traderId: text("trader_id").primaryKey(),
  lastActiveAt: integer("last_active_at").notNull(),
  /** 0 while every row of the outbox arrived; above: rows parked, history shown as incomplete. */
  parkedRows: integer("parked_rows").notNull().default(0),
});

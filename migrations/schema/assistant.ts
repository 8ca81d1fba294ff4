/**
 * What models were asked and what they proposed, copied from the assistants by their outboxes. The columns are for queries
 * across time; `record` is the whole as JSON. Money is TEXT: SQLite's numeric types are floats.
 */
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const assistantRuns = sqliteTable(
  "assistant_runs",
  {
    id: text("id").primaryKey(),
    traderId: text("trader_id").notNull(),
    chatId: text("chat_id").notNull(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    modelId: text("model_id").notNull(),
    status: text("status").notNull(),
    createdAt: integer("created_at").notNull(),
    /** Only a newer version replaces the one that is here. */
    version: integer("version").notNull(),
    /** The run, its messages, snapshot and raw reply. */
    record: text("record").notNull(),
  },
  (table) => [index("assistant_runs_trader").on(table.traderId, table.createdAt)],
);

export const assistantProposals = sqliteTable(
  "assistant_proposals",
  {
    id: text("id").primaryKey(),
    traderId: text("trader_id").notNull(),
    runId: text("run_id").notNull(),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    modelId: text("model_id").notNull(),
    symbol: text("symbol").notNull(),
    status: text("status").notNull(),
    createdAt: integer("created_at").notNull(),
    version: integer("version").notNull(),
    /** contract/assistant proposalView */
    record: text("record").notNull(),
  },
  (table) => [index("assistant_proposals_trader").on(table.traderId, table.createdAt)],
);

/** Money and tokens of one run under one model on one day (UTC). */
export const assistantUsage = sqliteTable(
  "assistant_usage",
  {
    runId: text("run_id").notNull(),
    traderId: text("trader_id").notNull(),
    day: text("day").notNull(),
    providerId: text("provider_id").notNull(),
    modelId: text("model_id").notNull(),
    cost: text("cost").notNull(),
    inputTokens: integer("input_tokens").notNull(),
    cachedInputTokens: integer("cached_input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    estimated: integer("estimated", { mode: "boolean" }).notNull(),
    version: integer("version").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId] }), index("assistant_usage_trader").on(table.traderId, table.day)],
);

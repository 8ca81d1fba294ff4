/** Traders whose levels somebody has to watch although nobody calls them: the sweep works from it (TRADING §4 "Three nets"). */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const openRisk = sqliteTable(
  "open_risk",
  {
    traderId: text("trader_id").primaryKey(),
    market: text("market").notNull(),
    /** Rises with every entry into the table: a row is removed only as it was when it was read. */
    notedAt: integer("noted_at").notNull(),
  },
  (table) => [index("open_risk_market").on(table.market)],
);

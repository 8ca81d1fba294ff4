/** Who holds which key at the exchange, so that no two users share one. Neither the key nor a part of it is here. */
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const krakenKeys = sqliteTable(
  "kraken_keys",
  {
    /** HMAC-SHA256 of the key under the vault's master (durable-objects/lib/vault.ts marks), 64 hexadecimal digits. */
    mark: text("mark").primaryKey(),
    traderId: text("trader_id").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("kraken_keys_trader").on(table.traderId)],
);

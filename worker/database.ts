/** D1 through drizzle: typed queries over the tables of migrations/schema. */
import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import * as assistant from "../migrations/schema/assistant.ts";
import * as auth from "../migrations/schema/auth.ts";
import * as candles from "../migrations/schema/candles.ts";
import * as history from "../migrations/schema/history.ts";
import * as krakenKeys from "../migrations/schema/kraken-keys.ts";
import * as openRisk from "../migrations/schema/open-risk.ts";

export const tables = { ...assistant, ...auth, ...candles, ...history, ...krakenKeys, ...openRisk };

export type Database = DrizzleD1Database<typeof tables>;

export function database(env: Env): Database {
  return drizzle(env.DB, { schema: tables });
}

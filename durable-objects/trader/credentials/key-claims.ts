/**
 * One key, one user (TRADING §6): marks of all keys in use stand in D1, where they are unique. A key is claimed before it is
 * stored and released after it is gone, so at worst a claim outlives its key; `keepOnly` puts that right.
 *
 * While the master is rotated a key has two marks, and both count. Column names: migrations/schema/kraken-keys.ts.
 */
import { withDeadline } from "../../lib/deadline.ts";
import type { Marks } from "../../lib/vault.ts";

export type KeyClaims = {
  /** False: another user holds it. Repeating a claim of one's own changes nothing. Throws when the database fails. */
  claim(traderId: string, marks: Marks, now: number): Promise<boolean>;
  /** Releases all that the trader holds but these. Throws when the database fails. */
  keepOnly(traderId: string, marks: readonly string[]): Promise<void>;
};

const DEADLINE_MS = 5_000;

// One statement, so that of two users who claim a key at once one fails.
const CLAIM = `
  INSERT INTO kraken_keys (mark, trader_id, created_at)
  SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM kraken_keys WHERE mark IN (?1, ?4) AND trader_id <> ?2)
  ON CONFLICT (mark) DO NOTHING`;
const HOLDER = "SELECT 1 FROM kraken_keys WHERE mark = ?1 AND trader_id = ?2";
const KEEP_ONLY = "DELETE FROM kraken_keys WHERE trader_id = ?1 AND mark NOT IN (SELECT value FROM json_each(?2))";

export function d1KeyClaims(database: D1Database): KeyClaims {
  return {
    claim: async (traderId, { current, previous }, now) => {
      const statements = [
        database.prepare(CLAIM).bind(current, traderId, now, previous ?? current),
        database.prepare(HOLDER).bind(current, traderId),
      ];
      const [, held] = await withDeadline(database.batch(statements), DEADLINE_MS, "claiming a key");
      return held !== undefined && held.results.length > 0;
    },
    keepOnly: async (traderId, marks) => {
      const statement = database.prepare(KEEP_ONLY).bind(traderId, JSON.stringify(marks));
      await withDeadline(statement.run(), DEADLINE_MS, "releasing keys");
    },
  };
}

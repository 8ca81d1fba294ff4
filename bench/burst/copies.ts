/** Many traders at once: the database of one that exists, copied under other names in the state folder of a stopped desk. */
import { createHash, createHmac } from "node:crypto";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { workerState } from "../../scripts/lib/database.ts";

const TRADERS = "tradewithai-Trader";
const FEED = "tradewithai-MarketFeed";

/** When each of the traders sold, by the wall clock of the decision; null where it has not. */
export function saleTimes(
  stateFolder: string,
  traderIds: readonly string[],
  symbol: string,
): readonly (number | null)[] {
  return traderIds.map((traderId) =>
    withDatabase(traderFile(stateFolder, traderId), (database) => {
      const row = database
        .prepare(
          `SELECT max(time) AS time FROM journal WHERE type = 'fill_booked'
           AND json_extract(data, '$.side') = 'sell' AND json_extract(data, '$.symbol') = ?`,
        )
        .get(symbol);
      return typeof row?.["time"] === "number" ? row["time"] : null;
    }),
  );
}

/** A trader with a stop at each level. */
export function tradersByLevel(stateFolder: string): ReadonlyMap<string, string> {
  return withDatabase(
    feedFile(stateFolder),
    (database) =>
      new Map(
        database
          .prepare("SELECT level, trader_id FROM triggers")
          .all()
          .map(({ level, trader_id: traderId }) => [String(level), String(traderId)]),
      ),
  );
}

/** Copies of the trader with its positions and its stops, registered in the feed; answers their ids. */
export function copyTrader(stateFolder: string, traderId: string, prefix: string, count: number): readonly string[] {
  const source = traderFile(stateFolder, traderId);
  if (!existsSync(source)) {
    throw new Error(
      `the database of ${traderId} is not where it should be: the names of objects are made otherwise now`,
    );
  }
  // What is still in the write-ahead log goes into the file that is copied.
  withDatabase(source, (database) => {
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  });
  const ids = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (const id of ids) {
    copyFileSync(source, traderFile(stateFolder, id));
  }
  withDatabase(feedFile(stateFolder), (database) => {
    const insert = database.prepare(`
      INSERT INTO triggers (trader_id, order_id, version, symbol, direction, level, armed_trade_id)
      SELECT ?1, order_id, version, symbol, direction, level, armed_trade_id FROM triggers WHERE trader_id = ?2`);
    database.exec("BEGIN");
    for (const id of ids) {
      insert.run(id, traderId);
    }
    database.exec("COMMIT");
  });
  return ids;
}

function traderFile(stateFolder: string, traderId: string): string {
  return join(workerState(stateFolder), "v3", "do", TRADERS, `${idOf(TRADERS, traderId)}.sqlite`);
}

function feedFile(stateFolder: string): string {
  const folder = join(workerState(stateFolder), "v3", "do", FEED);
  return join(folder, readdirSync(folder).find((each) => each.endsWith(".sqlite") && each !== "metadata.sqlite") ?? "");
}

/** The id that workerd makes of a name (idFromName), which names the file. */
function idOf(namespace: string, name: string): string {
  const key = createHash("sha256").update(namespace).digest();
  const half = (text: string | Buffer): Buffer => createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const first = half(name);
  return Buffer.concat([first, half(first)]).toString("hex");
}

function withDatabase<T>(file: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

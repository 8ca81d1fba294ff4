import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fillPage } from "../../contract/orders.ts";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { workerState } from "../../scripts/lib/database.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile, ratio, thousands } from "../lib/statistics.ts";
import { freshPrice, timed } from "../lib/timed.ts";

const EVENTS = 100_000;
const FILLS = { small: 100, large: 100_000 } as const;
const TRADERS = 4;
const COLD_ROUNDS = 6;
/** An object that nobody asks is gone after ten seconds. */
const IDLE_MS = 12_000;
const READS = 15;

type Owner = { readonly program: Program; readonly accountId: string };

/** The order path of an object that was gone, with a long journal; and lists over many rows against few. */
export async function benchHistory(): Promise<Section> {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-bench-"));
  const exchange = await startExchange({ port: 0, seed: 1 });
  try {
    const owners = await prepare(exchange.port, stateFolder);
    const desk = await startDesk(exchange.port, stateFolder);
    try {
      for (const { program } of owners) {
        program.origin = desk.origin;
      }
      // The first start behind so long a tail reads the whole journal and writes a snapshot.
      const replay = await timed(() => order(owners[0], "first"));
      await Promise.all(owners.map((owner) => order(owner, "first")));
      const warm: number[] = [];
      const cold: number[] = [];
      for (let round = 0; round < COLD_ROUNDS; round += 1) {
        await pause(IDLE_MS);
        for (const owner of owners) {
          await freshPrice(owner.program, "BTC-USD");
          cold.push(await timed(() => order(owner, `cold-${round}`)));
          warm.push(await timed(() => order(owner, `warm-${round}`)));
        }
      }
      const few = await readFills(owners[0]);
      const many = await readFills(owners[1]);
      const p = (samples: readonly number[], share: number) => milliseconds(percentile(samples, share));
      const half = (samples: readonly number[]) => percentile(samples, 0.5);
      return {
        title: "Long journals and histories",
        method: `${TRADERS} traders with ${thousands(EVENTS)} events each; an order after ${IDLE_MS / 1000} s without a request, ${cold.length} times (p99 is the worst), against the next one. Fills: ${READS} pages of 100 each, newest first and by symbol, out of ${thousands(FILLS.large)} against ${FILLS.small}.`,
        rows: [
          { what: "order to a cold object, p50", figure: p(cold, 0.5), against: `warm ${p(warm, 0.5)}` },
          { what: "order to a cold object, p99", figure: p(cold, 0.99), against: `warm ${p(warm, 0.99)}` },
          {
            what: "reading the whole journal once",
            figure: milliseconds(replay),
            against: "only when there is no snapshot",
          },
          {
            what: `page of ${thousands(FILLS.large)} fills, p50`,
            figure: milliseconds(half(many)),
            against: `of ${FILLS.small}: ${milliseconds(half(few))} (${ratio(half(many), half(few))}), same order of time`,
          },
        ],
      };
    } finally {
      await desk.stop();
    }
  } finally {
    await exchange.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

/** Traders with a fill each, whose journals and histories are then made long in the files of the stopped desk. */
async function prepare(venuePort: number, stateFolder: string): Promise<readonly Owner[]> {
  const desk = await startDesk(venuePort, stateFolder);
  const owners: Owner[] = [];
  try {
    for (let index = 0; index < TRADERS; index += 1) {
      const program = new Program(desk.origin);
      await program.signIn();
      const { id } = await program.account();
      await program.widenRules(id);
      await freshPrice(program, "BTC-USD");
      owners.push({ program, accountId: id });
      const fill = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.001" };
      await program.insist("POST", `/api/accounts/${id}/orders`, fill, "seed");
    }
    // The copy in D1 follows.
    await pause(3_000);
  } finally {
    await desk.stop();
  }
  const state = join(workerState(stateFolder), "v3");
  for (const file of databasesIn(join(state, "do", "tradewithai-Trader"))) {
    lengthenJournal(file);
  }
  for (const file of databasesIn(join(state, "d1", "miniflare-D1DatabaseObject"))) {
    lengthenFills(file, owners[0]?.accountId ?? "", FILLS.small);
    lengthenFills(file, owners[1]?.accountId ?? "", FILLS.large);
  }
  return owners;
}

async function order(owner: Owner | undefined, key: string): Promise<void> {
  if (owner === undefined) {
    throw new Error("there is no such trader");
  }
  const { program, accountId } = owner;
  const request = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.001", limitPrice: "50000" };
  const { status, body } = await program.insist("POST", `/api/accounts/${accountId}/orders`, request, key);
  if (status !== 201) {
    throw new Error(`an order was answered ${status} ${JSON.stringify(body)}`);
  }
}

async function readFills(owner: Owner | undefined): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const filter = read % 2 === 0 ? "" : "&symbol=BTC%2FUSD";
    const path = `/api/accounts/${owner?.accountId ?? ""}/fills?limit=100${filter}`;
    let rows = 0;
    samples.push(
      await timed(async () => {
        rows = fillPage.parse((await owner?.program.ask("GET", path, null, null))?.body).rows.length;
      }),
    );
    if (rows !== 100) {
      throw new Error(`a page of fills had ${rows} rows`);
    }
  }
  return samples;
}

function lengthenJournal(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(`
      WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < ${EVENTS}),
        last AS (SELECT * FROM journal ORDER BY seq DESC LIMIT 1)
      INSERT INTO journal (seq, epoch, account_id, time, type, version, data)
      SELECT last.seq + n, last.epoch, last.account_id, last.time, 'queue_advanced', 1,
        json_object('time', last.time, 'marketTime', last.time, 'symbol', 'BTC/USD', 'orders', json_array())
      FROM steps, last`);
  } finally {
    database.close();
  }
}

function lengthenFills(file: string, accountId: string, count: number): void {
  const database = new DatabaseSync(file);
  try {
    database
      .prepare(
        `WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < ?1),
           one AS (SELECT * FROM fills WHERE account_id = ?2 LIMIT 1)
         INSERT INTO fills (id, trader_id, account_id, order_id, symbol, side, time, epoch, seq, view)
         SELECT one.id || '-' || n, one.trader_id, one.account_id, one.order_id, one.symbol, one.side, one.time - n * 1000,
           one.epoch, one.seq, json_set(one.view, '$.id', one.id || '-' || n, '$.time', one.time - n * 1000)
         FROM steps, one`,
      )
      .run(count - 1, accountId);
  } finally {
    database.close();
  }
}

function databasesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => join(folder, name));
}

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { placedOrder } from "../../contract/orders.ts";
import { workerState } from "../../scripts/lib/database.ts";
import { toolEnvironment } from "../../scripts/lib/paths.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { startServer } from "../lib/server.ts";
import { milliseconds, percentile } from "../lib/statistics.ts";
import { freshPrice, timed } from "../lib/timed.ts";

const CANCELS = 60;
const TRIGGERS = 1_000;
const CALM = 10;
const BURST = CALM * 20;

/** From the wish to cancel to the cancelled order, while the market is calm and while it trades twenty times as much. */
export async function benchBurst(): Promise<Section> {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-bench-"));
  const folder = join(import.meta.dirname, "..", "fan-out");
  const venue = startServer("the venue", process.execPath, [join(folder, "venue.ts")], toolEnvironment(), folder);
  try {
    const port = Number(await venue.firstLine);
    await (await startDesk(port, stateFolder)).stop();
    registerTriggers(stateFolder);
    const desk = await startDesk(port, stateFolder);
    try {
      const program = new Program(desk.origin);
      await program.signIn();
      const { id } = await program.account();
      await program.widenRules(id);
      const orders = `/api/accounts/${id}/orders`;
      await freshPrice(program, "C00-USD");
      await program.insist(
        "POST",
        orders,
        { symbol: "C00/USD", side: "buy", type: "market", quantity: "0.5" },
        "stock",
      );
      const calm = await cancelAll(program, orders, "calm");
      await fetch(`http://127.0.0.1:${port}/ticks?per=${BURST}`);
      await pause(2_000);
      const burst = await cancelAll(program, orders, "burst");
      const p = (samples: readonly number[], share: number) => milliseconds(percentile(samples, share));
      return {
        title: "Cancels under a burst",
        method: `${CANCELS} cancels of a paper account one after the other over HTTP, ${TRIGGERS} trigger rows in the feed; 50 symbols traded ${CALM} times a second each, then ${BURST} times (${(BURST * 50).toLocaleString("en-US")} frames a second into the feed). p99 is the worst.`,
        rows: [
          { what: "wish to cancelled, p50", figure: p(burst, 0.5), against: `calm ${p(calm, 0.5)}` },
          { what: "wish to cancelled, p99", figure: p(burst, 0.99), against: `calm ${p(calm, 0.99)}` },
        ],
      };
    } finally {
      await desk.stop();
    }
  } finally {
    await venue.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function cancelAll(program: Program, orders: string, name: string): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let index = 0; index < CANCELS; index += 1) {
    const sell = { symbol: "C00/USD", side: "sell", type: "limit", quantity: "0.005", limitPrice: "1040" };
    const { body } = await program.insist("POST", orders, sell, `${name}-${index}`);
    const { order } = placedOrder.parse(body);
    samples.push(await timed(() => program.insist("DELETE", `${orders}/${order.id}`, null, `cancel-${name}-${index}`)));
  }
  return samples;
}

/** Rows of traders that do not matter here, at levels that no print reaches. */
function registerTriggers(stateFolder: string): void {
  const folder = join(workerState(stateFolder), "v3", "do", "tradewithai-MarketFeed");
  const name = readdirSync(folder).find((each) => each.endsWith(".sqlite") && each !== "metadata.sqlite") ?? "";
  const database = new DatabaseSync(join(folder, name));
  try {
    database.exec(`
      WITH RECURSIVE steps (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM steps WHERE n < ${TRIGGERS})
      INSERT INTO triggers (trader_id, order_id, version, symbol, direction, level, armed_trade_id)
      SELECT 'bench-' || (n % 50), 'order-' || n, 1, 'C00/USD', 'below', CAST(100 + n / 10 AS TEXT), 0 FROM steps`);
  } finally {
    database.close();
  }
}

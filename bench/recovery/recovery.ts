import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workerdBelow } from "../../scripts/lib/descendants.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { isReady, launchDesk, type Desk } from "../../tests/support/desk.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile } from "../lib/statistics.ts";
import { freshPrice } from "../lib/timed.ts";

const KILLS = 3;

type Recovery = { readonly noticed: number; readonly price: number; readonly order: number };

/** `kill -9` of the worker under `npm start`: when it is noticed, when prices are fresh again, when an order is answered. */
export async function benchRecovery(): Promise<Section> {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-bench-"));
  const desk = await launchDesk({ stateFolder });
  try {
    await isReady(desk);
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    await program.widenRules(id);
    await freshPrice(program, "BTC-USD");
    const recoveries: Recovery[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      recoveries.push(await recover(desk, program, id, kill));
      // npm start restarts a worker three times a minute at most.
      await pause(kill + 1 < KILLS ? 10_000 : 0);
    }
    const middle = (pick: (recovery: Recovery) => number) => milliseconds(percentile(recoveries.map(pick), 0.5));
    const worst = (pick: (recovery: Recovery) => number) =>
      `worst of ${KILLS}: ${milliseconds(percentile(recoveries.map(pick), 1))}`;
    const row = (what: string, pick: (recovery: Recovery) => number) => ({
      what,
      figure: middle(pick),
      against: worst(pick),
    });
    return {
      title: "Recovery",
      method: `kill -9 of every workerd under npm start, ${KILLS} times, median. The start of wrangler is part of it; in production the platform starts an object in milliseconds.`,
      rows: [
        row("until npm start says so", ({ noticed }) => noticed),
        row("until the first fresh price", ({ price }) => price),
        row("until the trader has answered an order", ({ order }) => order),
      ],
    };
  } finally {
    await desk.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function recover(desk: Desk, program: Program, accountId: string, kill: number): Promise<Recovery> {
  const printed = desk.output().length;
  const start = performance.now();
  for (const pid of workerdBelow(desk.process.pid ?? 0)) {
    process.kill(pid, "SIGKILL");
  }
  while (!desk.output().slice(printed).includes("started again")) {
    await pause(20);
  }
  const noticed = performance.now() - start;
  await freshPrice(program, "BTC-USD");
  const price = performance.now() - start;
  const order = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.001" };
  await program.insist("POST", `/api/accounts/${accountId}/orders`, order, `order-${kill}`);
  return { noticed, price, order: performance.now() - start };
}

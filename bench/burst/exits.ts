import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { placedOrder } from "../../contract/orders.ts";
import { toolEnvironment } from "../../scripts/lib/paths.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startDesk, type BenchDesk } from "../lib/desk.ts";
import type { Row, Section } from "../lib/report.ts";
import { startServer } from "../lib/server.ts";
import { milliseconds, percentile, ratio, thousands } from "../lib/statistics.ts";
import { freshPrice, patiently, timed } from "../lib/timed.ts";
import { copyTrader, saleTimes, tradersByLevel } from "./copies.ts";
import { SaleWatch } from "./sale-watch.ts";

/** Traders whose stops lie at each level; the market trades at 1,000. */
const GROUPS = [
  { traders: 1, level: "995" },
  { traders: 100, level: "990" },
  { traders: 1_000, level: "985" },
] as const;
/** Each trader holds both. The first print finds objects that are not in memory, the second finds them there. */
const SYMBOLS = ["C00/USD", "C01/USD"] as const;
/** Of each group so many are real users whose socket is open: they see a sale only once it is committed. */
const WATCHED = 4;
const CANCELS = 40;
const PATIENCE_MS = 120_000;

const printed = z.object({ result: z.object({ at: z.number() }) });

type Crossing = {
  readonly traderIds: readonly string[];
  readonly symbol: (typeof SYMBOLS)[number];
  readonly at: number;
  readonly cpuSeconds: number;
};
type Group = { readonly traderIds: readonly string[]; readonly level: string };
type Users = { readonly canceller: Program; readonly watched: ReadonlyMap<string, readonly Program[]> };
type Measured = {
  readonly crossings: readonly Crossing[];
  readonly lags: readonly number[];
  readonly calm: readonly number[];
  readonly during: readonly number[];
};

/** One print goes through the stops of many traders: when the last of them has sold, and what a cancel takes meanwhile. */
export async function benchExits(): Promise<Section> {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-bench-"));
  const folder = join(import.meta.dirname, "..", "fan-out");
  const venue = startServer("the venue", process.execPath, [join(folder, "venue.ts")], toolEnvironment(), folder);
  try {
    const port = Number(await venue.firstLine);
    const users = await prepare(port, stateFolder);
    const templates = tradersByLevel(stateFolder);
    const groups = GROUPS.map(({ traders, level }) => ({
      level,
      traderIds: copyTrader(stateFolder, templates.get(level) ?? "", `at-${level}`, traders),
    }));
    const desk = await startDesk(port, stateFolder);
    let measured: Measured;
    try {
      measured = await measure(desk, port, users, groups);
    } finally {
      await desk.stop();
    }
    return report(stateFolder, measured);
  } finally {
    await venue.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
}

async function measure(
  desk: BenchDesk,
  port: number,
  { canceller, watched }: Users,
  groups: readonly Group[],
): Promise<Measured> {
  for (const program of [canceller, ...[...watched.values()].flat()]) {
    program.origin = desk.origin;
  }
  await freshPrice(canceller, "C00-USD");
  await freshPrice(canceller, "C01-USD");
  const orders = `/api/accounts/${(await patiently(() => canceller.account())).id}/orders`;
  const calm = await cancelMany(canceller, orders, "calm");
  const idle = await cpuPerSecond(desk);
  const crossings: Crossing[] = [];
  const lags: number[] = [];
  const during: number[] = [];
  for (const { level, traderIds } of groups) {
    for (const symbol of SYMBOLS) {
      const watch = await patiently(() => SaleWatch.open(watched.get(level) ?? [], symbol));
      const [cpu, begun] = [desk.cpuSeconds(), Date.now()];
      const at = await printAt(port, symbol, Number(level) - 0.1);
      if (level === GROUPS.at(-1)?.level) {
        during.push(...(await cancelMany(canceller, orders, `at-${level}-${symbol.slice(0, 3)}`)));
      }
      await watch.all(PATIENCE_MS);
      // The watched are some of many: the others are given the same again.
      await pause(2_000 + (Date.now() - begun) / 2);
      const seconds = (Date.now() - begun) / 1_000;
      crossings.push({ traderIds, symbol, at, cpuSeconds: desk.cpuSeconds() - cpu - idle * seconds });
      lags.push(...watch.lags);
      watch.close();
    }
  }
  return { crossings, lags, calm, during };
}

function report(stateFolder: string, { crossings, lags, calm, during }: Measured): Section {
  const lasts: number[] = [];
  const rows = crossings.map(({ traderIds, symbol, at, cpuSeconds }, index): Row => {
    const times = saleTimes(stateFolder, traderIds, symbol);
    const done = times.flatMap((time) => (time === null ? [] : time - at));
    const last = Math.max(Number.NaN, ...done);
    lasts.push(Math.max(0, ...done));
    const count = traderIds.length;
    const of = lasts[index % SYMBOLS.length] ?? Number.NaN;
    const against = [
      count === 1 ? "alone" : `${ratio(lasts[index] ?? last, of)} one trader's, for ${count} times as many`,
      `first ${milliseconds(Math.min(...done))}, half ${milliseconds(percentile(done, 0.5))}`,
      `${milliseconds((cpuSeconds * 1_000) / count)} of CPU each`,
      ...(done.length === count ? [] : [`${count - done.length} had NOT sold`]),
    ];
    const state = symbol === SYMBOLS[0] ? "not in memory" : "in memory";
    return {
      what: `last exit of ${thousands(count)}, ${state}`,
      figure: milliseconds(lasts[index] ?? last),
      against: against.join("; "),
    };
  });
  const p = (samples: readonly number[], share: number): number => percentile(samples, share);
  const cancel = (what: string, share: number): Row => ({
    what,
    figure: milliseconds(p(during, share)),
    against: `calm ${milliseconds(p(calm, share))}: ${ratio(p(during, share), p(calm, share))}`,
  });
  return {
    title: "A tick through the stops of many traders",
    method: `One print each through the stops of ${GROUPS.map(({ traders }) => thousands(traders)).join(", then ")} traders with two positions each: from the frame of the print leaving the venue to the decision that booked the sale, by the journals of all of them. All objects share one thread here, a start of each included where it was not in memory. 50 symbols trade 10 times a second each. After each of the last two prints ${CANCELS} cancels of another trader, one after the other over HTTP; p99 is about the second worst.`,
    rows: [
      ...rows,
      {
        what: "decided to committed, in the client's hand",
        figure: milliseconds(Math.max(0, ...lags)),
        against: `the worst of ${lags.length} sockets of further traders among them; half ${milliseconds(p(lags, 0.5))}`,
      },
      cancel("wish to cancelled during the 1,000, p50", 0.5),
      cancel("wish to cancelled during the 1,000, p99", 0.99),
    ],
  };
}

/** Users with positions and stops at each level, the first of each to be copied; and one who places and cancels. */
async function prepare(port: number, stateFolder: string): Promise<Users> {
  const desk = await startDesk(port, stateFolder);
  try {
    const { program: canceller } = await enter(desk);
    await freshPrice(canceller, "C00-USD");
    await freshPrice(canceller, "C01-USD");
    const watched = new Map<string, Program[]>();
    for (const { level } of GROUPS) {
      for (let index = 0; index < WATCHED; index += 1) {
        const { program, orders } = await enter(desk);
        for (const symbol of SYMBOLS) {
          const stop = { type: "price", price: level };
          const entry = { symbol, side: "buy", type: "market", quantity: "0.5", stop };
          const { status, body } = await program.insist("POST", orders, entry, `entry-${symbol}`);
          if (status !== 201) {
            throw new Error(`an entry was answered ${status} ${JSON.stringify(body)}`);
          }
        }
        watched.set(level, [...(watched.get(level) ?? []), program]);
      }
    }
    // The feed has the rows, D1 its copy.
    await pause(3_000);
    return { canceller, watched };
  } finally {
    await desk.stop();
  }
}

async function enter(desk: BenchDesk): Promise<{ readonly program: Program; readonly orders: string }> {
  const program = new Program(desk.origin);
  await patiently(() => program.signIn());
  const { id } = await patiently(() => program.account());
  await patiently(() => program.widenRules(id));
  return { program, orders: `/api/accounts/${id}/orders` };
}

async function cpuPerSecond(desk: BenchDesk): Promise<number> {
  const before = desk.cpuSeconds();
  const begun = Date.now();
  await pause(3_000);
  return (desk.cpuSeconds() - before) / ((Date.now() - begun) / 1_000);
}

async function printAt(port: number, symbol: string, price: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/print?symbol=${symbol}&price=${price}`);
  return printed.parse(await response.json()).result.at;
}

/** Orders that rest far under the market, placed and cancelled; only the cancels are timed. */
async function cancelMany(program: Program, orders: string, name: string): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let index = 0; index < CANCELS; index += 1) {
    const buy = { symbol: "C02/USD", side: "buy", type: "limit", quantity: "0.005", limitPrice: "900", stop: null };
    const { body } = await program.insist("POST", orders, buy, `${name}-${index}`);
    const { order } = placedOrder.parse(body);
    samples.push(await timed(() => program.insist("DELETE", `${orders}/${order.id}`, null, `cancel-${name}-${index}`)));
  }
  return samples;
}

/**
 * January to September 2020 as Kraken traded them, hour by hour, through the whole stack (issue 4 §5). One account is protected by
 * its defaults, one is all in and sold by its drawdown halt; both trade on until the recording ends. Then every event of both
 * journals is checked.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { account, accountDetail } from "../../contract/accounts.ts";
import { marketList } from "../../contract/markets.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { compare, decimal, multiply, round, ZERO } from "../../domain/decimal.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { expectExactMoney, fillsOf, HOUR_MS, readCandle } from "./exact-money.ts";
import { Program } from "./program.ts";

const recorded =
  process.env["TRADE_SHARED"] === undefined ? "" : join(process.env["TRADE_SHARED"], "market-data", "XBTUSD_60.csv");
/** It takes a quarter of an hour, so it runs only when it is asked for. `FROM/TO` plays a part of it. */
const wished = process.env["NINE_MONTHS"];
const wanted = existsSync(recorded) && wished !== undefined;
/** An hour in a tenth of a second. */
const SPEED = Number(process.env["NINE_MONTHS_SPEED"] ?? "36000");
const STEP_MS = 400;
const WARM_UP_MS = 48 * HOUR_MS;

test.skipIf(!wanted)(
  "nine months of 2020, replayed, leave exact money, no order passed over and nothing opened in a halt (needs TRADE_SHARED and NINE_MONTHS)",
  async () => {
    const [from, to] = span();
    const folder = mkdtempSync(join(tmpdir(), "tradewithai-months-"));
    const file = join(folder, "market", "XBTUSD_60.csv");
    mkdirSync(join(folder, "market"));
    const lines = readFileSync(recorded, "utf8").trim().split("\n");
    const candles = lines.map(readCandle);
    const played = lines.filter((_, index) => {
      const time = candles[index]?.time ?? 0;
      return time >= from - WARM_UP_MS && time < to;
    });
    writeFileSync(file, `${played.join("\n")}\n`);
    const desk = await launchDesk({
      stateFolder: join(folder, "state"),
      more: [`--replay=${file}`, `--speed=${SPEED}`, `--from=${new Date(from).toISOString()}`],
    });
    try {
      await isReady(desk);
      const program = new Program(desk.origin);
      await program.signIn();
      const careful = (await program.account()).id;
      const opened = await program.insist("POST", "/api/accounts", { name: "All in" }, "open");
      const allIn = account.parse(opened.body).id;
      const rules = { ...WIDE_RISK, drawdownPercent: "20", onHalt: "flatten" };
      expect((await program.insist("PUT", `/api/accounts/${allIn}/risk`, rules, "rules")).status).toBe(200);
      for (let step = 0; (await marketTime(program)) < to - 6 * HOUR_MS; step += 1) {
        await tradeCarefully(program, careful, step);
        await tradeAllIn(program, allIn, step);
        await pause(STEP_MS);
      }
      for (const id of [careful, allIn]) {
        await program.insist("DELETE", `/api/accounts/${id}/orders`, null, `end-${id}`);
      }
      const ofCareful = await expectExactMoney(program, careful, candles);
      const ofAllIn = await expectExactMoney(program, allIn, candles);
      const stops = fillsOf(ofCareful).filter(({ origin }) => origin === "stop");
      const resting = fillsOf(ofCareful).filter(({ liquidity }) => liquidity === "maker");
      const halts = ofAllIn.flatMap((event) => (event.type === "trading_halted" ? event.halt : []));
      const counted = {
        hours: played.length,
        careful: countByType(ofCareful),
        allIn: countByType(ofAllIn),
        soldByStop: stops.length,
        resting: resting.length,
        halts: halts.map(({ haltedAt, value }) => `${new Date(haltedAt).toISOString()} at ${value} %`),
        unanswered: program.unanswered,
      };
      // What a run has tried, for whoever asked for it.
      process.stdout.write(`${JSON.stringify(counted, null, 2)}\n`);
      expect(stops.length).toBeGreaterThan(0);
      expect(resting.length).toBeGreaterThan(0);
      for (const { kind, value } of halts) {
        expect(kind).toBe("drawdown");
        expect(compare(value ?? ZERO, decimal("20"))).toBeGreaterThanOrEqual(0);
      }
      if (from <= Date.parse("2020-03-01") && to >= Date.parse("2020-04-01")) {
        expect(halts.some(({ haltedAt }) => new Date(haltedAt).toISOString().startsWith("2020-03-1"))).toBe(true);
      }
    } finally {
      await desk.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  3_600_000,
);

/** Buys a fifth with the default stop, or rests under the market with a trailing stop and a target; takes parts off. */
async function tradeCarefully(program: Program, id: string, step: number): Promise<void> {
  const { account: now, valuation } = await program.get(`/api/accounts/${id}`, accountDetail);
  const orders = `/api/accounts/${id}/orders`;
  if (now.halts.length > 0) {
    await program.insist("POST", `/api/accounts/${id}/halts/resume`, { how: "baseline" }, `careful-resume-${step}`);
  } else if (now.positions.length === 0 && valuation.equity !== null && step % 2 === 0) {
    const cost = round(multiply(valuation.equity, decimal("0.2")), 2, "down");
    const request = { symbol: "BTC/USD", side: "buy", type: "market", cost };
    await program.insist("POST", orders, request, `careful-buy-${step}`);
  } else if (step % 4 === 1) {
    const { markets } = await program.get("/api/markets", marketList);
    const last = markets.find(({ instrument }) => instrument.symbol === "BTC/USD")?.ticker?.last ?? null;
    await program.insist("DELETE", orders, null, `careful-cancel-${step}`);
    if (last !== null) {
      const request = {
        symbol: "BTC/USD",
        side: "buy",
        type: "limit",
        quantity: "0.02",
        limitPrice: round(multiply(last, decimal("0.99")), 1, "down"),
        postOnly: true,
        stop: { type: "trailing", percent: "4" },
        target: { type: "percent", percent: "8" },
      };
      await program.insist("POST", orders, request, `careful-rest-${step}`);
    }
  } else if (step % 16 === 7 && now.positions.length > 0) {
    await program.insist("POST", `/api/accounts/${id}/positions/BTC/close`, { percent: 50 }, `careful-close-${step}`);
  }
}

/** Everything in bitcoin, again as soon as a halt has sold it. */
async function tradeAllIn(program: Program, id: string, step: number): Promise<void> {
  const { account: now, valuation } = await program.get(`/api/accounts/${id}`, accountDetail);
  if (now.positions.length > 0 || valuation.equity === null) {
    return;
  }
  if (now.halts.length > 0) {
    await program.insist("POST", `/api/accounts/${id}/halts/resume`, { how: "baseline" }, `all-resume-${step}`);
    return;
  }
  const cost = round(multiply(valuation.equity, decimal("0.98")), 2, "down");
  const request = { symbol: "BTC/USD", side: "buy", type: "market", cost };
  await program.insist("POST", `/api/accounts/${id}/orders`, request, `all-buy-${step}`);
}

function countByType(events: readonly AccountEvent[]): Readonly<Record<string, number>> {
  const groups = Map.groupBy(events, ({ type }) => type);
  return Object.fromEntries([...groups].map(([type, all]) => [type, all.length]));
}

function span(): readonly [number, number] {
  const [from, to] = wished?.includes("/") === true ? wished.split("/") : ["2020-01-03", "2020-10-01"];
  return [Date.parse(from ?? ""), Date.parse(to ?? "")];
}

async function marketTime(program: Program): Promise<number> {
  return (await program.get("/api/markets", marketList)).marketTime;
}

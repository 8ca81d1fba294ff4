/**
 * 12 March 2020 as Kraken traded it, through the whole stack (TRADING §4, §5). Two accounts buy at the open of 00:00: A with the
 * default stop, B all in with neither stop nor risk per trade.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { account, accountDetail } from "../../contract/accounts.ts";
import { marketList } from "../../contract/markets.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { compare, decimal } from "../../domain/decimal.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { domainEvent, Program } from "./program.ts";

const recorded =
  process.env["TRADE_SHARED"] === undefined ? "" : join(process.env["TRADE_SHARED"], "market-data", "XBTUSD_60.csv");
const HOUR_MS = 3_600_000;
const DAY = Date.parse("2020-03-12T00:00:00Z");
/** The desk starts while these hours go by. */
const FROM = DAY - 16 * HOUR_MS;
/** An hour in three seconds: an order that is sent at the open is there before the hour's low. */
const SPEED = 1_200;

/** It takes a minute and a half, so it runs only when it is asked for; domain/risk/halts-2020 tests both accounts without the stack. */
const wanted = existsSync(recorded) && process.env["CRASH_2020"] !== undefined;

test.skipIf(!wanted)(
  "in the crash of March 2020 the default stop sells at 06:00, and who is all in is halted at the open of 11:00 (needs TRADE_SHARED and CRASH_2020)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tradewithai-crash-"));
    const file = join(folder, "market", "XBTUSD_60.csv");
    mkdirSync(join(folder, "market"));
    const rows = readFileSync(recorded, "utf8").trim().split("\n");
    writeFileSync(file, `${rows.filter((row) => isWithin(row, FROM - 48 * HOUR_MS, DAY + 24 * HOUR_MS)).join("\n")}\n`);
    const desk = await launchDesk({
      stateFolder: join(folder, "state"),
      more: [`--replay=${file}`, `--speed=${SPEED}`, `--from=${new Date(FROM).toISOString()}`],
    });
    try {
      await isReady(desk);
      const program = new Program(desk.origin);
      await program.signIn();
      const a = (await program.account()).id;
      const opened = await program.insist("POST", "/api/accounts", { name: "All in" }, "open-b");
      const b = account.parse(opened.body).id;
      const rules = { ...WIDE_RISK, drawdownPercent: "20" };
      expect((await program.insist("PUT", `/api/accounts/${b}/risk`, rules, "rules-b")).status).toBe(200);
      await until(program, DAY);
      const buy = { symbol: "BTC/USD", side: "buy", type: "market" };
      // A names the open, so that its stop is 5 % under that and not under whatever the spread is.
      const atOpen = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.2", limitPrice: "7961.3" };
      const [boughtA, boughtB] = await Promise.all([
        program.insist("POST", `/api/accounts/${a}/orders`, atOpen, "buy-a"),
        program.insist("POST", `/api/accounts/${b}/orders`, { ...buy, cost: "9999" }, "buy-b"),
      ]);
      expect([boughtA.status, boughtB.status]).toEqual([201, 201]);
      expect(await marketTime(program)).toBeLessThan(DAY + HOUR_MS);
      await until(program, DAY + 9 * HOUR_MS);

      const sold = (await program.allFills(a)).filter(({ side }) => side === "sell");
      expect(sold.length).toBeGreaterThan(0);
      for (const { time, origin, price } of sold) {
        expect(new Date(time).toISOString().slice(0, 13)).toBe("2020-03-12T06");
        expect(origin).toBe("stop");
        // At the first market after the trigger at 5 % under about 7,961: nowhere near the day's low.
        expect(compare(price, decimal("7400"))).toBeGreaterThan(0);
      }
      const afterA = await program.get(`/api/accounts/${a}`, accountDetail);
      expect(afterA.account.positions).toEqual([]);

      // 20 % under 10,000: the low and the close of 10:00 breach it, its high does not; the open of 11:00 is second in a row.
      // A candle of a recording by the hour is judged when it is closed.
      await expect
        .poll(async () => (await haltsOf(program, b)).length, { timeout: 60_000, interval: 500 })
        .toBeGreaterThan(0);
      const haltedB = await haltsOf(program, b);
      expect(haltedB).toHaveLength(1);
      expect(new Date(haltedB[0]?.halt.haltedAt ?? 0).toISOString().slice(0, 13)).toBe("2020-03-12T11");
      expect(haltedB[0]?.halt.kind).toBe("drawdown");
      const afterB = await program.get(`/api/accounts/${b}`, accountDetail);
      expect(afterB.account.positions).toHaveLength(1);
      const more = await program.insist("POST", `/api/accounts/${b}/orders`, { ...buy, quantity: "0.001" }, "more-b");
      expect(more.body).toMatchObject({ error: { code: "TRADING_HALTED" } });
    } finally {
      await desk.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

async function haltsOf(program: Program, accountId: string) {
  const events = (await program.allEvents(accountId)).map(domainEvent);
  return events.filter((event) => event.type === "trading_halted");
}

async function until(program: Program, time: number): Promise<void> {
  while ((await marketTime(program)) < time) {
    await pause(100);
  }
}

async function marketTime(program: Program): Promise<number> {
  return (await program.get("/api/markets", marketList)).marketTime;
}

function isWithin(row: string, from: number, to: number): boolean {
  const time = Number(row.slice(0, row.indexOf(","))) * 1000;
  return time >= from && time < to;
}

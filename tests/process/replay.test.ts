import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { marketList } from "../../contract/markets.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { expectExactMoney, fillsOf, HOUR_MS, readCandle } from "./exact-money.ts";
import { Program } from "./program.ts";

const recorded =
  process.env["TRADE_SHARED"] === undefined ? "" : join(process.env["TRADE_SHARED"], "market-data", "XBTUSD_60.csv");
const CRASH = { from: "2020-03-12T00:00:00Z", to: "2020-03-13T12:00:00Z" };

test.skipIf(!existsSync(recorded))(
  "the crash of March 2020, replayed, keeps equity = cash + inventory at every event (needs TRADE_SHARED)",
  async () => {
    const rows = readFileSync(recorded, "utf8").trim().split("\n");
    const begin = Date.parse(CRASH.from) / 1000 - 48 * 3600;
    const slice = rows.filter((row) => within(row, begin, Date.parse(CRASH.to) / 1000));
    await replay(slice, CRASH.from, 3600);
  },
);

test("an invented crash, replayed, keeps equity = cash + inventory at every event", async () => {
  const start = Date.parse("2021-01-01T00:00:00Z") / 1000;
  const slice = Array.from({ length: 60 }, (_, hour) => {
    const open = 8000 - Math.max(0, hour - 36) * 120;
    return `${start + hour * 3600},${open}.0,${open + 60}.0,${open - 180}.0,${open - 120}.0,250.0,400`;
  });
  await replay(slice, "2021-01-02T00:00:00Z", 7200);
});

/** Buys, rests orders down the slope, sells on the way, and then checks every event of the journal. */
async function replay(lines: readonly string[], from: string, speed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tradewithai-replay-"));
  const file = join(folder, "market", "XBTUSD_60.csv");
  mkdirSync(join(folder, "market"));
  writeFileSync(file, `${lines.join("\n")}\n`);
  const candles = lines.map(readCandle);
  const desk = await launchDesk({
    stateFolder: join(folder, "state"),
    more: [`--replay=${file}`, `--speed=${speed}`, `--from=${from}`],
  });
  try {
    await isReady(desk);
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    await program.widenRules(id);
    const orders = `/api/accounts/${id}/orders`;
    const end = (candles.at(-1)?.time ?? 0) + HOUR_MS;
    await program.insist("POST", orders, { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.3" }, "first");
    for (const [step, price] of ["7600", "7000", "6200", "5500", "4800", "4200"].entries()) {
      const request = {
        symbol: "BTC/USD",
        side: "buy",
        type: "limit",
        quantity: "0.2",
        limitPrice: price,
        postOnly: true,
      };
      await program.insist("POST", orders, request, `slope-${step}`);
    }
    for (let step = 0; (await marketTime(program)) < end - 2 * HOUR_MS && step < 60; step += 1) {
      if (step % 8 === 4) {
        const close = { percent: 25 };
        await program.insist("POST", `/api/accounts/${id}/positions/BTC/close`, close, `close-${step}`);
      }
      await pause(500);
    }
    await program.insist("DELETE", orders, null, "end");
    const fills = fillsOf(await expectExactMoney(program, id, candles));
    expect(fills.some(({ liquidity }) => liquidity === "maker")).toBe(true);
    expect(fills.some(({ side }) => side === "sell")).toBe(true);
  } finally {
    await desk.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function marketTime(program: Program): Promise<number> {
  return (await program.get("/api/markets", marketList)).marketTime;
}

function within(row: string, from: number, to: number): boolean {
  const time = Number(row.slice(0, row.indexOf(",")));
  return time >= from && time < to;
}

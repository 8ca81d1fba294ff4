/**
 * 12 March 2020 as Kraken traded it, hour by hour, walked open → adverse → favourable → close (TRADING §3): an account that is
 * all in and unprotected halts at the sample that arithmetic by hand gives. Set TRADE_SHARED to run it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { add, decimal, multiply, type Decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";

const shared = process.env.TRADE_SHARED;
const file = shared === undefined ? "" : join(shared, "market-data", "XBTUSD_60.csv");
const DAY = Date.UTC(2020, 2, 12);
const HOUR = 3_600_000;

type Step = { readonly time: number; readonly price: Decimal };

function walkOfTheDay(): readonly Step[] {
  const rows = readFileSync(file, "utf8").trim().split("\n");
  return rows.flatMap((row) => {
    const [seconds = "", open = "", high = "", low = "", close = ""] = row.split(",");
    const time = Number.parseInt(seconds, 10) * 1000;
    return time < DAY || time >= DAY + 24 * HOUR
      ? []
      : [open, low, high, close].map((price, index) => ({
          time: time + (index * HOUR) / 4,
          // The file writes whole prices as 7942.0.
          price: decimal(price.replace(/\.0+$/u, "")),
        }));
  });
}

describe.skipIf(!existsSync(file))("12 March 2020 (needs TRADE_SHARED)", () => {
  it("sells by the default stop, 5 % under the open of 00:00, in the candle of 06:00", () => {
    const desk = new Desk({ balance: "10000", limits: { defaultStopPercent: decimal("5") } });
    const [first, ...steps] = walkOfTheDay();
    desk.now = DAY;
    desk.book("BTC/USD", [["7961.2", "50"]], [["7961.3", "50"]], first?.price ?? "0");
    desk.place({ side: "buy", quantity: decimal("0.2") });
    // 7,961.3 × 0.95 = 7,563.235, on the tick 7,563.2: the low of 04:00 at 7,565.0 stays above it.
    expect(desk.state.protections["BTC"]?.stop).toEqual({ type: "fixed", price: "7563.2" });
    for (const { time, price } of steps) {
      desk.now = time;
      desk.book("BTC/USD", [[price, "50"]], [[add(price, decimal("0.1")), "50"]], price);
      desk.print("BTC/USD", price, "1");
    }
    const [sale, ...more] = desk.fills().filter(({ side }) => side === "sell");
    expect(more).toEqual([]);
    // The low of 06:00 is 7,455.9: the first market after the trigger.
    expect(sale).toMatchObject({ origin: "stop", price: "7455.9", quantity: "0.2" });
    expect(new Date(sale?.filledAt ?? 0).toISOString()).toMatch(/^2020-03-12T06/);
  });

  it("halts who is all in without a stop at the open of 11:00, and not at the wick of 10:00", () => {
    const desk = new Desk({ balance: "10000", limits: { drawdownPercent: decimal("20") } });
    const [first, ...steps] = walkOfTheDay();
    expect(first).toEqual({ time: DAY, price: "7961.3" });
    desk.now = DAY;
    desk.book("BTC/USD", [["7961.2", "50"]], [["7961.3", "50"]], "7961.3");
    desk.place({ side: "buy", quantity: decimal("1.251") });
    // 10,000 − 1.251 × 7961.3 (9,959.5863) − 0.4 % of that (39.83835).
    expect(desk.total("USD")).toBe("0.57535");

    const halted: number[] = [];
    for (const { time, price } of steps) {
      desk.now = time;
      const value = add(desk.total("USD"), multiply(desk.total("BTC"), price));
      desk.do({ type: "sample_equity", samples: [{ time, managed: value, equity: value }] });
      halted.push(...desk.state.halts.map(({ haltedAt }) => haltedAt));
    }

    // The peak is the 10,000 of the start: the day never got back the fee. 20 % down is 8,000, that is 1.251 × 6,394.42.
    // 10:00 falls through it at its low of 5,632.3 (first breach) and is back at its high of 7,361.0: no second one in a row.
    // Its close of 6,066.6 breaches again, and the open of 11:00 at 6,049.7 is the second in a row.
    expect(halted[0]).toBe(DAY + 11 * HOUR);
    expect(desk.state.watch.peak).toBe("10000");
    // 10,000 − (1.251 × 6,049.7 + 0.57535) = 2,431.24995, of 10,000.
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", value: "24.31", limit: "20" }]);
    expect(desk.total("BTC")).toBe("1.251");
    desk.book("BTC/USD", [["4849", "50"]], [["4850", "50"]], "4850");
    desk.do({ type: "deposit", amount: decimal("1000") });
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: decimal("0.01") }))).toBe("TRADING_HALTED");
  });
});

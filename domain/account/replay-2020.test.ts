/**
 * The real hourly candles of March 2020 with the crash in them, traded by a script: equity is cash + inventory × mark after
 * every event, to the last digit, and the journal alone leads to the same account. Set TRADE_SHARED to run it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { add, decimal, divide, isPositive, multiply, round, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { valuate } from "../valuation.ts";
import type { AccountEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { postings } from "./postings.ts";
import { unopenedAccount } from "./state.ts";
import { accountView } from "./views.ts";
import { liveOrders } from "./open-orders.ts";

type HourlyCandle = {
  readonly time: number;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume: Decimal;
};

const shared = process.env.TRADE_SHARED;
const file = shared === undefined ? "" : join(shared, "market-data", "XBTUSD_60.csv");

function readMarch(): readonly HourlyCandle[] {
  const rows = readFileSync(file, "utf8").trim().split("\n");
  return rows.flatMap((row) => {
    const [seconds = "", open = "", high = "", low = "", close = "", volume = ""] = row.split(",");
    const time = Number.parseInt(seconds, 10) * 1000;
    const inMarch = time >= Date.UTC(2020, 2, 1) && time < Date.UTC(2020, 3, 1);
    const [o, h, l, c, v] = [open, high, low, close, volume].map(decimal);
    return inMarch && o !== undefined && h !== undefined && l !== undefined && c !== undefined && v !== undefined
      ? { time, open: o, high: h, low: l, close: c, volume: v }
      : [];
  });
}

/** TRADING §3: hourly input is walked open → adverse extreme → favourable extreme → close. */
function walk(candle: HourlyCandle): readonly Decimal[] {
  return [candle.open, candle.low, candle.high, candle.close];
}

/** Ledgers kept from the postings alone: the independent witness of what the account has. */
class Witness {
  readonly #has = new Map<string, Decimal>();

  add(event: AccountEvent): void {
    for (const { ledger, asset, amount } of postings(event)) {
      if (ledger === "free" || ledger === "held") {
        this.#has.set(asset, add(this.#has.get(asset) ?? ZERO, amount));
      }
    }
  }

  equity(mark: Decimal): Decimal {
    return add(this.#has.get("USD") ?? ZERO, multiply(this.#has.get("BTC") ?? ZERO, mark));
  }
}

describe.skipIf(!existsSync(file))("the crash of March 2020 (needs TRADE_SHARED)", () => {
  it("is traded through with equity = cash + inventory × mark at every event", () => {
    const desk = new Desk({ balance: "10000" });
    const witness = new Witness();
    let seen = 0;
    let mark = ZERO;
    let lowest = decimal("10000");
    let checked = 0;
    let state = unopenedAccount("account-1");

    function check(): void {
      for (const event of desk.events.slice(seen)) {
        seen += 1;
        state = evolve(state, event, seen);
        witness.add(event);
        const { equity } = valuate(accountView(state), { "BTC/USD": { mark, fresh: true } });
        expect(equity).toBe(witness.equity(mark));
        checked += 1;
      }
      lowest = valueBelow(witness.equity(mark), lowest);
    }

    for (const [hour, candle] of readMarch().entries()) {
      const part = round(divide(candle.volume, decimal("4"), 8, "down"), 8, "down");
      for (const [index, price] of walk(candle).entries()) {
        desk.now = candle.time + index * 900_000;
        mark = price;
        quote(desk, price);
        if (isPositive(part)) {
          desk.print("BTC/USD", price, part);
        }
        check();
      }
      act(desk, hour, candle.close);
      check();
    }

    expect(checked).toBeGreaterThan(1000);
    expect(state).toEqual(desk.state);
    expect(desk.fills().some(({ liquidity }) => liquidity === "maker")).toBe(true);
    expect(desk.fills().some(({ liquidity, side }) => liquidity === "taker" && side === "sell")).toBe(true);
    expect(lowest).not.toBe("10000");
    desk.do({ type: "cancel_all", symbol: null });
    desk.do({ type: "close_position", asset: "BTC", percent: 100 });
    check();
    // Flat again: what the account gained is what it realised, fees included.
    expect(desk.state.holdings.BTC).toBeUndefined();
    expect(subtract(desk.total("USD"), decimal("10000"))).toBe(desk.state.realisedProfit);
    expect(sum(desk.fills().map(({ feeInCurrency }) => feeInCurrency))).toBe(desk.state.feesPaid);
  });
});

/** A book of a few levels around the price, as the market makers of a quiet hour would show it. */
function quote(desk: Desk, price: Decimal): void {
  const tick = decimal("0.1");
  const away = (levels: number) => multiply(tick, decimal(String(levels)));
  desk.book(
    "BTC/USD",
    [1, 5, 20].map((level) => [subtract(price, away(level)), decimal(`0.${level}1`)]),
    [1, 5, 20].map((level) => [add(price, away(level)), decimal(`0.${level}2`)]),
    price,
  );
}

/** The script: buys dips, sells rises, chases, takes profit, panics once, and changes its mind. */
function act(desk: Desk, hour: number, close: Decimal): void {
  const times = (factor: string) => round(multiply(close, decimal(factor)), 1, "down");
  if (hour % 3 === 0) {
    desk.tryPlace({ side: "buy", quantity: decimal("0.02"), limitPrice: times("0.985") });
  }
  if (hour % 5 === 1) {
    desk.tryPlace({ side: "sell", quantity: decimal("0.03"), limitPrice: times("1.012") });
  }
  if (hour % 24 === 2) {
    desk.tryPlace({ side: "buy", cost: decimal("250") });
  }
  if (hour % 7 === 3) {
    const [oldest] = liveOrders(desk.state.orders);
    if (oldest !== undefined) {
      const factor = oldest.side === "buy" ? "0.99" : "1.005";
      desk.do({ type: "amend_order", orderId: oldest.id, request: { limitPrice: times(factor) } });
    }
  }
  if (hour % 11 === 4) {
    const youngest = liveOrders(desk.state.orders)
      .map(({ id }) => id)
      .at(-1);
    desk.do({ type: "cancel_order", orderId: youngest ?? "none" });
  }
  if (hour % 60 === 59) {
    desk.do({ type: "close_position", asset: "BTC", percent: 25 });
  }
  if (hour === 290) {
    desk.do({ type: "close_position", asset: "BTC", percent: 75 });
  }
  desk.do({ type: "start_day" });
}

function valueBelow(value: Decimal, least: Decimal): Decimal {
  return subtract(value, least).startsWith("-") ? value : least;
}

import { describe, expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import type { Trade } from "../../../domain/market.ts";
import { ok, refuse } from "../../../domain/problem.ts";
import { cursorAt, type VenueHistory } from "../../market-feed/venue/rest.ts";
import { tapeReader } from "./tape-reader.ts";

const SYMBOL = "BTC/USD";
const START = 1_600_000_000_000;

/** A tape of so many trades, ten milliseconds apart, which counts how often it is read. */
function exchange(count: number) {
  const tape: Trade[] = [];
  const add = (more: number): void => {
    for (let index = 0; index < more; index += 1) {
      const id = tape.length + 1;
      tape.push({
        id,
        symbol: SYMBOL,
        price: decimal("1"),
        quantity: decimal("1"),
        side: "buy",
        time: START + id * 10,
      });
    }
  };
  add(count);
  const asked: string[] = [];
  let failAt = Infinity;
  const history: VenueHistory = {
    restNames: async () => ok({ [SYMBOL]: "XXBTZUSD" }),
    candles: async () => ok([]),
    time: async () => ok(START),
    trades: async (symbol, restName, cursor) => {
      asked.push(`${symbol} ${restName} ${cursor}`);
      if (asked.length >= failAt) {
        return refuse("MARKET_UNAVAILABLE", "Too many requests.");
      }
      const trades = tape.filter(({ time }) => BigInt(cursorAt(time)) > BigInt(cursor)).slice(0, 1_000);
      return ok({ trades, next: cursorAt(trades.at(-1)?.time ?? Number(BigInt(cursor) / 1_000_000n)) });
    },
  };
  return {
    asked,
    add,
    history,
    failAt: (read: number) => {
      failAt = read;
    },
  };
}

describe("the exchange's own tape", () => {
  it("is read on from where the last look ended, every trade once, until there is no more", async () => {
    const { history, asked } = exchange(7_500);
    const read = tapeReader("https://one", () => START, history);
    const first = await read(SYMBOL, "XXBTZUSD", cursorAt(START));
    expect(first).toMatchObject({ complete: false });
    expect(first?.trades).toHaveLength(5_000);
    const second = await read(SYMBOL, "XXBTZUSD", first?.cursor ?? "");
    expect(second).toMatchObject({ complete: true });
    expect(second?.trades[0]?.id).toBe(5_001);
    expect(second?.trades.at(-1)?.id).toBe(7_500);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it("is asked once for all traders who stand at the same mark, and again two seconds later", async () => {
    const { history, asked, add } = exchange(10);
    let now = START;
    const readers = [1, 2, 3].map(() => tapeReader("https://two", () => now, history));
    const reads = async () =>
      Promise.all(readers.map(async (read) => (await read(SYMBOL, "XXBTZUSD", cursorAt(START)))?.trades.length));
    expect(await readers[0]?.(SYMBOL, "XXBTZUSD", cursorAt(START))).toMatchObject({ complete: true });
    expect(await reads()).toEqual([10, 10, 10]);
    expect(asked).toHaveLength(1);
    add(5);
    now += 2_000;
    expect(await readers[1]?.(SYMBOL, "XXBTZUSD", cursorAt(START))).toMatchObject({ complete: true });
    expect(await reads()).toEqual([15, 15, 15]);
    expect(asked).toHaveLength(2);
  });

  it("keeps what it has read when the exchange stops answering, and nothing when it does not answer at all", async () => {
    const limited = exchange(3_000);
    limited.failAt(3);
    const read = tapeReader("https://three", () => START, limited.history);
    const some = await read(SYMBOL, "XXBTZUSD", cursorAt(START));
    expect(some).toMatchObject({ complete: false });
    expect(some?.trades).toHaveLength(2_000);
    expect(await read(SYMBOL, "XXBTZUSD", some?.cursor ?? "")).toBeNull();
  });

  it("knows the exchange's name of a pair that no account has traded", async () => {
    const { history, asked } = exchange(1);
    const read = tapeReader("https://four", () => START, history);
    expect(await read(SYMBOL, null, cursorAt(START))).toMatchObject({ complete: true });
    expect(asked[0]).toContain("XXBTZUSD");
    expect(await read("NO/PAIR", null, cursorAt(START))).toBeNull();
  });

  it("never goes back behind where it began, however few trades there are", async () => {
    const { history } = exchange(1);
    const from = cursorAt(START + 7_000);
    const read = await tapeReader("https://five", () => START, history)(SYMBOL, "XXBTZUSD", from);
    expect(read).toEqual({ trades: [], cursor: from, complete: true });
  });
});

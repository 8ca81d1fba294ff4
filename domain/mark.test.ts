import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "./decimal.ts";
import { MidWindow, markNow, usableMid, type MarkInput } from "./mark.ts";

const now = 1_000_000_000;
const none: MarkInput = { bid: null, ask: null, lastTrade: null, median: null, now };
const money = decimal;

describe("the mark (TRADING §1)", () => {
  it("is the mid of a verified book", () => {
    expect(markNow({ ...none, bid: money("64250.1"), ask: money("64250.2") })).toEqual({
      price: "64250.15",
      time: now,
    });
  });

  it("is the last trade, with its own time, when there is no book", () => {
    const lastTrade = { price: money("5"), time: now - 60_000 };
    expect(markNow({ ...none, lastTrade })).toEqual(lastTrade);
    expect(markNow({ ...none, lastTrade: { ...lastTrade, time: now - 60_001 } })).toBeNull();
  });

  it.each([
    ["at 1 % of the mid", "99.5", "100.5", "100"],
    ["over 1 % of the mid", "99.49", "100.51", null],
  ])("takes a spread %s for what it is", (_case, bid, ask, mid) => {
    expect(usableMid(money(bid), money(ask))).toBe(mid);
  });

  it.each([
    ["at 3 % from the 5-minute median", "103", "103"],
    ["more than 3 % above it", "103.01", null],
    ["more than 3 % below it", "96.99", null],
  ])("judges a mid %s", (_case, price, mark) => {
    const input = { ...none, bid: money(price), ask: money(price), median: money("100") };
    expect(markNow(input)?.price ?? null).toBe(mark);
  });

  it("falls back to a recent trade when the mid does not qualify", () => {
    const lastTrade = { price: money("99"), time: now - 1_000 };
    expect(markNow({ ...none, bid: money("90"), ask: money("110"), lastTrade })).toEqual(lastTrade);
  });
});

describe("the 5-minute window of mids", () => {
  it("takes one sample a second and forgets after five minutes", () => {
    const window = new MidWindow();
    expect(window.median()).toBeNull();
    expect(window.add(now, money("10"))).toBe(true);
    expect(window.add(now + 999, money("90"))).toBe(false);
    expect(window.add(now + 1_000, money("12"))).toBe(true);
    expect(window.add(now + 2_000, money("11"))).toBe(true);
    expect(window.median()).toBe("11");
    window.add(now + 302_000, money("50"));
    expect(window.median()).toBe("50");
  });

  it("starts anew when the market clock goes back", () => {
    const window = new MidWindow();
    window.add(now, money("10"));
    window.add(now - 5_000, money("20"));
    expect(window.median()).toBe("20");
  });

  it("answers the lower middle of the samples, whatever their order and precision", () => {
    const prices = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(prices, (cents) => {
        const window = new MidWindow();
        const texts = cents.map((value) =>
          decimal(`${Math.floor(value / 100)}.${String(value % 100).padStart(2, "0")}`),
        );
        for (const [index, price] of texts.entries()) {
          window.add(now + index * 1_000, price);
        }
        const ordered = texts.toSorted((left, right) => Number(left) - Number(right));
        expect(window.median()).toBe(ordered[Math.floor((ordered.length - 1) / 2)]);
      }),
    );
  });
});

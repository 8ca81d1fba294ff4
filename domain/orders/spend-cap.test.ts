/** "Spends at most X, fee included" at an exchange, whatever the price does before the order is there. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, decimal as d, isPositive, multiply } from "../decimal.ts";
import { INSTRUMENTS } from "../testing/instruments.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { buyHold } from "./hold.ts";
import { cappedBuy } from "./spend-cap.ts";

const FEES = { takerPercent: d("0.4"), makerPercent: d("0.25") };
const BTC = INSTRUMENTS["BTC/USD"];

describe("a buy for an amount at an exchange", () => {
  it("fills at once or not at all, under a price at which all of it costs no more than the amount", () => {
    const desk = new VenueDesk();
    const id = desk.place({ side: "buy", type: "market", timeInForce: "ioc", quantity: undefined, cost: d("1000") });
    const order = desk.live(id);
    expect(order).toMatchObject({ type: "limit", timeInForce: "ioc" });
    const price = order.limitPrice ?? d("0");
    const spent = multiply(multiply(order.quantity, price), d("1.004"));
    expect(compare(spent, d("1000"))).toBeLessThanOrEqual(0);
    // Not much less either: the room for the price is a thousandth.
    expect(compare(spent, d("999.9"))).toBeGreaterThan(0);
    expect(compare(order.hold.amount, d("1000"))).toBeLessThanOrEqual(0);
    expect(compare(order.hold.amount, spent)).toBeGreaterThanOrEqual(0);
  });

  it("spends what was held at most when the price has moved to the limit", () => {
    const desk = new VenueDesk();
    const id = desk.open({ side: "buy", type: "market", timeInForce: "ioc", quantity: undefined, cost: d("1000") });
    const { limitPrice, quantity } = desk.live(id);
    desk.book([desk.execution(id, quantity, limitPrice ?? "0")]);
    expect(compare(desk.holding("USD").managed, d("9000"))).toBeGreaterThanOrEqual(0);
    expect(desk.holding("USD").held).toBe("0");
  });

  it("whatever the book: what it holds covers what it can spend, and is within the amount", () => {
    const level = fc.record({ tick: fc.integer({ min: 1, max: 400 }), size: fc.integer({ min: 1, max: 500 }) });
    fc.assert(
      fc.property(
        fc.array(level, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 5_000_000 }),
        (levels, cents) => {
          if (BTC === undefined) {
            throw new Error("no such test pair");
          }
          let price = d("60000");
          const book = levels.map(({ tick, size }) => {
            price = add(price, multiply(BTC.tickSize, d(String(tick))));
            return { price, shown: d("100"), available: multiply(d(String(size)), d("0.001")) };
          });
          const budget = multiply(d(String(cents)), d("0.01"));
          const capped = cappedBuy(book, budget, { fees: FEES }, BTC);
          expect(capped).not.toBeNull();
          if (capped !== null && isPositive(capped.quantity)) {
            const held = buyHold(capped.limitPrice, capped.quantity, d("0.004"), BTC);
            expect(compare(held, budget)).toBeLessThanOrEqual(0);
          }
        },
      ),
    );
  });
});

describe("a market buy for a quantity", () => {
  it("stays a market order", () => {
    const desk = new VenueDesk();
    const id = desk.place({ side: "buy", type: "market", timeInForce: "ioc", quantity: d("1") });
    expect(desk.live(id)).toMatchObject({ type: "market", limitPrice: null });
  });
});

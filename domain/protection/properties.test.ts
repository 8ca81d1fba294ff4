/** What holds of stops and targets under any prints and any wishes (TRADING §4), on paper; at the exchange tests/chaos plays it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare, decimal, largest, sum, wholeNumber, type Decimal } from "../decimal.ts";
import { trailedTrigger } from "../orders/trigger.ts";
import { Desk } from "../testing/desk.ts";
import { BTC_USD } from "../testing/instruments.ts";
import { nakedness } from "./naked.ts";
import { restingStops } from "./resting-stop.ts";
import { liveOrders } from "../account/open-orders.ts";

const RUNS = Number(process.env["PROTECTION_RUNS"] ?? 50);
const ENTRY = 100;

/** A market at 100 that bids for everything far below: what is triggered is sold at once. */
function desk(): Desk {
  return new Desk({ balance: "1000000", taker: "0", maker: "0" }).book(
    "BTC/USD",
    [["99", "100000"]],
    [["100", "100000"]],
    "100",
  );
}

function print(trader: Desk, price: Decimal): void {
  trader.now += 1_000;
  trader.print("BTC/USD", price, "1");
}

/** Around the entry, in ticks of 0.1. */
const prices = fc
  .array(fc.integer({ min: 850, max: 1_150 }), { minLength: 1, maxLength: 30 })
  .map((ticks) => ticks.map((tick) => decimal(String(tick / 10))));

describe("a stop, whatever is traded", () => {
  it("sells all of the position with the first trade at or under its level, and nothing before", () => {
    fc.assert(
      fc.property(prices, fc.integer({ min: 900, max: 999 }), (list, tick) => {
        const level = decimal(String(tick / 10));
        const trader = desk();
        trader.place({ side: "buy", quantity: decimal("2"), stop: { type: "price", price: level } });
        let reached = false;
        for (const price of list) {
          print(trader, price);
          reached ||= compare(price, level) <= 0;
          expect([price, trader.total("BTC")]).toEqual([price, reached ? "0" : "2"]);
        }
        const sales = trader.fills().filter(({ side }) => side === "sell");
        expect(sum(sales.map(({ quantity }) => quantity))).toBe(reached ? "2" : "0");
      }),
      { numRuns: RUNS },
    );
  });

  it("is not set off by what was traded before it stood, however low", () => {
    fc.assert(
      fc.property(prices, (list) => {
        const trader = desk();
        const before = list.map((price) => trader.trade("BTC/USD", price, "1"));
        trader.place({ side: "buy", quantity: decimal("2"), stop: { type: "price", price: decimal("99.9") } });
        trader.do({ type: "apply_prints", deliveries: trader.deliveries(before) });
        expect(trader.total("BTC")).toBe("2");
      }),
      { numRuns: RUNS },
    );
  });

  it("that trails is at its distance under the best trade since it stood, never lower, and sells at the first trade there", () => {
    const parts = fc.array(fc.array(fc.integer({ min: 850, max: 1_150 }), { minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 100 }), (list, tenths) => {
        const percent = decimal(String(tenths / 10));
        const trader = desk();
        trader.place({ side: "buy", quantity: decimal("1"), stop: { type: "trailing", percent } });
        let best = wholeNumber(ENTRY);
        for (const ticks of list) {
          const together = ticks.map((tick) => decimal(String(tick / 10)));
          deliver(trader, together);
          for (const price of together) {
            if (compare(price, trailedTrigger("sell", best, percent, BTC_USD)) <= 0) {
              expect(trader.total("BTC")).toBe("0");
              return;
            }
            best = largest(best, price);
          }
          expect(restingStops(trader.state, "BTC")[0]?.triggerPrice).toBe(
            trailedTrigger("sell", best, percent, BTC_USD),
          );
        }
      }),
      { numRuns: RUNS },
    );
  });
});

/** Several trades of one moment. The feed shows the later ones to a level that the earlier ones have moved. */
function deliver(trader: Desk, list: readonly Decimal[]): void {
  const trades = list.map((price) => trader.trade("BTC/USD", price, "1"));
  for (let before = -1; before < trader.events.length;) {
    before = trader.events.length;
    trader.do({ type: "apply_prints", deliveries: trader.deliveries(trades) });
    if (trader.events.length === before) {
      return;
    }
  }
}

type Act = (trader: Desk) => void;

const quantity = fc.integer({ min: 1, max: 5_000 }).map((value) => decimal(String(value / 1_000)));
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc
      .record({ quantity, stop: fc.option(fc.integer({ min: 900, max: 999 })), trails: fc.boolean() })
      .map(({ quantity: size, stop, trails }): Act => (trader) => {
        const plan =
          stop === null
            ? null
            : trails
              ? ({ type: "trailing", percent: decimal("4") } as const)
              : ({ type: "price", price: decimal(String(stop / 10)) } as const);
        trader.tryPlace({ side: "buy", quantity: size, stop: plan });
      }),
    fc
      .record({ quantity, limit: fc.integer({ min: 1_010, max: 1_200 }) })
      .map(({ quantity: size, limit }): Act => (trader) => {
        trader.tryPlace({ side: "sell", quantity: size, limitPrice: decimal(String(limit / 10)) });
      }),
    fc.integer({ min: 1, max: 100 }).map((percent): Act => (trader) => {
      trader.do({ type: "close_position", asset: "BTC", percent });
    }),
    fc.option(fc.integer({ min: 850, max: 999 })).map((stop): Act => (trader) => {
      const plan = stop === null ? null : ({ type: "price", price: decimal(String(stop / 10)) } as const);
      trader.do({ type: "protect_position", asset: "BTC", stop: plan });
    }),
    fc.integer({ min: 850, max: 1_200 }).map((tick): Act => (trader) => {
      print(trader, decimal(String(tick / 10)));
    }),
    fc.nat({ max: 100 }).map((which): Act => (trader) => {
      const orders = liveOrders(trader.state.orders);
      const order = orders[which % Math.max(orders.length, 1)];
      if (order !== undefined) {
        trader.do({ type: "cancel_order", orderId: order.id });
      }
    }),
  ),
  { minLength: 5, maxLength: 40, size: "max" },
);

describe("a paper position, whatever its trader does", () => {
  it("is owed no stop at the end of any decision while its market is there, and for no time in all", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const trader = desk();
        for (const act of list) {
          trader.now += 1_000;
          act(trader);
          expect(nakedness(trader.state, "BTC").owed).toBe("0");
        }
        expect(trader.state.naked.longest?.milliseconds ?? 0).toBe(0);
        expect(trader.events.filter((event) => event.type === "alert_raised" && event.about === "unprotected")).toEqual(
          [],
        );
      }),
      { numRuns: RUNS },
    );
  });

  it("loses no stop without an exit or another stop in its place, unless its trader takes it away", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const trader = desk();
        for (const act of list) {
          trader.now += 1_000;
          const seen = trader.events.length;
          const had = restingStops(trader.state, "BTC").length > 0;
          act(trader);
          const happened = trader.events.slice(seen);
          const gone = had && restingStops(trader.state, "BTC").length === 0;
          const wanted = trader.state.protections["BTC"]?.stop ?? null;
          const sold = happened.some((event) => event.type === "fill_booked" && event.side === "sell");
          const held = happened.some((event) => event.type === "order_submitted" && event.side === "sell");
          expect(gone && wanted !== null && !sold && !held && nakedness(trader.state, "BTC").owed !== "0").toBe(false);
          expect(restingStops(trader.state, "BTC").length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

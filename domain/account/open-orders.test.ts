import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import {
  countLiveOrders,
  liveOrder,
  liveOrders,
  liveOrdersHolding,
  liveOrdersOf,
  NO_ORDERS,
  perOrder,
  unsharedOrders,
  withOrder,
  withoutOrder,
  type OpenOrders,
} from "./open-orders.ts";
import type { OpenOrder } from "./state.ts";

const SYMBOLS = ["BTC/USD", "ETH/USD", "ETH/BTC"] as const;
const template = aRealOrder();

function aRealOrder(): OpenOrder {
  const trader = new Desk().book("BTC/USD", [["99", "1"]], [["101", "1"]]);
  return trader.open(trader.place({ side: "buy", quantity: decimal("1"), limitPrice: decimal("90") }));
}

function order(number: number, version = 1): OpenOrder {
  const symbol = SYMBOLS[number % SYMBOLS.length] ?? "BTC/USD";
  const asset = number % 2 === 0 ? "USD" : "BTC";
  return { ...template, id: `order-${String(number)}`, symbol, version, hold: { ...template.hold, asset } };
}

function many(count: number): OpenOrders {
  return Array.from({ length: count }, (_, number) => order(number)).reduce(withOrder, NO_ORDERS);
}

/** Comes, changes or goes; the numbers are few so that they meet, and many more come than one page takes. */
const steps = fc.array(
  fc.record({ number: fc.nat(120), version: fc.integer({ min: 2, max: 9 }), goes: fc.boolean() }),
  { minLength: 1, maxLength: 300 },
);

describe("live orders", () => {
  it("are what a list of them would be, oldest first, through everything that comes, changes and goes", () => {
    fc.assert(
      fc.property(fc.nat(100), steps, (count, changes) => {
        let orders = many(count);
        let list: readonly OpenOrder[] = Array.from({ length: count }, (_, number) => order(number));
        const odd = perOrder(({ id, version }) => (version % 2 === 1 ? [id] : []));
        for (const { number, version, goes } of changes) {
          const next = order(number, version);
          const known = list.some(({ id }) => id === next.id);
          orders = goes ? withoutOrder(orders, next.id) : withOrder(orders, next);
          list = goes
            ? list.filter(({ id }) => id !== next.id)
            : known
              ? list.map((each) => (each.id === next.id ? next : each))
              : [...list, next];
          expect(odd(orders)).toEqual(list.filter((each) => each.version % 2 === 1).map(({ id }) => id));
        }
        expect(liveOrders(orders)).toEqual(list);
        expect(countLiveOrders(orders)).toBe(list.length);
        for (const each of [...list, order(999)]) {
          expect(liveOrder(orders, each.id)).toEqual(list.find(({ id }) => id === each.id));
        }
        for (const asset of ["USD", "BTC", "ETH"]) {
          expect(liveOrdersHolding(orders, asset)).toEqual(list.filter(({ hold }) => hold.asset === asset));
        }
        for (const symbol of [...SYMBOLS, "SOL/USD"]) {
          expect(liveOrdersOf(orders, symbol)).toEqual(list.filter((each) => each.symbol === symbol));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("that came, went or changed are all among those of which two states have not the same list", () => {
    fc.assert(
      fc.property(fc.nat(150), steps, (count, changes) => {
        const before = many(count);
        const after = changes.reduce(
          (orders, { number, version, goes }) =>
            goes ? withoutOrder(orders, `order-${String(number)}`) : withOrder(orders, order(number, version)),
          before,
        );
        const unshared = unsharedOrders(before, after);
        const same = (left: readonly OpenOrder[], right: OpenOrders) =>
          left.filter((each) => liveOrder(right, each.id) === each);
        const [had, has] = [liveOrders(before), liveOrders(after)];
        const gone = had.filter((each) => !same(had, after).includes(each));
        const come = has.filter((each) => !same(has, before).includes(each));
        expect(unshared.before).toEqual(expect.arrayContaining(gone));
        expect(unshared.after).toEqual(expect.arrayContaining(come));
        expect(had.filter((each) => !unshared.before.includes(each))).toEqual(
          has.filter((each) => !unshared.after.includes(each)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("of which one changes share all but its neighbours with the state before, and the state before stays", () => {
    const before = many(1_000);
    const after = withOrder(before, order(500, 2));
    const { before: touched } = unsharedOrders(before, after);
    expect(touched.length).toBeLessThan(50);
    expect(liveOrder(before, "order-500")?.version).toBe(1);
    expect(liveOrder(after, "order-500")?.version).toBe(2);
  });

  it("that went one by one leave no long list of small pages behind", () => {
    const few = liveOrders(many(1_000))
      .filter((_, place) => place % 40 !== 0)
      .reduce((orders, { id }) => withoutOrder(orders, id), many(1_000));
    expect(countLiveOrders(few)).toBe(25);
    expect(few.length).toBeLessThanOrEqual(5);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { WIDE_RISK } from "../testing/wide-risk.ts";
import { liveOrders } from "./open-orders.ts";

const d = decimal;

function desk(ordersPerMinute: number): Desk {
  return new Desk({ balance: "100000", limits: { ordersPerMinute } }).book(
    "BTC/USD",
    [["99", "500"]],
    [["100", "500"]],
    "100",
  );
}

describe("entries a minute", () => {
  it("count an amend that makes an entry larger, and none that makes it smaller", () => {
    const trader = desk(3);
    const entry = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("50") });
    const amend = (request: { quantity?: string; limitPrice?: string }) =>
      trader.codeOf(
        trader.do({
          type: "amend_order",
          orderId: entry,
          request: {
            ...(request.quantity === undefined ? {} : { quantity: d(request.quantity) }),
            ...(request.limitPrice === undefined ? {} : { limitPrice: d(request.limitPrice) }),
          },
        }),
      );
    expect(amend({ quantity: "2" })).toBe("accepted");
    expect(amend({ limitPrice: "51" })).toBe("accepted");
    expect(amend({ quantity: "3" })).toBe("ORDER_RATE_LIMIT");
    expect(amend({ limitPrice: "52" })).toBe("ORDER_RATE_LIMIT");
    expect(trader.codeOf(trader.tryPlace({ side: "buy", quantity: d("1") }))).toBe("ORDER_RATE_LIMIT");
    // Less of it, or cheaper, is never kept back.
    expect(amend({ limitPrice: "49" })).toBe("accepted");
    expect(amend({ quantity: "1" })).toBe("accepted");
    trader.now += 60_001;
    expect(amend({ quantity: "3" })).toBe("accepted");
  });

  it("count a wish to make an entry larger at an exchange once, whatever comes of it", () => {
    const trader = new VenueDesk();
    trader.do({ type: "change_settings", limits: { ...WIDE_RISK, ordersPerMinute: 2 } });
    const entry = trader.open({ side: "buy", quantity: d("1"), limitPrice: d("50") });
    const amend = (quantity: string) =>
      trader.do({ type: "amend_order", orderId: entry, request: { quantity: d(quantity) } });
    expect(trader.codeOf(amend("2"))).toBe("accepted");
    trader.send(entry, "amend");
    trader.accept(entry, "amend");
    expect(trader.order(entry).quantity).toBe("2");
    expect(trader.state.recentEntries).toHaveLength(2);
    expect(trader.codeOf(amend("3"))).toBe("ORDER_RATE_LIMIT");
  });

  it("no more is entered in a minute than the limit has steps, by orders and amends together", () => {
    const step = fc.record({
      amend: fc.boolean(),
      more: fc.integer({ min: -3, max: 3 }),
      waitMs: fc.nat({ max: 20_000 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 30 }), (limit, steps) => {
        const trader = desk(limit);
        const times: number[] = [];
        for (const { amend, more, waitMs } of steps) {
          trader.now += waitMs;
          const [first] = liveOrders(trader.state.orders);
          const before = first?.quantity ?? "0";
          const quantity = d(String(Number(before) + more));
          const decision =
            amend && first !== undefined && more !== 0 && Number(quantity) > 0
              ? trader.do({ type: "amend_order", orderId: first.id, request: { quantity } })
              : trader.tryPlace({ side: "buy", quantity: d("1"), limitPrice: d("50"), stop: null });
          const grew = !amend || first === undefined || more === 0 || Number(quantity) <= 0 || more > 0;
          if (decision.type === "accepted" && grew) {
            times.push(trader.now);
          }
          expect(times.filter((time) => time > trader.now - 60_000).length).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 60 },
    );
  });
});

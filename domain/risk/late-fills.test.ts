/** An entry whose fill comes after the halt or the Stop that was to end it (TRADING §5, CASES "kill switch"). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answeredSteps } from "../account/stop-report.ts";
import { decimal } from "../decimal.ts";
import { VenueDesk } from "../testing/venue-desk.ts";
import { WIDE_RISK } from "../testing/wide-risk.ts";
import { managedAssets } from "./halts-positions.ts";
import type { StopMode, StopStep } from "./halts-stop.ts";
import type { EquitySample } from "./samples.ts";
import { liveOrders } from "../account/open-orders.ts";

const d = decimal;
const MINUTE = 60_000;

function stop(desk: VenueDesk, mode: StopMode): readonly StopStep[] {
  const decision = desk.do({ type: "stop_trading", mode, alert: true, others: [] });
  return decision.events.flatMap((event) => (event.type === "trading_stopped" ? event.steps : []));
}

function sample(desk: VenueDesk, value: string): void {
  desk.now += MINUTE;
  const taken: EquitySample = { time: desk.now, managed: d(value), equity: d(value) };
  desk.do({ type: "sample_equity", samples: [taken] });
}

function salesOf(desk: VenueDesk) {
  return liveOrders(desk.state.orders).filter(({ side, type }) => side === "sell" && type === "market");
}

describe("an entry that is filled before its cancel arrives", () => {
  it("is sold at once where Stop was to flatten, and the step is not reported as done", () => {
    const desk = new VenueDesk();
    const entry = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const steps = stop(desk, "flatten");
    desk.now += 500;
    desk.book([desk.execution(entry, "2", "100")]);
    expect(salesOf(desk)).toMatchObject([{ quantity: "2", origin: "flatten" }]);
    const reported = answeredSteps(desk.state, steps, "flatten");
    expect(reported.filter(({ orderId }) => orderId === entry)).toMatchObject([
      { what: "cancel", outcome: "failed", sentence: expect.stringContaining("filled before its cancel arrived") },
    ]);
    expect(reported).toContainEqual(expect.objectContaining({ what: "sell", asset: "BTC", outcome: "asked" }));
  });

  it("is sold with the next sample where its sale was refused", () => {
    const desk = new VenueDesk();
    const entry = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    stop(desk, "flatten");
    desk.now += 500;
    desk.book([desk.execution(entry, "2", "100")]);
    const [sale] = salesOf(desk);
    desk.send(sale?.id ?? "");
    desk.fail(sale?.id ?? "", "refused");
    expect(salesOf(desk)).toEqual([]);
    sample(desk, "10000");
    expect(salesOf(desk)).toMatchObject([{ quantity: "2" }]);
  });

  it("is sold where a halt was to flatten", () => {
    const desk = new VenueDesk();
    desk.do({ type: "change_settings", limits: { ...WIDE_RISK, drawdownPercent: d("20"), onHalt: "flatten" } });
    const entry = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    sample(desk, "7000");
    sample(desk, "7000");
    expect(desk.state.halts).toMatchObject([{ kind: "drawdown", positions: "flatten" }]);
    desk.now += 500;
    desk.book([desk.execution(entry, "2", "100")]);
    expect(salesOf(desk)).toMatchObject([{ quantity: "2" }]);
  });

  it("gets a stop where Stop was to protect", () => {
    const desk = new VenueDesk();
    const entry = desk.open({ side: "buy", quantity: d("2"), limitPrice: d("100"), stop: null });
    stop(desk, "protect");
    desk.now += 500;
    desk.book([desk.execution(entry, "2", "100")]);
    expect(desk.state.protections.BTC?.stop).toMatchObject({ price: "95" });
  });

  it("whatever is filled, and when: while a halt flattens nothing managed is left without its sale", () => {
    const fills = fc.array(fc.record({ quantity: fc.integer({ min: 1, max: 4 }), waitMs: fc.nat({ max: 90_000 }) }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(fills, fc.boolean(), (parts, held) => {
        const desk = new VenueDesk();
        if (held) {
          desk.buy("1");
        }
        const entry = desk.open({ side: "buy", quantity: d("20"), limitPrice: d("100") });
        stop(desk, "flatten");
        for (const { quantity, waitMs } of parts) {
          desk.now += waitMs;
          desk.book([desk.execution(entry, String(quantity), "100")]);
        }
        desk.send(entry, "cancel");
        desk.accept(entry, "cancel");
        desk.report([desk.shown(entry, { status: "cancelled", closedAt: desk.now })]);
        for (let turns = 0; turns < 4 && managedAssets(desk.state).length > 0; turns += 1) {
          sample(desk, "10000");
          for (const sale of salesOf(desk)) {
            desk.send(sale.id);
            desk.accept(sale.id);
            desk.book([desk.execution(sale.id, sale.quantity, "100")]);
          }
        }
        expect(managedAssets(desk.state)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it("nothing is adopted while a halt flattens: it would be sold at once", () => {
    const desk = new VenueDesk({ USD: "10000", BTC: "1" });
    stop(desk, "flatten");
    const decision = desk.do({ type: "adopt_holding", asset: "BTC", quantity: d("1"), cost: d("50") });
    expect(desk.codeOf(decision)).toBe("TRADING_HALTED");
  });
});

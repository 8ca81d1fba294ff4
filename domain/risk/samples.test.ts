/** TRADING §5: two samples in a row from the running peak, the day's loss, and no difference by who was watching. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, type Decimal } from "../decimal.ts";
import { Desk, START } from "../testing/desk.ts";
import { judgeSample, newEquityWatch, type EquitySample, type SampleRules } from "./samples.ts";

const MINUTE = 60_000;
const FROM = 100_000;
const NOT_HALTED = { drawdown: false, dailyLoss: false };
const whole = (value: number): Decimal => decimal(String(value));
const courses = fc.array(fc.integer({ min: 60_000, max: 140_000 }), { minLength: 1, maxLength: 30 });

function sampleAt(index: number, value: number): EquitySample {
  return { time: START + (index + 1) * MINUTE, managed: whole(value), equity: whole(value) };
}

/** The index of the first sample that trips; −1: none does. */
function firstTrip(values: readonly number[], rules: SampleRules, flows: number): number {
  let watch = newEquityWatch(whole(FROM));
  const day = { equity: whole(FROM), flows: whole(flows) };
  return values.findIndex((value, index) => {
    const judged = judgeSample(watch, sampleAt(index, value), day, rules, NOT_HALTED);
    watch = judged.watch;
    return judged.trips.length > 0;
  });
}

function secondInARow(breaches: readonly boolean[]): number {
  return breaches.findIndex((breach, index) => breach && index > 0 && breaches[index - 1] === true);
}

describe("a halt by drawdown, for any course of equity", () => {
  it("comes with the second of two samples in a row that are the limit or more under the running peak, and never else", () => {
    fc.assert(
      fc.property(courses, fc.integer({ min: 1, max: 50 }), (values, limit) => {
        let peak = FROM;
        const breaches = values.map((value) => {
          peak = Math.max(peak, value);
          return (peak - value) * 100 >= limit * peak && value < peak;
        });
        const rules = { drawdownPercent: whole(limit), dailyLossPercent: null };
        expect(firstTrip(values, rules, 0)).toBe(secondInARow(breaches));
      }),
    );
  });

  it("is the same whether the samples come one by one or all at once, when the trader wakes", () => {
    fc.assert(
      fc.property(courses, (values) => {
        const desks = [0, 1].map(() => new Desk({ balance: String(FROM), limits: { drawdownPercent: whole(20) } }));
        const [watched, asleep] = desks;
        const samples = values.map((value, index) => sampleAt(index, value));
        for (const sample of samples) {
          if (watched !== undefined) {
            watched.now = sample.time;
            watched.do({ type: "sample_equity", samples: [sample] });
          }
        }
        if (asleep !== undefined) {
          asleep.now = samples.at(-1)?.time ?? asleep.now;
          asleep.do({ type: "sample_equity", samples });
        }
        const halts = desks.map(({ state }) =>
          state.halts.map(({ kind, haltedAt, value, limit }) => ({ kind, haltedAt, value, limit })),
        );
        expect(halts[1]).toEqual(halts[0]);
        expect(asleep?.state.watch.peak).toBe(watched?.state.watch.peak);
      }),
    );
  });
});

describe("a halt by the day's loss, for any course of equity and any flows", () => {
  it("measures equity now against the day's start less net flows, and needs two samples in a row", () => {
    const flows = fc.integer({ min: -30_000, max: 30_000 });
    fc.assert(
      fc.property(courses, flows, fc.integer({ min: 1, max: 50 }), (values, flow, limit) => {
        const breaches = values.map((value) => {
          const loss = FROM + flow - value;
          return loss > 0 && loss * 100 >= limit * FROM;
        });
        const rules = { drawdownPercent: null, dailyLossPercent: whole(limit) };
        expect(firstTrip(values, rules, flow)).toBe(secondInARow(breaches));
      }),
    );
  });
});

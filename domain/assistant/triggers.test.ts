import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import {
  afterStart,
  batchOf,
  MOST_TRIGGERS,
  NO_TRIGGER_YET,
  takeTrigger,
  TRIGGER_GATHER_MS,
  TRIGGER_LOOK_AGAIN_MS,
  TRIGGER_WINDOW_MS,
  triggerQuestion,
  waitsUntil,
  type RunTrigger,
  type TriggerWindow,
} from "./triggers.ts";

const START = 1_800_000_000_000;

function trigger(id: string, symbol = "BTC/USD"): RunTrigger {
  return {
    source: "price_alert",
    id,
    symbol,
    direction: "above",
    price: decimal("60000"),
    tradePrice: decimal("60010.1"),
    firedAt: START,
    late: false,
    note: null,
  };
}

describe("the window of triggers", () => {
  it("opens with the first, which waits a moment for others; they join it", () => {
    const first = takeTrigger(NO_TRIGGER_YET, START);
    expect(first).toEqual({ startedAt: null, dueAt: START + TRIGGER_GATHER_MS });
    expect(takeTrigger(first, START + 1_000)).toEqual(first);
    expect(waitsUntil(first, START + TRIGGER_GATHER_MS - 1, false)).toBe(START + TRIGGER_GATHER_MS);
    expect(waitsUntil(first, START + TRIGGER_GATHER_MS, false)).toBeNull();
  });

  it("keeps a trigger that comes after the start for the next run, a window later", () => {
    const started = afterStart(START, false);
    expect(takeTrigger(started, START + 1).dueAt).toBe(START + TRIGGER_WINDOW_MS);
    const long = START + 10 * TRIGGER_WINDOW_MS;
    expect(takeTrigger(started, long).dueAt).toBe(long + TRIGGER_GATHER_MS);
  });

  it("plans what was left over for the window after", () => {
    expect(afterStart(START, true).dueAt).toBe(START + TRIGGER_WINDOW_MS);
  });

  it("waits for the run before to be over: one account has one question of a model at a time", () => {
    const planned = takeTrigger(NO_TRIGGER_YET, START);
    const now = START + TRIGGER_GATHER_MS;
    expect(waitsUntil(planned, now, true)).toBe(now + TRIGGER_LOOK_AGAIN_MS);
  });

  it("has at most one run in any window and loses no trigger, whenever they come and however late it is looked", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 150_000 }),
        (waits, late, lasts) => {
          let window: TriggerWindow = NO_TRIGGER_YET;
          let waiting: RunTrigger[] = [];
          const runs: { readonly at: number; readonly of: readonly string[] }[] = [];
          const look = (until: number): void => {
            for (let at = (window.dueAt ?? Infinity) + late; at <= until;) {
              const again = waitsUntil(window, at, at < (runs.at(-1)?.at ?? -Infinity) + lasts);
              if (again === null) {
                const batch = batchOf(waiting);
                runs.push({ at, of: batch.map(({ id }) => id) });
                waiting = waiting.filter(({ id }) => !batch.some((each) => each.id === id));
                window = afterStart(at, waiting.length > 0);
                at = (window.dueAt ?? Infinity) + late;
              } else {
                at = again;
              }
            }
          };
          let now = START;
          for (const [index, wait] of waits.entries()) {
            now += wait;
            look(now);
            waiting.push(trigger(String(index), index % 3 === 0 ? "ETH/USD" : "BTC/USD"));
            window = takeTrigger(window, now);
          }
          look(now + 1_000 * TRIGGER_WINDOW_MS);
          expect(runs.flatMap(({ of }) => of)).toEqual(waits.map((_, index) => String(index)));
          for (const [index, { at }] of runs.entries()) {
            const before = runs[index - 1];
            expect(at - (before?.at ?? -Infinity)).toBeGreaterThanOrEqual(
              Math.max(TRIGGER_WINDOW_MS, before === undefined ? 0 : lasts),
            );
          }
        },
      ),
    );
  });
});

describe("what goes into one run", () => {
  it("is all that waits, up to the pairs that a model is sent figures of", () => {
    const pairs = ["A/USD", "B/USD", "C/USD", "D/USD", "E/USD", "F/USD", "A/USD"];
    const waiting = pairs.map((symbol, index) => trigger(String(index), symbol));
    expect(batchOf(waiting).map(({ symbol }) => symbol)).toEqual(pairs.slice(0, 5));
    expect(batchOf(waiting.slice(5)).map(({ symbol }) => symbol)).toEqual(["F/USD", "A/USD"]);
  });

  it("is no more than a question can name", () => {
    const waiting = Array.from({ length: MOST_TRIGGERS + 1 }, (_, index) => ({
      ...trigger(String(index)),
      note: "n".repeat(120),
    }));
    expect(batchOf(waiting)).toHaveLength(MOST_TRIGGERS);
    expect(triggerQuestion(batchOf(waiting)).length).toBeLessThan(8_000);
  });

  it("is named in the question, each trigger with its price, its trade and the trader's note", () => {
    const question = triggerQuestion([
      { ...trigger("1"), note: "break\nout" },
      { ...trigger("2", "ETH/USD"), direction: "below", late: true },
    ]);
    expect(question).toBe(
      "BTC/USD traded at 60010.1: my alert was for above 60000 (2027-01-15T08:00:00.000Z). My note: break out\n" +
        "ETH/USD traded at 60010.1: my alert was for below 60000 (2027-01-15T08:00:00.000Z, while the desk was away).\n\n" +
        "What should I do now, if anything?",
    );
  });
});

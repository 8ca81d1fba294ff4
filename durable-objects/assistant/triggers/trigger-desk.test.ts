/**
 * N triggers in one window make one run (issue 5 §7): the Trader's rows and the Assistant's windows on real SQLite, with calls that
 * get lost, crashes inside and around every transaction, and evictions between any two steps.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unopenedAccount } from "../../../domain/account/state.ts";
import { TRIGGER_WINDOW_MS, type RunTrigger } from "../../../domain/assistant/triggers.ts";
import { decimal } from "../../../domain/decimal.ts";
import { ok, refuse, type ErrorCode } from "../../../domain/problem.ts";
import { nodeStorage } from "../../../tests/support/desk-storage.ts";
import { migrate } from "../../lib/migrate.ts";
import { Schedule } from "../../lib/schedule.ts";
import { AlertQuestions } from "../../trader/alert-questions.ts";
import { MIGRATIONS as TRADER_MIGRATIONS } from "../../trader/migrations.ts";
import type { Recorded } from "../../trader/turn.ts";
import { Library } from "../storage/library.ts";
import { MIGRATIONS } from "../storage/migrations.ts";
import { TriggerDesk } from "./trigger-desk.ts";
import { TriggerTable } from "./trigger-table.ts";

const START = 1_800_000_000_000;
const OWNER = { userId: "user", sessionId: "assistant", sessionExpiresAt: 0, via: "api" } as const;
const RUN_LASTS_MS = 90_000;
/** What may go wrong with the next call or the next start, and what the start may be refused with. */
type Fault = "none" | "lost" | "answer_lost" | "crash_before" | "crash_inside" | "crash_after" | ErrorCode;
const FAULTS: readonly Fault[] = [
  "none",
  "none",
  "lost",
  "answer_lost",
  "crash_before",
  "crash_inside",
  "crash_after",
  "QUOTE_STALE",
  "MODEL_BUDGET",
];

type Run = { readonly key: string; readonly at: number; readonly of: string; readonly problem: string | null };

class World {
  now = START;
  faults: Fault[] = [];
  readonly #trader = nodeStorage();
  readonly #assistant = nodeStorage();
  #questions!: AlertQuestions;
  #desk!: TriggerDesk;
  #traderRows!: Schedule;
  #assistantRows!: Schedule;

  constructor() {
    migrate(this.#trader.sql, TRADER_MIGRATIONS);
    migrate(this.#assistant.sql, MIGRATIONS);
    this.#assistant.sql.exec(
      "CREATE TABLE simulated_runs (id TEXT, key TEXT, at INTEGER, triggers TEXT, problem TEXT)",
    );
    this.evict();
  }

  /** Both objects are made anew from what they have stored. */
  evict(): void {
    const now = (): number => this.now;
    this.#traderRows = new Schedule({ sql: this.#trader.sql, setAlarm: async () => undefined }, now);
    this.#assistantRows = new Schedule({ sql: this.#assistant.sql, setAlarm: async () => undefined }, now);
    const desk = new TriggerDesk({
      storage: this.#assistant,
      table: new TriggerTable(this.#assistant.sql),
      library: new Library(this.#assistant.sql),
      schedule: this.#assistantRows,
      owner: () => OWNER,
      start: async (_principal, request, triggered) => {
        const fault = this.#next();
        if (fault === "crash_before") {
          throw new Error("crash");
        }
        if (fault === "QUOTE_STALE" || fault === "MODEL_BUDGET") {
          return refuse(fault, "Refused.");
        }
        this.#book(request, triggered, fault === "crash_inside", null);
        if (fault === "crash_after") {
          throw new Error("crash");
        }
        return ok(null);
      },
      keepRefused: (request, triggered, { code }) => {
        this.#book(request, triggered, false, code);
      },
      run: () => null,
      proposalsOf: () => [],
      tellTrader: async () => ok(null),
      isUnderWay: (runId) => this.runs().some((run) => run.id === runId && this.now < run.at + RUN_LASTS_MS),
      now,
      newId: () => crypto.randomUUID(),
    });
    this.#desk = desk;
    this.#questions = new AlertQuestions({
      sql: this.#trader.sql,
      assistant: () => ({
        takeTriggers: async (_userId, told) => {
          const fault = this.#next();
          if (fault === "lost" || fault === "crash_before") {
            throw new Error("lost");
          }
          desk.take(told);
          if (fault === "answer_lost" || fault === "crash_after") {
            throw new Error("the answer was lost");
          }
          return ok(null);
        },
      }),
      owner: () => OWNER.userId,
      now,
      plan: (at) => {
        this.#traderRows.set("alert_questions", "", at);
      },
    });
  }

  /** Alerts fire in one turn of the Trader; what follows the commit may not come to run. */
  async fire(ids: readonly string[], modelId: string, drains: boolean): Promise<void> {
    this.#questions.enqueue(ids.map((id) => fired(id, modelId, this.now)));
    if (drains) {
      await this.#questions.drain();
    }
  }

  /** Everything that is due until then, in the order of time; an alarm may ring late. */
  async runUntil(time: number, lateness: number): Promise<void> {
    for (;;) {
      const due = [...rowsOf(this.#trader), ...rowsOf(this.#assistant)].map((row) => row.due + lateness);
      const next = Math.max(this.now + 1, Math.min(Infinity, ...due));
      if (next > time) {
        this.now = Math.max(this.now, time);
        return;
      }
      this.now = next;
      for (const _row of this.#traderRows.due()) {
        await this.#questions.rang();
      }
      for (const row of this.#assistantRows.due()) {
        // As the object's alarm does: the row is moved first, and what throws is tried again.
        this.#assistantRows.set(row.job, row.key, this.now + 10_000);
        try {
          await this.#desk.ask(row.key);
        } catch {
          this.evict();
        }
      }
    }
  }

  runs(): readonly (Run & { readonly id: string })[] {
    return this.#assistant.sql
      .exec<Run & { id: string }>("SELECT id, key, at, triggers AS of, problem FROM simulated_runs ORDER BY at")
      .toArray();
  }

  isIdle(): boolean {
    return rowsOf(this.#trader).length + rowsOf(this.#assistant).length === 0;
  }

  #next(): Fault {
    return this.faults.shift() ?? "none";
  }

  #book(
    request: { readonly accountId: string; readonly modelId: string },
    triggered: { readonly triggers: readonly RunTrigger[]; readonly booked: (runId: string) => void },
    crashes: boolean,
    problem: string | null,
  ): void {
    const id = crypto.randomUUID();
    this.#assistant.transactionSync(() => {
      const ids = triggered.triggers.map((trigger) => trigger.id).join(" ");
      this.#assistant.sql.exec(
        "INSERT INTO simulated_runs VALUES (?, ?, ?, ?, ?)",
        id,
        request.modelId,
        this.now,
        ids,
        problem,
      );
      triggered.booked(id);
      if (crashes) {
        throw new Error("crash");
      }
    });
  }
}

function rowsOf({ sql }: ReturnType<typeof nodeStorage>): readonly { readonly due: number }[] {
  return sql.exec<{ due: number }>("SELECT due FROM schedule").toArray();
}

function fired(id: string, modelId: string, now: number): Recorded {
  const alert = {
    id,
    symbol: "BTC/USD",
    direction: "above",
    price: decimal("60000"),
    note: null,
    ask: { providerId: "rules", modelId },
    armedTradeId: 1,
    version: 1,
    createdAt: START,
  } as const;
  const { symbol, direction, price } = alert;
  const what = { symbol, direction, price, tradePrice: price, tradeId: 2, firedAt: now, late: false } as const;
  const before = unopenedAccount("account-1");
  return {
    seq: 1,
    accountId: "account-1",
    event: { type: "price_alert_fired", time: now, marketTime: now, priceAlertId: id, ...what },
    before,
    after: {
      ...before,
      pastAlerts: [{ ...alert, outcome: "fired", endedAt: now, tradePrice: price, tradeId: 2, late: false }],
    },
  };
}

describe("triggers of runs", () => {
  it("that come in one window make one run, whatever is lost and whoever crashes; none is lost and none asked twice", async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 40_000 }),
      count: fc.integer({ min: 1, max: 4 }),
      model: fc.constantFrom("one", "two"),
      drains: fc.boolean(),
      evicts: fc.boolean(),
      faults: fc.array(fc.constantFrom(...FAULTS), { maxLength: 3 }),
    });
    const story = fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
      lateness: fc.integer({ min: 0, max: 5_000 }),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ steps, lateness }) => {
        const world = new World();
        const expected: string[] = [];
        for (const [index, { wait, count, model, drains, evicts, faults }] of steps.entries()) {
          await world.runUntil(world.now + wait, lateness);
          if (evicts) {
            world.evict();
          }
          world.faults.push(...faults);
          const ids = Array.from({ length: count }, (_, each) => `alert-${String(index)}-${String(each)}`);
          expected.push(...ids);
          await world.fire(ids, model, drains);
        }
        await world.runUntil(world.now + 3_600_000, lateness);
        const runs = world.runs();
        expect(runs.flatMap(({ of }) => of.split(" ")).toSorted()).toEqual(expected.toSorted());
        for (const ofModel of Map.groupBy(runs, ({ key }) => key).values()) {
          for (const [index, { at }] of ofModel.entries()) {
            const before = ofModel[index - 1];
            if (before !== undefined) {
              expect(at - before.at).toBeGreaterThanOrEqual(Math.max(TRIGGER_WINDOW_MS, RUN_LASTS_MS));
            }
          }
        }
        expect(world.isIdle()).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("of fifty alerts that fire at once make runs that name them all, a window apart", async () => {
    const world = new World();
    const ids = Array.from({ length: 50 }, (_, index) => `alert-${String(index)}`);
    await world.fire(ids, "one", true);
    await world.runUntil(START + 10 * RUN_LASTS_MS, 0);
    expect(world.runs().map(({ of }) => of.split(" ").length)).toEqual([20, 20, 10]);
  });

  it("are kept with the reason when the model cannot be asked: at once over the budget, after two minutes without a price", async () => {
    const budget = new World();
    budget.faults = ["none", "MODEL_BUDGET"];
    await budget.fire(["alert"], "one", true);
    await budget.runUntil(START + 5_000, 0);
    expect(budget.runs()).toMatchObject([{ of: "alert", problem: "MODEL_BUDGET" }]);
    const stale = new World();
    stale.faults = ["none", ...Array.from({ length: 100 }, (): Fault => "QUOTE_STALE")];
    await stale.fire(["alert"], "one", true);
    await stale.runUntil(START + 115_000, 0);
    expect(stale.runs()).toEqual([]);
    await stale.runUntil(START + 130_000, 0);
    expect(stale.runs()).toMatchObject([{ of: "alert", problem: "QUOTE_STALE" }]);
  });
});

/**
 * Price alerts that ask a model when they fire. The question is a row, written with the event, and told to the Assistant after the
 * commit: nothing waits for it, and whatever the Assistant does, no trade is later for it. It is told at least once; the Assistant
 * knows an alert by its id.
 */
import { firstRow, type Sql } from "../lib/sql.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import { log } from "../lib/log.ts";
import type { ToldTrigger } from "../assistant/triggers/told.ts";
import type { ToldAssistant } from "./assistant-stub.ts";
import { withDeadline } from "../lib/deadline.ts";
import { backoffMs } from "./outbox.ts";
import type { Recorded } from "./turn.ts";

export type AlertQuestionsDependencies = {
  readonly sql: Sql;
  readonly assistant: () => ToldAssistant;
  readonly owner: () => string | null;
  readonly now: () => number;
  /** Plans the job that calls `rang`; null takes it off. */
  readonly plan: (at: number | null) => void;
};

const AT_ONCE = 50;
const DEADLINE_MS = 10_000;
/** Should a drain die, the alarm finds its rows again. */
const FALLBACK_MS = 15_000;
/** With the longest waits about an hour: the price of the alert is long gone by then. */
const MOST_ATTEMPTS = 64;

export class AlertQuestions {
  readonly #dependencies: AlertQuestionsDependencies;
  #running: Promise<void> | null = null;

  constructor(dependencies: AlertQuestionsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Part of the transaction of what happened. */
  enqueue(recorded: readonly Recorded[]): void {
    const { sql, now, plan } = this.#dependencies;
    const told = recorded.flatMap(questionOf);
    for (const each of told) {
      sql.exec(
        "INSERT INTO alert_questions (body, attempts, due) VALUES (?, 0, ?)",
        JSON.stringify(each satisfies ToldTrigger),
        now(),
      );
    }
    if (told.length > 0) {
      plan(now() + FALLBACK_MS);
    }
  }

  /** Tells what is due; one at a time. Never rejects for what the Assistant did. */
  async drain(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** The job's time has come: the alarm itself does not wait. */
  rang(): Promise<void> {
    const { plan, now } = this.#dependencies;
    plan(now() + FALLBACK_MS);
    return this.drain();
  }

  /** Waits for a call that is under way, so that nothing is told after the user was erased. */
  async settle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    const { sql, assistant, owner, now, plan } = this.#dependencies;
    const rows = sql
      .exec<{ id: number; body: string; attempts: number }>(
        "SELECT id, body, attempts FROM alert_questions WHERE due <= ? ORDER BY id LIMIT ?",
        now(),
        AT_ONCE,
      )
      .toArray();
    const userId = owner();
    if (rows.length > 0 && userId !== null) {
      const told = rows.map(({ body }) => parseTrusted<ToldTrigger>(body));
      const failure = await failureOf(() => assistant().takeTriggers(userId, told));
      for (const { id, attempts } of rows) {
        if (failure !== null && attempts + 1 < MOST_ATTEMPTS) {
          const due = now() + backoffMs(attempts + 1);
          sql.exec("UPDATE alert_questions SET attempts = ?, due = ? WHERE id = ?", attempts + 1, due, id);
        } else {
          sql.exec("DELETE FROM alert_questions WHERE id = ?", id);
        }
      }
      if (failure !== null) {
        log("alert_questions_failed", { questions: rows.length, reason: failure });
      }
    }
    const next = firstRow<{ due: number | null }>(sql, "SELECT min(due) AS due FROM alert_questions")?.due ?? null;
    plan(next === null ? null : Math.max(next, now() + 1_000));
  }
}

/** Of an alert that fired and asks. It is among the past ones of the account right after its event. */
function questionOf({ event, accountId, after }: Recorded): readonly ToldTrigger[] {
  if (event.type !== "price_alert_fired") {
    return [];
  }
  const { priceAlertId: id, symbol, direction, price, tradePrice, firedAt, late } = event;
  const { ask = null, note = null } = after.pastAlerts.find((alert) => alert.id === id) ?? {};
  return ask === null
    ? []
    : [
        {
          accountId,
          ask,
          trigger: { source: "price_alert", id, symbol, direction, price, tradePrice, firedAt, late, note },
        },
      ];
}

/** Why it was not taken; null when it was. */
async function failureOf(call: () => ReturnType<ToldAssistant["takeTriggers"]>): Promise<string | null> {
  try {
    const answer = await withDeadline(call(), DEADLINE_MS, "takeTriggers");
    return answer.ok ? null : answer.error.code;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * What the alarm does. Rows stay until their handler has moved or removed them, and each handler does nothing the second
 * time: alarms are delivered at least once. One that fails tries again and stops no other.
 */
import type { Command } from "../../domain/account/commands.ts";
import { waitingSymbols } from "../../domain/account/effects.ts";
import { isOwnMarket } from "../../domain/account/own-market.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { symbolsNeeded } from "../../domain/account/symbols.ts";
import { needsSamples } from "../../domain/risk/needs-samples.ts";
import type { DueRow } from "../lib/schedule.ts";
import { applyPrints, contextOf, symbolsOf } from "./commands.ts";
import { log } from "../lib/log.ts";
import { nextDayOf } from "./day-times.ts";
import { sampleAccount } from "./sampling.ts";
import type { Settled } from "./feed-client.ts";
import { ANSWERS_KEPT_MS } from "./idempotency.ts";
import { LEVELS_EVERY_MS } from "./nets/intervals.ts";
import { lookAfterLevels, watchesAny } from "./nets/watch.ts";
import type { Parts } from "./parts.ts";
import { needsDay } from "./timers.ts";
import { liveOrders } from "../../domain/account/open-orders.ts";
import { expiries } from "../../domain/account/effects.ts";

const RETRY_MS = 5_000;
const SOON_MS = 1_000;
const WAITING_EVERY_MS = 2_000;
const PATIENCE_MS = 5_000;
const DAY_MS = 86_400_000;
const KRAKEN_AGAIN_MS = 60_000;
/** Equity samples: one a minute for so long, then one an hour. */
const EQUITY_FULL_MS = 7 * DAY_MS;
/** Half of the 5 GB that the smallest plan gives. */
const LARGE_BYTES = 2_500_000_000;
/** A day begins without the price of a pair that the exchange does not list (any more) after so long, */
const UNLISTED_PATIENCE_MS = 60_000;
/** and without any other price after so long. */
const DAY_PATIENCE_MS = 15 * 60_000;
/** An order is ended without a settled tape when the market has been away this long after its time. */
const EXPIRY_PATIENCE_MS = 60_000;

/** Runs every job whose time has come. */
export async function runDueJobs(parts: Parts): Promise<void> {
  for (const row of parts.schedule.due()) {
    try {
      await runJob(parts, row);
    } catch (error) {
      parts.unexpected("job_failed", error, { job: row.job, account: row.key });
      parts.schedule.set(row.job, row.key, parts.clock.wall() + RETRY_MS);
    }
  }
}

async function runJob(parts: Parts, row: DueRow): Promise<void> {
  const { schedule, clock, sockets } = parts;
  switch (row.job) {
    case "outbox":
      await parts.historian.drain();
      return;
    case "triggers":
      await parts.triggers.check();
      return;
    case "levels":
      schedule.set("levels", "", watchesAny(parts) ? clock.wall() + LEVELS_EVERY_MS : null);
      await lookAfterLevels(parts, parts.readTape);
      return;
    case "sessions":
      schedule.set("sessions", "", sockets.sweep());
      return;
    case "key_claims":
      await parts.keyConnector.tidy();
      return;
    case "housekeeping":
      await keepHouse(parts);
      return;
    case "open_risk":
      // Not waited for: it plans its next try itself, and what comes after it needs no D1.
      parts.state.waitUntil(
        parts.openRisk.retry().catch((error: unknown) => {
          parts.unexpected("open_risk_failed", error, {});
        }),
      );
      return;
    case "notify":
      // Not waited for: no channel may hold up what comes after it.
      parts.state.waitUntil(parts.notifier.rang());
      return;
    case "alert_questions":
      // Not waited for: no model may hold up what comes after it.
      parts.state.waitUntil(
        parts.alertQuestions.rang().catch((error: unknown) => {
          parts.unexpected("alert_questions_failed", error, {});
        }),
      );
      return;
    case "kraken":
      // It plans its next time itself; should it not come to that, it is looked at again.
      schedule.set("kraken", row.key, clock.wall() + KRAKEN_AGAIN_MS);
      parts.kraken.wake();
      return;
    case "expire":
    case "waiting":
    case "day":
    case "equity": {
      const state = parts.desk.account(row.key);
      if (state === null || !isOwnMarket(state, parts)) {
        schedule.set(row.job, row.key, null);
        return;
      }
      await runAccountJob(parts, row.job, state);
      return;
    }
    default:
      // Of another version of this code.
      schedule.set(row.job, row.key, clock.wall() + DAY_MS);
  }
}

async function runAccountJob(
  parts: Parts,
  job: "expire" | "waiting" | "day" | "equity",
  state: AccountState,
): Promise<void> {
  switch (job) {
    case "expire":
      await expire(parts, state);
      return;
    case "waiting":
      await retryWaiting(parts, state);
      return;
    case "day":
      await startDay(parts, state);
      return;
    case "equity":
      await sample(parts, state);
  }
}

/** Ends orders whose time has come, after the prints that came before it. */
async function expire(parts: Parts, state: AccountState): Promise<void> {
  const { clock, feed, schedule } = parts;
  await feed.tellTime();
  const now = clock.market();
  const due = liveOrders(state.orders).filter((order) => order.expiresAt !== null && order.expiresAt <= now);
  const symbols = symbolsOf(due);
  const settled = await feed.settle(symbols, PATIENCE_MS);
  // Not fresh: the link is down or the tape has a hole, and prints from before the expiry may still come.
  const isSettled = symbols.every((symbol) => settled.markets[symbol]?.quote.fresh === true);
  const patient = due.every((order) => now - (order.expiresAt ?? now) < EXPIRY_PATIENCE_MS);
  if (!isSettled && patient) {
    schedule.set("expire", state.accountId, clock.wall() + RETRY_MS);
    return;
  }
  command(parts, state.accountId, [{ type: "expire_orders" }], settled);
  replan(parts, state.accountId, "expire");
}

/** Exits that wait for a price are matched, and stops that wait for one are armed, when there is one. */
async function retryWaiting(parts: Parts, state: AccountState): Promise<void> {
  const { clock, feed, schedule, desk } = parts;
  const symbols = waitingSymbols(state);
  const settled = await feed.settle(symbols, PATIENCE_MS);
  // Also without a market, where nothing is matched: the decision ends with a look at what has been naked for too long.
  const commands = symbols.map((symbol): Command => ({ type: "retry_waiting", symbol }));
  command(parts, state.accountId, commands, settled);
  const after = desk.account(state.accountId);
  const waits = after !== null && waitingSymbols(after).length > 0;
  schedule.set("waiting", state.accountId, waits ? clock.wall() + WAITING_EVERY_MS : null);
}

async function startDay(parts: Parts, state: AccountState): Promise<void> {
  await parts.feed.tellTime();
  const settled = await parts.feed.settle(symbolsNeeded(state, { type: "start_day" }), PATIENCE_MS);
  const missing = Object.values(settled.problems);
  const patience = missing.every(({ code }) => code === "UNKNOWN_SYMBOL") ? UNLISTED_PATIENCE_MS : DAY_PATIENCE_MS;
  const late = parts.clock.market() - nextDayOf(state);
  if (missing.length > 0 && late < patience) {
    // Without the marks the day would begin with a wrong figure.
    parts.schedule.set("day", state.accountId, parts.clock.wall() + RETRY_MS);
    return;
  }
  if (missing.length > 0) {
    log("day_started_incomplete", { account: state.accountId, symbols: Object.keys(settled.problems).join(" ") });
  }
  command(parts, state.accountId, [{ type: "start_day" }], settled);
  replan(parts, state.accountId, "day");
}

async function sample(parts: Parts, state: AccountState): Promise<void> {
  await sampleAccount(parts, state.accountId);
  const now = parts.desk.account(state.accountId);
  const next = now !== null && needsSamples(now) ? parts.clock.nextSample() : null;
  parts.schedule.set("equity", state.accountId, next);
}

async function keepHouse(parts: Parts): Promise<void> {
  const { schedule, clock, desk, historian, state } = parts;
  const now = clock.wall();
  const bytes = state.storage.sql.databaseSize;
  if (bytes > LARGE_BYTES) {
    // The journal is never pruned: somebody has to know while there is still room.
    parts.unexpected("journal_large", new Error("the journal fills half of its storage"), { bytes });
  }
  schedule.set("housekeeping", "", now + DAY_MS);
  desk.store.forgetAnswers(now - ANSWERS_KEPT_MS);
  const before = clock.market() - EQUITY_FULL_MS;
  desk.store.thinEquity(before);
  await historian.thin(before);
  if (!desk.store.needsHousekeeping(before)) {
    schedule.set("housekeeping", "", null);
  }
}

/** One turn for commands of the clock. */
function command(parts: Parts, accountId: string, commands: readonly Command[], settled: Settled): void {
  parts.desk.turn((turn) => {
    const context = contextOf(parts, settled, parts.newId(), "manual");
    applyPrints(parts, turn, settled.deliveries, context);
    for (const each of commands) {
      turn.apply(accountId, each, context);
    }
  });
}

/** Moves a row that its own handler has served: later if there is more to do, away if not. */
function replan(parts: Parts, accountId: string, job: "expire" | "day"): void {
  const { clock, schedule, desk } = parts;
  const state = desk.account(accountId);
  const now = clock.wall();
  let next: number | null = null;
  if (state !== null && job === "day" && needsDay(state)) {
    next = clock.toWall(nextDayOf(state));
  }
  if (state !== null && job === "expire") {
    const soonest = Math.min(Infinity, ...expiries(state).map(({ at }) => at));
    next = soonest === Infinity ? null : clock.toWall(soonest);
  }
  schedule.set(job, accountId, next === null ? null : Math.max(next, now + SOON_MS));
}

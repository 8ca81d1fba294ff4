/** Due times that follow from what an account is. They are derived after every commit, never remembered. */
import { expiries, waitingSymbols } from "../../domain/account/effects.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { isZero, subtract, ZERO } from "../../domain/decimal.ts";
import type { Milliseconds } from "../../domain/market.ts";
import { hasPosition, needsSamples } from "../../domain/risk/needs-samples.ts";

export const MINUTE_MS = 60_000;
/** An exit without a fresh price asks for one this often. */
const WAITING_EVERY_MS = 2_000;
/** Samples after fills and flows are taken this much later, so that several of them make one. */
const SAMPLE_AFTER_MS = 1_000;

export const ACCOUNT_JOBS = ["expire", "waiting", "day", "equity"] as const;
export type AccountJob = (typeof ACCOUNT_JOBS)[number];

/** Wall times; null: not needed. */
export type AccountTimers = Readonly<Record<AccountJob, Milliseconds | null>>;

export type TimerInput = {
  readonly state: AccountState;
  /** Whether the account has just been filled. */
  readonly filled: boolean;
  readonly now: Milliseconds;
  readonly toWall: (marketTime: Milliseconds) => Milliseconds;
  /** When the next regular sample of equity is taken. */
  readonly nextSample: Milliseconds;
  /** Market time at which the account's next day begins. */
  readonly nextDay: Milliseconds;
  /** What is planned already. */
  readonly planned: AccountTimers;
};

export function accountTimers(input: TimerInput): AccountTimers {
  const { state, filled, now, toWall, nextDay, nextSample, planned } = input;
  const expiry = Math.min(Infinity, ...expiries(state).map(({ at }) => at));
  const waiting = waitingSymbols(state).length > 0;
  const sample = needsSamples(state) ? nextSample : null;
  const isMoved = filled || !isZero(state.watch.flow);
  return {
    expire: expiry === Infinity ? null : toWall(expiry),
    waiting: waiting ? (planned.waiting ?? now + WAITING_EVERY_MS) : null,
    day: needsDay(state) ? toWall(nextDay) : null,
    equity: isMoved ? Math.min(now + SAMPLE_AFTER_MS, planned.equity ?? Infinity) : (planned.equity ?? sample),
  };
}

/**
 * Whether the day has to be begun on time. Of an account that holds nothing and made nothing today the figures are right
 * without; its next command begins the day.
 */
export function needsDay(state: AccountState): boolean {
  const cash = state.holdings[state.currency];
  const profit = subtract(subtract(cash?.managed ?? ZERO, state.day.equity), state.day.flows);
  return hasPosition(state) || !isZero(profit);
}

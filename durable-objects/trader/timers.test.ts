import { describe, expect, it } from "vitest";
import { unopenedAccount, type AccountState, type Holding } from "../../domain/account/state.ts";
import { decimal, ZERO } from "../../domain/decimal.ts";
import { newWatch } from "../../domain/risk/halts-watch.ts";
import { accountTimers, needsDay, type TimerInput } from "./timers.ts";

const NOTHING = { expire: null, waiting: null, day: null, equity: null };

function holding(managed: string): Holding {
  return { managed: decimal(managed), external: ZERO, held: ZERO, cost: ZERO, realisedProfit: ZERO, openedAt: 0 };
}

function account(holdings: Record<string, Holding>): AccountState {
  return {
    ...unopenedAccount("a"),
    holdings,
    day: { startedAt: 0, equity: decimal("100"), flows: ZERO },
  };
}

function timersOf(state: AccountState, more: Partial<TimerInput> = {}) {
  const input = {
    state,
    filled: false,
    now: 90_000,
    toWall: (time: number) => time,
    nextDay: 86_400_000,
    nextSample: 120_000,
  };
  return accountTimers({ ...input, planned: NOTHING, ...more });
}

describe("the due times of an account", () => {
  it("are none while nothing is held, made or open", () => {
    expect(timersOf(account({ USD: holding("100") }))).toEqual(NOTHING);
  });

  it("sample each minute and begin the day while something is held", () => {
    const state = account({ USD: holding("50"), BTC: holding("1") });
    expect(timersOf(state)).toMatchObject({ equity: 120_000, day: 86_400_000 });
    expect(timersOf(state, { planned: { ...NOTHING, equity: 95_000 } }).equity).toBe(95_000);
  });

  it("sample soon after a fill, also when nothing is left", () => {
    const state = account({ USD: holding("101") });
    expect(timersOf(state, { filled: true }).equity).toBe(91_000);
    expect(timersOf(state, { filled: true, planned: { ...NOTHING, equity: 90_500 } }).equity).toBe(90_500);
  });

  it("sample on of a flat account until what it lost has been sampled often enough to halt it", () => {
    const lost = { ...account({ USD: holding("70") }), watch: newWatch(decimal("100")) };
    expect(timersOf(lost).equity).toBe(120_000);
    const halt = { kind: "drawdown" as const, haltedAt: 0, waitUntil: 0, endsAt: null, positions: "keep" as const };
    const halted = { ...lost, halts: [{ ...halt, value: decimal("30"), limit: decimal("20"), reason: "" }] };
    expect(timersOf(halted).equity).toBeNull();
  });

  it("sample soon after money came or went, so that it is in the peak", () => {
    const state = account({ USD: holding("100") });
    expect(timersOf({ ...state, watch: { ...state.watch, flow: decimal("-50") } }).equity).toBe(91_000);
  });

  it("begin the day of a flat account only if it made something today", () => {
    expect(needsDay(account({ USD: holding("100") }))).toBe(false);
    expect(needsDay(account({ USD: holding("101") }))).toBe(true);
    expect(
      needsDay({
        ...account({ USD: holding("110") }),
        day: { startedAt: 0, equity: decimal("100"), flows: decimal("10") },
      }),
    ).toBe(false);
    expect(needsDay(account({}))).toBe(true);
  });
});

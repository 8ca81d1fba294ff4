/**
 * Changing the rules. Tightening one counts at once. Loosening the one that has halted the account, or that would deny an entry now, waits
 * for the cool-off: the moment of a loss is the wrong one to raise its limit. Until then the change is planned, in the journal, with its time.
 */
import { isAbove, type Decimal } from "../decimal.ts";
import type { Milliseconds } from "../market.ts";
import { record, stamp, type Turn } from "../account/turn.ts";
import { failingLimits } from "./failing.ts";
import { clockOf, haltsInForce, type HaltKind } from "./halt.ts";
import type { LossStreak, RiskSettings } from "./settings.ts";

/** Settings that take effect at their time (market time). */
export type PlannedSettings = { readonly settings: RiskSettings; readonly dueAt: Milliseconds };

/** A change of rules waits, or waits no more. */
export type RiskChangePlanned = {
  readonly type: "risk_change_planned";
  readonly time: Milliseconds;
  readonly marketTime: Milliseconds;
  readonly planned: PlannedSettings | null;
};

const MINUTE_MS = 60_000;

/** What of a wish counts now, and whether the rest of it has to wait. */
export function allowedNow(
  before: RiskSettings,
  wish: RiskSettings,
  halted: readonly HaltKind[],
): { readonly settings: RiskSettings; readonly waits: boolean } {
  const kept: Partial<RiskSettings> = {
    ...(halted.includes("drawdown") && isLooser(before.drawdownPercent, wish.drawdownPercent)
      ? { drawdownPercent: before.drawdownPercent }
      : {}),
    ...(halted.includes("daily_loss") && isLooser(before.dailyLossPercent, wish.dailyLossPercent)
      ? { dailyLossPercent: before.dailyLossPercent }
      : {}),
    ...(halted.includes("loss_streak") && isLooserStreak(before.lossStreak, wish.lossStreak)
      ? { lossStreak: before.lossStreak }
      : {}),
    ...(halted.length > 0 && wish.resumeAfterMinutes < before.resumeAfterMinutes
      ? { resumeAfterMinutes: before.resumeAfterMinutes }
      : {}),
  };
  return { settings: { ...wish, ...kept }, waits: Object.keys(kept).length > 0 };
}

/** Books the wish: what may count now, and the rest as planned. The newest wish takes the place of one that waits. */
export function changeRisk(turn: Turn, wish: RiskSettings): void {
  const { state, context } = turn;
  const halted = haltsInForce(state.halts, context.marketTime).map(({ kind }) => kind);
  const tripped = [...halted, ...failingLimits(turn)];
  const { settings, waits } = allowedNow(state.limits, wish, tripped);
  if (!isSame(settings, state.limits)) {
    record(turn, settingsChanged(turn, settings));
  }
  if (waits) {
    // A second wish for the same does not begin the waiting anew.
    const same = state.plannedRisk !== null && isSame(state.plannedRisk.settings, wish);
    const dueAt = same
      ? (state.plannedRisk?.dueAt ?? 0)
      : context.marketTime + state.limits.resumeAfterMinutes * MINUTE_MS;
    if (!same) {
      record(turn, { type: "risk_change_planned", ...stamp(context), planned: { settings: wish, dueAt } });
    }
    turn.notices.push(
      `A rule that has halted the account, or denies now, is not loosened at once: that part of the change counts from ${clockOf(dueAt)}.`,
    );
  } else if (state.plannedRisk !== null) {
    record(turn, { type: "risk_change_planned", ...stamp(context), planned: null });
  }
}

/** Begins every decision: a planned change whose time has come counts from here on. */
export function applyDueSettings(turn: Turn): void {
  const planned = turn.state.plannedRisk;
  if (planned === null || planned.dueAt > turn.context.marketTime) {
    return;
  }
  if (!isSame(planned.settings, turn.state.limits)) {
    record(turn, settingsChanged(turn, planned.settings));
  }
  record(turn, { type: "risk_change_planned", ...stamp(turn.context), planned: null });
}

/** Null is the loosest, then the higher the looser. */
function isLooser(before: Decimal | null, wish: Decimal | null): boolean {
  return before !== null && (wish === null || isAbove(wish, before));
}

function isLooserStreak(before: LossStreak | null, wish: LossStreak | null): boolean {
  return before !== null && (wish === null || wish.losses > before.losses || wish.minutes < before.minutes);
}

function settingsChanged({ context }: Turn, limits: RiskSettings) {
  return { type: "settings_changed" as const, ...stamp(context), name: null, zone: null, fees: null, limits };
}

function isSame(left: RiskSettings, right: RiskSettings): boolean {
  return canonical(left) === canonical(right);
}

/** The order of keys says nothing. */
function canonical(settings: RiskSettings): string {
  const quantities = Object.entries(settings.maximumPositionQuantity).toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  );
  const entries = Object.entries({ ...settings, maximumPositionQuantity: quantities });
  return JSON.stringify(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

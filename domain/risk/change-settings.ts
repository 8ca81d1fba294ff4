/**
 * Changing the rules. Tightening one counts at once. Loosening the one that has halted the account, or that would deny an entry now, waits
 * for the cool-off: the moment of a loss is the wrong one to raise its limit. Until then the change is planned, in the journal, with its
 * time. A wish names what it changes: what waits of other settings, and what another device has changed meanwhile, stay as they are.
 */
import { isAbove, type Decimal } from "../decimal.ts";
import type { Milliseconds } from "../market.ts";
import { record, stamp, type Outcome, type Turn } from "../account/turn.ts";
import { failingLimits } from "./failing.ts";
import { clockOf, haltsInForce, type HaltKind } from "./halt.ts";
import {
  changedNames,
  isSameSetting,
  RISK_SETTING_NAMES,
  settingWords,
  withChanges,
  withNamed,
  type RiskChanges,
} from "./settings-changes.ts";
import { SETTINGS } from "./settings-table.ts";
import type { LossStreak, RiskSettingName, RiskSettings } from "./settings.ts";

/** A setting that waits, until its time (market time). */
export type WaitingSetting = { readonly name: RiskSettingName; readonly dueAt: Milliseconds };

/** Settings that take effect later (market time). */
export type PlannedSettings = {
  readonly settings: RiskSettings;
  /** Of the first of them. */
  readonly dueAt: Milliseconds;
  /** Which of `settings` wait. Absent in events of before they were kept: those that differ from the limits. */
  readonly waits?: readonly WaitingSetting[];
};

/** What a form changes, and what it had shown of that: something else stands there now where somebody was faster. */
export type RiskChange = { readonly changes: RiskChanges; readonly seen: RiskChanges };

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

/** All settings are as wished: it takes the place of whatever waits. */
export function changeRisk(turn: Turn, wish: RiskSettings): void {
  book(turn, wish, RISK_SETTING_NAMES);
}

/** These settings are as wished and the others stay; refused where one of them is not what the wish had seen. */
export function changeSomeRisk(turn: Turn, { changes, seen }: RiskChange): Outcome {
  const { limits } = turn.state;
  const named = RISK_SETTING_NAMES.filter((name) => changes[name] !== undefined);
  const wish = withChanges(limits, changes);
  const shown = withChanges(limits, seen);
  const overtaken = named.filter(
    (name) => !isSameSetting(limits[name], shown[name]) && !isSameSetting(limits[name], wish[name]),
  );
  const [first] = overtaken;
  if (first !== undefined) {
    const sentences = overtaken.map(
      (name) =>
        `${SETTINGS[name].label} was changed meanwhile: it is ${settingWords(limits[name])} now and was ${settingWords(shown[name])} when you began.`,
    );
    const message = `${sentences.join(" ")} Nothing was changed; look at it and save again.`;
    const details = { field: first, value: settingWords(limits[first]), seen: settingWords(shown[first]) };
    return { problem: { code: "CONFLICT", message, details }, events: [] };
  }
  book(turn, wish, named);
  return null;
}

/** Books the wish: what may count now, and the rest as planned. */
function book(turn: Turn, wish: RiskSettings, named: readonly RiskSettingName[]): void {
  const { state, context } = turn;
  const halted = haltsInForce(state.halts, context.marketTime).map(({ kind }) => kind);
  const before = waitsOf(state.plannedRisk, state.limits);
  const { settings } = allowedNow(state.limits, wish, [...halted, ...failingLimits(turn)]);
  if (changedNames(state.limits, settings).length > 0) {
    record(turn, settingsChanged(turn, settings));
  }
  const waiting = changedNames(settings, wish);
  const dueAt = context.marketTime + state.limits.resumeAfterMinutes * MINUTE_MS;
  // A second wish for the same does not begin the waiting anew.
  const added = waiting.map((name): WaitingSetting => {
    const same = before.find((each) => each.name === name && isSameSetting(each.value, wish[name]));
    return { name, dueAt: same?.dueAt ?? dueAt };
  });
  const kept = before.filter(({ name }) => !named.includes(name)).map(({ name, dueAt: at }) => ({ name, dueAt: at }));
  const values = withNamed(
    withNamed(settings, state.plannedRisk?.settings ?? settings, kept.map(nameOf)),
    wish,
    waiting,
  );
  plan(turn, values, [...kept, ...added]);
  for (const { name, dueAt: at } of added) {
    turn.notices.push(
      `A rule that has halted the account, or denies now, is not loosened at once: ${SETTINGS[name].label} counts as wished from ${clockOf(at)}.`,
    );
  }
  for (const { name, dueAt: at, value } of before) {
    if (named.includes(name) && !waiting.includes(name)) {
      turn.notices.push(
        `${SETTINGS[name].label} was to be ${settingWords(value)} from ${clockOf(at)}: that is planned no more.`,
      );
    }
  }
}

function plan(turn: Turn, settings: RiskSettings, waits: readonly WaitingSetting[]): void {
  const before = turn.state.plannedRisk;
  const dueAt = Math.min(...waits.map((each) => each.dueAt));
  const planned = waits.length === 0 ? null : { settings, dueAt, waits };
  if (!isSamePlan(turn, before, planned)) {
    record(turn, { type: "risk_change_planned", ...stamp(turn.context), planned });
  }
}

/** Begins every decision: what has come to its time counts from here on. */
export function applyDueSettings(turn: Turn): void {
  const { state, context } = turn;
  if (state.plannedRisk === null || state.plannedRisk.dueAt > context.marketTime) {
    return;
  }
  const { limits, planned } = settingsAt(state, context.marketTime);
  if (changedNames(state.limits, limits).length > 0) {
    record(turn, settingsChanged(turn, limits));
  }
  record(turn, { type: "risk_change_planned", ...stamp(context), planned });
}

/** The limits that count at a moment, and what still waits then. */
export function settingsAt(
  { limits: before, plannedRisk }: { readonly limits: RiskSettings; readonly plannedRisk: PlannedSettings | null },
  at: Milliseconds,
): {
  readonly limits: RiskSettings;
  readonly planned: (PlannedSettings & { waits: readonly WaitingSetting[] }) | null;
} {
  if (plannedRisk === null) {
    return { limits: before, planned: null };
  }
  const all = waitsOf(plannedRisk, before).map(({ name, dueAt }) => ({ name, dueAt }));
  const due = all.filter(({ dueAt }) => dueAt <= at).map(nameOf);
  const waits = all.filter(({ dueAt }) => dueAt > at);
  const limits = withNamed(before, plannedRisk.settings, due);
  const settings = withNamed(limits, plannedRisk.settings, waits.map(nameOf));
  const dueAt = Math.min(...waits.map((each) => each.dueAt));
  return { limits, planned: waits.length === 0 ? null : { settings, dueAt, waits } };
}

type Waiting = WaitingSetting & { readonly value: RiskSettings[RiskSettingName] };

function waitsOf(planned: PlannedSettings | null, limits: RiskSettings): readonly Waiting[] {
  if (planned === null) {
    return [];
  }
  const { settings, dueAt } = planned;
  const waits = planned.waits ?? changedNames(limits, settings).map((name): WaitingSetting => ({ name, dueAt }));
  return waits.map((each) => ({ ...each, value: settings[each.name] }));
}

function isSamePlan(turn: Turn, left: PlannedSettings | null, right: PlannedSettings | null): boolean {
  const say = (planned: PlannedSettings | null): string =>
    JSON.stringify(waitsOf(planned, turn.state.limits).map(({ name, dueAt, value }) => [name, dueAt, value]));
  return (left === null) === (right === null) && say(left) === say(right);
}

function nameOf({ name }: WaitingSetting): RiskSettingName {
  return name;
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

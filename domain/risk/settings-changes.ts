/** Some of the settings, by name: what a form changed, what waits. */
import { DEFAULT_RISK, type RiskSettingName, type RiskSettings } from "./settings.ts";

/** Absent: not changed. Null switches a rule off. */
export type RiskChanges = { readonly [Name in RiskSettingName]?: RiskSettings[Name] | undefined };

type Draft = { -readonly [Name in RiskSettingName]: RiskSettings[Name] };

export const RISK_SETTING_NAMES: readonly RiskSettingName[] = Object.keys(DEFAULT_RISK).filter(isName);

/** The settings with these changes. */
export function withChanges(settings: RiskSettings, changes: RiskChanges): RiskSettings {
  const draft: Draft = { ...settings };
  const take = <Name extends RiskSettingName>(name: Name): void => {
    const value = changes[name];
    if (value !== undefined) {
      draft[name] = value;
    }
  };
  for (const name of RISK_SETTING_NAMES) {
    take(name);
  }
  return draft;
}

/** Those settings of `from` that are named, over `settings`. */
export function withNamed(settings: RiskSettings, from: RiskSettings, names: readonly RiskSettingName[]): RiskSettings {
  const draft: Draft = { ...settings };
  const take = <Name extends RiskSettingName>(name: Name): void => {
    draft[name] = from[name];
  };
  for (const name of names) {
    take(name);
  }
  return draft;
}

/** Those that are named, as changes. */
export function pick(settings: RiskSettings, names: readonly RiskSettingName[]): RiskChanges {
  const draft: { -readonly [Name in RiskSettingName]?: RiskSettings[Name] } = {};
  const take = <Name extends RiskSettingName>(name: Name): void => {
    draft[name] = settings[name];
  };
  for (const name of names) {
    take(name);
  }
  return draft;
}

/** Names of the settings in which the two differ. */
export function changedNames(before: RiskSettings, after: RiskSettings): readonly RiskSettingName[] {
  return RISK_SETTING_NAMES.filter((name) => !isSameSetting(before[name], after[name]));
}

/** The order of keys says nothing. */
export function isSameSetting(left: RiskSettings[RiskSettingName], right: RiskSettings[RiskSettingName]): boolean {
  return canonical(left) === canonical(right);
}

/** A setting in the words of a sentence. */
export function settingWords(value: RiskSettings[RiskSettingName]): string {
  if (value === null) {
    return "off";
  }
  if (typeof value !== "object") {
    return String(value);
  }
  if (Array.isArray(value)) {
    return value.join(", ");
  }
  const parts = Object.entries(value).map(([name, each]) => `${name} ${String(each)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function canonical(value: RiskSettings[RiskSettingName]): string {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? JSON.stringify(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)))
    : JSON.stringify(value);
}

function isName(name: string): name is RiskSettingName {
  return name in DEFAULT_RISK;
}

/** Risk settings as typed text, and back. What is right is contract/risk's to say. An empty field switches a rule off. */
import { riskSettings, type RiskSettingsView } from "../../../../contract/risk.ts";
import { parseDecimal } from "../../../../domain/decimal.ts";
import { RISK_SETTING_NAMES, withNamed } from "../../../../domain/risk/settings-changes.ts";
import { SETTINGS, type Setting } from "../../../../domain/risk/settings-table.ts";

export type RiskTexts = Readonly<Record<string, string>>;

export type SettingRow = { readonly key: string; readonly setting: Setting };

/** The table, in the order of the page. */
export const SETTING_ROWS: readonly SettingRow[] = Object.entries<Setting>(SETTINGS).map(([key, setting]) => ({
  key,
  setting,
}));

/** A streak has two numbers; its second text has a name of its own. */
export function minutesKey(key: string): string {
  return `${key}.minutes`;
}

export function textsOf(settings: RiskSettingsView): RiskTexts {
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (value === null) {
      texts[key] = "";
    } else if (Array.isArray(value)) {
      texts[key] = value.join(", ");
    } else if (typeof value === "object" && "losses" in value) {
      texts[key] = String(value.losses);
      texts[minutesKey(key)] = String(value.minutes);
    } else if (typeof value === "object") {
      texts[key] = Object.entries(value)
        .map(([asset, quantity]) => `${asset} ${String(quantity)}`)
        .join(", ");
    } else {
      texts[key] = String(value);
    }
  }
  return texts;
}

/**
 * The form after the settings became `now`, when it had been filled with `base`: fields that nobody has touched follow, the others
 * stay and still know what they began from.
 */
export function followed(
  texts: RiskTexts,
  base: RiskSettingsView,
  now: RiskSettingsView,
): { readonly texts: RiskTexts; readonly base: RiskSettingsView } {
  const began = textsOf(base);
  const current = textsOf(now);
  const keysOf = (name: string): readonly string[] => [name, minutesKey(name)];
  const shows = (name: string, what: RiskTexts): boolean =>
    keysOf(name).every((key) => (texts[key] ?? "") === (what[key] ?? ""));
  const following = RISK_SETTING_NAMES.filter((name) => shows(name, began) || shows(name, current));
  const news = following
    .flatMap(keysOf)
    .flatMap((key): [string, string][] => (key in texts || key in current ? [[key, current[key] ?? ""]] : []));
  return { texts: { ...texts, ...Object.fromEntries(news) }, base: withNamed(base, now, following) };
}

/** The settings that the texts mean, or what is wrong with each. */
export function settingsOf(texts: RiskTexts): {
  readonly settings: RiskSettingsView | null;
  readonly errors: Readonly<Record<string, string>>;
} {
  const read = riskSettings.safeParse(
    Object.fromEntries(SETTING_ROWS.map(({ key, setting }) => [key, valueOf(key, setting, texts)])),
  );
  if (read.success) {
    return { settings: read.data, errors: {} };
  }
  const errors: Record<string, string> = {};
  for (const { path } of read.error.issues) {
    const row = SETTING_ROWS.find(({ key }) => key === path[0]);
    if (row !== undefined) {
      errors[row.key] = wantedWords(row.setting);
    }
  }
  return { settings: null, errors };
}

/** "From 0.1 to 100, or empty for off". */
export function wantedWords(setting: Setting): string {
  switch (setting.kind) {
    case "decimal":
    case "count":
      return `From ${setting.minimum} to ${setting.maximum}${setting.canBeOff ? ", or empty for off" : "; it cannot be off"}`;
    case "streak":
      return `From ${setting.losses.minimum} to ${setting.losses.maximum} losses and ${setting.minutes.minimum} to ${setting.minutes.maximum} minutes, or empty for off`;
    case "quantities":
      return "Assets with quantities: BTC 1, ETH 20";
    case "symbols":
      return "Pairs: BTC/USD, ETH/USD; empty allows every pair";
    case "choice":
      return "One of the list";
  }
}

/** The default in words. */
export function defaultWords(setting: Setting): string {
  switch (setting.kind) {
    case "decimal":
    case "count":
      return setting.default === null ? "off" : String(setting.default);
    case "streak":
      return setting.default === null ? "off" : `${setting.default.losses} losses, ${setting.default.minutes} minutes`;
    case "quantities":
      return "none";
    case "symbols":
      return "every pair";
    case "choice":
      return setting.options.find(({ value }) => value === setting.default)?.label ?? setting.default;
  }
}

function valueOf(key: string, setting: Setting, texts: RiskTexts): unknown {
  const text = (texts[key] ?? "").trim();
  switch (setting.kind) {
    case "decimal":
      return text === "" ? null : (parseDecimal(text) ?? text);
    case "count":
      return countOf(text);
    case "streak": {
      const minutes = (texts[minutesKey(key)] ?? "").trim();
      return text === "" ? null : { losses: countOf(text), minutes: countOf(minutes) };
    }
    case "quantities":
      return Object.fromEntries(
        listOf(text).map((entry) => {
          const [asset = "", quantity = ""] = entry.split(/[\s=:]+/u);
          return [asset.toUpperCase(), parseDecimal(quantity) ?? quantity];
        }),
      );
    case "symbols":
      return text === "" ? null : listOf(text).map((symbol) => symbol.toUpperCase());
    case "choice":
      return text;
  }
}

/** A whole number, null for nothing, and the text itself for what is neither. */
function countOf(text: string): number | string | null {
  return text === "" ? null : /^\d{1,9}$/u.test(text) ? Number.parseInt(text, 10) : text;
}

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/**
 * The one table of risk settings: default, range, unit and a line of explanation of each. The wire schema (contract/risk.ts),
 * the API's answer and the settings page are made from it, so that none of them can disagree.
 */
import { decimal, type Decimal } from "../decimal.ts";
import type { Asset, Symbol } from "../market.ts";
import type { HaltAction, LossStreak, RiskSettings } from "./settings.ts";

export const SETTING_GROUPS = ["size", "risk", "halts", "protection", "market"] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

type Row<Kind extends string, Default> = {
  readonly kind: Kind;
  readonly group: SettingGroup;
  readonly label: string;
  readonly unit: string;
  readonly default: Default;
  readonly explanation: string;
};

/** An amount or a percentage; `canBeOff`: null switches the rule off. */
export type DecimalSetting<Default extends Decimal | null = Decimal | null> = Row<"decimal", Default> & {
  readonly minimum: Decimal;
  readonly maximum: Decimal;
  readonly canBeOff: boolean;
};
export type CountSetting<Default extends number | null = number | null> = Row<"count", Default> & {
  readonly minimum: number;
  readonly maximum: number;
  readonly canBeOff: boolean;
};
export type QuantitiesSetting = Row<"quantities", Readonly<Record<Asset, Decimal>>> & { readonly mostEntries: number };
export type SymbolsSetting = Row<"symbols", readonly Symbol[] | null> & { readonly mostEntries: number };
export type StreakSetting = Row<"streak", LossStreak | null> & {
  readonly losses: { readonly minimum: number; readonly maximum: number };
  readonly minutes: { readonly minimum: number; readonly maximum: number };
};
export type ChoiceSetting = Row<"choice", HaltAction> & {
  readonly options: readonly { readonly value: HaltAction; readonly label: string }[];
};

export type Setting =
  | DecimalSetting
  | CountSetting
  | QuantitiesSetting
  | SymbolsSetting
  | StreakSetting
  | ChoiceSetting;

type SettingsTable = {
  readonly maximumOrderValue: DecimalSetting;
  readonly maximumPositionValue: DecimalSetting;
  readonly maximumPositionQuantity: QuantitiesSetting;
  readonly maximumPositionPercent: DecimalSetting;
  readonly maximumExposurePercent: DecimalSetting;
  readonly maximumOpenPositions: CountSetting;
  readonly riskPerTradePercent: DecimalSetting;
  readonly defaultStopPercent: DecimalSetting;
  readonly defaultTargetPercent: DecimalSetting;
  readonly drawdownPercent: DecimalSetting;
  readonly dailyLossPercent: DecimalSetting;
  readonly lossStreak: StreakSetting;
  readonly allowedSymbols: SymbolsSetting;
  readonly onHalt: ChoiceSetting;
  readonly tightenPercent: DecimalSetting<Decimal>;
  readonly resumeAfterMinutes: CountSetting<number>;
  readonly staleAfterSeconds: CountSetting<number>;
  readonly ordersPerMinute: CountSetting<number>;
  readonly priceCollarPercent: DecimalSetting;
};

const WEEK_MINUTES = 10_080;
const LEAST_MONEY = decimal("0.01");
const MOST_MONEY = decimal("1000000000000");

/** In the order of the settings page. Defaults: TRADING §5. */
export const SETTINGS: SettingsTable = {
  maximumPositionPercent: {
    ...percent("size", "Largest position", "25", "0.1", "100"),
    unit: "% of equity",
    explanation: "Most of your equity that one asset may be, what you hold and open entries counted.",
  },
  maximumPositionValue: {
    ...money("size", "Largest position"),
    explanation: "Most that one asset may be worth, what you hold and open entries counted.",
  },
  maximumPositionQuantity: {
    kind: "quantities",
    group: "size",
    label: "Largest quantity",
    unit: "per asset",
    default: {},
    mostEntries: 200,
    explanation: "Most units of an asset that you may hold, open entries counted; assets without an entry are free.",
  },
  maximumOrderValue: { ...money("size", "Largest order"), explanation: "Most that one order may be worth." },
  maximumExposurePercent: {
    ...percent("size", "Exposure", "80", "1", "100"),
    unit: "% of equity",
    explanation: "Most of your equity that all positions and open entries together may be; the rest stays cash.",
  },
  maximumOpenPositions: {
    ...count("size", "Open positions", 10, 1, 100),
    unit: "positions",
    canBeOff: true,
    explanation: "Most assets that you may be in at the same time, open entries counted, dust not.",
  },
  riskPerTradePercent: {
    ...percent("risk", "Risk per trade", "2", "0.01", "100"),
    unit: "% of equity",
    explanation: "Most that an entry may lose at its stop, fees included; without a stop its whole cost is at risk.",
  },
  defaultStopPercent: {
    ...percent("protection", "Default stop", "5", "0.1", "50"),
    unit: "% under the entry",
    explanation: "The stop that an entry brings when it names none; off leaves positions unprotected.",
  },
  defaultTargetPercent: {
    ...percent("protection", "Default target", null, "0.1", "1000"),
    unit: "% over the entry",
    explanation: "The target that an entry brings when it names none.",
  },
  drawdownPercent: {
    ...percent("halts", "Drawdown halt", "20", "0.5", "100"),
    unit: "% under the peak",
    explanation: "When equity has fallen so far from its highest, the account halts: no entries, exits go on.",
  },
  dailyLossPercent: {
    ...percent("halts", "Daily loss halt", null, "0.1", "100"),
    unit: "% of the day's first equity",
    explanation: "When the day has lost so much, fees and open positions included, the account halts.",
  },
  lossStreak: {
    kind: "streak",
    group: "halts",
    label: "Pause after losses",
    unit: "losses in a row, minutes",
    default: { losses: 4, minutes: 60 },
    losses: { minimum: 1, maximum: 50 },
    minutes: { minimum: 1, maximum: WEEK_MINUTES },
    explanation: "After so many losing trades in a row, no entries for so many minutes.",
  },
  onHalt: {
    kind: "choice",
    group: "halts",
    label: "When the account halts",
    unit: "",
    default: "keep",
    options: [
      { value: "keep", label: "Keep positions with their stops" },
      { value: "tighten", label: "Tighten the stops" },
      { value: "flatten", label: "Sell all positions" },
    ],
    explanation: "What happens to open positions; entries are denied and open entries cancelled in any case.",
  },
  tightenPercent: {
    ...percentAlways("halts", "Tightened stop", "1", "0.1", "50"),
    unit: "% under the price",
    explanation: "How far under the price stops go when a halt tightens them; none is ever lowered.",
  },
  resumeAfterMinutes: {
    ...count("halts", "Resume after", 60, 1, WEEK_MINUTES),
    unit: "minutes",
    explanation:
      "How long a halt lasts at least, unless you resume with a new baseline; also how long a loosened rule waits.",
  },
  priceCollarPercent: {
    ...percent("market", "Price collar", "5", "0.1", "100"),
    unit: "% from the price",
    explanation: "Furthest that a limit price may cross the price: guards against a slipped digit.",
  },
  staleAfterSeconds: {
    ...count("market", "Price too old after", 10, 2, 10),
    unit: "seconds",
    explanation: "Entries are denied on a price older than this; the desk itself trusts none older than 10 seconds.",
  },
  ordersPerMinute: {
    ...count("market", "Entries a minute", 30, 1, 600),
    unit: "orders",
    explanation: "Most entries in a minute; exits and cancels are not counted.",
  },
  allowedSymbols: {
    kind: "symbols",
    group: "market",
    label: "Allowed pairs",
    unit: "",
    default: null,
    mostEntries: 200,
    explanation: "Only these pairs may be entered; off allows every pair. Exits are always allowed.",
  },
} satisfies Record<keyof RiskSettings, Setting>;

function percent(group: SettingGroup, label: string, preset: string | null, minimum: string, maximum: string) {
  return {
    ...decimals(group, label, minimum, maximum),
    default: preset === null ? null : decimal(preset),
    canBeOff: true,
  };
}

function percentAlways(group: SettingGroup, label: string, preset: string, minimum: string, maximum: string) {
  return { ...decimals(group, label, minimum, maximum), default: decimal(preset), canBeOff: false };
}

function decimals(group: SettingGroup, label: string, minimum: string, maximum: string) {
  return { kind: "decimal" as const, group, label, minimum: decimal(minimum), maximum: decimal(maximum) };
}

function money(group: SettingGroup, label: string) {
  return {
    kind: "decimal" as const,
    group,
    label,
    unit: "USD",
    default: null,
    minimum: LEAST_MONEY,
    maximum: MOST_MONEY,
    canBeOff: true,
  };
}

function count(group: SettingGroup, label: string, preset: number, minimum: number, maximum: number) {
  return { kind: "count" as const, group, label, default: preset, minimum, maximum, canBeOff: false };
}

/** A row of the table as the API tells it: the same fields for every kind of setting. */
export type DescribedSetting = {
  readonly key: string;
  readonly kind: Setting["kind"];
  readonly group: SettingGroup;
  readonly label: string;
  readonly unit: string;
  readonly explanation: string;
  readonly default: unknown;
  /** Bounds of a number; null where the setting is no number. */
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly canBeOff: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
};

/** The whole table, in the order of the settings page. */
export function describedSettings(): readonly DescribedSetting[] {
  return Object.entries<Setting>(SETTINGS).map(([key, setting]) => {
    const { kind, group, label, unit, explanation } = setting;
    const isNumber = setting.kind === "decimal" || setting.kind === "count";
    return {
      key,
      kind,
      group,
      label,
      unit,
      explanation,
      default: setting.default,
      minimum: isNumber ? String(setting.minimum) : null,
      maximum: isNumber ? String(setting.maximum) : null,
      canBeOff: isNumber ? setting.canBeOff : kind === "streak" || kind === "symbols",
      options: setting.kind === "choice" ? setting.options : [],
    };
  });
}

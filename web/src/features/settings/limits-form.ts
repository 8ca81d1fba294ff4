/** Account limits as typed text, and back. Pure. An empty field switches a limit off. */
import type { RiskSettingsView } from "../../../../contract/risk.ts";
import { isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";

export type LimitTexts = {
  readonly maximumOrderValue: string;
  readonly maximumPositionValue: string;
  readonly maximumOpenPositions: string;
  readonly ordersPerMinute: string;
  readonly priceCollarPercent: string;
};

export type LimitErrors = Partial<Record<keyof LimitTexts, string>>;

export function textsOf(limits: RiskSettingsView): LimitTexts {
  return {
    maximumOrderValue: limits.maximumOrderValue ?? "",
    maximumPositionValue: limits.maximumPositionValue ?? "",
    maximumOpenPositions: limits.maximumOpenPositions === null ? "" : String(limits.maximumOpenPositions),
    ordersPerMinute: String(limits.ordersPerMinute),
    priceCollarPercent: limits.priceCollarPercent ?? "",
  };
}

/** `before` with the limits that the texts mean, or what is wrong with each text. */
export function limitsOf(
  texts: LimitTexts,
  before: RiskSettingsView,
): { limits: RiskSettingsView | null; errors: LimitErrors } {
  const errors: LimitErrors = {};
  const amount = (name: keyof LimitTexts): Decimal | null => {
    const text = texts[name];
    const value = text === "" ? null : parseDecimal(text);
    if (text !== "" && (value === null || !isPositive(value))) {
      errors[name] = "An amount above zero, or empty for none";
    }
    return value;
  };
  const count = (name: keyof LimitTexts, most: number): number | null => {
    const text = texts[name];
    if (text === "") {
      return null;
    }
    const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 1 && value <= most)) {
      errors[name] = `A whole number from 1 to ${most}`;
    }
    return value;
  };
  const limits: RiskSettingsView = {
    ...before,
    maximumOrderValue: amount("maximumOrderValue"),
    maximumPositionValue: amount("maximumPositionValue"),
    maximumOpenPositions: count("maximumOpenPositions", 100),
    ordersPerMinute: count("ordersPerMinute", 600) ?? 0,
    priceCollarPercent: amount("priceCollarPercent"),
  };
  if (texts.ordersPerMinute === "") {
    errors.ordersPerMinute = "A whole number from 1 to 600; it cannot be switched off";
  }
  return { limits: Object.keys(errors).length === 0 ? limits : null, errors };
}

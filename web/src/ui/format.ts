/**
 * Decimal → text and time → text, for people. Money never becomes a float here: grouping and signs are string work, rounding
 * is domain/decimal's. Missing is "—". The minus is a real one (U+2212), groups are set apart by a narrow no-break space.
 */
import { isNegative, isPositive, isZero, round, toFixedText, type Decimal } from "../../../domain/decimal.ts";

export const MISSING = "—";
export const MINUS = "\u2212";
export const GROUP_SPACE = "\u202f";

export type NumberFormat = {
  /** Exactly this many decimals, ties to even; as many as the value has when left out. */
  readonly decimals?: number | undefined;
  /** "always": + before gains. Zero never has a sign. */
  readonly sign?: "always" | "negative";
};

/** A decimal with thin grouping and a real minus: "64 250.1", "−0.5". */
export function formatDecimal(value: Decimal | null | undefined, format: NumberFormat = {}): string {
  if (value === null || value === undefined) {
    return MISSING;
  }
  return `${signOf(value, format)}${magnitude(value, format.decimals)}`;
}

/** A price at its pair's own precision (`instrument.priceDecimals`). */
export function formatPrice(value: Decimal | null | undefined, priceDecimals: number | undefined): string {
  return formatDecimal(value, { decimals: priceDecimals });
}

/** A quantity with all the digits it has, padded to at least `minimumDecimals` so that a column lines up. */
export function formatQuantity(value: Decimal | null | undefined, minimumDecimals = 0): string {
  if (value === null || value === undefined) {
    return MISSING;
  }
  const point = value.indexOf(".");
  const own = point === -1 ? 0 : value.length - point - 1;
  return formatDecimal(value, { decimals: Math.max(own, minimumDecimals) });
}

/** Money in the account currency: "$1 234.50", "−$48.20"; with `sign: "always"` "+$3.10". */
export function formatMoney(value: Decimal | null | undefined, format: NumberFormat & { unit?: string } = {}): string {
  if (value === null || value === undefined) {
    return MISSING;
  }
  const decimals = format.decimals ?? 2;
  const shown = round(value, decimals, "half-even");
  return `${signOf(shown, format)}${format.unit ?? "$"}${magnitude(shown, decimals)}`;
}

/** A profit or loss: always with its sign. */
export function formatProfit(value: Decimal | null | undefined): string {
  return formatMoney(value, { sign: "always" });
}

/** "+0.48 %". `value` is in percent already. */
export function formatPercent(value: Decimal | null | undefined, format: NumberFormat = { sign: "always" }): string {
  if (value === null || value === undefined) {
    return MISSING;
  }
  const decimals = format.decimals ?? 2;
  const shown = round(value, decimals, "half-even");
  return `${signOf(shown, format)}${magnitude(shown, decimals)}${GROUP_SPACE}%`;
}

/** An amount with its asset: "0.5 BTC", "$10.00" for USD. */
export function formatAmount(value: Decimal | null | undefined, asset: string, decimals?: number): string {
  if (asset === "USD") {
    return formatMoney(value, { decimals: decimals ?? 2 });
  }
  return `${formatDecimal(value, { decimals })} ${asset}`;
}

/** Which way a value points, for colour, arrow and word. */
export function directionOf(value: Decimal | null | undefined): "up" | "down" | "flat" {
  if (value === null || value === undefined || isZero(value)) {
    return "flat";
  }
  return isPositive(value) ? "up" : "down";
}

/** What a trader types: spaces, commas as groups and a typographic minus are forgiven; anything else is not a number. */
export function plainNumberText(text: string): string {
  return text.replace(/[\s\u202f\u00a0,_]/g, "").replace(MINUS, "-");
}

function signOf(value: Decimal, format: NumberFormat): string {
  if (isNegative(value) && !isZero(roundedFor(value, format.decimals))) {
    return MINUS;
  }
  return format.sign === "always" && isPositive(value) ? "+" : "";
}

function roundedFor(value: Decimal, decimals: number | undefined): Decimal {
  return decimals === undefined ? value : round(value, decimals, "half-even");
}

function magnitude(value: Decimal, decimals: number | undefined): string {
  const text = decimals === undefined ? value : toFixedText(value, decimals);
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, GROUP_SPACE);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

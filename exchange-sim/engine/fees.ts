import type { Pair } from "../instruments.ts";
import { divide, formatUnits, parseUnits } from "../units.ts";

/** A step of a fee table: from this 30-day USD volume on, this percentage. */
export interface FeeTier {
  readonly volume: string;
  readonly percent: string;
}

export interface FeeTable {
  readonly taker: readonly FeeTier[];
  readonly maker: readonly FeeTier[];
}

function tiers(...rows: readonly (readonly [volume: string, percent: string])[]): FeeTier[] {
  return rows.map(([volume, percent]) => ({ volume, percent }));
}

/** The last public table (PROTOCOL §7, November 2025), and what a small account measured in September 2026. */
export const feeTables = {
  standard: {
    taker: tiers(
      ["0", "0.4000"],
      ["10000", "0.3500"],
      ["50000", "0.2400"],
      ["100000", "0.2200"],
      ["250000", "0.2000"],
      ["500000", "0.1800"],
      ["1000000", "0.1600"],
      ["2500000", "0.1400"],
      ["5000000", "0.1200"],
      ["10000000", "0.1000"],
    ),
    maker: tiers(
      ["0", "0.2500"],
      ["10000", "0.2000"],
      ["50000", "0.1400"],
      ["100000", "0.1200"],
      ["250000", "0.1000"],
      ["500000", "0.0800"],
      ["1000000", "0.0600"],
      ["2500000", "0.0400"],
      ["5000000", "0.0200"],
      ["10000000", "0.0000"],
    ),
  },
  reworked: {
    taker: tiers(["0", "0.8000"]),
    maker: tiers(["0", "0.4000"]),
  },
} as const satisfies Record<string, FeeTable>;

export type FeePreset = keyof typeof feeTables;

export const feePresets: readonly FeePreset[] = ["standard", "reworked"];

/** Decimals in which USD volumes are counted. */
export const volumeDecimals = 4;
const percentDecimals = 4;

/** Where a volume stands in a table. */
export interface FeeStanding {
  readonly current: FeeTier;
  readonly next: FeeTier | undefined;
}

export function feeStanding(table: readonly FeeTier[], volume: bigint): FeeStanding {
  let index = 0;
  table.forEach((tier, at) => {
    if ((parseUnits(tier.volume, volumeDecimals) ?? 0n) <= volume) {
      index = at;
    }
  });
  return { current: table[index] ?? { volume: "0", percent: "0.0000" }, next: table[index + 1] };
}

/** A fee rate in percent, as an integer of four decimals. */
export function percentUnits(tier: FeeTier): bigint {
  return parseUnits(tier.percent, percentDecimals) ?? 0n;
}

/** Decimals that an amount gains when it is multiplied with percentUnits. */
export const percentScale = percentDecimals + 2;

/** The fee on an amount, in the amount's own units. */
export function feeOn(amount: bigint, tier: FeeTier, rounding: "half-up" | "up"): bigint {
  return divide(amount * percentUnits(tier), 10n ** BigInt(percentScale), rounding);
}

/** One pair's row of TradeVolume. `spelling` chooses between the two spellings on record (PROTOCOL §2.3). */
export function feeRow(
  table: readonly FeeTier[],
  volume: bigint,
  spelling: "minfee" | "min_fee",
): Record<string, string | null> {
  const { current, next } = feeStanding(table, volume);
  const name = (word: string): string => (spelling === "minfee" ? word : word.replace(/(fee|volume)$/, "_$1"));
  const percents = table.map((tier) => tier.percent);
  return {
    fee: current.percent,
    [name("minfee")]: percents[percents.length - 1] ?? current.percent,
    [name("maxfee")]: percents[0] ?? current.percent,
    [name("nextfee")]: next?.percent ?? null,
    [name("nextvolume")]: next === undefined ? null : formatVolume(next.volume),
    [name("tiervolume")]: formatVolume(current.volume),
  };
}

function formatVolume(text: string): string {
  return formatUnits(parseUnits(text, volumeDecimals) ?? 0n, volumeDecimals);
}

/** AssetPairs' old `fees` arrays, for the switch that brings them back. */
export function feeArray(table: readonly FeeTier[]): readonly (readonly [number, number])[] {
  return table.map((tier) => [Number(tier.volume), Number(tier.percent)]);
}

/** The asset a fee is charged in. */
export function feeAsset(pair: Pair, currency: "base" | "quote"): Pair["base"] {
  return currency === "base" ? pair.base : pair.quote;
}

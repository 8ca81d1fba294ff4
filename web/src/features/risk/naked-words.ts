/** What of a position nothing would sell, in words: how much, in money, and for how long (TRADING §4). */
import type { PositionView } from "../../../../contract/accounts.ts";
import { isPositive, multiply, type Decimal } from "../../../../domain/decimal.ts";
import { NAKED_BOUND_MS } from "../../../../domain/protection/naked-time.ts";
import { formatAmount, formatDecimal, formatMoney, MISSING } from "../../ui/format.ts";
import { formatDuration } from "../../ui/format-time.ts";

type Naked = NonNullable<PositionView["protection"]["naked"]>;

export type NakedLine = {
  readonly words: string;
  /** `late`: a stop is owed for longer than its bound. `owed`: it is awaited. `left`: nobody owes one. */
  readonly kind: "late" | "owed" | "left";
  /** Since when, in market time. */
  readonly since: number;
};

/** A line for what waits for its stop, and one for what was left without; none while all of it is covered. */
export function nakedLines(
  naked: Naked | undefined,
  asset: string,
  mark: Decimal | null,
  now: number,
): readonly NakedLine[] {
  if (naked === undefined) {
    return [];
  }
  const worth = (quantity: Decimal): string =>
    `${formatAmount(quantity, asset)} (${mark === null ? MISSING : formatMoney(multiply(quantity, mark))})`;
  const lines: NakedLine[] = [];
  if (naked.owedSince !== null && isPositive(naked.owed)) {
    const milliseconds = now - naked.owedSince;
    const kind = milliseconds > NAKED_BOUND_MS ? "late" : "owed";
    const words = `${worth(naked.owed)} ${kind === "late" ? "has had no stop" : "waits for its stop,"} for ${nakedDuration(milliseconds)}`;
    lines.push({ words, kind, since: naked.owedSince });
  }
  if (naked.leftSince !== null && isPositive(naked.left)) {
    const words = `${worth(naked.left)} without a stop for ${formatDuration(now - naked.leftSince)}`;
    lines.push({ words, kind: "left", since: naked.leftSince });
  }
  return lines;
}

/** What was measured of it so far, or nothing where it never waited. */
export function nakedSoFar(naked: Naked | undefined, asset: string): string {
  return naked === undefined || naked.longestMs === 0
    ? ""
    : `Waited for its stop ${nakedDuration(naked.longestMs)} at the longest, ${formatDecimal(naked.quantitySeconds)} ${asset} × s in all`;
}

/** "0.3 s", "9.8 s", "45 s", "3 min 5 s". */
export function nakedDuration(milliseconds: number): string {
  const time = Math.max(0, milliseconds);
  return time < NAKED_BOUND_MS ? `${(time / 1_000).toFixed(1)} s` : formatDuration(time);
}

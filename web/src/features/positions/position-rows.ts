/** Positions with their live figures, filtered. One row per asset. */
import type { PositionView } from "../../../../contract/accounts.ts";
import { compare, type Decimal } from "../../../../domain/decimal.ts";
import { valuatePosition, type Marks, type PositionValuation } from "../../../../domain/valuation.ts";

export type PositionRow = { readonly position: PositionView; readonly figures: PositionValuation };

export type PositionFilter = "all" | "winning" | "losing";

/** The rows at the given marks. Dust is left out unless it is asked for. */
export function positionRows(
  positions: readonly PositionView[],
  currency: string,
  marks: Marks,
): readonly PositionRow[] {
  return positions.map((position) => ({ position, figures: valuatePosition(position, currency, marks) }));
}

/** Rows that a filter keeps. A position without a known result is neither winning nor losing. */
export function filteredRows(
  rows: readonly PositionRow[],
  filter: PositionFilter,
  withDust: boolean,
): readonly PositionRow[] {
  return rows.filter(({ position, figures }) => {
    if (position.dust && !withDust) {
      return false;
    }
    const profit = figures.unrealisedProfit;
    switch (filter) {
      case "all":
        return true;
      case "winning":
        return profit !== null && !profit.startsWith("-") && profit !== "0";
      case "losing":
        return profit !== null && profit.startsWith("-");
    }
  });
}

/** Ascending; what is not known sorts below everything. */
export function compareKnown(left: Decimal | null, right: Decimal | null): number {
  if (left === null || right === null) {
    return left === right ? 0 : left === null ? -1 : 1;
  }
  return compare(left, right);
}

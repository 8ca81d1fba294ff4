/** The stop and the target of a position, and the levels of the order that is being written, as lines that can be dragged. */
import type { PositionView } from "../../../../contract/accounts.ts";
import type { FeeSchedule } from "../../../../domain/account/fees.ts";
import { multiply, parseDecimal, isPositive, subtract, type Decimal } from "../../../../domain/decimal.ts";
import { paidFor, proceedsAt } from "../../../../domain/risk/money-at.ts";
import { formatAmount, formatProfit, formatQuantity } from "../../ui/format.ts";
import type { OrderLine } from "./order-lines.ts";

export type LevelKind = "stop" | "target" | "entry";
/** Whose level a line is: of a position by its asset, or of the order form. */
export type LevelLine = { readonly kind: LevelKind; readonly asset: string | null };

/** Lines of the position that is shown under the symbol. Each says what the position would make there, after the fee. */
export function positionLines(
  positions: readonly PositionView[],
  symbol: string,
  fees: FeeSchedule,
): readonly OrderLine[] {
  return positions.flatMap((position) => {
    if (position.symbol !== symbol) {
      return [];
    }
    const { stop, target } = position.protection;
    const lines: OrderLine[] = [];
    if (stop !== null) {
      lines.push(levelLine("stop", position.asset, stop.price, madeBy(position, fees)));
    }
    if (target !== null) {
      lines.push(levelLine("target", position.asset, target, madeBy(position, fees)));
    }
    return lines;
  });
}

export type DraftLevels = {
  readonly side: "buy" | "sell";
  readonly type: string;
  readonly price: string;
  readonly quantity: string;
  readonly stop: string;
  readonly target: string;
};

/**
 * Lines of what stands in the order form. `market` is the price that an order without a limit would be filled at; null while it is
 * not known. A purchase says what it costs or, with a stop, what it can lose; a level what the order would make there.
 */
export function draftLines(
  draft: DraftLevels,
  market: Decimal | null,
  quote: string,
  fees: FeeSchedule,
): readonly OrderLine[] {
  const quantity = positive(draft.quantity);
  const limit = draft.type === "limit" ? positive(draft.price) : null;
  const entry = limit === null ? [] : [entryLine(draft, limit, quantity, quote, fees)];
  if (draft.side !== "buy") {
    return entry;
  }
  const bought = limit ?? market;
  const cost = quantity === null || bought === null ? null : paidFor(multiply(quantity, bought), fees);
  const makes = quantity === null ? () => null : madeBy({ quantity, cost }, fees);
  const levels = (["stop", "target"] as const).flatMap((kind) => {
    const price = positive(draft[kind]);
    return price === null ? [] : [levelLine(kind, null, price, makes)];
  });
  return [...entry, ...levels];
}

function entryLine(
  { side, stop }: DraftLevels,
  price: Decimal,
  quantity: Decimal | null,
  quote: string,
  fees: FeeSchedule,
): OrderLine {
  const level = positive(stop);
  const labelAt = (at: Decimal): string => {
    const word = `New ${side}`;
    if (quantity === null) {
      return word;
    }
    const what = `${word} ${formatQuantity(quantity)}`;
    if (side === "sell") {
      return `${what} for ${formatAmount(proceedsAt(quantity, at, fees), quote)}`;
    }
    const paid = paidFor(multiply(quantity, at), fees);
    return level === null
      ? `${what} for ${formatAmount(paid, quote)}`
      : `${what} ${formatProfit(subtract(proceedsAt(quantity, level, fees), paid))} at its stop`;
  };
  return { id: "entry/", side, price, label: labelAt(price), labelAt };
}

/** Which level a line is of; null for an order's own line. */
export function levelOf(lineId: string): LevelLine | null {
  const [kind, asset] = lineId.split("/", 2);
  if (kind !== "stop" && kind !== "target" && kind !== "entry") {
    return null;
  }
  return { kind, asset: asset === undefined || asset === "" ? null : asset };
}

/** What selling all of it at a price makes; null while it is not known what was paid. */
type MadeAt = (price: Decimal) => Decimal | null;

function madeBy(
  { quantity, cost }: { readonly quantity: Decimal; readonly cost: Decimal | null },
  fees: FeeSchedule,
): MadeAt {
  return (price) => (cost === null ? null : subtract(proceedsAt(quantity, price, fees), cost));
}

function levelLine(kind: "stop" | "target", asset: string | null, price: Decimal, madeAt: MadeAt): OrderLine {
  const word = asset === null ? `New ${kind}` : kind === "stop" ? "Stop" : "Target";
  const labelAt = (at: Decimal): string => {
    const made = madeAt(at);
    return made === null ? word : `${word} ${formatProfit(made)}`;
  };
  return { id: `${kind}/${asset ?? ""}`, side: "sell", price, label: labelAt(price), labelAt };
}

function positive(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value !== null && isPositive(value) ? value : null;
}

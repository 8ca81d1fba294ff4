/** The stop and the target of a position, and of the order that is being written, as lines that can be dragged. */
import type { PositionView } from "../../../../contract/accounts.ts";
import { multiply, parseDecimal, isPositive, subtract, type Decimal } from "../../../../domain/decimal.ts";
import { formatProfit } from "../../ui/format.ts";
import type { OrderLine } from "./order-lines.ts";

export type LevelKind = "stop" | "target";
/** Whose level a line is: of a position by its asset, or of the order form. */
export type LevelLine = { readonly kind: LevelKind; readonly asset: string | null };

/** Lines of the position that is shown under the symbol. Each says what the position would make there. */
export function positionLines(positions: readonly PositionView[], symbol: string): readonly OrderLine[] {
  return positions.flatMap((position) => {
    if (position.symbol !== symbol) {
      return [];
    }
    const { stop, target } = position.protection;
    const lines: OrderLine[] = [];
    if (stop !== null) {
      lines.push(levelLine("stop", position.asset, stop.price, position.quantity, position.cost));
    }
    if (target !== null) {
      lines.push(levelLine("target", position.asset, target, position.quantity, position.cost));
    }
    return lines;
  });
}

/** Lines of what stands in the order form. `cost` is what the order would pay; null while that is not known. */
export function draftLines(
  draft: { readonly stop: string; readonly target: string; readonly quantity: string; readonly side: "buy" | "sell" },
  cost: Decimal | null,
): readonly OrderLine[] {
  if (draft.side !== "buy") {
    return [];
  }
  const quantity = positive(draft.quantity);
  return (["stop", "target"] as const).flatMap((kind) => {
    const price = positive(draft[kind]);
    return price === null ? [] : [levelLine(kind, null, price, quantity, cost)];
  });
}

/** Which level a line is of; null for an order's own line. */
export function levelOf(lineId: string): LevelLine | null {
  const [kind, asset] = lineId.split("/", 2);
  if (kind !== "stop" && kind !== "target") {
    return null;
  }
  return { kind, asset: asset === undefined || asset === "" ? null : asset };
}

function levelLine(
  kind: LevelKind,
  asset: string | null,
  price: Decimal,
  quantity: Decimal | null,
  cost: Decimal | null,
): OrderLine {
  const word = asset === null ? `New ${kind}` : kind === "stop" ? "Stop" : "Target";
  const labelAt = (at: Decimal): string => {
    const money = quantity === null || cost === null ? "" : ` ${formatProfit(subtract(multiply(quantity, at), cost))}`;
    return `${word}${money}`;
  };
  return { id: `${kind}/${asset ?? ""}`, side: "sell", price, label: labelAt(price), labelAt };
}

function positive(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value !== null && isPositive(value) ? value : null;
}

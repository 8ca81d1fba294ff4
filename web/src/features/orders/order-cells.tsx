/** Cells that more than one table of orders and fills uses. */
import type { JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import type { Side } from "../../../../domain/market.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatQuantity } from "../../ui/format.ts";
import { filledPercent, sideWord } from "./order-words.ts";

/** The pair, which brings the desk there. */
export function SymbolCell(props: { symbol: string }): JSX.Element {
  const desk = useDesk();
  return (
    <button
      type="button"
      class="font-medium hover:text-accent"
      title={`Show ${props.symbol}`}
      onClick={() => desk.setSymbol(props.symbol)}
    >
      {props.symbol}
    </button>
  );
}

/** Buy or sell: a word, an arrow and a colour. */
export function SideCell(props: { side: Side }): JSX.Element {
  return (
    <span class={classNames("inline-flex items-center gap-1", props.side === "buy" ? "text-up" : "text-down")}>
      <span aria-hidden="true">{props.side === "buy" ? "▲" : "▼"}</span>
      {sideWord(props.side)}
    </span>
  );
}

/** How much of an order is filled: figure, percent and bar. */
export function FilledCell(props: { order: Pick<OrderView, "quantity" | "filledQuantity"> }): JSX.Element {
  const percent = (): number => filledPercent(props.order);
  return (
    <span class="inline-flex items-center justify-end gap-2">
      <span>{formatQuantity(props.order.filledQuantity)}</span>
      <span class="text-muted">{percent()} %</span>
      <span class="h-1 w-10 overflow-hidden rounded-sm bg-raised" aria-hidden="true">
        <span class="block h-full bg-accent" style={{ width: `${percent()}%` }} />
      </span>
    </span>
  );
}

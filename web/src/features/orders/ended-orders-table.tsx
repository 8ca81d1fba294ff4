import { createMemo, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { formatPrice, formatQuantity } from "../../ui/format.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { FilledCell, SideCell, SymbolCell } from "./order-cells.tsx";
import { statusWord, typeWord } from "./order-words.ts";

/** Orders that ended lately, newest first, with what became of them and why. */
export function EndedOrdersTable(props: {
  orders: readonly OrderView[];
  instrumentOf: (symbol: string) => Instrument | null;
}): JSX.Element {
  const priceDecimals = (order: OrderView): number | undefined => props.instrumentOf(order.symbol)?.priceDecimals;
  const triggerColumn: Column<OrderView> = {
    id: "trigger",
    header: "Trigger",
    align: "right",
    wideOnly: true,
    cell: (order) => formatPrice(order.triggerPrice, priceDecimals(order)),
  };
  const hasTriggers = createMemo(() => props.orders.some((order) => order.triggerPrice !== null));
  const columns = createMemo<readonly Column<OrderView>[]>(() => [
    {
      id: "time",
      header: "Ended",
      compare: (left, right) => left.updatedAt - right.updatedAt,
      cell: (order) => <TimeText time={order.updatedAt} class="text-muted" />,
    },
    {
      id: "symbol",
      header: "Symbol",
      compare: (left, right) => left.symbol.localeCompare(right.symbol),
      cell: (order) => <SymbolCell symbol={order.symbol} />,
    },
    { id: "side", header: "Side", cell: (order) => <SideCell side={order.side} /> },
    { id: "type", header: "Type", wideOnly: true, cell: (order) => typeWord(order) },
    { id: "quantity", header: "Quantity", align: "right", cell: (order) => formatQuantity(order.quantity) },
    {
      id: "price",
      header: "Price",
      align: "right",
      wideOnly: true,
      cell: (order) => formatPrice(order.limitPrice, priceDecimals(order)),
    },
    ...(hasTriggers() ? [triggerColumn] : []),
    {
      id: "average",
      header: "Average",
      title: "Average price of its fills",
      align: "right",
      cell: (order) => formatPrice(order.averagePrice, priceDecimals(order)),
    },
    { id: "filled", header: "Filled", align: "right", wideOnly: true, cell: (order) => <FilledCell order={order} /> },
    {
      id: "status",
      header: "Outcome",
      cell: (order) => (
        <span title={order.reason ?? undefined}>
          {statusWord(order)}
          {order.reason === null ? "" : `: ${order.reason}`}
        </span>
      ),
    },
  ]);
  return <DataTable label="Table of ended orders" columns={columns()} rows={props.orders} />;
}

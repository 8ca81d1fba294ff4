import { createMemo, Show, type JSX } from "solid-js";
import type { FillView, OrderView } from "../../../../contract/orders.ts";
import { Badge } from "../../ui/badge.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { MISSING, formatAmount, formatDecimal, formatQuantity } from "../../ui/format.ts";
import { ProfitText } from "../../ui/number-cell.tsx";
import { TimeText } from "../../ui/time-text.tsx";

type TableProps<Row> = {
  readonly rows: readonly Row[];
  readonly priceDecimals: (symbol: string) => number | undefined;
  readonly onOpen: (row: Row) => void;
  readonly footer: JSX.Element;
};

export function OrdersTable(props: TableProps<OrderView>): JSX.Element {
  const price = (order: OrderView, value: OrderView["limitPrice"]): string =>
    formatDecimal(value, { decimals: props.priceDecimals(order.symbol) });
  const trigger: Column<OrderView> = {
    id: "trigger",
    header: "Trigger",
    align: "right",
    wideOnly: true,
    cell: (order) => price(order, order.triggerPrice),
  };
  const hasTriggers = createMemo(() => props.rows.some((order) => order.triggerPrice !== null));
  const columns = createMemo<readonly Column<OrderView>[]>(() => [
    { id: "time", header: "Time", cell: (order) => <TimeText time={order.createdAt} form="date-time" /> },
    { id: "symbol", header: "Pair", cell: (order) => order.symbol },
    { id: "side", header: "Side", cell: (order) => <SideText side={order.side} /> },
    { id: "type", header: "Type", wideOnly: true, cell: (order) => typeWords(order) },
    { id: "quantity", header: "Quantity", align: "right", cell: (order) => formatQuantity(order.quantity) },
    {
      id: "limit",
      header: "Limit price",
      align: "right",
      wideOnly: true,
      cell: (order) => price(order, order.limitPrice),
    },
    ...(hasTriggers() ? [trigger] : []),
    { id: "filled", header: "Filled", align: "right", cell: (order) => formatQuantity(order.filledQuantity) },
    {
      id: "average",
      header: "Average price",
      align: "right",
      wideOnly: true,
      cell: (order) => price(order, order.averagePrice),
    },
    {
      id: "fees",
      header: "Fees",
      align: "right",
      wideOnly: true,
      cell: (order) => formatAmount(order.fees, order.feeAsset),
    },
    ...(props.rows.some(({ provenance }) => (provenance ?? null) !== null)
      ? [
          {
            id: "model",
            header: "Model",
            wideOnly: true,
            cell: (order: OrderView) => order.provenance?.modelId ?? MISSING,
          },
        ]
      : []),
    { id: "status", header: "Status", cell: (order) => <Badge title={order.reason ?? ""}>{statusWords(order)}</Badge> },
  ]);
  return (
    <DataTable label="Orders" columns={columns()} rows={props.rows} onRowClick={props.onOpen} footer={props.footer} />
  );
}

export function FillsTable(props: TableProps<FillView>): JSX.Element {
  const columns: readonly Column<FillView>[] = [
    { id: "time", header: "Time", cell: (fill) => <TimeText time={fill.time} form="date-time" /> },
    { id: "symbol", header: "Pair", cell: (fill) => fill.symbol },
    { id: "side", header: "Side", cell: (fill) => <SideText side={fill.side} /> },
    { id: "quantity", header: "Quantity", align: "right", cell: (fill) => formatQuantity(fill.quantity) },
    {
      id: "price",
      header: "Price",
      align: "right",
      cell: (fill) => formatDecimal(fill.price, { decimals: props.priceDecimals(fill.symbol) }),
    },
    {
      id: "cost",
      header: "Cost",
      align: "right",
      wideOnly: true,
      cell: (fill) => formatAmount(fill.cost, fill.symbol.split("/")[1] ?? "", 2),
    },
    {
      id: "fee",
      header: "Fee",
      align: "right",
      wideOnly: true,
      cell: (fill) => formatAmount(fill.fee, fill.feeAsset),
    },
    { id: "liquidity", header: "As", wideOnly: true, cell: (fill) => fill.liquidity },
    {
      id: "profit",
      header: "Realised P&L",
      align: "right",
      cell: (fill) => (
        <Show when={fill.realisedProfit} fallback={MISSING}>
          {(profit) => <ProfitText value={profit()} />}
        </Show>
      ),
    },
  ];
  return (
    <DataTable label="Fills" columns={columns} rows={props.rows} onRowClick={props.onOpen} footer={props.footer} />
  );
}

export function SideText(props: { side: "buy" | "sell" }): JSX.Element {
  return <span class={props.side === "buy" ? "text-up" : "text-down"}>{props.side === "buy" ? "Buy" : "Sell"}</span>;
}

export function statusWords(order: OrderView): string {
  return order.status.replace("_", " ");
}

const forces = { gtc: "good till cancelled", ioc: "immediate or cancel", gtd: "good till date" } as const;

/** "limit, post-only, good till cancelled". */
export function typeWords(order: OrderView): string {
  const words: string[] = [order.type];
  if (order.postOnly) {
    words.push("post-only");
  }
  if (order.type === "limit" && order.timeInForce !== "gtc") {
    words.push(forces[order.timeInForce]);
  }
  return words.join(", ");
}

import { A } from "@solidjs/router";
import { createMemo, For, Show, type JSX } from "solid-js";
import { compare } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { formatMoney, formatPrice, formatQuantity, MISSING } from "../../ui/format.ts";
import { NumberCell, ProfitText } from "../../ui/number-cell.tsx";
import type { KeyedRow } from "../keyed-rows.ts";
import { SymbolCell } from "../orders/order-cells.tsx";
import { CLOSE_PERCENTS, type ClosePercent } from "./close-percents.ts";
import type { PositionRisk } from "../../../../domain/risk/position-risk.ts";
import { compareKnown, type PositionRow } from "./position-rows.ts";
import { ProtectionCell } from "./protection-cell.tsx";
import { RiskCell } from "./risk-cell.tsx";

type Row = KeyedRow<PositionRow>;

type PositionsTableProps = {
  rows: readonly Row[];
  instrumentOf: (symbol: string) => Instrument | null;
  riskOf: (row: PositionRow) => PositionRisk | null;
  /** Also those that do not fit: then the table scrolls sideways. */
  allColumns: boolean;
  /** The asset whose close is on its way. */
  closingAsset: string | null;
  onClose: (asset: string, percent: ClosePercent) => void;
  onProtect: (asset: string) => void;
};

export function PositionsTable(props: PositionsTableProps): JSX.Element {
  const priceDecimals = (row: Row): number | undefined =>
    props.instrumentOf(row.value().position.symbol)?.priceDecimals;
  const columns: readonly Column<Row>[] = [
    {
      id: "symbol",
      header: "Symbol",
      compare: (left, right) => left.key.localeCompare(right.key),
      cell: (row) => (
        <span class="inline-flex items-center gap-2">
          <SymbolCell symbol={row.value().position.symbol} />
          <Show when={row.value().position.dust}>
            <Badge title="Under the smallest order of the pair: it cannot be sold on its own">dust</Badge>
          </Show>
          <Show when={row.value().position.provenance}>
            {(provenance) => (
              <A
                href={`/assistant/runs/${provenance().runId}`}
                class="text-sm text-accent underline"
                title={`Proposed by ${provenance().modelId}: open the record`}
                aria-label={`${row.value().position.symbol} was proposed by ${provenance().modelId}: open the record`}
              >
                AI
              </A>
            )}
          </Show>
        </span>
      ),
    },
    {
      id: "quantity",
      header: "Quantity",
      align: "right",
      compare: (left, right) => compare(left.value().position.quantity, right.value().position.quantity),
      cell: (row) => formatQuantity(row.value().position.quantity),
    },
    {
      id: "entry",
      header: "Average entry",
      title: "Entry fees included",
      align: "right",
      wideOnly: "widest",
      cell: (row) => formatPrice(row.value().position.averageEntryPrice, priceDecimals(row)),
    },
    {
      id: "mark",
      header: "Mark",
      align: "right",
      wideOnly: true,
      cell: (row) => (
        <span
          class={classNames(!row.value().figures.fresh && "text-warning")}
          title={row.value().figures.fresh ? undefined : "Not current: the last good price"}
        >
          <NumberCell text={formatPrice(row.value().figures.mark, priceDecimals(row))} />
          <Show when={!row.value().figures.fresh && row.value().figures.mark !== null}>
            <span class="sr-only"> (not current)</span>
          </Show>
        </span>
      ),
    },
    {
      id: "value",
      header: "Value",
      align: "right",
      wideOnly: "widest",
      compare: (left, right) => compareKnown(left.value().figures.value, right.value().figures.value),
      cell: (row) => <NumberCell text={formatMoney(row.value().figures.value)} />,
    },
    {
      id: "unrealised",
      header: "Unrealised P&L",
      title: "Value at the mark less cost, entry fees included",
      align: "right",
      compare: (left, right) =>
        compareKnown(left.value().figures.unrealisedProfit, right.value().figures.unrealisedProfit),
      cell: (row) => (
        <Show when={row.value().figures.unrealisedProfit !== null} fallback={MISSING}>
          <ProfitText value={row.value().figures.unrealisedProfit} percent={row.value().figures.unrealisedPercent} />
        </Show>
      ),
    },
    {
      id: "protection",
      header: "Stop / target",
      title: "What sells the position by itself, and where",
      align: "right",
      cell: (row) => (
        <ProtectionCell
          row={row.value()}
          instrument={props.instrumentOf(row.value().position.symbol)}
          onEdit={() => props.onProtect(row.key)}
        />
      ),
    },
    {
      id: "risk",
      header: "Lose at stop",
      title:
        "Against its cost if the stop sells at its level, both fees included; and so far in multiples of what was risked",
      align: "right",
      wideOnly: "widest",
      cell: (row) => <RiskCell risk={props.riskOf(row.value())} />,
    },
    {
      id: "realised",
      header: "Realised P&L",
      title: "Since the position was last flat, net of fees",
      align: "right",
      wideOnly: "widest",
      compare: (left, right) => compare(left.value().position.realisedProfit, right.value().position.realisedProfit),
      cell: (row) => <ProfitText value={row.value().position.realisedProfit} />,
    },
    {
      id: "close",
      header: "Close",
      align: "right",
      class: "@xl:sticky @xl:right-0 bg-panel",
      cell: (row) => (
        <span class="inline-flex justify-end gap-1">
          <Show when={props.closingAsset !== row.key} fallback={<span class="text-muted">Closing…</span>}>
            <For each={CLOSE_PERCENTS}>
              {(percent) => (
                <Button
                  size="small"
                  class={classNames("px-1.5", percent !== 100 && "@max-xl:hidden")}
                  aria-label={`Close ${percent} % of ${row.key}`}
                  onClick={(event: MouseEvent) => {
                    // The second click of a double click is the first one's wish.
                    if (event.detail < 2) {
                      props.onClose(row.key, percent);
                    }
                  }}
                >
                  {percent === 100 ? "Close" : `${percent} %`}
                </Button>
              )}
            </For>
          </Show>
        </span>
      ),
    },
  ];
  const shown = createMemo(() =>
    props.allColumns ? columns.map((column) => ({ ...column, wideOnly: false })) : columns,
  );
  return <DataTable label="Table of positions" columns={shown()} rows={props.rows} />;
}

import { createMemo, Show, type JSX } from "solid-js";
import type { FillView } from "../../../../contract/orders.ts";
import { compare, ZERO } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useFills, useTraderReady } from "../../data/use-account.ts";
import { Badge } from "../../ui/badge.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { formatAmount, formatPrice, formatQuantity, MISSING } from "../../ui/format.ts";
import { ProfitText } from "../../ui/number-cell.tsx";
import { LOADING, Panel, READY, type PanelState } from "../../ui/panel.tsx";
import { Switch } from "../../ui/switch.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { SideCell, SymbolCell } from "../orders/order-cells.tsx";

/** What was bought and sold lately: every execution with its fee and its result. */
export function FillsPanel(): JSX.Element {
  const desk = useDesk();
  const { market } = useStores();
  const fills = useFills();
  const isReady = useTraderReady();
  const onlyHere = (): boolean => panelChoice("fills.only-symbol", "no") === "yes";
  const shown = createMemo(() => fills().filter((fill) => !onlyHere() || fill.symbol === desk.symbol()));
  const state = (): PanelState => {
    if (!isReady()) {
      return LOADING;
    }
    return shown().length > 0
      ? READY
      : {
          type: "empty",
          message: `Nothing was bought or sold yet${onlyHere() ? ` on ${desk.symbol()}` : ""}. Fills appear here the moment they happen.`,
          action: { label: "Write an order", onSelect: () => desk.focusOrderForm() },
        };
  };
  return (
    <Panel
      title="Fills"
      hideTitle
      state={state()}
      tools={
        <Switch
          label={`Only ${desk.symbol()}`}
          checked={onlyHere()}
          onChange={(isOn) => changePanelChoice("fills.only-symbol", isOn ? "yes" : "no")}
        />
      }
    >
      <DataTable label="Table of fills" columns={columnsOf(market.instrument)} rows={shown()} />
      <Show when={shown().length > 0}>
        <p class="sr-only">{shown().length} fills, newest first.</p>
      </Show>
    </Panel>
  );
}

function columnsOf(instrumentOf: (symbol: string) => Instrument | null): readonly Column<FillView>[] {
  return [
    {
      id: "time",
      header: "Time",
      compare: (left, right) => left.time - right.time,
      cell: (fill) => (
        <span class="inline-flex items-center gap-2">
          <TimeText time={fill.time} class="text-muted" />
          <Show when={fill.late}>
            <Badge
              tone="warning"
              title="Filled from trades that happened while the desk was away and were read afterwards"
            >
              late
            </Badge>
          </Show>
        </span>
      ),
    },
    {
      id: "symbol",
      header: "Symbol",
      compare: (left, right) => left.symbol.localeCompare(right.symbol),
      cell: (fill) => <SymbolCell symbol={fill.symbol} />,
    },
    { id: "side", header: "Side", cell: (fill) => <SideCell side={fill.side} /> },
    {
      id: "price",
      header: "Price",
      align: "right",
      cell: (fill) => formatPrice(fill.price, instrumentOf(fill.symbol)?.priceDecimals),
    },
    {
      id: "quantity",
      header: "Quantity",
      align: "right",
      compare: (left, right) => compare(left.quantity, right.quantity),
      cell: (fill) => formatQuantity(fill.quantity),
    },
    {
      id: "cost",
      header: "Value",
      title: "Price × quantity",
      align: "right",
      wideOnly: true,
      cell: (fill) => formatAmount(fill.cost, fill.symbol.split("/")[1] ?? ""),
    },
    {
      id: "fee",
      header: "Fee",
      align: "right",
      cell: (fill) => formatAmount(fill.fee, fill.feeAsset),
    },
    {
      id: "liquidity",
      header: "Liquidity",
      title: "Maker: it waited in the book. Taker: it took from the book.",
      wideOnly: true,
      cell: (fill) => fill.liquidity,
    },
    {
      id: "realised",
      header: "Realised P&L",
      title: "Net of both fees. An entry has none.",
      align: "right",
      compare: (left, right) => compare(left.realisedProfit ?? ZERO, right.realisedProfit ?? ZERO),
      cell: (fill) => (
        <Show when={fill.realisedProfit !== null} fallback={MISSING}>
          <ProfitText value={fill.realisedProfit} />
        </Show>
      ),
    },
  ];
}

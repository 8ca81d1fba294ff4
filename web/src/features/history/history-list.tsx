import { Match, Show, Switch, createEffect, createSignal, on, type JSX } from "solid-js";
import type { FillView, OrderView } from "../../../../contract/orders.ts";
import { fetchFills, fetchOrders, type HistoryFilter } from "../../data/api.ts";
import { preferences } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { PanelContent, type PanelState } from "../../ui/panel.tsx";
import { endOfDay, startOfDay } from "./day-range.ts";
import type { Filters } from "./history-filters.tsx";
import { FillsTable, OrdersTable } from "./history-tables.tsx";
import { createPages, type Pages } from "./make-pages.ts";
import { FillDetails, OrderDetails } from "./row-details.tsx";

const PAGE = 100;

type ListProps = { accountId: string; filters: Filters };

export function OrderHistory(props: ListProps): JSX.Element {
  const { market } = useStores();
  const pages = createPages<OrderView>((cursor) => fetchOrders(props.accountId, queryOf(props.filters, cursor)));
  const [open, setOpen] = createSignal<OrderView | null>(null);
  useRestart(props, pages);
  return (
    <PanelContent state={stateOf(pages, "orders")}>
      <OrdersTable
        rows={pages.rows()}
        priceDecimals={(symbol) => market.instrument(symbol)?.priceDecimals}
        onOpen={setOpen}
        footer={<MoreRows pages={pages} />}
      />
      <Show when={open()}>{(order) => <OrderDetails order={order()} onClose={() => setOpen(null)} />}</Show>
    </PanelContent>
  );
}

export function FillHistory(props: ListProps): JSX.Element {
  const { market } = useStores();
  const pages = createPages<FillView>((cursor) => fetchFills(props.accountId, queryOf(props.filters, cursor)));
  const [open, setOpen] = createSignal<FillView | null>(null);
  useRestart(props, pages);
  return (
    <PanelContent state={stateOf(pages, "fills")}>
      <FillsTable
        rows={pages.rows()}
        priceDecimals={(symbol) => market.instrument(symbol)?.priceDecimals}
        onOpen={setOpen}
        footer={<MoreRows pages={pages} />}
      />
      <Show when={open()}>{(fill) => <FillDetails fill={fill()} onClose={() => setOpen(null)} />}</Show>
    </PanelContent>
  );
}

/** Another account or another filter is another list. */
function useRestart<Row>(props: ListProps, pages: Pages<Row>): void {
  createEffect(on([() => props.accountId, () => props.filters, () => preferences.zone], () => pages.restart()));
}

function queryOf(filters: Filters, cursor: string | undefined): HistoryFilter {
  return {
    symbol: filters.symbol === "" ? undefined : filters.symbol,
    side: filters.side === "" ? undefined : filters.side,
    from: startOfDay(filters.from, preferences.zone),
    to: endOfDay(filters.to, preferences.zone),
    cursor,
    limit: PAGE,
  };
}

function stateOf<Row>(pages: Pages<Row>, what: string): PanelState {
  const problem = pages.problem();
  if (problem !== null && pages.rows().length === 0) {
    return { type: "error", message: problem.message, action: { label: "Try again", onSelect: pages.restart } };
  }
  if (pages.rows().length > 0) {
    return { type: "ready" };
  }
  return pages.isLoading()
    ? { type: "loading" }
    : { type: "empty", message: `No ${what} here. Clear the filters or trade.` };
}

function MoreRows<Row>(props: { pages: Pages<Row> }): JSX.Element {
  return (
    <div class="flex items-center justify-center gap-2 p-3 text-muted">
      <Switch fallback="No older ones.">
        <Match when={props.pages.problem()}>
          {(problem) => (
            <>
              <span role="alert">{problem().message}</span>
              <Button size="small" onClick={() => props.pages.loadMore()}>
                Try again
              </Button>
            </>
          )}
        </Match>
        <Match when={props.pages.isLoading()}>Loading…</Match>
        <Match when={props.pages.hasMore()}>
          <Button size="small" onClick={() => props.pages.loadMore()}>
            Load older ones
          </Button>
        </Match>
      </Switch>
    </div>
  );
}

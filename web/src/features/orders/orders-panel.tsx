import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import { isProtectiveStop } from "../../../../domain/protection/resting-stop.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useActiveAccountId, useOpenOrders, useRecentOrders, useTraderReady } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { LOADING, Panel, READY, type PanelState } from "../../ui/panel.tsx";
import { Switch } from "../../ui/switch.tsx";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { EndedOrdersTable } from "./ended-orders-table.tsx";
import { OpenOrdersTable } from "./open-orders-table.tsx";
import { lazyPart } from "../../ui/lazy-part.tsx";

const CancelAllDialog = lazyPart(async () => (await import("./cancel-all-dialog.tsx")).CancelAllDialog);

const LISTS = [
  { value: "open", label: "Open" },
  { value: "ended", label: "Ended" },
] as const;

/** Orders that are alive, with amend and cancel, and those that ended lately. */
export function OrdersPanel(): JSX.Element {
  const desk = useDesk();
  const { market } = useStores();
  const accountId = useActiveAccountId();
  const isReady = useTraderReady();
  const openOrders = useOpenOrders();
  const recentOrders = useRecentOrders();
  const [list, setList] = createSignal<"open" | "ended">("open");
  const [message, setMessage] = createSignal("");
  const [cancelling, setCancelling] = createSignal<{ readonly symbol: string | undefined } | null>(null);

  const onlyHere = (): boolean => panelChoice("orders.only-symbol", "no") === "yes";
  const isShown = (order: { readonly symbol: string }): boolean => !onlyHere() || order.symbol === desk.symbol();
  const open = createMemo(() => openOrders().filter(isShown));
  const ended = createMemo(() => recentOrders().filter(isShown));
  const openHere = createMemo(() => openOrders().filter((order) => order.symbol === desk.symbol()));
  const toCancel = (): ReturnType<typeof openOrders> =>
    cancelling()?.symbol === undefined ? openOrders() : openHere();
  const place = (): string => (onlyHere() ? ` on ${desk.symbol()}` : "");

  const state = (): PanelState => {
    if (!isReady()) {
      return LOADING;
    }
    if (list() === "open" && open().length === 0) {
      return {
        type: "empty",
        message: `No open orders${place()}. A limit order that does not trade at once waits here.`,
        action: { label: "Write an order", onSelect: () => desk.focusOrderForm() },
      };
    }
    return list() === "ended" && ended().length === 0
      ? { type: "empty", message: `No order has ended lately${place()}. Older ones are on the History page.` }
      : READY;
  };

  return (
    <>
      <Panel
        title="Orders"
        hideTitle
        state={state()}
        tools={
          <div class="flex items-center gap-3">
            <p role="status" class="truncated max-w-xl text-sm text-warning" title={message()}>
              {message()}
            </p>
            <Switch
              label={`Only ${desk.symbol()}`}
              checked={onlyHere()}
              onChange={(isOn) => changePanelChoice("orders.only-symbol", isOn ? "yes" : "no")}
            />
            <SegmentedChoice label="Which orders" options={LISTS} value={list()} onChange={setList} />
            <Show when={cancellable(openHere()) > 0 && cancellable(openHere()) < cancellable(openOrders())}>
              <Button size="small" onClick={() => setCancelling({ symbol: desk.symbol() })}>
                Cancel {cancellable(openHere())} of {desk.symbol()}
              </Button>
            </Show>
            <Show when={cancellable(openOrders()) > 0}>
              <Button size="small" onClick={() => setCancelling({ symbol: undefined })}>
                Cancel all {cancellable(openOrders())}
              </Button>
            </Show>
          </div>
        }
      >
        <Show
          when={list() === "open"}
          fallback={<EndedOrdersTable orders={ended()} instrumentOf={market.instrument} />}
        >
          <OpenOrdersTable orders={open()} instrumentOf={market.instrument} onMessage={setMessage} />
        </Show>
      </Panel>
      <Show when={accountId()}>
        {(id) => (
          <CancelAllDialog
            open={cancelling() !== null}
            accountId={id()}
            symbol={cancelling()?.symbol}
            orders={toCancel()}
            onClose={() => setCancelling(null)}
          />
        )}
      </Show>
    </>
  );
}

/** How many a cancel of all takes away: the stops that protect a position stay with it. */
function cancellable(orders: readonly OrderView[]): number {
  return orders.filter((order) => !isProtectiveStop(order)).length;
}

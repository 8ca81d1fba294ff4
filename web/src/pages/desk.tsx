import { Match, Switch, createEffect, on, type JSX } from "solid-js";
import { panelChoice, changePanelChoice } from "../data/preferences.ts";
import { useDesk } from "../data/desk-context.tsx";
import { useStores } from "../data/stores.tsx";
import { useAccount, useOpenOrders, usePositions } from "../data/use-account.ts";
import { ChartPanel } from "../features/chart/lazy-chart.ts";
import { DESK_SIZES, TRADES_BELOW_BOOK } from "../features/frame/desk-sizes.ts";
import { OrderBookPanel } from "../features/order-book/order-book-panel.tsx";
import { OrderFormPanel } from "../features/order-form/order-form-panel.tsx";
import { PositionsPanel } from "../features/positions/positions-panel.tsx";
import { TradesPanel } from "../features/trades/trades-panel.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { lazyPart } from "../ui/lazy-part.tsx";
import { Skeleton } from "../ui/panel.tsx";
import { Splitter, panelSize } from "../ui/splitter.tsx";
import { Tabs, type TabItem } from "../ui/tabs.tsx";
import { useLayout, useMedia } from "../ui/use-media.ts";

// Tabs that nobody sees at first are fetched when they are opened, or at the first sign of a hand.
const tabSkeleton = () => <Skeleton rows={6} />;
const AssistantPanel = lazyPart(
  async () => (await import("../features/assistant/assistant-panel.tsx")).AssistantPanel,
  tabSkeleton,
);
const OrdersPanel = lazyPart(
  async () => (await import("../features/orders/orders-panel.tsx")).OrdersPanel,
  tabSkeleton,
);
const FillsPanel = lazyPart(async () => (await import("../features/fills/fills-panel.tsx")).FillsPanel, tabSkeleton);
const RiskPanel = lazyPart(async () => (await import("../features/risk/risk-panel.tsx")).RiskPanel, tabSkeleton);
const AlertsPanel = lazyPart(
  async () => (await import("../features/alerts/alerts-panel.tsx")).AlertsPanel,
  tabSkeleton,
);
/** The desk of somebody who is signed in, in its three layouts. */
export default function Desk(): JSX.Element {
  const layout = useLayout();
  return (
    <Switch>
      <Match when={layout() === "wide"}>
        <WideDesk />
      </Match>
      <Match when={layout() === "medium"}>
        <MediumDesk />
      </Match>
      <Match when={layout() === "phone"}>
        <PhoneDesk />
      </Match>
    </Switch>
  );
}

/** The book (or the assistant) and the form run the full height; what the account holds lies under the chart. */
function WideDesk(): JSX.Element {
  const isTall = useMedia(TRADES_BELOW_BOOK);
  const chosen = (): string => panelChoice("book-tab", "book");
  // A conversation needs more room than the book; each keeps its own width.
  const column = (): "assistant" | "book" => (chosen() === "assistant" ? "assistant" : "book");
  const width = (): number => panelSize(column(), DESK_SIZES[column()]);
  const items = (): readonly TabItem[] => [
    { id: "book", label: "Order book", content: () => (isTall() ? <BookOverTrades /> : <OrderBookPanel hideTitle />) },
    ...(isTall() ? [] : [{ id: "trades", label: "Trades", content: () => <TradesPanel hideTitle /> }]),
    { id: "assistant", label: "Assistant", content: () => <AssistantPanel /> },
  ];
  useAssistantTab("book-tab");
  return (
    <div class="flex min-h-0 min-w-0 flex-1">
      <ChartAndLists />
      <Splitter
        name={column()}
        label={column() === "book" ? "Width of the order book" : "Width of the assistant"}
        limits={DESK_SIZES[column()]}
        orientation="vertical"
        grows={-1}
      />
      <div class="flex min-h-0 shrink-0 flex-col" style={{ width: `${width()}px` }}>
        <Tabs
          label="Order book, trades and assistant"
          items={items()}
          value={chosen()}
          onChange={(id) => changePanelChoice("book-tab", id)}
          class="bg-panel"
        />
      </div>
      <Splitter
        name="form"
        label="Width of the order form"
        limits={DESK_SIZES.form}
        orientation="vertical"
        grows={-1}
      />
      <div
        class="flex min-h-0 shrink-0 flex-col overflow-y-auto bg-panel"
        style={{ width: `${panelSize("form", DESK_SIZES.form)}px` }}
      >
        <OrderFormPanel />
      </div>
    </div>
  );
}

function BookOverTrades(): JSX.Element {
  return (
    <>
      <div class="flex min-h-0 flex-col" style={{ flex: `0 1 ${panelSize("book-height", DESK_SIZES.bookHeight)}px` }}>
        <OrderBookPanel hideTitle />
      </div>
      <Splitter
        name="book-height"
        label="Height of the order book"
        limits={DESK_SIZES.bookHeight}
        orientation="horizontal"
        grows={1}
      />
      <div class="flex min-h-0 flex-col" style={{ flex: "1 0 5.5rem" }}>
        <TradesPanel />
      </div>
    </>
  );
}

/** Whoever asks for the assistant wants to see it. */
function useAssistantTab(choice: string): void {
  const desk = useDesk();
  createEffect(on(desk.assistantRequests, () => changePanelChoice(choice, "assistant"), { defer: true }));
}

function ChartAndLists(): JSX.Element {
  return (
    <div class="flex min-h-0 min-w-0 flex-1 flex-col">
      <div class="flex min-h-0 min-w-0 flex-1 flex-col">
        <ChartPanel />
      </div>
      <Splitter
        name="lists"
        label="Height of the lists"
        limits={DESK_SIZES.lists}
        orientation="horizontal"
        grows={-1}
      />
      <div class="flex min-h-0 shrink-0 flex-col" style={{ height: `${panelSize("lists", DESK_SIZES.lists)}px` }}>
        <ListTabs />
      </div>
    </div>
  );
}

/** Book and assistant are tabs beside the form. */
function MediumDesk(): JSX.Element {
  const desk = useDesk();
  const items: readonly TabItem[] = [
    { id: "order", label: "Order", content: () => <OrderFormPanel /> },
    { id: "book", label: "Book", content: () => <OrderBookPanel hideTitle /> },
    { id: "trades", label: "Trades", content: () => <TradesPanel hideTitle /> },
    { id: "assistant", label: "Assistant", content: () => <AssistantPanel /> },
  ];
  const chosen = (): string => panelChoice("side-tab", "order");
  useAssistantTab("side-tab");
  // Whoever asks for the form (a key, a clicked price) wants to see it.
  createEffect(
    on(
      [desk.focusRequests, () => desk.draft.price],
      ([requests, price], before) => {
        if (requests !== before?.[0] || price !== "") {
          changePanelChoice("side-tab", "order");
        }
      },
      { defer: true },
    ),
  );
  return (
    <div class="flex min-h-0 min-w-0 flex-1">
      <ChartAndLists />
      <Splitter
        name="form"
        label="Width of the order form"
        limits={DESK_SIZES.form}
        orientation="vertical"
        grows={-1}
      />
      <div class="flex min-h-0 shrink-0 flex-col bg-panel" style={{ width: `${panelSize("form", DESK_SIZES.form)}px` }}>
        <Tabs
          label="Order, book, trades and assistant"
          items={items}
          value={chosen()}
          onChange={(id) => changePanelChoice("side-tab", id)}
        />
      </div>
    </div>
  );
}

/** One column; the form rises as a sheet from the fixed bar. */
function PhoneDesk(): JSX.Element {
  const desk = useDesk();
  return (
    <>
      <div class="min-h-0 flex-1 overflow-y-auto">
        <div class="flex h-[45vh] flex-col">
          <ChartPanel />
        </div>
        <div class="flex h-[70vh] flex-col border-t">
          <ListTabs withBook />
        </div>
      </div>
      <div class="flex shrink-0 gap-2 border-t bg-panel p-2">
        <Button tone="buy" size="large" class="flex-1" onClick={() => desk.focusOrderForm("buy")}>
          Buy
        </Button>
        <Button tone="sell" size="large" class="flex-1" onClick={() => desk.focusOrderForm("sell")}>
          Sell
        </Button>
      </div>
      <Dialog
        open={desk.isOrderSheetOpen()}
        onClose={() => desk.setOrderSheetOpen(false)}
        title={`Order ${desk.symbol()}`}
        sheet
      >
        <OrderFormPanel onDone={() => desk.setOrderSheetOpen(false)} />
      </Dialog>
    </>
  );
}

function ListTabs(props: { withBook?: boolean }): JSX.Element {
  const positions = usePositions();
  const openOrders = useOpenOrders();
  const account = useAccount();
  const { notices } = useStores();
  const halts = (): number => account()?.halts.length ?? 0;
  const lists: readonly TabItem[] = [
    { id: "positions", label: "Positions", count: () => positions().length, content: () => <PositionsPanel /> },
    { id: "orders", label: "Open orders", count: () => openOrders().length, content: () => <OrdersPanel /> },
    { id: "fills", label: "Fills", content: () => <FillsPanel /> },
    { id: "risk", label: "Risk", count: () => halts(), content: () => <RiskPanel /> },
    { id: "alerts", label: "Alerts", count: () => notices.unread(), content: () => <AlertsPanel /> },
  ];
  const market: readonly TabItem[] = [
    { id: "book", label: "Book", content: () => <OrderBookPanel hideTitle /> },
    { id: "trades", label: "Trades", content: () => <TradesPanel hideTitle /> },
    { id: "assistant", label: "Assistant", content: () => <AssistantPanel /> },
  ];
  const items = (): readonly TabItem[] => (props.withBook === true ? [...market, ...lists] : lists);
  const name = (): string => (props.withBook === true ? "phone-tab" : "list-tab");
  useAssistantTab("phone-tab");
  const chosen = (): string => {
    const id = panelChoice(name(), props.withBook === true ? "book" : "positions");
    return items().some((item) => item.id === id) ? id : "positions";
  };
  return (
    <Tabs
      label={props.withBook === true ? "Market, assistant and account" : "Positions, orders, fills, risk and alerts"}
      items={items()}
      value={chosen()}
      onChange={(id) => changePanelChoice(name(), id)}
      class="bg-panel"
    />
  );
}

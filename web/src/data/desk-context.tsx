import { createContext, createSignal, useContext, type Accessor } from "solid-js";
import { createStore } from "solid-js/store";
import type { Side, Timeframe } from "../../../domain/market.ts";
import type { OrderType } from "../../../domain/orders/order.ts";

/** What the trader is about to order, as typed text. The book, the keyboard and the form itself write it. */
export type OrderDraft = {
  side: Side;
  type: OrderType;
  /** Limit price; "" when none was given. */
  price: string;
  /** Base quantity; "" when none was given. */
  quantity: string;
  /** Price of the stop and of the target that an entry brings; "" when they are no prices. */
  stop: string;
  target: string;
};

export type Desk = {
  /** From the URL: /trade/BTC-USD?tf=15m. */
  readonly symbol: Accessor<string>;
  readonly setSymbol: (symbol: string) => void;
  readonly timeframe: Accessor<Timeframe>;
  readonly setTimeframe: (timeframe: Timeframe) => void;
  /** Reactive. Price and quantity are emptied when the symbol changes. */
  readonly draft: OrderDraft;
  readonly changeDraft: (change: Partial<OrderDraft>) => void;
  /** Brings the form into sight (the sheet on a phone) and its first field into focus; chooses the side if given. */
  readonly focusOrderForm: (side?: Side) => void;
  /** Counts the requests, for a layout that has to bring the form forward. */
  readonly focusRequests: Accessor<number>;
  /** The form says how it is focused. Returns what to call when it goes. A request made meanwhile is kept for it. */
  readonly registerOrderForm: (focus: () => void) => () => void;
  /** Counts the requests for the assistant, for a layout that has to bring it forward. */
  readonly assistantRequests: Accessor<number>;
  /** The assistant says how it is focused. Returns what to call when it goes. A request made meanwhile is kept for it. */
  readonly registerAssistant: (focus: () => void) => () => void;
  readonly focusAssistant: () => void;
  /** The phone's sheet. */
  readonly isOrderSheetOpen: Accessor<boolean>;
  readonly setOrderSheetOpen: (isOpen: boolean) => void;
};

export const DeskContext = createContext<Desk>();

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) {
    throw new Error("useDesk needs a DeskContext above it.");
  }
  return desk;
}

type Place = {
  readonly symbol: Accessor<string>;
  readonly setSymbol: (symbol: string) => void;
  readonly timeframe: Accessor<Timeframe>;
  readonly setTimeframe: (timeframe: Timeframe) => void;
  /** True where the form is not on the page but in a sheet. */
  readonly usesSheet: Accessor<boolean>;
};

const NO_LEVELS = { stop: "", target: "" };

/** A desk at the place that the URL (or a test) names. */
export function createDesk(place: Place): Desk {
  const [draft, setDraft] = createStore<OrderDraft>({
    side: "buy",
    type: "limit",
    price: "",
    quantity: "",
    ...NO_LEVELS,
  });
  const [isOrderSheetOpen, setOrderSheetOpen] = createSignal(false);
  const [focusRequests, setFocusRequests] = createSignal(0);
  let focusForm: (() => void) | null = null;
  let focusChat: (() => void) | null = null;
  let isChatWanted = false;
  const [assistantRequests, setAssistantRequests] = createSignal(0);
  let isFocusWanted = false;

  return {
    symbol: place.symbol,
    timeframe: place.timeframe,
    setTimeframe: place.setTimeframe,
    setSymbol(symbol) {
      if (symbol !== place.symbol()) {
        setDraft({ price: "", quantity: "", ...NO_LEVELS });
      }
      place.setSymbol(symbol);
    },
    draft,
    changeDraft: (change) => setDraft(change),
    focusOrderForm(side) {
      if (side !== undefined) {
        setDraft({ side });
      }
      setFocusRequests((count) => count + 1);
      if (place.usesSheet()) {
        setOrderSheetOpen(true);
      }
      if (focusForm === null) {
        isFocusWanted = true;
      } else {
        focusForm();
      }
    },
    focusRequests,
    registerOrderForm(focus) {
      focusForm = focus;
      if (isFocusWanted) {
        isFocusWanted = false;
        queueMicrotask(focus);
      }
      return () => {
        if (focusForm === focus) {
          focusForm = null;
        }
      };
    },
    registerAssistant(focus) {
      focusChat = focus;
      if (isChatWanted) {
        isChatWanted = false;
        queueMicrotask(focus);
      }
      return () => {
        if (focusChat === focus) {
          focusChat = null;
        }
      };
    },
    assistantRequests,
    focusAssistant() {
      setAssistantRequests((count) => count + 1);
      isChatWanted = focusChat === null;
      focusChat?.();
    },
    isOrderSheetOpen,
    setOrderSheetOpen,
  };
}

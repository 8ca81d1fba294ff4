import {
  createContext,
  createEffect,
  createMemo,
  createSignal,
  onCleanup,
  untrack,
  useContext,
  type Accessor,
  type JSX,
  type ParentProps,
} from "solid-js";
import { createMarketStore, type MarketStore } from "./market-store.ts";
import { createNoticeStore, type NoticeStore } from "./notices.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { createTraderStore, type TraderStore } from "./trader-store.ts";

/** Everything live on the page. Tests give their own through StoresContext.Provider. */
export type Stores = {
  readonly session: SessionStore;
  readonly market: MarketStore;
  /** Null while nobody is signed in. Another user gets another store. */
  readonly trader: Accessor<TraderStore | null>;
  readonly notices: NoticeStore;
};

export const StoresContext = createContext<Stores>();

export function useStores(): Stores {
  const stores = useContext(StoresContext);
  if (stores === undefined) {
    throw new Error("useStores needs a StoresProvider above it.");
  }
  return stores;
}

/** Opens the sockets and closes them with the page. */
export function StoresProvider(props: ParentProps): JSX.Element {
  const session = createSessionStore();
  const market = createMarketStore();
  const notices = createNoticeStore();
  const [trader, setTrader] = createSignal<TraderStore | null>(null);
  const userId = createMemo(() => session.user()?.id ?? null);

  createEffect(() => {
    if (userId() === null) {
      return;
    }
    const store = untrack(() => createTraderStore({ onSessionEnded: session.refresh }));
    setTrader(store);
    onCleanup(() => {
      setTrader(null);
      store.dispose();
    });
  });
  onCleanup(() => market.dispose());
  void session.refresh();
  void market.refreshMarkets();

  return <StoresContext.Provider value={{ session, market, trader, notices }}>{props.children}</StoresContext.Provider>;
}

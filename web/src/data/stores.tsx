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
import type { Painter } from "./make-painter.ts";
import type { SocketPort } from "./make-socket.ts";
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

type Wire = {
  readonly openMarket?: () => SocketPort;
  readonly openTrader?: () => SocketPort;
  readonly painter?: Painter;
};

/** All stores, wired to each other; they close with the owner. `wire` plays the sockets in tests. */
export function createStores(wire: Wire = {}): Stores {
  const session = createSessionStore();
  const market = createMarketStore({
    ...(wire.openMarket === undefined ? {} : { open: wire.openMarket }),
    ...(wire.painter === undefined ? {} : { painter: wire.painter }),
  });
  const notices = createNoticeStore();
  const [trader, setTrader] = createSignal<TraderStore | null>(null);
  const userId = createMemo(() => session.user()?.id ?? null);

  createEffect(() => {
    if (userId() === null) {
      return;
    }
    const store = untrack(() =>
      createTraderStore({
        onSessionEnded: session.refresh,
        ...(wire.openTrader === undefined ? {} : { open: wire.openTrader }),
      }),
    );
    setTrader(store);
    onCleanup(() => {
      setTrader(null);
      store.dispose();
    });
  });
  // Signed in again, or with a new session after a sign-up or a change of password: the account's line comes back.
  createEffect(() => {
    if (session.state().type === "signed-in") {
      untrack(trader)?.revive();
    }
  });
  // The desk was away when the page came: once its line stands, ask again who is signed in.
  createEffect(() => {
    if (session.state().type === "unreachable" && market.state().type === "open") {
      void session.refresh();
    }
  });
  onCleanup(() => market.dispose());
  void session.refresh();
  void market.refreshMarkets();
  return { session, market, trader, notices };
}

export function StoresProvider(props: ParentProps): JSX.Element {
  return <StoresContext.Provider value={createStores()}>{props.children}</StoresContext.Provider>;
}

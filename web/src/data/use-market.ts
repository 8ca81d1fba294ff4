/** The market as primitives: each holds its topic while its owner lives and follows the symbol it is given. */
import { createMemo, onCleanup, type Accessor } from "solid-js";
import type { Ticker } from "../../../contract/markets.ts";
import { isOwnMarket } from "../../../domain/account/own-market.ts";
import {
  TIMEFRAMES,
  type Instrument,
  type Market,
  type StaleReason,
  type Timeframe,
  type Trade,
} from "../../../domain/market.ts";
import type { Book } from "./book-mirror.ts";
import type { CandleSeries } from "./candle-mirror.ts";
import { createNow, marketNow } from "./clock.ts";
import type { Held } from "./market-store.ts";
import { useStores } from "./stores.tsx";

/** Null until the list of markets came, and for pairs that are not listed. */
export function useInstrument(symbol: Accessor<string>): Accessor<Instrument | null> {
  const { market } = useStores();
  return createMemo(() => market.instrument(symbol()));
}

/** Whether the page's prices are of the account's market: of any, while there is no account. */
export function useOwnMarket(account: Accessor<{ readonly market: Market } | null>): Accessor<boolean> {
  const { market } = useStores();
  return createMemo(() => {
    const current = account();
    return current === null || isOwnMarket(current, { market: market.market() });
  });
}

/** What the symbol's candles can be had in, shortest first; all timeframes until the list of markets came. */
export function useTimeframes(symbol: Accessor<string>): Accessor<readonly Timeframe[]> {
  const { market } = useStores();
  return createMemo(
    () => market.markets().find(({ instrument }) => instrument.symbol === symbol())?.timeframes ?? TIMEFRAMES,
  );
}

export function useTicker(symbol: Accessor<string>): Accessor<Ticker | null> {
  const { market } = useStores();
  return useHeld(symbol, market.ticker);
}

export function useBook(symbol: Accessor<string>): Accessor<Book | null> {
  const { market } = useStores();
  return useHeld(symbol, market.book);
}

/** Newest first, at most 200. */
export function useTrades(symbol: Accessor<string>): Accessor<readonly Trade[] | null> {
  const { market } = useStores();
  return useHeld(symbol, market.trades);
}

export type Candles = {
  readonly series: Accessor<CandleSeries | null>;
  /** Asks for the page before the oldest candle; nothing when one is on its way or none exists. */
  readonly loadOlder: () => void;
};

export function useCandles(symbol: Accessor<string>, timeframe: Accessor<Timeframe>): Candles {
  const { market } = useStores();
  const held = createMemo(() => {
    const current = market.candles(symbol(), timeframe());
    onCleanup(current.release);
    return current;
  });
  return { series: () => held().view(), loadOlder: () => held().loadOlder() };
}

/** Last values of several symbols at once, keyed by symbol. */
export function useTickers(symbols: Accessor<readonly string[]>): Accessor<ReadonlyMap<string, Ticker>> {
  const { market } = useStores();
  const key = createMemo(() => [...new Set(symbols())].sort().join(" "));
  const held = createMemo(() => {
    const list = key() === "" ? [] : key().split(" ");
    return list.map((symbol) => {
      const current = market.ticker(symbol);
      onCleanup(current.release);
      return { symbol, view: current.view };
    });
  });
  return createMemo(() => {
    const tickers = new Map<string, Ticker>();
    for (const { symbol, view } of held()) {
      const ticker = view();
      if (ticker !== null) {
        tickers.set(symbol, ticker);
      }
    }
    return tickers;
  });
}

export type Freshness = {
  readonly stale: boolean;
  /** Market time since which it is not current. */
  readonly since: number | null;
  /** Why, as a sentence for the panel and for the buttons that are off; null while fresh. */
  readonly reason: string | null;
};

const FRESH: Freshness = { stale: false, since: null, reason: null };
/** Losing the line for less than this is not worth a word. */
const QUIET_MS = 2_000;

/** Whether the symbol's prices are current, for greying a panel and switching entries off. */
export function useFreshness(symbol: Accessor<string>): Accessor<Freshness> {
  const { market } = useStores();
  const ticker = useTicker(symbol);
  const now = createNow(1_000, marketNow);
  return createMemo(
    () => {
      const line = market.state();
      if (line.type === "waiting" || line.type === "connecting") {
        return now() - line.since > QUIET_MS
          ? { stale: true, since: line.since, reason: "The connection to the desk is lost; prices stand still." }
          : FRESH;
      }
      if (line.type === "stopped") {
        return { stale: true, since: null, reason: "The market feed is closed. Reload the page." };
      }
      if (!market.feedConnected()) {
        const since = ticker()?.staleSince ?? null;
        return { stale: true, since, reason: "The desk has lost the exchange; prices stand still." };
      }
      const current = ticker();
      if (current === null || current.fresh) {
        return FRESH;
      }
      return { stale: true, since: current.staleSince, reason: staleSentence(current.staleReason) };
    },
    FRESH,
    {
      equals: (left, right) => left.stale === right.stale && left.since === right.since && left.reason === right.reason,
    },
  );
}

function staleSentence(reason: StaleReason | null): string {
  switch (reason) {
    case "connecting":
      return "The desk is connecting to the exchange.";
    case "book_unverified":
      return "The order book failed its checksum and is being read again.";
    case "symbol_unknown":
      return "The exchange does not list this pair.";
    case "subscription_refused":
      return "The exchange refuses this pair's prices at the moment. The desk goes on asking.";
    case "market_offline":
      return "The exchange has taken this market offline.";
    case "no_data":
    case null:
      return "The exchange has sent nothing for this pair lately.";
  }
}

function useHeld<View>(symbol: Accessor<string>, take: (symbol: string) => Held<View>): Accessor<View | null> {
  const held = createMemo(() => {
    const current = take(symbol());
    onCleanup(current.release);
    return current;
  });
  return () => held().view();
}

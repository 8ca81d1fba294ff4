/** One entry per topic that somebody on screen uses: who counts it, where its sequence stands, how it is painted. */
import { createSignal, type Accessor } from "solid-js";
import type { MarketUpdate, Topic } from "../../../contract/market-socket.ts";
import type { Ticker } from "../../../contract/markets.ts";
import type { Timeframe, Trade } from "../../../domain/market.ts";
import type { Problem } from "../../../domain/problem.ts";
import { makeBookMirror, type Book } from "./book-mirror.ts";
import { makeCandleMirror, type CandleMirror, type CandleSeries } from "./candle-mirror.ts";

/** Trades kept per symbol, newest first. */
export const TRADES_KEPT = 200;

export type TopicEntry<View = unknown> = {
  readonly topic: Topic;
  readonly view: Accessor<View | null>;
  /** Why the feed refused the topic, for example the 51st symbol. */
  readonly refusal: Accessor<Problem | null>;
  readonly setRefusal: (problem: Problem | null) => void;
  readonly apply: (update: MarketUpdate) => void;
  readonly paint: () => void;
  users: number;
  /** Null until its snapshot came on this connection. */
  seq: number | null;
  releaseTimer: number;
};

export type CandleEntry = TopicEntry<CandleSeries> & { readonly mirror: CandleMirror };

export function topicKey(topic: Topic): string {
  return topic.channel === "candles" ? `candles ${topic.symbol} ${topic.interval}` : `${topic.channel} ${topic.symbol}`;
}

export function updateKey(update: MarketUpdate): string {
  return update.channel === "candles"
    ? `candles ${update.symbol} ${update.interval}`
    : `${update.channel} ${update.symbol}`;
}

export function tickerEntry(symbol: string): TopicEntry<Ticker> {
  let latest: Ticker | null = null;
  return makeEntry(
    { channel: "ticker", symbol },
    (update) => {
      if (update.channel === "ticker") {
        latest = update.ticker;
      }
    },
    () => latest,
  );
}

export function bookEntry(symbol: string): TopicEntry<Book> {
  const mirror = makeBookMirror(symbol);
  return makeEntry(
    { channel: "book", symbol },
    (update) => {
      if (update.channel === "book") {
        mirror.apply(update);
      }
    },
    () => mirror.view(),
  );
}

export function tradesEntry(symbol: string): TopicEntry<readonly Trade[]> {
  let newestFirst: readonly Trade[] = [];
  return makeEntry(
    { channel: "trades", symbol },
    (update) => {
      if (update.channel !== "trades") {
        return;
      }
      const newest = update.kind === "snapshot" ? -1 : (newestFirst[0]?.id ?? -1);
      const added = update.trades.filter((trade) => trade.id > newest).toReversed();
      newestFirst = (update.kind === "snapshot" ? added : [...added, ...newestFirst]).slice(0, TRADES_KEPT);
    },
    () => newestFirst,
  );
}

export function candleEntry(symbol: string, interval: Timeframe): CandleEntry {
  const mirror = makeCandleMirror(symbol, interval);
  const entry = makeEntry(
    { channel: "candles", symbol, interval },
    (update) => {
      if (update.channel === "candles") {
        mirror.apply(update.kind, update.candles);
      }
    },
    () => mirror.view(),
  );
  return { ...entry, mirror };
}

function makeEntry<View>(
  topic: Topic,
  apply: (update: MarketUpdate) => void,
  read: () => View | null,
): TopicEntry<View> {
  const [view, setView] = createSignal<View | null>(null, { equals: false });
  const [refusal, setRefusal] = createSignal<Problem | null>(null);
  return {
    topic,
    view,
    refusal,
    setRefusal,
    apply,
    paint: () => {
      setView(() => read());
    },
    users: 0,
    seq: null,
    releaseTimer: 0,
  };
}

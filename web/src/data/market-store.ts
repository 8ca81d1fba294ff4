/**
 * The public market as this page sees it. Topics are counted: the first user of one subscribes, the last one's leaving
 * unsubscribes a little later. Each topic's sequence is checked, a hole asks for the topic again. Messages only move plain
 * mirrors; the screen is told once per animation frame.
 */
import { createSignal, type Accessor } from "solid-js";
import {
  ACKNOWLEDGE_EVERY_MS,
  marketServerFrame,
  type MarketServerFrame,
  type MarketUpdate,
  type Topic,
} from "../../../contract/market-socket.ts";
import type { MarketList, MarketSummary, Ticker } from "../../../contract/markets.ts";
import type { Instrument, Market, Timeframe, Trade } from "../../../domain/market.ts";
import { fetchCandles, fetchMarkets } from "./api.ts";
import type { Book } from "./book-mirror.ts";
import type { CandleSeries } from "./candle-mirror.ts";
import { noteMarketTime } from "./clock.ts";
import { makePainter, type Painter } from "./make-painter.ts";
import { makeSocket, openSocket, type Socket, type SocketPort, type SocketState } from "./make-socket.ts";
import {
  bookEntry,
  candleEntry,
  tickerEntry,
  topicKey,
  tradesEntry,
  updateKey,
  type CandleEntry,
  type TopicEntry,
} from "./market-topics.ts";

/** What one user of a topic holds: a reactive value and a way out. */
export type Held<View> = { readonly view: Accessor<View | null>; readonly release: () => void };

export type MarketStore = {
  readonly state: Accessor<SocketState>;
  /** Which world the prices come from; null until somebody said. */
  readonly market: Accessor<Market | null>;
  /** The feed's own link to the venue. */
  readonly feedConnected: Accessor<boolean>;
  readonly markets: Accessor<readonly MarketSummary[]>;
  readonly instrument: (symbol: string) => Instrument | null;
  readonly refreshMarkets: () => Promise<void>;
  readonly ticker: (symbol: string) => Held<Ticker>;
  readonly book: (symbol: string) => Held<Book>;
  readonly trades: (symbol: string) => Held<readonly Trade[]>;
  readonly candles: (symbol: string, timeframe: Timeframe) => Held<CandleSeries> & { readonly loadOlder: () => void };
  readonly dispose: () => void;
};

type Options = {
  readonly open?: () => SocketPort;
  readonly painter?: Painter;
  readonly fetchList?: typeof fetchMarkets;
  readonly fetchHistory?: typeof fetchCandles;
};

/** A topic outlives its last user this long, so that a change of page or tab does not drop and refetch it. */
const LINGER_MS = 4_000;
/** How long after opening the line, and after a failure, the list of markets is asked for (again). */
const MARKETS_RETRY_MS = 1_500;
/** A series shorter than this is filled from the API at once. */
const ENOUGH_CANDLES = 120;

export function createMarketStore(options: Options = {}): MarketStore {
  const painter = options.painter ?? makePainter();
  const fetchList = options.fetchList ?? fetchMarkets;
  const fetchHistory = options.fetchHistory ?? fetchCandles;
  const [state, setState] = createSignal<SocketState>({ type: "connecting", since: Date.now() });
  const [market, setMarket] = createSignal<Market | null>(null);
  const [isFeedConnected, setFeedConnected] = createSignal(true);
  const [markets, setMarkets] = createSignal<readonly MarketSummary[]>([]);
  const entries = new Map<string, TopicEntry>();
  const wanted = new Map<string, Topic>();
  const unwanted = new Map<string, Topic>();
  let isFlushQueued = false;
  let requestId = 0;
  let lastFrame = -1;
  let acknowledgedAt = 0;
  let acknowledgeTimer = 0;
  let marketsTimer = 0;

  const socket: Socket = makeSocket({
    open: options.open ?? (() => openSocket("/ws/market")),
    onOpen: () => {
      subscribeToAll();
      ensureMarkets();
    },
    onText: readText,
    onState: (next) => {
      setState(next);
      if (next.type !== "open") {
        lastFrame = -1;
      }
    },
  });

  function subscribeToAll(): void {
    for (const [key, entry] of entries) {
      entry.seq = null;
      wanted.set(key, entry.topic);
    }
    unwanted.clear();
    flushTopics();
  }

  function readText(text: string): void {
    const parsed = marketServerFrame.safeParse(safeJson(text));
    if (parsed.success) {
      readFrame(parsed.data);
    } else {
      console.error("A frame of /ws/market is not in the contract.", parsed.error.issues);
      socket.reconnect();
    }
  }

  function readFrame(frame: MarketServerFrame): void {
    switch (frame.type) {
      case "hello":
        setMarket(frame.market);
        setFeedConnected(frame.connected);
        noteMarketTime(frame.marketTime);
        break;
      case "subscribed":
        for (const { topic, error } of frame.refused) {
          entries.get(topicKey(topic))?.setRefusal(error);
        }
        break;
      case "frame":
        setFeedConnected(frame.connected);
        noteMarketTime(frame.marketTime);
        frame.updates.forEach(readUpdate);
        acknowledge(frame.frame);
        break;
      case "error":
        console.warn(`The market socket said: ${frame.error.message}`);
        break;
      case "unsubscribed":
        break;
    }
  }

  function readUpdate(update: MarketUpdate): void {
    const entry = entries.get(updateKey(update));
    if (entry === undefined) {
      return;
    }
    const isWhole = update.channel === "ticker" || update.kind === "snapshot";
    if (!isWhole && entry.seq === null) {
      return; // The rest of a subscription whose snapshot is still to come.
    }
    if (!isWhole && update.seq !== (entry.seq ?? 0) + 1) {
      entry.seq = null;
      ask(wanted, entry);
      return;
    }
    entry.seq = update.seq;
    entry.apply(update);
    if (entry.refusal() !== null) {
      entry.setRefusal(null);
    }
    painter.mark(entry.paint);
    if (isCandleEntry(entry) && isWhole && entry.mirror.length() < ENOUGH_CANDLES) {
      void loadOlder(entry);
    }
  }

  /** On a frame if it is time, else a little later: timers of hidden tabs are slowed down, messages are not. */
  function acknowledge(frame: number): void {
    lastFrame = frame;
    const elapsed = Date.now() - acknowledgedAt;
    if (elapsed >= ACKNOWLEDGE_EVERY_MS) {
      sendAcknowledgement();
    } else if (acknowledgeTimer === 0) {
      acknowledgeTimer = window.setTimeout(sendAcknowledgement, ACKNOWLEDGE_EVERY_MS - elapsed);
    }
  }

  function sendAcknowledgement(): void {
    window.clearTimeout(acknowledgeTimer);
    acknowledgeTimer = 0;
    if (lastFrame >= 0 && socket.send({ type: "acknowledge", frame: lastFrame })) {
      acknowledgedAt = Date.now();
    }
  }

  function ask(list: Map<string, Topic>, entry: TopicEntry): void {
    const key = topicKey(entry.topic);
    (list === wanted ? unwanted : wanted).delete(key);
    list.set(key, entry.topic);
    if (!isFlushQueued) {
      isFlushQueued = true;
      queueMicrotask(flushTopics);
    }
  }

  /** All topics that were asked for in one turn travel in one frame. */
  function flushTopics(): void {
    isFlushQueued = false;
    sendTopics("unsubscribe", unwanted);
    sendTopics("subscribe", wanted);
  }

  function sendTopics(type: "subscribe" | "unsubscribe", list: Map<string, Topic>): void {
    const topics = [...list.values()];
    list.clear();
    for (let index = 0; index < topics.length; index += 100) {
      requestId += 1;
      // When the line is down nothing is lost: opening it subscribes to every entry.
      socket.send({ type, id: requestId, topics: topics.slice(index, index + 100) });
    }
  }

  function hold<Entry extends TopicEntry>(
    key: string,
    create: () => Entry,
    isMine: (entry: TopicEntry) => entry is Entry,
  ) {
    const known = entries.get(key);
    let entry: Entry;
    if (known !== undefined && isMine(known)) {
      entry = known;
    } else {
      entry = create();
      entries.set(key, entry);
    }
    window.clearTimeout(entry.releaseTimer);
    entry.users += 1;
    // A known topic was asked for already, unless the feed refused it: there may be room by now.
    if (entry !== known || entry.refusal() !== null) {
      ask(wanted, entry);
    }
    let isHeld = true;
    const release = (): void => {
      if (isHeld) {
        isHeld = false;
        entry.users -= 1;
        if (entry.users === 0) {
          entry.releaseTimer = window.setTimeout(() => leave(key, entry), LINGER_MS);
        }
      }
    };
    return { entry, release };
  }

  function leave(key: string, entry: TopicEntry): void {
    entries.delete(key);
    ask(unwanted, entry);
  }

  async function loadOlder(entry: CandleEntry): Promise<void> {
    const { mirror, topic } = entry;
    const first = mirror.first();
    if (topic.channel !== "candles" || first === undefined || mirror.isLoading() || mirror.isComplete()) {
      return;
    }
    mirror.setLoading(true);
    painter.mark(entry.paint);
    const page = await fetchHistory(topic.symbol, topic.interval, first.time);
    if (page.ok) {
      mirror.addOlder(page.value.candles, page.value.complete);
    }
    mirror.setLoading(false, page.ok ? null : page.error);
    painter.mark(entry.paint);
  }

  /** Without the list no pair's rules are known: it is asked for until it came, as long as the line stands. */
  function ensureMarkets(): void {
    window.clearTimeout(marketsTimer);
    if (markets().length > 0 || state().type !== "open") {
      return;
    }
    marketsTimer = window.setTimeout(() => {
      void refreshMarkets().then(ensureMarkets);
    }, MARKETS_RETRY_MS);
  }

  async function refreshMarkets(): Promise<void> {
    const answer = await fetchList();
    if (answer.ok) {
      takeMarkets(answer.value);
    }
  }

  function takeMarkets(list: MarketList): void {
    setMarket(list.market);
    setMarkets(list.markets);
    noteMarketTime(list.marketTime);
  }

  return {
    state,
    market,
    feedConnected: isFeedConnected,
    markets,
    instrument: (symbol) => markets().find((summary) => summary.instrument.symbol === symbol)?.instrument ?? null,
    refreshMarkets,
    ticker: (symbol) => {
      const held = hold(`ticker ${symbol}`, () => tickerEntry(symbol), isChannel<Ticker>("ticker"));
      return { view: held.entry.view, release: held.release };
    },
    book: (symbol) => {
      const held = hold(`book ${symbol}`, () => bookEntry(symbol), isChannel<Book>("book"));
      return { view: held.entry.view, release: held.release };
    },
    trades: (symbol) => {
      const held = hold(`trades ${symbol}`, () => tradesEntry(symbol), isChannel<readonly Trade[]>("trades"));
      return { view: held.entry.view, release: held.release };
    },
    candles: (symbol, timeframe) => {
      const held = hold(`candles ${symbol} ${timeframe}`, () => candleEntry(symbol, timeframe), isCandleEntry);
      return { view: held.entry.view, release: held.release, loadOlder: () => void loadOlder(held.entry) };
    },
    dispose() {
      socket.close();
      painter.dispose();
      window.clearTimeout(acknowledgeTimer);
      window.clearTimeout(marketsTimer);
      for (const entry of entries.values()) {
        window.clearTimeout(entry.releaseTimer);
      }
    },
  };
}

function isChannel<View>(channel: Topic["channel"]) {
  return (entry: TopicEntry): entry is TopicEntry<View> => entry.topic.channel === channel;
}

function isCandleEntry(entry: TopicEntry): entry is CandleEntry {
  return "mirror" in entry;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON is not in the contract either: the schema refuses it and says so.
  }
}

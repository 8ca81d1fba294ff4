/**
 * A whole desk for tests of panels: the real stores, fed by two scripted sockets and a scripted API instead of a server.
 * Only the wire is played; everything behind it is what the page runs.
 */
import { configure, render } from "@solidjs/testing-library";
import { createSignal, type JSX } from "solid-js";
import { onTestFinished, vi } from "vitest";
import type { AccountState } from "../../../../contract/accounts.ts";
import { marketClientFrame, type MarketUpdate, type Topic } from "../../../../contract/market-socket.ts";
import type { Ticker } from "../../../../contract/markets.ts";
import type { Changes, JournalEventView } from "../../../../contract/trader-socket.ts";
import {
  TIMEFRAMES,
  type Candle,
  type Instrument,
  type Level,
  type Market,
  type Timeframe,
  type Trade,
} from "../../../../domain/market.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { createDesk, DeskContext, type Desk } from "../../data/desk-context.tsx";
import type { SocketPort } from "../../data/make-socket.ts";
import { createMarketStore } from "../../data/market-store.ts";
import { createNoticeStore, type NoticeStore } from "../../data/notices.ts";
import { changePreferences, resetPreferences } from "../../data/preferences.ts";
import { createSessionStore } from "../../data/session-store.ts";
import { StoresContext } from "../../data/stores.tsx";
import { createTraderStore } from "../../data/trader-store.ts";
import { bitcoin, ether, NOW, sampleCandles, sampleRisk, sampleState, sampleTicker, sampleTrades } from "./samples.ts";
import "../../styles/index.css";

// The first dialog fetches its code, and the machine may be busy with everything else.
configure({ asyncUtilTimeout: 5_000 });

export type World = {
  readonly instruments: readonly Instrument[];
  readonly ticker: (symbol: string) => Ticker;
  readonly book: (symbol: string) => { readonly bids: readonly Level[]; readonly asks: readonly Level[] };
  readonly trades: (symbol: string) => readonly Trade[];
  readonly timeframes: readonly Timeframe[];
  readonly candles: (symbol: string, timeframe: Timeframe) => readonly Candle[];
  readonly account: AccountState;
  /** Which market the prices are of; absent: the account's. */
  readonly market?: Market;
  /** Further accounts of the trader. */
  readonly others?: readonly AccountState[];
};

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly intent: string | null;
};

/** What the scripted API answers to a call; undefined: what stands anyway, else 404. A promise that never settles: no answer. */
export type Answer = { readonly status: number; readonly body: unknown } | undefined | Promise<never>;

export type RenderedDesk = {
  readonly desk: Desk;
  readonly notices: NoticeStore;
  /** Every write the page sent, in order. */
  readonly calls: Call[];
  /** Sends updates of the market as one frame. */
  readonly marketSends: (updates: readonly MarketUpdate[]) => void;
  /** Sends one event of the trader with the views it left behind. */
  readonly traderSends: (type: JournalEventView["type"], changes: Changes, data?: JournalEventView["data"]) => void;
  /** Sets how the API answers from now on. */
  readonly answer: (respond: (call: Call) => Answer) => void;
  readonly container: HTMLElement;
};

export function defaultWorld(change: Partial<World> = {}): World {
  return {
    instruments: [bitcoin, ether],
    ticker: (symbol) => sampleTicker({ symbol }),
    book: () => ({ bids: [], asks: [] }),
    trades: (symbol) => sampleTrades(60).map((trade) => ({ ...trade, symbol })),
    timeframes: TIMEFRAMES,
    candles: () => sampleCandles(300),
    account: sampleState(),
    ...change,
  };
}

export function refusal(status: number, error: Problem): Answer {
  return { status, body: { error } };
}

/** Renders panels inside a desk whose sockets have said everything the world holds. Tears all of it down after the test. */
export function renderDesk(ui: () => JSX.Element, world: World = defaultWorld()): RenderedDesk {
  resetPreferences();
  changePreferences({ zone: "UTC" });
  const calls: Call[] = [];
  let respond: (call: Call) => Answer = () => undefined;
  vi.stubGlobal(
    "fetch",
    scriptedFetch(calls, (call) => respond(call)),
  );

  const marketLine = scriptedSocket((text) => answerMarket(world, marketLine.send, text));
  const traderLine = scriptedSocket((text) => greetTrader(world, traderLine.send, text));
  const painter = { mark: (paint: () => void) => paint(), flush: () => undefined, dispose: () => undefined };
  const market = createMarketStore({ open: marketLine.open, painter });
  const trader = createTraderStore({ open: traderLine.open });
  const notices = createNoticeStore();
  const stores = { session: createSessionStore(), market, trader: () => trader, notices };
  const [symbol, setSymbol] = createSignal("BTC/USD");
  const [timeframe, setTimeframe] = createSignal<Timeframe>("1m");
  const desk = createDesk({ symbol, setSymbol, timeframe, setTimeframe, usesSheet: () => false });
  void market.refreshMarkets();

  const { container } = render(() => (
    <StoresContext.Provider value={stores}>
      <DeskContext.Provider value={desk}>
        <div style={{ display: "flex", width: "900px", height: "600px" }}>{ui()}</div>
      </DeskContext.Provider>
    </StoresContext.Provider>
  ));
  onTestFinished(() => {
    market.dispose();
    trader.dispose();
    vi.unstubAllGlobals();
  });

  let frame = 1000;
  let seq = 10;
  return {
    desk,
    notices,
    calls,
    container,
    marketSends(updates) {
      frame += 1;
      marketLine.send({ type: "frame", frame, marketTime: Date.now(), connected: true, updates });
    },
    traderSends(type, changes, data = {}) {
      seq += 1;
      const event = { epoch: "e1", seq, accountId: world.account.account.id, time: NOW, type, data };
      traderLine.send({ type: "event", event, changes });
    },
    answer(next) {
      respond = next;
    },
  };

  function scriptedFetch(list: Call[], answerTo: (call: Call) => Answer) {
    return async (input: string, init: RequestInit = {}): Promise<Response> => {
      const call: Call = {
        method: init.method ?? "GET",
        path: input,
        body: typeof init.body === "string" ? JSON.parse(init.body) : null,
        intent: new Headers(init.headers).get("idempotency-key"),
      };
      if (call.method !== "GET") {
        list.push(call);
      }
      const scripted = call.path === "/api/markets" ? undefined : await answerTo(call);
      const answer = scripted ?? standing(world, call);
      return new Response(JSON.stringify(answer.body), { status: answer.status });
    };
  }
}

function marketOf(world: World): Market {
  return world.market ?? world.account.account.market;
}

/** What is always answered: the list of markets, empty histories. */
export function standing(world: World, call: Call): { readonly status: number; readonly body: unknown } {
  if (call.path === "/api/markets") {
    const markets = world.instruments.map((instrument) => ({
      instrument,
      ticker: world.ticker(instrument.symbol),
      timeframes: world.timeframes,
    }));
    return { status: 200, body: { market: marketOf(world), marketTime: Date.now(), connected: true, markets } };
  }
  if (call.path.includes("/candles")) {
    return { status: 200, body: { interval: "1m", candles: [], complete: true } };
  }
  if (call.method === "GET" && (call.path.includes("/fills") || call.path.includes("/orders"))) {
    return { status: 200, body: { rows: [], next: null } };
  }
  if (call.method === "GET" && call.path.endsWith("/risk")) {
    return { status: 200, body: sampleRisk() };
  }
  if (call.method === "GET" && call.path.endsWith("/price-alerts")) {
    return { status: 200, body: { alerts: [], past: [] } };
  }
  return { status: 404, body: { error: { code: "NOT_FOUND", message: `No ${call.path} here.`, details: {} } } };
}

export function answerMarket(world: World, send: (frame: unknown) => void, text: string): void {
  if (text === "ping") {
    return;
  }
  const asked = marketClientFrame.parse(JSON.parse(text));
  if (asked.type !== "subscribe") {
    return;
  }
  const updates = asked.topics.map((topic) => snapshotOf(world, topic));
  send({ type: "hello", protocol: 1, market: marketOf(world), marketTime: Date.now(), connected: true });
  send({ type: "frame", frame: 1, marketTime: Date.now(), connected: true, updates });
}

function snapshotOf(world: World, topic: Topic): MarketUpdate {
  const { symbol } = topic;
  const head = { symbol, seq: 1 };
  switch (topic.channel) {
    case "ticker":
      return { channel: "ticker", ...head, ticker: world.ticker(symbol) };
    case "book": {
      const { bids, asks } = world.book(symbol);
      const copy = (levels: readonly Level[]) =>
        levels.map(([price, size]): [typeof price, typeof size] => [price, size]);
      return { channel: "book", ...head, kind: "snapshot", bids: copy(bids), asks: copy(asks), at: NOW, fresh: true };
    }
    case "trades":
      return { channel: "trades", ...head, kind: "snapshot", trades: [...world.trades(symbol)] };
    case "candles":
      return {
        channel: "candles",
        ...head,
        kind: "snapshot",
        interval: topic.interval,
        candles: [...world.candles(symbol, topic.interval)],
      };
  }
}

export function greetTrader(world: World, send: (frame: unknown) => void, text: string): void {
  if (!text.includes('"resume"')) {
    return;
  }
  const inAnHour = Date.now() + 3_600_000;
  send({ type: "hello", protocol: 1, epoch: "e1", seq: 10, serverTime: Date.now(), sessionExpiresAt: inAnHour });
  send({ type: "snapshot", epoch: "e1", seq: 10, accounts: [world.account, ...(world.others ?? [])] });
}

export type ScriptedSocket = {
  readonly open: () => SocketPort;
  readonly send: (frame: unknown) => void;
  /** Breaks the line. */
  readonly lose: (code: number) => void;
  /** While true, every new line breaks before it opens. */
  readonly refuse: (isRefusing: boolean) => void;
};

export function scriptedSocket(onText: (text: string) => void): ScriptedSocket {
  let port: SocketPort | null = null;
  let isRefusing = false;
  return {
    open() {
      const made: SocketPort = {
        send: (text) => queueMicrotask(() => onText(text)),
        close: () => undefined,
        onopen: null,
        onmessage: null,
        onclose: null,
      };
      port = made;
      queueMicrotask(() => (isRefusing ? made.onclose?.({ code: 1006 }) : made.onopen?.()));
      return made;
    },
    send: (frame) => port?.onmessage?.({ data: JSON.stringify(frame) }),
    lose: (code) => port?.onclose?.({ code }),
    refuse: (next) => {
      isRefusing = next;
    },
  };
}

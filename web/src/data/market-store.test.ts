import { createRoot } from "solid-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MarketUpdate } from "../../../contract/market-socket.ts";
import { decimal } from "../../../domain/decimal.ts";
import { sampleCandles, sampleTicker, sampleTrades } from "../features/testing/samples.ts";
import { createMarketStore, type MarketStore } from "./market-store.ts";
import { makePainter } from "./make-painter.ts";
import type { SocketPort } from "./make-socket.ts";

let sent: unknown[];
let port: SocketPort | null;
let frame: (() => void) | null;
let store: MarketStore;
let frameNumber: number;
const fetchHistory = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  frame = null;
  frameNumber = 0;
  fetchHistory.mockResolvedValue({ ok: true, value: { interval: "1m", candles: [], complete: true } });
  store = createRoot(() =>
    createMarketStore({
      open: () => {
        port = {
          send: (text) => {
            if (text !== "ping") {
              sent.push(JSON.parse(text));
            }
          },
          close: () => undefined,
          onopen: null,
          onmessage: null,
          onclose: null,
        };
        return port;
      },
      painter: makePainter(
        (run) => {
          frame = run;
          return 1;
        },
        () => undefined,
      ),
      fetchHistory,
    }),
  );
  port?.onopen?.();
});
afterEach(() => {
  store.dispose();
  fetchHistory.mockReset();
  vi.useRealTimers();
});

function hear(...updates: MarketUpdate[]): void {
  frameNumber += 1;
  say({ type: "frame", frame: frameNumber, marketTime: Date.now(), connected: true, updates });
}

function say(text: unknown): void {
  port?.onmessage?.({ data: JSON.stringify(text) });
}

function paint(): void {
  const run = frame;
  frame = null;
  run?.();
}

function ticker(seq: number, last = "64250.1"): MarketUpdate {
  return { channel: "ticker", symbol: "BTC/USD", seq, ticker: sampleTicker({ last: decimal(last) }) };
}

function book(seq: number, kind: "snapshot" | "delta", price: string): MarketUpdate {
  const bids: [ReturnType<typeof decimal>, ReturnType<typeof decimal>][] = [[decimal(price), decimal("1")]];
  return { channel: "book", symbol: "BTC/USD", seq, kind, bids, asks: [], at: 1, fresh: true };
}

const subscriptions = () => sent.filter((entry) => JSON.stringify(entry).includes('"subscribe"'));

describe("topics", () => {
  it("are subscribed once for all their users, and left a little after the last one goes", async () => {
    const first = store.ticker("BTC/USD");
    const second = store.ticker("BTC/USD");
    const other = store.book("BTC/USD");
    await vi.advanceTimersByTimeAsync(0);
    expect(subscriptions()).toEqual([
      {
        type: "subscribe",
        id: 1,
        topics: [
          { channel: "ticker", symbol: "BTC/USD" },
          { channel: "book", symbol: "BTC/USD" },
        ],
      },
    ]);
    first.release();
    first.release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(1);
    second.release();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent.at(-1)).toMatchObject({ type: "unsubscribe", topics: [{ channel: "ticker", symbol: "BTC/USD" }] });
    other.release();
  });

  it("survive a change of page that comes back in time", async () => {
    store.ticker("BTC/USD").release();
    await vi.advanceTimersByTimeAsync(1_000);
    store.ticker("BTC/USD");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(1);
  });

  it("are all asked for again on a new line", async () => {
    store.ticker("BTC/USD");
    store.trades("ETH/USD");
    await vi.advanceTimersByTimeAsync(0);
    port?.onclose?.({ code: 1001 });
    await vi.advanceTimersByTimeAsync(1_000);
    port?.onopen?.();
    expect(sent.at(-1)).toMatchObject({
      type: "subscribe",
      topics: [
        { channel: "ticker", symbol: "BTC/USD" },
        { channel: "trades", symbol: "ETH/USD" },
      ],
    });
  });
});

describe("sequences", () => {
  it("with a hole ask for that topic again and take nothing in until its snapshot", async () => {
    const held = store.book("BTC/USD");
    await vi.advanceTimersByTimeAsync(0);
    hear(book(1, "snapshot", "100"), book(2, "delta", "99"), book(4, "delta", "98"));
    await vi.advanceTimersByTimeAsync(0);
    paint();
    expect(held.view()?.bids.map(([price]) => price)).toEqual(["100", "99"]);
    expect(subscriptions()).toHaveLength(2);

    hear(book(5, "delta", "97"));
    hear(book(1, "snapshot", "50"));
    paint();
    expect(held.view()?.bids.map(([price]) => price)).toEqual(["50"]);
  });
});

describe("painting", () => {
  it("happens once per animation frame, however many messages came", () => {
    const held = store.ticker("BTC/USD");
    for (let seq = 1; seq <= 50; seq += 1) {
      hear(ticker(seq, String(64_000 + seq)));
    }
    expect(held.view()).toBeNull();
    paint();
    expect(held.view()?.last).toBe("64050");
    expect(frame).toBeNull();
  });

  it("keeps trades newest first, each once, and no more than it shows", () => {
    const held = store.trades("BTC/USD");
    const all = sampleTrades(300);
    hear({ channel: "trades", symbol: "BTC/USD", seq: 1, kind: "snapshot", trades: all.slice(0, 250) });
    hear({ channel: "trades", symbol: "BTC/USD", seq: 2, kind: "delta", trades: all.slice(245, 300) });
    paint();
    const ids = (held.view() ?? []).map((trade) => trade.id);
    expect(ids).toHaveLength(200);
    expect(ids[0]).toBe(300);
    expect(new Set(ids).size).toBe(200);
  });
});

describe("candles", () => {
  it("fill a short series from the API and page back until there are no older ones", async () => {
    const all = sampleCandles(40);
    fetchHistory.mockResolvedValueOnce({
      ok: true,
      value: { interval: "1m", candles: all.slice(0, 20), complete: false },
    });
    const held = store.candles("BTC/USD", "1m");
    hear({ channel: "candles", symbol: "BTC/USD", seq: 1, kind: "snapshot", interval: "1m", candles: all.slice(20) });
    await vi.advanceTimersByTimeAsync(0);
    paint();
    expect(fetchHistory).toHaveBeenCalledWith("BTC/USD", "1m", all[20]?.time);
    expect(held.view()?.candles).toHaveLength(40);

    held.loadOlder();
    held.loadOlder();
    await vi.advanceTimersByTimeAsync(0);
    paint();
    expect(fetchHistory).toHaveBeenCalledTimes(2);
    expect(held.view()?.complete).toBe(true);
    held.loadOlder();
    expect(fetchHistory).toHaveBeenCalledTimes(2);
  });

  it("keep what they have and say why when a page fails, and can try again", async () => {
    const problem = { code: "HISTORY_UNAVAILABLE", message: "History is away.", details: {} };
    fetchHistory.mockResolvedValueOnce({ ok: false, error: problem });
    const held = store.candles("BTC/USD", "1m");
    hear({
      channel: "candles",
      symbol: "BTC/USD",
      seq: 1,
      kind: "snapshot",
      interval: "1m",
      candles: sampleCandles(3),
    });
    await vi.advanceTimersByTimeAsync(0);
    paint();
    expect(held.view()).toMatchObject({ problem, complete: false, loadingOlder: false });
    held.loadOlder();
    await vi.advanceTimersByTimeAsync(0);
    paint();
    expect(held.view()).toMatchObject({ problem: null, complete: true });
  });
});

describe("the line", () => {
  it("acknowledges the last frame every two seconds, also when the timers of the tab sleep", async () => {
    hear(ticker(1));
    expect(sent.at(-1)).toEqual({ type: "acknowledge", frame: 1 });
    hear(ticker(2));
    hear(ticker(3));
    expect(sent.filter((entry) => JSON.stringify(entry).includes("acknowledge"))).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.at(-1)).toEqual({ type: "acknowledge", frame: 3 });
    vi.setSystemTime(Date.now() + 5_000);
    hear(ticker(4));
    expect(sent.at(-1)).toEqual({ type: "acknowledge", frame: 4 });
  });

  it("is dropped and dialled again after a frame that is not in the contract", async () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
    say({ type: "nonsense" });
    expect(store.state().type).toBe("waiting");
    port?.onmessage?.({ data: "{" });
    complaint.mockRestore();
  });

  it("tells which world the prices come from and whether the desk has the exchange", () => {
    say({ type: "hello", protocol: 1, market: "replay", marketTime: 1_583_971_200_000, connected: false });
    expect(store.market()).toBe("replay");
    expect(store.feedConnected()).toBe(false);
    hear();
    expect(store.feedConnected()).toBe(true);
  });

  it("hands a refusal of the 51st symbol to whoever asked for it and goes on", () => {
    const held = store.ticker("BTC/USD");
    const error = { code: "TOO_MANY_SYMBOLS", message: "The desk watches 50 pairs.", details: {} };
    say({
      type: "subscribed",
      id: 1,
      topics: [],
      refused: [{ topic: { channel: "ticker", symbol: "BTC/USD" }, error }],
    });
    expect(held.view()).toBeNull();
    hear(ticker(1));
    paint();
    expect(held.view()?.symbol).toBe("BTC/USD");
  });
});

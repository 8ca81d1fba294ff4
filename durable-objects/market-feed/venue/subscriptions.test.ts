import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Subscriptions, type Reply } from "./subscriptions.ts";

const sentRequest = z.object({
  method: z.string(),
  params: z.object({
    channel: z.string(),
    symbol: z.array(z.string()).optional(),
    snapshot: z.boolean().optional(),
    depth: z.number().optional(),
    event_trigger: z.string().optional(),
  }),
});
type Sent = z.infer<typeof sentRequest>;

function makeStage() {
  const stage = { now: 0, sent: [] as Sent[], down: false };
  const subscriptions = new Subscriptions(
    (request) => {
      if (stage.down) {
        return null;
      }
      stage.sent.push(sentRequest.parse(request));
      return stage.sent.length;
    },
    () => stage.now,
  );
  return { stage, subscriptions };
}

function reply(change: Partial<Reply>): Reply {
  return { method: "subscribe", success: true, error: null, channel: null, symbol: null, requestId: null, ...change };
}

describe("subscriptions", () => {
  it("go out in small groups, books at depth 100, tickers with every change of the top, snapshots always asked for", () => {
    const { stage, subscriptions } = makeStage();
    subscriptions.subscribe(Array.from({ length: 23 }, (_, index) => `A${index}/USD`));
    expect(stage.sent).toHaveLength(9);
    expect(stage.sent.every(({ params }) => (params.symbol?.length ?? 0) <= 10 && params.snapshot === true)).toBe(true);
    expect(stage.sent[0]?.params).toMatchObject({ channel: "book", depth: 100 });
    expect(stage.sent[1]?.params).toMatchObject({ channel: "ticker", event_trigger: "bbo" });
  });

  it("count as made only when acknowledged, one symbol at a time", () => {
    const { stage, subscriptions } = makeStage();
    subscriptions.subscribe(["BTC/USD", "ETH/USD"]);
    const outcome = subscriptions.take(reply({ channel: "book", symbol: "BTC/USD", requestId: 1 }));
    expect(outcome).toEqual({ kind: "acknowledged", channel: "book", symbol: "BTC/USD" });
    stage.now = 10_001;
    const missing = subscriptions.retryOverdue().map(({ channel, symbol }) => `${channel} ${symbol}`);
    expect(missing).toContain("book ETH/USD");
    expect(missing).not.toContain("book BTC/USD");
  });

  it("that are refused are told apart by their request, because the refusal names no channel", () => {
    const { subscriptions } = makeStage();
    subscriptions.subscribe(["NOPE/USD"]);
    const error = "Currency pair not supported NOPE/USD";
    const refusal = reply({ success: false, error, symbol: "NOPE/USD", requestId: 3 });
    expect(subscriptions.take(refusal)).toEqual({ kind: "refused", channel: "trade", symbol: "NOPE/USD", error });
    expect(subscriptions.take(reply({ success: false, error, symbol: "NOPE/USD" }))).toEqual({ kind: "ignored" });
    expect(subscriptions.take(reply({ success: false, symbol: "NOPE/USD", requestId: 2 }))).toMatchObject({
      error: "refused without a reason",
    });
  });

  it("that exist already are as good as acknowledged", () => {
    const { subscriptions } = makeStage();
    subscriptions.subscribe(["BTC/USD"]);
    const outcome = subscriptions.take(
      reply({ success: false, error: "Already subscribed", symbol: "BTC/USD", requestId: 1 }),
    );
    expect(outcome.kind).toBe("acknowledged");
  });

  it("without an answer are asked for again, later each time, until acknowledged", () => {
    const { stage, subscriptions } = makeStage();
    subscriptions.subscribeInstruments();
    subscriptions.subscribe(["BTC/USD"]);
    subscriptions.take(reply({ channel: "book", symbol: "BTC/USD" }));
    subscriptions.take(reply({ channel: "instrument" }));
    stage.now = 10_000;
    expect(subscriptions.retryOverdue()).toEqual([]);
    stage.now = 10_001;
    expect(subscriptions.retryOverdue().map(({ channel }) => channel)).toEqual(["ticker", "trade"]);
    stage.now = 30_001;
    expect(subscriptions.retryOverdue()).toEqual([]);
    stage.now = 30_002;
    expect(subscriptions.retryOverdue()).toHaveLength(2);
    subscriptions.take(reply({ channel: "ticker", symbol: "BTC/USD" }));
    subscriptions.take(reply({ channel: "trade", symbol: "BTC/USD" }));
    stage.now = 1_000_000;
    expect(subscriptions.retryOverdue()).toEqual([]);
  });

  it("are renewed by leaving and coming back, and ended for good", () => {
    const { stage, subscriptions } = makeStage();
    subscriptions.subscribe(["BTC/USD"]);
    subscriptions.renew("book", "BTC/USD");
    expect(stage.sent.slice(-2).map(({ method, params }) => [method, params.channel])).toEqual([
      ["unsubscribe", "book"],
      ["subscribe", "book"],
    ]);
    subscriptions.unsubscribe("BTC/USD");
    subscriptions.unsubscribe("BTC/USD");
    expect(stage.sent.slice(-3).every(({ method }) => method === "unsubscribe")).toBe(true);
    expect(stage.sent).toHaveLength(8);
    expect(subscriptions.take(reply({ method: "unsubscribe", channel: "book", symbol: "BTC/USD" }))).toEqual({
      kind: "ignored",
    });
  });

  it("of a new connection start from nothing; while the link is down nothing is remembered", () => {
    const { stage, subscriptions } = makeStage();
    subscriptions.subscribe(["BTC/USD"]);
    subscriptions.forgetAll();
    stage.down = true;
    subscriptions.subscribe(["ETH/USD"]);
    stage.now = 1_000_000;
    expect(subscriptions.retryOverdue()).toEqual([]);
  });
});

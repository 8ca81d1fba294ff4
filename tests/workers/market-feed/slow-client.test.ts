import { describe, expect, it } from "vitest";
import type { Topic } from "../../../contract/market-socket.ts";
import { marketServerFrame, type MarketServerFrame } from "../../../contract/market-socket.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { Level } from "../../../domain/market.ts";
import { ok } from "../../../domain/problem.ts";
import { FanOut } from "../../../durable-objects/market-feed/fan-out/fan-out.ts";
import { eventually } from "./support.ts";

const book: Topic = { channel: "book", symbol: "BTC/USD" };

/** A fan-out over a book that the test moves, on a clock that the test moves. */
function makeStage() {
  const stage = { now: 1_000_000, quantity: 1, connected: true };
  const bids = (): Level[] => [[decimal("100"), decimal(String(stage.quantity))]];
  const fanOut = new FanOut({
    market: "sim",
    now: () => stage.now,
    marketTime: () => stage.now,
    connected: () => stage.connected,
    watch: async () => ok(null),
    beforeFlush: () => undefined,
    source: {
      ticker: () => null,
      book: () => ({ bids: bids(), asks: [], at: stage.now, fresh: true }),
      trades: () => [],
      candles: () => [],
    },
  });
  return {
    stage,
    fanOut,
    /** One change of the book, and the time that a flush takes to pass. */
    tick: async (milliseconds = 100): Promise<void> => {
      stage.quantity += 1;
      stage.now += milliseconds;
      fanOut.changed("BTC/USD", "book");
      await scheduler.wait(5);
    },
  };
}

function connect(fanOut: FanOut) {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  client.accept();
  const frames: MarketServerFrame[] = [];
  const state: { closed: number | null } = { closed: null };
  client.addEventListener("message", ({ data }) => {
    frames.push(marketServerFrame.parse(JSON.parse(String(data))));
  });
  client.addEventListener("close", ({ code }) => {
    state.closed = code;
  });
  // Sockets outside an object have no attachment.
  Object.assign(server, {
    serializeAttachment: () => undefined,
    deserializeAttachment: () => ({ topics: ["book|BTC/USD"] }),
  });
  fanOut.connect(server);
  return {
    server,
    frames,
    state,
    numbers: () => frames.flatMap((frame) => (frame.type === "frame" ? [frame.frame] : [])),
    quantities: () =>
      frames.flatMap((frame) =>
        frame.type === "frame"
          ? frame.updates.flatMap((update) =>
              update.channel === "book" ? update.bids.map(([, quantity]) => quantity) : [],
            )
          : [],
      ),
    async say(message: object): Promise<void> {
      await fanOut.message(server, JSON.stringify(message));
    },
  };
}

describe("a client that does not read", () => {
  it("is skipped after twenty unread frames, gets a snapshot when it has caught up, and misses nothing", async () => {
    const { fanOut, tick, stage } = makeStage();
    const slow = connect(fanOut);
    await slow.say({ type: "subscribe", id: 1, topics: [book] });
    for (let count = 0; count < 45; count += 1) {
      await tick();
    }
    const received = slow.numbers().length;
    expect(received).toBeGreaterThan(20);
    expect(received).toBeLessThan(40);
    await slow.say({ type: "acknowledge", frame: slow.numbers().at(-1) });
    await tick();
    await eventually(
      () => slow.quantities().at(-1),
      (quantity) => quantity === String(stage.quantity),
    );
    const last = slow.frames.at(-1);
    expect(last?.type === "frame" && last.updates[0]).toMatchObject({ channel: "book", kind: "snapshot" });
    expect(slow.state.closed).toBeNull();
  });

  it("is cut off with 4429 after thirty seconds, while others are served", async () => {
    const { fanOut, tick } = makeStage();
    const slow = connect(fanOut);
    const good = connect(fanOut);
    await slow.say({ type: "subscribe", id: 1, topics: [book] });
    await good.say({ type: "subscribe", id: 1, topics: [book] });
    for (let count = 0; count < 80 && slow.state.closed === null; count += 1) {
      await tick(900);
      await good.say({ type: "acknowledge", frame: good.numbers().at(-1) ?? 0 });
    }
    await eventually(
      () => slow.state.closed,
      (closed) => closed === 4429,
    );
    const before = good.quantities().length;
    await tick();
    await eventually(
      () => good.quantities().length,
      (count) => count > before,
    );
    expect(good.state.closed).toBeNull();
    expect(fanOut.size).toBe(1);
  });

  it("that buffers megabytes is cut off at once", async () => {
    const { fanOut, tick } = makeStage();
    const slow = connect(fanOut);
    await slow.say({ type: "subscribe", id: 1, topics: [book] });
    await tick();
    Object.defineProperty(slow.server, "bufferedAmount", { value: 5 * 1024 * 1024, configurable: true });
    await tick();
    await eventually(
      () => slow.state.closed,
      (closed) => closed === 4429,
    );
  });
});

describe("frames", () => {
  it("are told at once when only the link's state changes", async () => {
    const { fanOut, stage } = makeStage();
    const client = connect(fanOut);
    await client.say({ type: "subscribe", id: 1, topics: [book] });
    await eventually(
      () => client.numbers().length,
      (count) => count === 1,
    );
    stage.connected = false;
    stage.now += 100;
    fanOut.statusChanged();
    await eventually(
      () => client.frames.at(-1),
      (frame) => frame?.type === "frame" && !frame.connected && frame.updates.length === 0,
      1_000,
    );
  });

  it("reach sockets that outlived the object as snapshots again", async () => {
    const first = makeStage();
    const client = connect(first.fanOut);
    await client.say({ type: "subscribe", id: 1, topics: [book] });
    const second = makeStage();
    expect(second.fanOut.restore([client.server])).toEqual([book]);
    await second.tick();
    await eventually(
      () =>
        client.frames.filter(
          (frame) =>
            frame.type === "frame" && frame.updates.some((update) => "kind" in update && update.kind === "snapshot"),
        ).length,
      (count) => count === 2,
    );
  });

  it("end with a reason when a symbol has to leave, and topics are limited", async () => {
    const { fanOut } = makeStage();
    const client = connect(fanOut);
    await client.say({ type: "subscribe", id: 1, topics: [book] });
    fanOut.dropSymbol("BTC/USD", { code: "TOO_MANY_SYMBOLS", message: "its place was needed", details: {} });
    expect(fanOut.viewedSymbols().size).toBe(0);
    const many = Array.from({ length: 100 }, (_, index): Topic => ({ channel: "ticker", symbol: `A${index}/USD` }));
    for (const id of [2, 3, 4, 5, 6]) {
      const topics = many.map((topic): Topic => ({ channel: "ticker", symbol: `X${id}${topic.symbol}` }));
      await client.say({ type: "subscribe", id, topics });
    }
    await eventually(
      () => client.frames.filter(({ type }) => type === "subscribed").length,
      (count) => count === 6,
    );
    expect(client.frames.find(({ type }) => type === "error")).toMatchObject({ error: { code: "TOO_MANY_SYMBOLS" } });
    const refusals = client.frames.flatMap((frame) => (frame.type === "subscribed" ? frame.refused : []));
    expect(refusals).toHaveLength(50);
  });
});

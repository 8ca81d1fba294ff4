import ccxt from "ccxt";
import { OrderBook } from "../../domain/book/order-book.ts";
import { readFrame } from "../../durable-objects/market-feed/venue/frames.ts";
import { ratio, thousands } from "../lib/statistics.ts";
import type { Section } from "../lib/report.ts";
import { bookFrames, type BookFrames } from "./frames.ts";

const UPDATES = 40_000;
const ROUNDS = 5;

/** Book maintenance from wire text, our checksum included, against ccxt.pro without one. */
export function benchBook(): Section {
  const rows = [10, 100].map((depth) => {
    const frames = bookFrames(depth, UPDATES, 1);
    // Rounds alternate, so that a slow moment of the machine hits both.
    let ours = Number.POSITIVE_INFINITY;
    let theirs = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      ours = Math.min(
        ours,
        time(() => runOurs(frames, depth)),
      );
      theirs = Math.min(
        theirs,
        time(() => runTheirs(frames, depth)),
      );
    }
    const perSecond = (seconds: number) => thousands(UPDATES / seconds);
    return {
      what: `depth ${depth}, updates/s from wire text`,
      figure: perSecond(ours),
      against: `ccxt.pro without checksum ${perSecond(theirs)}: ${ratio(theirs, ours)}`,
    };
  });
  return {
    title: "Book maintenance",
    method: `${thousands(UPDATES)} updates, best of ${ROUNDS} alternating rounds, one process; ours verifies the checksum of every message.`,
    rows,
  };
}

function runOurs(frames: BookFrames, depth: number): void {
  const book = new OrderBook(depth, 1, 0);
  let seen = 0;
  for (const text of [frames.snapshot, ...frames.updates]) {
    const message = readFrame(text);
    if (message.kind !== "book") {
      throw new Error("not a book frame");
    }
    for (const { bids, asks } of message.books) {
      if (message.type === "snapshot") {
        book.applySnapshot(bids, asks);
      } else {
        book.applyUpdate(bids, asks);
      }
      seen += book.checksum() & 1;
    }
  }
  if (seen === 0) {
    throw new Error("no checksum was computed");
  }
}

function runTheirs(frames: BookFrames, depth: number): void {
  const exchange = new ccxt.pro.kraken({ options: { watchOrderBook: { checksum: false } } });
  exchange.setMarkets([
    {
      id: "XXBTZUSD",
      symbol: "BTC/USD",
      base: "BTC",
      quote: "USD",
      wsname: "XBT/USD",
      precision: { amount: 1e-8, price: 0.1 },
      info: { wsname: "XBT/USD" },
      limits: {},
    },
  ]);
  // A client object of their own, never connected.
  const client = exchange.client("wss://127.0.0.1:9");
  exchange.orderbooks["BTC/USD"] = exchange.orderBook({}, depth);
  for (const text of [frames.snapshot, ...frames.updates]) {
    exchange.handleOrderBook(client, JSON.parse(text));
  }
  if (exchange.orderbooks["BTC/USD"].asks.length < depth) {
    throw new Error("ccxt did not keep the book");
  }
}

function time(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

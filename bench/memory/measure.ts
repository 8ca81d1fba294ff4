/** Runs in a process of its own with --expose-gc and prints one JSON line of figures. */
import { OrderBook } from "../../domain/book/order-book.ts";
import { decimal, wholeNumber } from "../../domain/decimal.ts";
import { TriggerIndex } from "../../domain/triggers/trigger-index.ts";
import type { Trade } from "../../domain/market.ts";
import { fullFeed } from "./feed.ts";

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function booksBytes(): number {
  const before = heapBytes();
  const books = Array.from({ length: 50 }, (_, symbol) => {
    const book = new OrderBook(100, 1, 0);
    const side = (from: number, step: number) =>
      Array.from({ length: 100 }, (_unused, level) => ({
        price: (from + symbol * 100 + level * step).toFixed(1),
        qty: (1 + level / 7).toFixed(8),
      }));
    book.applySnapshot(side(50_000, -0.1), side(50_000.1, 0.1));
    // Somebody has looked at every level, so that its decimals exist.
    return { book, seen: [book.bids(), book.asks()] };
  });
  const used = heapBytes() - before;
  return books.length === 50 ? used : 0;
}

/** Memory of so many levels, and nanoseconds per print that crosses none of them. */
function triggers(levels: number): { readonly bytes: number; readonly nanoseconds: number } {
  const before = heapBytes();
  const index = new TriggerIndex("BTC/USD", 1);
  for (let each = 0; each < levels; each += 1) {
    index.set(`trader-${each % 1000}`, {
      orderId: `order-${each}`,
      version: 1,
      symbol: "BTC/USD",
      direction: "below",
      level: decimal((20_000 + each / 10).toFixed(1)),
      armedTradeId: 0,
    });
  }
  const bytes = heapBytes() - before;
  const prints = Array.from({ length: 1000 }, (_, each): Trade => {
    const price = decimal((40_000 + (each % 50)).toFixed(1));
    return { id: each + 1, symbol: "BTC/USD", price, quantity: wholeNumber(1), side: "sell", time: each };
  });
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round += 1) {
    const start = process.hrtime.bigint();
    for (const print of prints) {
      if (index.match([print]).length > 0) {
        throw new Error("a level was crossed");
      }
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / prints.length);
  }
  return { bytes: index.size === levels ? bytes : 0, nanoseconds: best };
}

async function feedBytes(): Promise<number> {
  const before = heapBytes();
  const feed = await fullFeed();
  const used = heapBytes() - before;
  if (feed.markets.all().filter(({ verified, tape }) => verified && tape.lastId === 2_000).length !== 50) {
    throw new Error("the feed did not take everything in");
  }
  return used;
}

const feed = await feedBytes();
console.log(
  JSON.stringify({
    feed,
    books: booksBytes(),
    triggers: [1_000, 10_000, 100_000].map((levels) => ({ levels, ...triggers(levels) })),
  }),
);

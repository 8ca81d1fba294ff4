import { OrderBook } from "../../domain/book/order-book.ts";
import { readFrame, type BookChange } from "../../durable-objects/market-feed/venue/frames.ts";
import { Failure } from "./failure.ts";
import type { Golden } from "./golden.ts";

export interface BookResult {
  readonly symbol: string;
  readonly depth: number;
  readonly messages: number;
  /** Messages after which the product's book did not have the venue's checksum. */
  readonly wrong: number;
}

interface Watched {
  readonly depth: number;
  book: OrderBook | undefined;
  messages: number;
  wrong: number;
}

/**
 * Follows the books of the symbols for so many seconds with the product's own reader and book, and compares every
 * checksum. Each depth has a connection of its own. Throws a Failure when the venue cannot be reached or refuses.
 */
export async function verifyBooks(
  wsUrl: string,
  symbols: readonly string[],
  seconds: number,
  golden: Golden,
): Promise<BookResult[]> {
  const results = await Promise.all([10, 100].map(async (depth) => follow(wsUrl, symbols, depth, seconds, golden)));
  return results.flat();
}

async function follow(
  wsUrl: string,
  symbols: readonly string[],
  depth: number,
  seconds: number,
  golden: Golden,
): Promise<BookResult[]> {
  const watched = new Map<string, Watched>(
    symbols.map((symbol) => [symbol, { depth, book: undefined, messages: 0, wrong: 0 }]),
  );
  const socket = new WebSocket(wsUrl);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1_000);
    function fail(sentence: string): void {
      clearTimeout(timer);
      reject(new Failure(sentence));
    }
    socket.addEventListener("open", () => {
      for (const [channel, options] of [
        ["book", { depth }],
        ["trade", { snapshot: true }],
      ] as const) {
        socket.send(JSON.stringify({ method: "subscribe", params: { channel, symbol: symbols, ...options } }));
      }
    });
    socket.addEventListener("message", ({ data }) => {
      const problem = take(String(data), watched, golden);
      if (problem !== undefined) {
        fail(problem);
      }
    });
    socket.addEventListener("error", () => fail(`${wsUrl} cannot be reached.`));
    socket.addEventListener("close", ({ code }) => fail(`${wsUrl} closed the connection (${code}).`));
  }).finally(() => socket.close());
  return [...watched].map(([symbol, { messages, wrong }]) => ({ symbol, depth, messages, wrong }));
}

/** Takes one frame in. A sentence when the venue refused a subscription. */
function take(text: string, watched: ReadonlyMap<string, Watched>, golden: Golden): string | undefined {
  const message = readFrame(text);
  golden.frame(
    message.kind === "book" || message.kind === "trades" ? `${message.kind} ${message.type}` : message.kind,
    text,
  );
  if (message.kind === "reply" && !message.success) {
    return `The venue refused a subscription: ${message.error ?? text}.`;
  }
  if (message.kind === "book") {
    for (const change of message.books) {
      const entry = watched.get(change.symbol);
      if (entry !== undefined) {
        apply(entry, message.type === "snapshot", change);
      }
    }
  }
  return undefined;
}

function apply(entry: Watched, snapshot: boolean, change: BookChange): void {
  if (snapshot) {
    entry.book = new OrderBook(entry.depth, 0, 0);
  }
  if (entry.book === undefined) {
    return; // an update before the first snapshot
  }
  const understood = snapshot
    ? entry.book.applySnapshot(change.bids, change.asks)
    : entry.book.applyUpdate(change.bids, change.asks);
  entry.messages += 1;
  if (!understood || entry.book.checksum() !== change.checksum) {
    entry.wrong += 1;
  }
}

/** A whole feed in this process: fifty symbols with full books and tapes, on a scripted venue and SQLite in memory. */
import { DatabaseSync } from "node:sqlite";
import { OrderBook } from "../../domain/book/order-book.ts";
import { refuse } from "../../domain/problem.ts";
import { migrate } from "../../durable-objects/lib/migrate.ts";
import type { Sql, SqlRow, SqlValue } from "../../durable-objects/lib/sql.ts";
import type { FeedParts } from "../../durable-objects/market-feed/feed-parts.ts";
import { assembleFeed, startFeed } from "../../durable-objects/market-feed/feed.ts";
import { MIGRATIONS } from "../../durable-objects/market-feed/migrations.ts";
import { watch } from "../../durable-objects/market-feed/watching.ts";

const SYMBOLS = Array.from({ length: 50 }, (_, index) => `C${String(index).padStart(2, "0")}/USD`);
const DEPTH = 100;
/** What a tape remembers at most before it is cut. */
const PRINTS = 2_000;

/** The feed after every book was read and every tape is full. */
export async function fullFeed(): Promise<FeedParts> {
  const started = { say: (_text: string): void => undefined };
  const sql = memorySql();
  migrate(sql, MIGRATIONS);
  const feed = assembleFeed({
    sql,
    transaction: (run) => {
      run();
    },
    market: "sim",
    dial: async () => ({
      send: () => undefined,
      close: () => undefined,
      onMessage: (listener) => {
        started.say = listener;
      },
      onClose: () => undefined,
    }),
    history: { restNames: none, candles: none, trades: none, time: none },
    trader: () => ({ deliverTriggers: async () => [] }),
    now: () => Date.now(),
    random: () => 0,
    wait: async () => {
      await new Promise((resolve) => setImmediate(resolve));
    },
    after: () => undefined,
    background: (work) => {
      work.catch(() => undefined);
    },
    report: () => undefined,
  });
  startFeed(feed, []);
  await new Promise((resolve) => setImmediate(resolve));
  started.say(instruments());
  for (const symbol of SYMBOLS) {
    await watch(feed, symbol, "viewing");
    started.say(book(symbol));
    for (let id = 1; id <= PRINTS; id += 1) {
      started.say(print(symbol, id));
    }
    feed.markets.get(symbol)?.bookView({ connected: true, since: 0, system: "online" }, Date.now(), Date.now());
  }
  return feed;
}

async function none() {
  return refuse<never>("MARKET_UNAVAILABLE", "no history", { reason: "invalid", error: "none" });
}

function book(symbol: string): string {
  const level = (price: number, index: number) => ({ price: price.toFixed(1), qty: (1 + index / 7).toFixed(8) });
  const bids = Array.from({ length: DEPTH }, (_, index) => level(999.9 - index / 10, index));
  const asks = Array.from({ length: DEPTH }, (_, index) => level(1000.1 + index / 10, index));
  const verified = new OrderBook(DEPTH, 1, 0);
  verified.applySnapshot(bids, asks);
  const side = (levels: typeof bids) => levels.map(({ price, qty }) => `{"price":${price},"qty":${qty}}`).join(",");
  return `{"channel":"book","type":"snapshot","data":[{"symbol":"${symbol}","bids":[${side(bids)}],"asks":[${side(asks)}],"checksum":${verified.checksum()}}]}`;
}

function print(symbol: string, id: number): string {
  const price = (1000 + (id % 20) / 10).toFixed(1);
  return `{"channel":"trade","type":"update","data":[{"symbol":"${symbol}","side":"buy","price":${price},"qty":0.0${id}0000,"ord_type":"limit","trade_id":${id},"timestamp":"${new Date().toISOString()}"}]}`;
}

function instruments(): string {
  const pairs = SYMBOLS.map((symbol) => ({
    symbol,
    base: symbol.slice(0, 3),
    quote: "USD",
    status: "online",
    price_precision: 1,
    price_increment: 0.1,
    qty_precision: 8,
    qty_min: 0.001,
    cost_precision: 5,
    cost_min: 0.5,
  }));
  return JSON.stringify({
    channel: "instrument",
    type: "snapshot",
    data: { assets: [{ id: "USD", precision: 4 }], pairs },
  });
}

function memorySql(): Sql {
  const database = new DatabaseSync(":memory:");
  return {
    exec: <T extends SqlRow>(query: string, ...bindings: SqlValue[]) => {
      if (bindings.length === 0 && /;\s*\S/.test(query)) {
        database.exec(query);
        return { toArray: () => [] };
      }
      const values = bindings.map((each) => (each instanceof ArrayBuffer ? null : each));
      const rows = database.prepare(query).all(...values);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a query answers, only its author knows
      return { toArray: () => rows as T[] };
    },
  };
}

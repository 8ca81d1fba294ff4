/** /api/markets/**: public, limited per address. Tickers are at most 5 s old, pages of closed candles 60 s. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import {
  backfillRequest,
  backfillResult,
  book,
  bookQuery,
  candlePage as candlePageSchema,
  candleQuery,
  marketList as marketListSchema,
  ticker,
  tradeList,
  tradesQuery,
  type CandlePage,
  type Ticker,
} from "../../contract/markets.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { makeMemoryCache, type MemoryCache } from "../../durable-objects/lib/memory-cache.ts";
import { refusal, reply } from "../http/problem.ts";
import { answers, body, SIGNED_IN, symbolParams } from "../http/route.ts";
import { backfillCandles } from "../market-data/backfill.ts";
import { candlePage } from "../market-data/candle-page.ts";
import { marketList } from "../market-data/market-list.ts";
import { feedObject, outcome } from "../objects.ts";
import { askTrader } from "./trader.ts";

const TICKER_MS = 5_000;
const CANDLES_MS = 60_000;
/** The exchange itself may have to be asked. */
const CANDLES_DEADLINE_MS = 20_000;
const tickers = makeMemoryCache<Ticker>(TICKER_MS, 500);
const candlePages = makeMemoryCache<CandlePage>(CANDLES_MS, 200);

const tags = ["Markets"];
const base = "/api/markets";

const marketsRoute = createRoute({
  method: "get",
  path: base,
  tags,
  summary: "All pairs with their last values",
  responses: answers(marketListSchema, "The pairs"),
});

const tickerRoute = createRoute({
  method: "get",
  path: `${base}/{symbol}/ticker`,
  tags,
  summary: "Last values of a pair",
  request: { params: symbolParams },
  responses: answers(ticker, "The ticker"),
});

const bookRoute = createRoute({
  method: "get",
  path: `${base}/{symbol}/book`,
  tags,
  summary: "The verified order book",
  request: { params: symbolParams, query: bookQuery },
  responses: answers(book, "The book, best levels first"),
});

const tradesRoute = createRoute({
  method: "get",
  path: `${base}/{symbol}/trades`,
  tags,
  summary: "Recent trades",
  request: { params: symbolParams, query: tradesQuery },
  responses: answers(tradeList, "Trades, oldest first"),
});

const candlesRoute = createRoute({
  method: "get",
  path: `${base}/{symbol}/candles`,
  tags,
  summary: "Candles; page back with before",
  request: { params: symbolParams, query: candleQuery },
  responses: answers(candlePageSchema, "Candles, oldest first; the running one is marked open"),
});

const backfillRoute = createRoute({
  method: "post",
  path: `${base}/{symbol}/backfill`,
  tags,
  summary: "Reads a timeframe's candles from the exchange again and stores them",
  security: SIGNED_IN,
  middleware: [requireVisitor],
  request: { params: symbolParams, body: body(backfillRequest) },
  responses: answers(backfillResult, "How many closed candles were read"),
});

export function addMarketRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(marketsRoute, async (c) => reply(c, await marketList(c.env, c.var.config)));

  app.openapi(tickerRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    return await cached(c, tickers, symbol, () => outcome("ticker", () => feed(c).ticker(symbol)));
  });

  app.openapi(bookRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    const { depth } = c.req.valid("query");
    return reply(c, await outcome("book", () => feed(c).book(symbol, depth)));
  });

  app.openapi(tradesRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    const { limit } = c.req.valid("query");
    const trades = await outcome("trades", () => feed(c).trades(symbol, limit));
    return reply(c, trades.ok ? ok({ trades: trades.value }) : trades);
  });

  app.openapi(candlesRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    const query = c.req.valid("query");
    const { interval, limit, before = null } = query;
    const read = () =>
      outcome(
        "candles",
        () => candlePage(c.env, c.var.config, symbol, { interval, limit, before }),
        CANDLES_DEADLINE_MS,
      );
    if (before === null) {
      // The newest page ends with the running candle, which must not stand still for a minute.
      return reply(c, await read());
    }
    return await cached(c, candlePages, `${symbol} ${interval} ${before} ${limit}`, read);
  });

  app.openapi(backfillRoute, async (c) => {
    const { symbol } = c.req.valid("param");
    const { interval } = c.req.valid("json");
    const admitted = await askTrader(c, "admit", (trader, principal) => trader.admit(principal));
    if (!admitted.ok) {
      return refusal(c, admitted.error);
    }
    const read = () => backfillCandles(c.env, c.var.config, symbol, interval);
    const candles = await outcome("backfill", read, CANDLES_DEADLINE_MS);
    return reply(c, candles.ok ? ok({ interval, stored: candles.value.length }) : candles);
  });
}

function feed(c: AppContext) {
  return feedObject(c.env, c.var.config);
}

/** Answers from memory where it can; refusals are not kept. `x-cache` tells which it was. */
async function cached<T>(
  c: AppContext,
  cache: MemoryCache<T>,
  key: string,
  read: () => Promise<Result<T>>,
): Promise<Response> {
  const world = `${c.var.config.market} ${key}`;
  const known = cache.get(world, Date.now());
  if (known !== null) {
    c.header("x-cache", "hit");
    return reply(c, ok(known));
  }
  const fresh = await read();
  if (fresh.ok) {
    cache.set(world, fresh.value, Date.now());
  }
  c.header("x-cache", "miss");
  return reply(c, fresh);
}

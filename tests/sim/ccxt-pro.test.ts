import ccxt from "ccxt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { connectCcxt, type ProClient } from "./support/ccxt-client.ts";

let exchange: Exchange;
let kraken: ProClient;

beforeAll(async () => {
  exchange = await startExchange({ seed: "ccxt pro" });
  const key = exchange.admin.createKey({ tier: "pro", deposits: { USD: "100000", BTC: "2" } });
  kraken = connectCcxt(new ccxt.pro.kraken({ apiKey: key.key, secret: key.secret }), exchange);
  // Its own checksum is broken (PROTOCOL §9); ours is proven elsewhere.
  kraken.options["watchOrderBook"] = { checksum: false };
  await kraken.loadMarkets();
});
afterAll(async () => {
  await kraken.close();
  await exchange.stop();
});

describe("ccxt.pro on public channels", () => {
  it("watches ticker, several tickers, trades and candles", async () => {
    const ticker = await kraken.watchTicker("BTC/USD");
    expect(ticker.bid).toBeLessThan(ticker.ask ?? 0);
    expect(Object.keys(await kraken.watchTickers(["ETH/USD", "SOL/USD"])).length).toBeGreaterThan(0);
    const trades = await kraken.watchTrades("BTC/USD");
    expect(trades.at(-1)).toMatchObject({ symbol: "BTC/USD" });
    const candles = await kraken.watchOHLCV("BTC/USD", "1m");
    expect(candles.length).toBeGreaterThan(0);
    expect(Object.keys(await kraken.watchBidsAsks(["BTC/USD"]))).toEqual(["BTC/USD"]);
  });

  it("keeps a book that never crosses", async () => {
    for (let update = 0; update < 20; update += 1) {
      const book = await kraken.watchOrderBook("BTC/USD", 10);
      expect(book.bids[0]?.[0]).toBeLessThan(book.asks[0]?.[0] ?? 0);
      expect(book.bids.length).toBeLessThanOrEqual(10);
    }
  });
});

describe("ccxt.pro on an account", () => {
  it("watches balance, orders and trades while it places, amends and cancels", async () => {
    const balance = await kraken.watchBalance();
    expect(balance["USD"]).toMatchObject({ total: 100_000 });
    const price = Math.floor(((await kraken.fetchTicker("BTC/USD")).last ?? 0) * 0.9);
    const firstOrders = kraken.watchOrders("BTC/USD");
    await kraken.loadMarkets();
    const placed = await kraken.createOrderWs("BTC/USD", "limit", "buy", 0.01, price);
    expect((await firstOrders).at(-1)).toMatchObject({ symbol: "BTC/USD", side: "buy" });
    const id = placed.id ?? "";
    await kraken.editOrderWs(id, "BTC/USD", "limit", "buy", 0.02, price + 10);
    const edited = (await kraken.fetchOpenOrders("BTC/USD"))[0];
    expect(edited).toMatchObject({ id, amount: 0.02, price: price + 10 });
    await kraken.cancelOrderWs(id);
    const nextBalance = kraken.watchBalance();
    const myTrades = kraken.watchMyTrades("BTC/USD");
    await kraken.createOrderWs("BTC/USD", "market", "buy", 0.05);
    const trades = await myTrades;
    expect(Number((await nextBalance)["BTC"]?.total)).toBeGreaterThan(2);
    expect(trades[0]).toMatchObject({ symbol: "BTC/USD", side: "buy" });
    await kraken.createOrderWs("BTC/USD", "limit", "buy", 0.01, price);
    expect(await kraken.cancelAllOrdersWs()).toMatchObject({ result: { count: 1 } });
  });
});

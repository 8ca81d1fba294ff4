import ccxt from "ccxt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { connectCcxt, type Client } from "./support/ccxt-client.ts";

// ccxt was written against the real Kraken by people who know nothing of this simulator.

let exchange: Exchange;
let kraken: Client;

beforeAll(async () => {
  exchange = await startExchange({ seed: "ccxt" });
  const key = exchange.admin.createKey({ tier: "pro", deposits: { USD: "100000", BTC: "2" } });
  kraken = connectCcxt(new ccxt.kraken({ apiKey: key.key, secret: key.secret }), exchange);
  await kraken.loadMarkets();
});
afterAll(async () => {
  await exchange.stop();
});

/** A price so far below the market that it rests. */
async function farPrice(): Promise<number> {
  const ticker = await kraken.fetchTicker("BTC/USD");
  return Math.floor((ticker.last ?? 0) * 0.9);
}

function idOf(order: { readonly id?: string | undefined }): string {
  expect(order.id).toBeDefined();
  return order.id ?? "";
}

describe("ccxt on public data", () => {
  it("loads the markets at Kraken's precisions", () => {
    expect(Object.keys(kraken.markets ?? {}).sort()).toEqual(["BTC/USD", "DOGE/USD", "ETH/BTC", "ETH/USD", "SOL/USD"]);
    expect(kraken.market("DOGE/USD")).toMatchObject({
      precision: { price: 1e-7, amount: 1e-8 },
      limits: { amount: { min: 50 } },
    });
  });

  it("reads ticker, book, trades and candles", async () => {
    const ticker = await kraken.fetchTicker("BTC/USD");
    expect(ticker.bid).toBeLessThan(ticker.ask ?? 0);
    expect(ticker.baseVolume).toBeGreaterThan(100);
    const book = await kraken.fetchOrderBook("ETH/BTC", 50);
    expect([book.bids.length, book.asks.length]).toEqual([50, 50]);
    const trades = await kraken.fetchTrades("SOL/USD");
    expect(trades).toHaveLength(1_000);
    const candles = await kraken.fetchOHLCV("DOGE/USD", "4h");
    expect(candles).toHaveLength(721);
    expect(await kraken.fetchStatus()).toMatchObject({ status: "ok" });
    expect(Math.abs(((await kraken.fetchTime()) ?? 0) - Date.now())).toBeLessThan(2_000);
  });
});

describe("ccxt on an account", () => {
  it("places, finds, amends and cancels a limit order", async () => {
    const price = await farPrice();
    const placed = await kraken.createOrder("BTC/USD", "limit", "buy", 0.01, price, { clientOrderId: "from-ccxt" });
    const [open] = await kraken.fetchOpenOrders("BTC/USD");
    expect(open).toMatchObject({
      id: placed.id,
      clientOrderId: "from-ccxt",
      status: "open",
      side: "buy",
      type: "limit",
      price,
      amount: 0.01,
    });
    expect((await kraken.fetchBalance())["USD"]).toMatchObject({ used: price * 0.01 });
    await kraken.editOrder(idOf(placed), "BTC/USD", "limit", "buy", 0.02, price + 10);
    expect(await kraken.fetchOrder(idOf(placed))).toMatchObject({ status: "open", amount: 0.02, price: price + 10 });
    await kraken.cancelOrder(idOf(placed));
    expect(await kraken.fetchOpenOrders("BTC/USD")).toEqual([]);
    const [closed] = await kraken.fetchClosedOrders("BTC/USD");
    expect(closed).toMatchObject({ id: placed.id, status: "canceled", filled: 0 });
    await expect(kraken.cancelOrder(idOf(placed))).rejects.toThrow(ccxt.OrderNotFound);
  });

  it("buys and sells at the market and finds its trades, fees and ledger", async () => {
    const bought = await kraken.createOrder("BTC/USD", "market", "buy", 0.3);
    const cost = await kraken.createMarketBuyOrderWithCost("BTC/USD", 500);
    await kraken.createOrder("BTC/USD", "market", "sell", 0.1);
    const order = await kraken.fetchOrder(idOf(bought));
    expect(order).toMatchObject({ status: "closed", filled: 0.3, remaining: 0 });
    expect(Number(order.fee?.cost)).toBeGreaterThan(0);
    const trades = await kraken.fetchMyTrades("BTC/USD");
    const ofOrder = trades.filter((trade) => trade.order === bought.id);
    expect(ofOrder.reduce((sum, trade) => sum + (trade.amount ?? 0), 0)).toBeCloseTo(0.3, 8);
    expect(ofOrder.every((trade) => trade.takerOrMaker === "taker" && trade.fee?.currency === "USD")).toBe(true);
    expect((await kraken.fetchOrder(idOf(cost))).status).toBe("closed");
    expect((await kraken.fetchLedger("USD")).length).toBeGreaterThanOrEqual(4);
    expect(await kraken.fetchTradingFee("BTC/USD")).toMatchObject({ symbol: "BTC/USD" });
  });

  it("places stops, targets and trailing stops", async () => {
    const price = await farPrice();
    const types = [
      await kraken.createOrder("BTC/USD", "market", "sell", 0.1, undefined, { stopLossPrice: price }),
      await kraken.createOrder("BTC/USD", "limit", "sell", 0.1, price - 100, { stopLossPrice: price }),
      await kraken.createOrder("BTC/USD", "market", "sell", 0.1, undefined, { takeProfitPrice: price * 2 }),
      await kraken.createOrder("BTC/USD", "market", "sell", 0.1, undefined, { trailingPercent: "5" }),
      await kraken.createOrder("BTC/USD", "limit", "sell", 0.1, undefined, {
        trailingAmount: "500",
        trailingLimitAmount: "50",
      }),
      await kraken.createOrder("BTC/USD", "limit", "buy", 0.01, price, { postOnly: true }),
    ];
    const open = await kraken.fetchOpenOrders("BTC/USD");
    expect(new Set(open.map((order) => order.id))).toEqual(new Set(types.map((order) => order.id)));
    expect(open.find((order) => order.id === types[0]?.id)).toMatchObject({ stopLossPrice: price });
    await kraken.cancelOrders([types[0]?.id ?? "", types[1]?.id ?? ""]);
    expect(await kraken.fetchOpenOrders("BTC/USD")).toHaveLength(4);
    await kraken.cancelAllOrders();
    expect(await kraken.fetchOpenOrders("BTC/USD")).toEqual([]);
  });

  it("sees Kraken's refusals as what they are", async () => {
    const price = await farPrice();
    await expect(kraken.createOrder("BTC/USD", "limit", "buy", 100, price)).rejects.toThrow(ccxt.InsufficientFunds);
    await expect(kraken.createOrder("BTC/USD", "limit", "buy", 0.00001, price)).rejects.toThrow(ccxt.InvalidOrder);
    const stranger = connectCcxt(new ccxt.kraken({ apiKey: "nobody", secret: "c2VjcmV0" }), exchange);
    await expect(stranger.fetchBalance()).rejects.toThrow(ccxt.AuthenticationError);
  });
});

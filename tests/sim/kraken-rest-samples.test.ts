import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isDecimal } from "../../domain/decimal.ts";
import type { VenueReply } from "../../domain/venue/failure.ts";
import type { NameTable } from "../../domain/venue/names.ts";
import { freshCounters } from "../../domain/venue/rate-counters.ts";
import type { VenueOrderWish } from "../../domain/venue/wishes.ts";
import type { KrakenRest } from "../../durable-objects/trader/kraken/rest/api.ts";
import { krakenRest } from "../../durable-objects/trader/kraken/rest/client.ts";
import { readNames } from "../../durable-objects/trader/kraken/rest/public.ts";
import { RateKeeper } from "../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import { BTC, failureIn, valueOf } from "./support/kraken-rest.ts";

const shared = process.env["TRADE_SHARED"];
const folder = shared === undefined ? "" : join(shared, "kraken", "data");

const sampleLine = z.object({ name: z.string(), path: z.string(), response: z.unknown() });
/** By name, each with the very text of its answer: a JSON library would change the numbers. */
const samples: ReadonlyMap<string, { readonly method: string; readonly text: string }> = new Map(
  shared === undefined
    ? []
    : readFileSync(join(folder, "rest_samples_private.ndjson"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const { name, path } = sampleLine.parse(JSON.parse(line));
          const text = line.slice(line.indexOf('"response":') + '"response":'.length, -1);
          return [name, { method: path.split("/").at(-1) ?? "", text }];
        }),
);

const clock = { now: () => 1_790_000_000_000, after: () => () => undefined };

/** A client to which every call answers the sample, as it is or altered. */
async function answering(name: string, alter = (text: string): string => text): Promise<KrakenRest> {
  const body = alter(samples.get(name)?.text ?? "");
  let nonce: string | null = null;
  const names = await recordedNames();
  return krakenRest({
    base: "https://exchange.example",
    transport: () => Promise.resolve({ status: 200, body }),
    clock,
    nonces: {
      last: () => nonce,
      save: (next) => {
        nonce = next;
      },
    },
    credentials: () => Promise.resolve({ key: "k", secretBytes: Uint8Array.of(1, 2, 3) }),
    names: () => names,
    rates: new RateKeeper({ now: clock.now, saved: freshCounters("pro", clock.now()), save: () => undefined }),
  });
}

async function recordedNames(): Promise<NameTable> {
  const files: Readonly<Record<string, string>> = {
    AssetPairs: "rest_asset_pairs_2026_subset.json",
    Assets: "rest_assets_2026_subset.json",
  };
  const reply = await readNames({
    base: "https://exchange.example",
    clock,
    transport: ({ url }) =>
      Promise.resolve({
        status: 200,
        body: readFileSync(join(folder, files[url.split("/").at(-1) ?? ""] ?? ""), "utf8"),
      }),
  });
  return valueOf(reply);
}

const order: VenueOrderWish = {
  clientOrderId: "6d1b345e-2821-40e2-ad83-4ecb18a06876",
  instrument: BTC,
  side: "buy",
  type: "market",
  timeInForce: "gtc",
  postOnly: false,
  quantity: BTC.minimumQuantity,
  limitPrice: null,
  triggerPrice: null,
  trailingPercent: null,
  expiresAt: null,
  conditionalClose: null,
  selfTrade: "cancel-newest",
  deadline: clock.now() + 5_000,
};
const named = { venueOrderId: "O", clientOrderId: order.clientOrderId, symbol: "BTC/USD", deadline: order.deadline };

/** How each endpoint that the desk uses is asked. */
const calls: Readonly<Record<string, (rest: KrakenRest) => Promise<VenueReply<unknown>>>> = {
  AddOrder: (rest) => rest.addOrder(order),
  AmendOrder: (rest) =>
    rest.amendOrder({
      ...named,
      instrument: BTC,
      quantity: null,
      limitPrice: null,
      triggerPrice: null,
      postOnly: false,
    }),
  Balance: (rest) => rest.balances(),
  BalanceEx: (rest) => rest.balances(),
  CancelAll: (rest) => rest.cancelAll(order.deadline),
  CancelAllOrdersAfter: (rest) => rest.cancelAllAfter(60, order.deadline),
  CancelOrder: (rest) => rest.cancelOrder(named),
  CancelOrderBatch: (rest) => rest.cancelOrders([named]),
  ClosedOrders: (rest) => rest.closedOrders({}),
  GetApiKeyInfo: (rest) => rest.apiKeyInfo(),
  GetWebSocketsToken: (rest) => rest.webSocketsToken(),
  Ledgers: (rest) => rest.ledgers({}),
  OpenOrders: (rest) => rest.openOrders(),
  QueryLedgers: (rest) => rest.queryLedgers(["L"]),
  QueryOrders: (rest) => rest.queryOrders(["O"]),
  QueryTrades: (rest) => rest.queryTrades(["T"]),
  TradeVolume: (rest) => rest.tradeVolume([BTC]),
  TradesHistory: (rest) => rest.tradesHistory({}),
};
/** Recorded, but never asked: margin, the slower way to change an order, batches of new orders. */
const unused = ["OpenPositions", "TradeBalance", "EditOrder", "AddOrderBatch", "OrderAmends"];

describe.skipIf(shared === undefined)("the recorded private answers (needs TRADE_SHARED)", () => {
  it("are of endpoints that the desk uses, but for some", () => {
    expect(samples.size).toBeGreaterThan(50);
    const methods = new Set([...samples.values()].map(({ method }) => method));
    expect([...methods].filter((method) => !(method in calls)).toSorted()).toEqual(unused.toSorted());
    expect(Object.keys(calls).filter((method) => !methods.has(method))).toEqual([]);
  });

  const used = [...samples].filter(([, { method }]) => method in calls).map(([name]) => name);
  it.each(used)("%s is understood", async (name) => {
    const call = calls[samples.get(name)?.method ?? ""];
    const reply = await call?.(await answering(name));
    if (name === "kasync_get_trade_volume_json") {
      // `fees: null`, because no pair was asked for.
      expect(reply?.ok).toBe(false);
      return;
    }
    const value = reply === undefined ? undefined : valueOf(reply);
    // Whatever looks like an amount is a canonical one.
    for (const [, text = ""] of JSON.stringify(value).matchAll(
      /"(?:quantity|filledQuantity|price|cost|amount|fee|total|limitPrice|triggerPrice)":"([^"]*)"/g,
    )) {
      expect(isDecimal(text), text).toBe(true);
    }
  });

  it("say what they say: orders", async () => {
    const open = valueOf(await (await answering("jkorf_GetOpenOrders")).openOrders());
    expect(open[0]).toEqual({
      venueOrderId: "OQCLML-BW3P3-BUCMWZ",
      clientOrderId: null,
      parentVenueOrderId: null,
      symbol: "BTC/USD",
      side: "buy",
      type: "limit",
      status: "open",
      quantity: "1.25",
      filledQuantity: "0.375",
      limitPrice: "30010",
      triggerPrice: null,
      reason: null,
      openedAt: 1_688_666_559_897,
      closedAt: null,
      expiresAt: null,
    });
    const [trailing] = valueOf(await (await answering("jkorf_GetOrders2")).queryOrders(["O"]));
    // SUI is not in the recorded table: it stands under its REST name.
    expect(trailing).toMatchObject({
      symbol: "SUIUSD",
      type: "trailing-stop",
      status: "cancelled",
      limitPrice: null,
      triggerPrice: "3.9864",
      reason: "User requested",
      closedAt: 1_752_768_899_330,
    });
    const [stop] = valueOf(await (await answering("ccxt_open_stop_loss_limit")).openOrders());
    expect(stop).toMatchObject({ type: "stop-loss-limit", triggerPrice: "55", limitPrice: "54", side: "sell" });
  });

  it("say what they say: executions, ledger, balances", async () => {
    const trades = valueOf(await (await answering("jkorf_GetUserTradeDetails")).queryTrades(["T"]));
    expect(trades[0]).toEqual({
      executionId: "THVRQM-33VKH-UCI7BS",
      venueOrderId: "OQCLML-BW3P3-BUCMWZ",
      clientOrderId: null,
      symbol: "BTC/USD",
      side: "buy",
      price: "30010",
      quantity: "0.02",
      cost: "600.2",
      fees: [],
      liquidity: "maker",
      tradeId: 93_748_276,
      time: 1_688_667_796_880,
    });
    const history = valueOf(await (await answering("kasync_get_trades_history_json")).tradesHistory({}));
    expect(history.count).toBe(396);
    expect(history.rows.find(({ executionId }) => executionId === "VN6IJE-7BQX2-YXRLGM")).toMatchObject({
      symbol: "ETH/USD",
      fees: [{ asset: "USD", amount: "0.03248" }],
    });
    const [row] = valueOf(await (await answering("kasync_get_query_ledgers_json")).queryLedgers(["L"]));
    expect(row).toEqual({
      ledgerId: "LMWW7L-EWV66-ZXPC3L",
      referenceId: "TAUGAY-Z4ZJO-O3POKN",
      time: 1_699_961_059_363,
      type: "trade",
      subtype: "",
      asset: "USD",
      wallet: "spot",
      amount: "-90",
      fee: "0.144",
    });
    const plain = valueOf(await (await answering("jkorf_GetBalances")).balances());
    expect(plain.balances.find(({ asset }) => asset === "BTC")?.total).toBe("1011.19088779");
    expect(plain.elsewhere).toEqual([
      { asset: "ETH2", wallet: "staked", total: "198.39708" },
      { asset: "USD", wallet: "rewards", total: "1213029.278" },
    ]);
    // Numbers instead of texts.
    const extended = valueOf(await (await answering("jkorf_GetAvailableBalances")).balances());
    expect(extended.balances).toEqual([
      { asset: "USD", total: "25435.21" },
      { asset: "BTC", total: "1.2435" },
    ]);
    expect(extended.held[0]).toEqual({ asset: "USD", total: "8249.76" });
  });

  it("say what they say: fees, key, token, replies to orders", async () => {
    const volume = valueOf(await (await answering("kasync_get_trade_volume_per_pair_json")).tradeVolume([BTC]));
    expect(volume).toEqual({
      fees: [{ symbol: "BTC/USD", takerPercent: "0.26", makerPercent: "0.16" }],
      thirtyDayVolume: "294.0219",
    });
    const noFees = await (await answering("kasync_get_trade_volume_json")).tradeVolume([BTC]);
    expect(failureIn(noFees).message).toContain("BTC/USD");
    const info = valueOf(await (await answering("jkorf_GetApiKeyInfo")).apiKeyInfo());
    expect(info).toMatchObject({ name: "TestKey", nonceWindow: 15, validUntil: null, lastUsedAt: 1_774_350_056_000 });
    expect(info.permissions).toContain("withdraw-funds");
    expect(info.allPermissions).toContain("add-funds");
    // Of a key only the permissions matter: other forms of the rest do not hide them.
    const strange = await answering("jkorf_GetApiKeyInfo", (text) =>
      text.replace('"0"', '"never"').replace('"1774350056"', '"2026-03-24T11:00:56Z"').replace('"15"', "{}"),
    );
    const known = valueOf(await strange.apiKeyInfo());
    expect(known).toMatchObject({ nonceWindow: null, validUntil: null, lastUsedAt: null });
    expect(known.permissions).toEqual(info.permissions);
    const placed = valueOf(await (await answering("jkorf_PlaceOrder")).addOrder(order));
    expect(placed.venueOrderId).toBe("OUF4EM-FRGI2-MQMWZD");
    expect(placed.description).toBe("buy 2.12340000 XBTUSD @ limit 25000.1 with 2:1 leverage");
    const token = valueOf(await (await answering("kasync_get_websockets_token_json")).webSocketsToken());
    expect(token.expiresAt).toBe(clock.now() + 900_000);
    const triggerAt = Date.parse("2023-03-24T17:42:56Z");
    const after = await (await answering("jkorf_CancelAllOrdersAfter")).cancelAllAfter(60, order.deadline);
    expect(valueOf(after)).toEqual({ triggerAt });
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { signature } from "../../exchange-sim/rest/signature.ts";
import { bookChecksum } from "../../exchange-sim/ws/checksum.ts";
import { member, privateCall, privateJsonCall, publicCall, textAt, type Credentials } from "./support/rest-client.ts";
import { differences, shapeOf, type Tolerance } from "./support/shape.ts";
import { SocketClient } from "./support/socket-client.ts";

const shared = process.env["TRADE_SHARED"];
const folder = shared === undefined ? undefined : join(shared, "kraken", "data");

interface Sample {
  readonly name: string;
  readonly path: string;
  readonly origin: string;
  readonly direction: string;
  readonly body: unknown;
}

function readLines(file: string): Sample[] {
  return readFileSync(join(folder ?? "", file), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line))
    .map((line) => ({
      name: String(member(line, "name")),
      path: String(member(line, "path")),
      origin: String(member(line, "origin")),
      direction: String(member(line, "dir") ?? "rx"),
      body: member(line, "response") ?? member(line, "frame") ?? member(line, "text"),
    }));
}

let exchange: Exchange;
let key: Credentials;
/** Everything the simulator said, by REST path. */
const said = new Map<string, unknown[]>();
const frames: unknown[] = [];

function keep(path: string, answer: { readonly text: string }): void {
  const body: unknown = JSON.parse(answer.text);
  said.set(path, [...(said.get(path) ?? []), body]);
}

async function ask(name: string, fields: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const answer = await privateCall(exchange.url, key, name, fields);
  keep(`/0/private/${name}`, answer);
  keep("*", answer);
  return answer.result;
}

async function askJson(name: string, body: object): Promise<unknown> {
  const answer = await privateJsonCall(exchange.url, key, name, body);
  keep(`/0/private/${name}`, answer);
  return answer.result;
}

/** Uses every endpoint in every way that the samples show. */
async function useRest(): Promise<void> {
  for (const [name, fields] of [
    ["Time", {}],
    ["SystemStatus", {}],
    ["Assets", {}],
    ["AssetPairs", {}],
    ["Ticker", {}],
    ["Depth", { pair: "XBTUSD" }],
    ["Trades", { pair: "XBTUSD" }],
    ["Spread", { pair: "XBTUSD" }],
    ["OHLC", { pair: "XBTUSD" }],
  ] as const) {
    keep(`/0/public/${name}`, await publicCall(exchange.url, name, fields));
  }
  keep("*", await publicCall(exchange.url, "Ticker", { pair: "NOPE" }));
  exchange.switches.set("feeArrays", "listed");
  keep("/0/public/AssetPairs", await publicCall(exchange.url, "AssetPairs"));
  exchange.switches.set("feeArrays", "empty");
  const buy = { pair: "XBTUSD", type: "buy", ordertype: "limit", price: "60000", volume: "0.1" };
  const market = { pair: "XBTUSD", type: "buy", ordertype: "market", volume: "0.1" };
  const first = textAt(
    await ask("AddOrder", { ...buy, "close[ordertype]": "stop-loss", "close[price]": "50000", cl_ord_id: "unique" }),
    "txid",
    0,
  );
  await ask("AddOrder", { ...buy, cl_ord_id: "unique" });
  await ask("AddOrder", market);
  await ask("AddOrder", {
    ...buy,
    type: "sell",
    ordertype: "stop-loss-limit",
    price: "50000",
    price2: "49000",
    trigger: "index",
  });
  await ask("AddOrder", { ...buy, type: "sell", ordertype: "trailing-stop", price: "+1%" });
  await ask("AmendOrder", { txid: first, order_qty: "0.2" });
  await ask("OrderAmends", { order_id: first });
  const best = exchange.engine.markets.get("BTC/USD")?.book.asks.best?.price ?? 0;
  await ask("AddOrder", { ...buy, price: (best / 10).toFixed(1), volume: "0.6" });
  await ask("OpenOrders", { trades: "true" });
  await ask("EditOrder", {
    txid: textAt(await ask("AddOrder", { ...buy, userref: "7" }), "txid", 0),
    pair: "XBTUSD",
    price: "60001",
  });
  await ask("CancelOrder", { txid: first });
  await ask("CancelOrder", { txid: first });
  await ask("CancelOrder", { txid: "OAAAAA-AAAAA-AAAAAA" });
  await ask("AmendOrder", {
    txid: textAt(await ask("AddOrder", { ...buy, type: "sell", ordertype: "stop-loss", price: "50000" }), "txid", 0),
    limit_price: "1",
  });
  const stop = await ask("AddOrder", {
    ...buy,
    type: "sell",
    ordertype: "stop-loss",
    price: "50000",
    trigger: "index",
  });
  await ask("CancelOrder", { txid: textAt(stop, "txid", 0) });
  await ask("ClosedOrders", { trades: "true" });
  await ask("QueryOrders", { txid: first });
  await ask("QueryOrders", { cl_ord_id: "unique" });
  for (const name of [
    "Balance",
    "BalanceEx",
    "TradeBalance",
    "OpenPositions",
    "GetApiKeyInfo",
    "GetWebSocketsToken",
    "TradeVolume",
  ]) {
    await ask(name);
  }
  exchange.advance(60_000);
  await ask("TradeVolume", { pair: "XBTUSD" });
  const trades = await ask("TradesHistory", { ledgers: "true" });
  await ask("QueryTrades", { txid: Object.keys(member(trades, "trades") ?? {})[0] ?? "" });
  const ledger = await ask("Ledgers");
  await ask("QueryLedgers", { id: Object.keys(member(ledger, "ledger") ?? {})[0] ?? "" });
  const batch = await askJson("AddOrderBatch", {
    pair: "XBTUSD",
    orders: [
      { ...buy, pair: undefined, close: { ordertype: "stop-loss", price: "50000" } },
      { ...buy, pair: undefined },
    ],
  });
  await askJson("CancelOrderBatch", { orders: [textAt(batch, "orders", 0, "txid")] });
  exchange.advance(60_000);
  await ask("CancelAllOrdersAfter", { timeout: "60" });
  await ask("CancelAll");
  keep("*", await privateCall(exchange.url, { ...key, key: "nobody" }, "Balance"));
  const limited = exchange.admin.createKey({ account: "demo", permissions: [] });
  keep("*", await privateCall(exchange.url, limited, "Balance"));
}

async function useSockets(): Promise<void> {
  const open = await SocketClient.open(exchange.wsUrl);
  const symbol = ["BTC/USD"];
  open.send({ method: "ping", req_id: 1 });
  open.send({ method: "ping", params: {}, req_id: 0 });
  for (const [channel, extra] of [
    ["ticker", { symbol, event_trigger: "bbo" }],
    ["trade", { symbol }],
    ["book", { symbol: [...symbol, "XBT/USD"] }],
    ["ohlc", { symbol, interval: 1 }],
    ["instrument", {}],
    ["executions", {}],
    ["nonsense", {}],
  ] as const) {
    open.send({ method: "subscribe", params: { channel, snapshot: true, ...extra }, req_id: 2 });
  }
  await open.next(({ json }) => member(json, "channel") === "heartbeat");
  exchange.advance(5_000);
  exchange.admin.setStatus("ETH/USD", "post_only");
  exchange.admin.setStatus("ETH/USD", "online");
  open.send({ method: "unsubscribe", params: { channel: "book", symbol, depth: 10 } });
  await open.next(({ json }) => member(json, "method") === "unsubscribe");
  frames.push(...open.frames.map((frame) => frame.json));
  open.close();

  const idle = exchange.admin.createKey({ account: "idle" });
  const idleToken = textAt((await privateCall(exchange.url, idle, "GetWebSocketsToken")).result, "token");
  const quiet = await SocketClient.open(exchange.wsAuthUrl);
  quiet.send({ method: "subscribe", params: { channel: "executions", token: idleToken } });
  await quiet.next(({ json }) => member(json, "type") === "snapshot");
  frames.push(...quiet.frames.map((frame) => frame.json));
  quiet.close();

  const token = textAt((await privateCall(exchange.url, key, "GetWebSocketsToken")).result, "token");
  const client = await SocketClient.open(exchange.wsAuthUrl);
  client.send({ method: "subscribe", params: { channel: "ticker", symbol } });
  client.send({ method: "subscribe", params: { channel: "executions", token: "wrong" } });
  client.send({ method: "subscribe", params: { channel: "executions", token, snap_trades: true }, req_id: 0 });
  client.send({ method: "subscribe", params: { channel: "balances", token }, req_id: 0 });
  let id = 100;
  const trade = async (method: string, params: object): Promise<unknown> => {
    id += 1;
    return client.request(method, { token, ...params }, id);
  };
  const limit = { symbol: "BTC/USD", side: "buy", order_type: "limit", order_qty: 0.1, limit_price: 60_000 };
  const order = await trade("add_order", { ...limit, cl_ord_id: "client-zero" });
  const referenced = await trade("add_order", { ...limit, order_userref: 3 });
  await trade("amend_order", { order_id: textAt(referenced, "result", "order_id"), order_qty: 0.2 });
  await trade("amend_order", { order_id: textAt(order, "result", "order_id"), order_qty: 0.2 });
  await trade("edit_order", {
    order_id: textAt(await trade("add_order", limit), "result", "order_id"),
    symbol: "BTC/USD",
    order_qty: 0.3,
  });
  await trade("cancel_order", { cl_ord_id: ["client-zero"] });
  await trade("cancel_order", { order_id: [textAt(await trade("add_order", limit), "result", "order_id")] });
  await trade("add_order", {
    ...limit,
    side: "sell",
    order_type: "stop-loss-limit",
    triggers: { price: 50_000, reference: "index" },
    limit_price: 49_000,
  });
  await trade("add_order", { symbol: "BTC/USD", side: "buy", order_type: "market", order_qty: 0.1, order_userref: 3 });
  const batch = await trade("batch_add", {
    symbol: "BTC/USD",
    orders: [limit, limit].map(({ symbol: _symbol, ...rest }) => rest),
  });
  const ids = [textAt(batch, "result", 0, "order_id"), textAt(batch, "result", 1, "order_id")];
  await trade("batch_cancel", { orders: ids });
  await trade("cancel_all_orders_after", { timeout: 60 });
  await trade("cancel_all", {});
  await trade("add_order", { ...limit, no_mpp: true });
  await trade("add_order", { symbol: "BTC/USD", side: "buy", order_type: "market", cash_order_qty: "10" });
  await trade("amend_order", { order_id: ids[0], limit_price: "1" });
  client.send({ method: "edit_order", params: { order_id: "x" }, req_id: 0 });
  client.send({ method: "dance", params: {}, req_id: 0 });
  const limited = exchange.admin.createKey({ account: "demo", permissions: ["create-ws-token"] });
  const weak = textAt((await privateCall(exchange.url, limited, "GetWebSocketsToken")).result, "token");
  await client.request("add_order", { ...limit, token: weak }, 999);
  frames.push(...client.frames.map((frame) => frame.json));
  client.close();
}

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "samples" });
  key = exchange.admin.createKey({ tier: "pro", deposits: { USD: "100000", BTC: "2" } });
  await useRest();
  await useSockets();
});
afterAll(async () => {
  await exchange.stop();
});

const order = ".result.*.*";
/** Where recordings of other years and products differ from today's spot account, and why. */
const restTolerances: Readonly<Record<string, Tolerance>> = {
  "/0/public/AssetPairs": { extra: [".result.*.execution_venue"] },
  "/0/public/Assets": { extra: [".result.*.margin_rate"] },
  // Margin figures of accounts that trade on margin.
  "/0/private/TradeBalance": { absent: [".result.ml"], extra: [".result.uv"] },
  "/0/private/OpenPositions": { absent: [".result.*"] },
  "/0/private/OpenOrders": {
    absent: [".result.open.*.margin", ".result.open.*.link_id"],
    extra: [".result.open.*.cl_ord_id"],
    isLoose: true,
  },
  "/0/private/ClosedOrders": {
    absent: [".result.closed.*.descr.aclass", ".result.closed.*.margin", ".result.closed.*.link_id"],
    extra: [".result.closed.*.cl_ord_id", ".result.closed.*.trades"],
    isLoose: true,
  },
  "/0/private/QueryOrders": {
    absent: [".result.*.descr.aclass", ".result.*.trades", ".result.*.trigger", ".result.*.link_id"],
    extra: [".result.*.cl_ord_id"],
    isLoose: true,
  },
  "/0/private/TradesHistory": { absent: [`${order}.margin`] },
  "/0/private/BalanceEx": { isLoose: true },
  "/0/private/AddOrder": { isLoose: true },
  "/0/private/EditOrder": { absent: [".result.newuserref"], extra: [".result.newuserref"] },
};

describe.skipIf(folder === undefined)("replies have the shape of every recorded one (needs TRADE_SHARED)", () => {
  const samples =
    folder === undefined
      ? []
      : [...readLines("rest_samples_public.ndjson"), ...readLines("rest_samples_private.ndjson")];
  const paths = [...new Set(samples.map((sample) => sample.path))].filter((path) => path !== "*");

  it("for every endpoint that was recorded", () => {
    expect(paths.filter((path) => !said.has(path))).toEqual([]);
    expect(paths.length).toBeGreaterThan(30);
  });

  it.each(paths)("%s", (path) => {
    const recorded = shapeOf(samples.filter((sample) => sample.path === path).map((sample) => sample.body));
    const simulated = shapeOf((said.get(path) ?? []).filter((body) => member(body, "error", 0) === undefined));
    expect(differences(recorded, simulated, restTolerances[path])).toEqual([]);
  });

  it("with the same texts where an error was recorded", () => {
    const errors = samples
      .filter((sample) => sample.path === "*")
      .map((sample) => String(member(sample.body, "error", 0)));
    const known = new Set((said.get("*") ?? []).map((body) => member(body, "error", 0)));
    expect(errors.filter((error) => !known.has(error))).toEqual([]);
    expect(errors.length).toBeGreaterThan(5);
  });

  it("in the recorded tables of assets, pairs, candles and trades", () => {
    const files: [string, string, Tolerance][] = [
      ["rest_assets_2026_subset.json", "/0/public/Assets", {}],
      [
        "rest_asset_pairs_2026_subset.json",
        "/0/public/AssetPairs",
        // Two captures of the file still have fee tables.
        { absent: [".result.*.fees", ".result.*.fees_maker"] },
      ],
      ["rest_ohlc_xbtusdt_1m_20251111.json", "/0/public/OHLC", {}],
      ["rest_trades_xbtusdt_20251111.json", "/0/public/Trades", {}],
    ];
    for (const [file, path, tolerance] of files) {
      const recorded: unknown = JSON.parse(readFileSync(join(folder ?? "", file), "utf8"));
      expect([file, differences(shapeOf([recorded]), shapeOf(said.get(path) ?? []), tolerance)]).toEqual([file, []]);
    }
  });
});

/** What frames are compared with each other: channel, type and kind of execution; or method and outcome. */
function topic(frame: unknown): string {
  const channel = member(frame, "channel");
  if (channel !== undefined && member(frame, "method") === undefined) {
    return `${String(channel)} ${String(member(frame, "type") ?? "")}`;
  }
  const what = member(frame, "result", "channel") ?? "";
  return member(frame, "error") === undefined ? `${String(member(frame, "method"))} ${String(what)}` : "refusal";
}

/** One frame per row, so that rows of different kinds are compared with their own. */
function split(frame: unknown): [string, unknown][] {
  const data = member(frame, "data");
  if (member(frame, "channel") !== "executions" || !Array.isArray(data) || data.length === 0) {
    return [[topic(frame), frame]];
  }
  return data.map((row: unknown) => [
    `${topic(frame)} ${String(member(row, "exec_type"))} ${String(member(row, "order_type") ?? "").replace(/^(market)$/, "limit")}`,
    { ...Object(frame), data: [row] },
  ]);
}

const frameTolerances: Readonly<Record<string, Tolerance>> = {
  "book update": { extra: [".data[].asks"] },
  "instrument snapshot": {
    absent: [".data.pairs[].margin_initial", ".data.pairs[].position_limit_long", ".data.pairs[].position_limit_short"],
  },
  // Recorded for other instruments or with other fields of the sender.
  "executions snapshot trade limit": {
    absent: [".data[].sender_sub_id", ".data[].margin", ".data[].margin_borrow", ".data[].liquidated"],
    extra: [".data[].cl_ord_id"],
  },
  "executions update pending_new limit": { extra: [".data[].post_only"] },
  "executions update trade limit": { extra: [".data[].cl_ord_id"] },
  "add_order ": { extra: [".result.order_userref"] },
};

describe.skipIf(folder === undefined)("frames have the shape of every recorded one (needs TRADE_SHARED)", () => {
  const samples =
    folder === undefined
      ? []
      : ["ws_frames_admin_and_errors.ndjson", "ws_frames_public.ndjson", "ws_frames_private.ndjson"].flatMap(readLines);
  const recorded = new Map<string, unknown[]>();
  for (const sample of samples) {
    // The level3 channel is not offered, and plain text has no shape.
    if (sample.direction === "rx" && typeof sample.body === "object" && !/level3|l3/.test(sample.name)) {
      for (const [name, frame] of split(sample.body)) {
        recorded.set(name, [...(recorded.get(name) ?? []), frame]);
      }
    }
  }

  it.each([...recorded.keys()])("%s", (name) => {
    const simulated = frames.flatMap(split).filter(([each]) => each === name);
    expect(simulated.length).toBeGreaterThan(0);
    const found = differences(shapeOf(recorded.get(name) ?? []), shapeOf(simulated.map(([, frame]) => frame)), {
      extra: [".req_id", ".data[].timestamp"],
      ...frameTolerances[name],
    });
    expect(found).toEqual([]);
  });

  it("with the same texts where a refusal was recorded", () => {
    const texts = (all: readonly unknown[]): Set<unknown> =>
      new Set(all.map((frame) => member(frame, "error")).filter((text) => text !== undefined));
    const known = texts(frames);
    expect([...texts(recorded.get("refusal") ?? [])].filter((text) => !known.has(text))).toEqual([]);
  });
});

describe.skipIf(folder === undefined)("the worked examples beside the recordings (needs TRADE_SHARED)", () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder ?? "", file), "utf8"));

  it("have the simulator's signatures", () => {
    const vectors = read("auth_vectors.json");
    const list = Object.values(Object(member(vectors, "vectors")));
    const signed = list.map((each) =>
      signature(textAt(vectors, "secretBase64"), textAt(each, "uriPath"), textAt(each, "nonce"), textAt(each, "body")),
    );
    expect(signed).toEqual(list.map((each) => member(each, "apiSign")));
    expect(signed.length).toBeGreaterThanOrEqual(5);
  });

  it("have the simulator's checksums", () => {
    const list = Object.values(Object(member(read("checksum_vectors.json"), "book_v2")));
    const levels = (side: unknown): { price: string; quantity: string }[] =>
      Object.values(Object(side)).map((each) => ({ price: textAt(each, "price"), quantity: textAt(each, "qty") }));
    const sums = list.map((each) => bookChecksum(levels(member(each, "asks")), levels(member(each, "bids"))));
    expect(sums).toEqual(list.map((each) => member(each, "crc32")));
    expect(sums.length).toBeGreaterThan(1);
  });
});

it.skipIf(folder !== undefined)(
  "is not compared with recordings: TRADE_SHARED names no folder with kraken/data",
  () => {
    expect(frames.length).toBeGreaterThan(50);
  },
);

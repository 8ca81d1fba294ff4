import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import {
  member,
  nextNonce,
  privateCall,
  privateJsonCall,
  textAt,
  type Credentials,
  type Fields,
} from "./support/rest-client.ts";

let exchange: Exchange;
let key: Credentials;
let account = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "private" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(() => {
  account += 1;
  key = exchange.admin.createKey({ account: `account ${account}`, tier: "pro", deposits: { USD: "100000", BTC: "2" } });
});

const limit: Fields = { pair: "XBTUSD", type: "buy", ordertype: "limit", price: "60000", volume: "0.1" };

function call(name: string, fields: Fields = {}): ReturnType<typeof privateCall> {
  return privateCall(exchange.url, key, name, fields);
}

async function place(fields: Fields = {}): Promise<string> {
  const { result, errors } = await call("AddOrder", { ...limit, ...fields });
  expect(errors).toEqual([]);
  return textAt(result, "txid", 0);
}

async function firstError(name: string, fields: Fields = {}): Promise<string | undefined> {
  return (await call(name, fields)).errors[0];
}

describe("authentication", () => {
  it("refuses wrong keys, signatures and nonces that do not rise, and executes nothing then", async () => {
    expect((await privateCall(exchange.url, { ...key, key: "nobody" }, "Balance")).errors).toEqual([
      "EAPI:Invalid key",
    ]);
    const other = exchange.admin.createKey({ account: "other" });
    expect((await privateCall(exchange.url, { key: key.key, secret: other.secret }, "Balance")).errors).toEqual([
      "EAPI:Invalid signature",
    ]);
    const nonce = nextNonce();
    expect((await privateCall(exchange.url, key, "Balance", {}, nonce)).errors).toEqual([]);
    expect((await privateCall(exchange.url, key, "AddOrder", limit, nonce)).errors).toEqual(["EAPI:Invalid nonce"]);
    expect((await privateCall(exchange.url, key, "AddOrder", limit, "5")).errors).toEqual(["EAPI:Invalid nonce"]);
    expect((await call("OpenOrders")).result).toEqual({ open: {} });
  });

  it("tolerates nonces within a key's window, each once", async () => {
    const windowed = exchange.admin.createKey({ account: `account ${account}`, nonceWindow: 1_000 });
    const nonce = Number(nextNonce());
    const answer = async (value: number): Promise<string | undefined> =>
      (await privateCall(exchange.url, windowed, "Balance", {}, String(value))).errors[0];
    expect([
      await answer(nonce),
      await answer(nonce - 10),
      await answer(nonce - 10),
      await answer(nonce - 5_000),
    ]).toEqual([undefined, undefined, "EAPI:Invalid nonce", "EAPI:Invalid nonce"]);
  });

  it("locks a key out after many failures, for a quarter of an hour", async () => {
    await call("Balance");
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await privateCall(exchange.url, key, "Balance", {}, "1");
    }
    expect(await firstError("Balance")).toBe("EGeneral:Temporary lockout");
    exchange.advance(16 * 60_000);
    expect(await firstError("Balance")).toBeUndefined();
  });

  it("asks for the permission of each call", async () => {
    key = exchange.admin.createKey({ account: `account ${account}`, permissions: ["query-funds"], withdraw: true });
    expect(await firstError("Balance")).toBeUndefined();
    expect(await firstError("AddOrder", limit)).toBe("EGeneral:Permission denied");
    expect(await firstError("OpenOrders")).toBe("EGeneral:Permission denied");
    const { result } = await call("GetApiKeyInfo");
    expect(member(result, "permissions")).toEqual(["query-funds", "withdraw-funds"]);
    exchange.switches.set("apiKeyInfoSpelling", "camelCase");
    expect(Object.keys((await call("GetApiKeyInfo")).result ?? {})).toContain("nonceWindow");
    exchange.switches.set("apiKeyInfoSpelling", "snake_case");
  });

  it("counts calls and refuses those over the tier's limit", async () => {
    const answers: (string | undefined)[] = [];
    for (let attempt = 0; attempt < 22; attempt += 1) {
      answers.push(await firstError("Balance"));
    }
    expect(answers.filter((each) => each === undefined)).toHaveLength(20);
    expect(answers.at(-1)).toBe("EAPI:Rate limit exceeded");
    expect(await firstError("AddOrder", limit)).toBeUndefined();
    exchange.advance(1_000);
    expect(await firstError("Ledgers")).toBe("EAPI:Rate limit exceeded");
    exchange.advance(1_000);
    expect(await firstError("Ledgers")).toBeUndefined();
  });
});

describe("AddOrder", () => {
  it("answers with a description and an id, and holds the funds", async () => {
    const { result } = await call("AddOrder", {
      ...limit,
      "close[ordertype]": "stop-loss-limit",
      "close[price]": "59000",
      "close[price2]": "58900",
    });
    expect(member(result, "descr")).toEqual({
      order: "buy 0.10000000 XBTUSD @ limit 60000.0",
      close: "close position @ stop loss 59000.0 -> limit 58900.0",
    });
    expect(textAt(result, "txid", 0)).toMatch(/^O[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/);
    expect((await call("BalanceEx")).result).toEqual({
      ZUSD: { balance: "100000.0000", hold_trade: "6000.0000" },
      XXBT: { balance: "2.0000000000", hold_trade: "0.0000000000" },
    });
    exchange.switches.set("holdIncludesFee", true);
    expect(member((await call("BalanceEx")).result, "ZUSD", "hold_trade")).toBe("6024.0000");
    exchange.switches.set("holdIncludesFee", false);
  });

  it("names the rule that an order breaks", async () => {
    const cases: [Fields, string][] = [
      [{ pair: "XBT/USD" }, "EQuery:Unknown asset pair"],
      [{ type: "hold" }, "EGeneral:Invalid arguments:type"],
      [{ ordertype: "iceberg" }, "EGeneral:Invalid arguments:ordertype"],
      [{ volume: "-1" }, "EGeneral:Invalid arguments:volume"],
      [{ volume: "1e400" }, "EGeneral:Invalid arguments:volume"],
      [{ price: "abc" }, "EGeneral:Invalid arguments:price"],
      [{ volume: "0.00004" }, "EOrder:Order minimum not met"],
      [{ volume: "0.00005", price: "1" }, "EOrder:Cost minimum not met"],
      [{ price: "60000.05" }, "EOrder:Tick size check failed"],
      [{ volume: "0.00004", price: "60000.05" }, "EOrder:Order minimum not met"],
      [{ volume: "100" }, "EOrder:Insufficient funds"],
      [{ type: "sell", price: "70000", volume: "2.1" }, "EOrder:Insufficient funds"],
      [{ price: "65000", oflags: "post" }, "EOrder:Post only order"],
      [
        { ordertype: "market", oflags: "post" },
        "EGeneral:Invalid arguments:post order option is only available when ordertype = limit",
      ],
      [{ oflags: "fcib,fciq" }, "EGeneral:Invalid arguments:oflags"],
      [{ type: "sell", ordertype: "market", oflags: "viqc" }, "EGeneral:Invalid arguments:viqc"],
      [{ timeinforce: "GTD" }, "EGeneral:Invalid arguments:expiretm"],
      [{ expiretm: "+3" }, "EGeneral:Invalid arguments:expiretm"],
      [{ timeinforce: "DAY" }, "EGeneral:Invalid arguments:timeinforce"],
      [{ ordertype: "trailing-stop", price: "100" }, "EGeneral:Invalid arguments:price"],
      [{ leverage: "5" }, "EOrder:Cannot open position"],
      [{ cl_ord_id: "x".repeat(19) }, "EGeneral:Invalid arguments:cl_ord_id"],
      [{ cl_ord_id: "a", userref: "1" }, "EGeneral:Invalid arguments:cl_ord_id"],
      [{ userref: "2147483648" }, "EGeneral:Invalid arguments:userref"],
      [{ deadline: "2020-01-01T00:00:00Z" }, "EService:Deadline elapsed"],
      [{ deadline: "2036-01-01T00:00:00Z" }, "EGeneral:Invalid arguments:deadline"],
    ];
    for (const [fields, error] of cases) {
      expect([fields, await firstError("AddOrder", { ...limit, ...fields })]).toEqual([fields, error]);
      exchange.advance(1_000);
    }
    exchange.switches.set("validationOrder", "tick first");
    expect(await firstError("AddOrder", { ...limit, volume: "0.00004", price: "60000.05" })).toBe(
      "EOrder:Tick size check failed",
    );
    exchange.switches.set("validationOrder", "minimum first");
    expect((await call("OpenOrders")).result).toEqual({ open: {} });
  });

  it("only validates when told so, and takes even a false for yes, unless switched", async () => {
    const { result } = await call("AddOrder", { ...limit, validate: "false" });
    expect(result).toEqual({ descr: { order: "buy 0.10000000 XBTUSD @ limit 60000.0" } });
    exchange.switches.set("validatePresenceCounts", false);
    expect(member((await call("AddOrder", { ...limit, validate: "false" })).result, "txid")).toHaveLength(1);
    exchange.switches.set("validatePresenceCounts", true);
  });

  it("keeps client order ids unique among open orders only", async () => {
    const first = await place({ cl_ord_id: "mine" });
    expect(await firstError("AddOrder", { ...limit, cl_ord_id: "mine" })).toBe(
      "EGeneral:Invalid arguments:cl_ord_id not unique",
    );
    await call("CancelOrder", { txid: first });
    const second = await place({ cl_ord_id: "mine" });
    expect(Object.keys(member((await call("ClosedOrders", { cl_ord_id: "mine" })).result, "closed") ?? {})).toEqual([
      first,
    ]);
    expect(Object.keys(member((await call("OpenOrders", { cl_ord_id: "mine" })).result, "open") ?? {})).toEqual([
      second,
    ]);
    expect(await firstError("QueryOrders", { cl_ord_id: "mine" })).toBe("EGeneral:Invalid arguments");
    expect((await call("QueryOrders", { txid: "OAAAAA-BBBBB-CCCCCC" })).result).toEqual({});
  });

  it("reads relative prices from the last one", async () => {
    exchange.admin.movePrice("BTC/USD", "64000.0", "gap");
    const txid = await place({ price: "-5%" });
    expect(textAt((await call("QueryOrders", { txid })).result, txid, "descr", "price")).toBe("60800.0");
    const other = await place({ price: "#1000" });
    expect(textAt((await call("QueryOrders", { txid: other })).result, other, "descr", "price")).toBe("63000.0");
  });

  it("is limited per pair: counter and open orders", async () => {
    const limited = exchange.admin.createKey({ account: "starter", tier: "starter", deposits: { USD: "100000" } });
    const answers: (string | undefined)[] = [];
    for (let nth = 0; nth < 62; nth += 1) {
      answers.push((await privateCall(exchange.url, limited, "AddOrder", { ...limit, volume: "0.0001" })).errors[0]);
    }
    expect(answers.slice(0, 60).every((each) => each === undefined)).toBe(true);
    expect(answers[61]).toBe("EOrder:Rate limit exceeded");
    exchange.advance(10_000);
    expect((await privateCall(exchange.url, limited, "AddOrder", { ...limit, volume: "0.0001" })).errors).toEqual([
      "EOrder:Orders limit exceeded",
    ]);
  });

  it("follows the market's status", async () => {
    for (const [status, order, error] of [
      ["cancel_only", limit, "EService:Market in cancel_only mode"],
      ["post_only", limit, "EService:Market in post_only mode"],
      ["post_only", { ...limit, oflags: "post" }, undefined],
      ["limit_only", { ...limit, ordertype: "market" }, "EService:Market in limit_only mode"],
      ["limit_only", limit, undefined],
      ["maintenance", limit, "EService:Unavailable"],
    ] as const) {
      exchange.admin.setStatus("BTC/USD", status);
      expect([status, await firstError("AddOrder", order)]).toEqual([status, error]);
    }
    exchange.admin.setStatus("BTC/USD", "online");
  });
});

describe("cancelling and amending", () => {
  it("tells an order that is gone from one that never was", async () => {
    const txid = await place();
    expect((await call("CancelOrder", { txid })).result).toEqual({ count: 1 });
    expect(await firstError("CancelOrder", { txid })).toBe("EOrder:Unknown order");
    expect(await firstError("CancelOrder", { txid: "OAAAAA-BBBBB-CCCCCC" })).toBe("EOrder:Invalid order");
    const order = member((await call("QueryOrders", { txid })).result, txid);
    expect([member(order, "status"), member(order, "reason"), member(order, "vol_exec")]).toEqual([
      "canceled",
      "User requested",
      "0.00000000",
    ]);
  });

  it("keeps the id in an amend and replaces it in an edit", async () => {
    const txid = await place();
    const amended = await call("AmendOrder", { txid, order_qty: "0.2", limit_price: "60500" });
    expect(textAt(amended.result, "amend_id")).toMatch(/^T/);
    expect(member((await call("OpenOrders")).result, "open", txid, "vol")).toBe("0.20000000");
    expect(member((await call("OrderAmends", { order_id: txid })).result, "amends", 1)).toMatchObject({
      amend_type: "user",
      order_qty: "0.20000000",
      limit_price: "60500.0",
    });
    const edited = await call("EditOrder", { txid, pair: "XBTUSD", price: "60600" });
    expect(edited.result).toMatchObject({ status: "ok", originaltxid: txid, orders_cancelled: 1, price: "60600" });
    expect(member((await call("QueryOrders", { txid })).result, txid, "reason")).toBe("Order replaced");
    const stop = await place({ type: "sell", ordertype: "stop-loss", price: "50000" });
    expect(await firstError("AmendOrder", { txid: stop, limit_price: "50000" })).toBe("EOrder:Invalid limit price");
    expect(await firstError("AmendOrder", { txid: stop, trigger_price: "51000" })).toBeUndefined();
  });

  it("ends or refuses an amend below what is filled", async () => {
    for (const [behaviour, error] of [
      ["cancelled", undefined],
      ["refused", "EOrder:Not enough leaves qty"],
    ] as const) {
      exchange.switches.set("amendBelowFilled", behaviour);
      exchange.admin.movePrice("BTC/USD", "64000.0", "gap");
      const best = ((exchange.engine.markets.get("BTC/USD")?.book.asks.best?.price ?? 0) / 10).toFixed(1);
      const txid = await place({ price: best, volume: "0.6" });
      const filled = textAt((await call("QueryOrders", { txid })).result, txid, "vol_exec");
      expect(Number(filled)).toBeGreaterThan(0);
      expect(Number(filled)).toBeLessThan(0.6);
      expect(await firstError("AmendOrder", { txid, order_qty: "0.00005" })).toBe(error);
      const order = member((await call("QueryOrders", { txid })).result, txid);
      expect([member(order, "status"), member(order, "vol_exec")]).toEqual([
        error === undefined ? "canceled" : "open",
        filled,
      ]);
      await call("CancelAll");
    }
    exchange.switches.set("amendBelowFilled", "cancelled");
  });

  it("works in batches", async () => {
    const order = { ordertype: "limit", type: "buy", price: "60000", volume: "0.1" };
    const batch = await privateJsonCall(exchange.url, key, "AddOrderBatch", {
      pair: "XBTUSD",
      orders: [
        order,
        { ...order, volume: "100" },
        { ...order, price: 60_001, close: { ordertype: "stop-loss", price: "59000" } },
      ],
    });
    const rows = member(batch.result, "orders");
    expect(member(rows, 0, "descr", "order")).toBe("buy 0.10000000 XBTUSD @ limit 60000.0");
    expect(member(rows, 1)).toEqual({ error: "EOrder:Insufficient funds" });
    expect(member(rows, 2, "close")).toBe("close position @ stop loss 59000.0");
    const refused = await privateJsonCall(exchange.url, key, "AddOrderBatch", {
      pair: "XBTUSD",
      orders: [order, { ...order, volume: "0.00001" }],
    });
    expect(refused.errors).toEqual(["EOrder:Order minimum not met"]);
    const orders = [textAt(rows, 0, "txid"), textAt(rows, 2, "txid"), "OAAAAA-BBBBB-CCCCCC"];
    expect((await privateJsonCall(exchange.url, key, "CancelOrderBatch", { orders })).result).toEqual({ count: 2 });
  });

  it("can be left to the dead man's switch", async () => {
    await place();
    const armed = await call("CancelAllOrdersAfter", { timeout: "60" });
    expect(Date.parse(textAt(armed.result, "triggerTime")) - Date.parse(textAt(armed.result, "currentTime"))).toBe(
      60_000,
    );
    exchange.advance(61_000);
    expect((await call("OpenOrders")).result).toEqual({ open: {} });
    expect(member((await call("CancelAllOrdersAfter", { timeout: "0" })).result, "triggerTime")).toBe("0");
  });
});

describe("histories", () => {
  it("come in pages of fifty, newest first, with bounds that leave out the start", async () => {
    for (let nth = 0; nth < 30; nth += 1) {
      await call("AddOrder", {
        pair: "XBTUSD",
        type: nth % 2 === 0 ? "buy" : "sell",
        ordertype: "market",
        volume: "0.001",
      });
      exchange.advance(10_000);
    }
    const times: number[] = [];
    const ids = new Set<string>();
    const count = Number(member((await call("TradesHistory")).result, "count"));
    expect(count).toBeGreaterThanOrEqual(30);
    for (let offset = 0; offset < count; offset += 50) {
      const { result } = await call("TradesHistory", { ofs: String(offset), ledgers: "true" });
      for (const [id, trade] of Object.entries(member(result, "trades") ?? {})) {
        ids.add(id);
        times.push(Number(member(trade, "time")));
        expect(member(trade, "ledgers")).toHaveLength(2);
      }
    }
    expect(ids.size).toBe(count);
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const middle = times[Math.floor(times.length / 2)] ?? 0;
    const later = await call("TradesHistory", { start: String(middle) });
    expect(member(later.result, "count")).toBe(times.filter((time) => time > middle).length);
    exchange.switches.set("historyStartExclusive", false);
    const from = await call("TradesHistory", { start: String(middle) });
    expect(member(from.result, "count")).toBe(times.filter((time) => time >= middle).length);
    exchange.switches.set("historyStartExclusive", true);
    const [id = ""] = ids;
    expect(Object.keys((await call("QueryTrades", { txid: id })).result ?? {})).toEqual([id]);
  });

  it("have a ledger whose rows lead to the balance", async () => {
    await call("AddOrder", { pair: "ETH/BTC", type: "buy", ordertype: "market", volume: "1" });
    const { result } = await call("Ledgers", { asset: "XXBT" });
    const rows = Object.values(member(result, "ledger") ?? {});
    expect(member(rows[0], "balance")).toBe(member((await call("Balance")).result, "XXBT"));
    expect(rows.map((row) => member(row, "type")).at(-1)).toBe("deposit");
    const [id = ""] = Object.keys(member(result, "ledger") ?? {});
    expect(member((await call("QueryLedgers", { id })).result, id)).toEqual(rows[0]);
  });

  it("show the fee tier of the 30-day volume", async () => {
    exchange.admin.setVolume(`account ${account}`, "60000");
    const { result } = await call("TradeVolume", { pair: "XBTUSD" });
    expect(member(result, "fees", "XXBTZUSD")).toEqual({
      fee: "0.2400",
      minfee: "0.1000",
      maxfee: "0.4000",
      nextfee: "0.2200",
      nextvolume: "100000.0000",
      tiervolume: "50000.0000",
    });
    expect(member((await call("TradeVolume")).result, "fees")).toBeNull();
    exchange.switches.set("tradeVolumeSpelling", "min_fee");
    expect(
      Object.keys(member((await call("TradeVolume", { pair: "XBTUSD" })).result, "fees", "XXBTZUSD") ?? {}),
    ).toContain("next_volume");
    exchange.switches.set("tradeVolumeSpelling", "minfee");
  });

  it("have other forms of balances when switched", async () => {
    exchange.switches.set("balancesInFlexible", true);
    exchange.switches.set("balanceExNumbers", true);
    const { result, text } = await call("BalanceEx");
    expect(Object.keys(result ?? {})).toEqual(["ZUSD", "XBT.F"]);
    expect(text).toContain('"balance":2.0000000000');
    exchange.switches.set("balancesInFlexible", false);
    exchange.switches.set("balanceExNumbers", false);
  });
});

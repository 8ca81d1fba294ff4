import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { describeSwitch, switchNames, type SwitchName } from "../../exchange-sim/switches.ts";
import {
  member,
  privateCall,
  privateJsonCall,
  publicCall,
  textAt,
  type Credentials,
  type Fields,
} from "./support/rest-client.ts";
import { SocketClient } from "./support/socket-client.ts";
import { readBookFrame, WireBook } from "./support/wire-book.ts";

// Each case does one thing and tells what it saw; the table says what that is under each value of the switch.

let exchange: Exchange;
let key: Credentials;
let number = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "switches" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(() => {
  number += 1;
  key = exchange.admin.createKey({ account: `account ${number}`, tier: "pro", deposits: { USD: "100000", BTC: "1" } });
});

const limit: Fields = { pair: "XBTUSD", type: "buy", ordertype: "limit", price: "60000", volume: "0.1" };

async function call(name: string, fields: Fields = {}): Promise<unknown> {
  const { result, errors } = await privateCall(exchange.url, key, name, fields);
  return errors[0] ?? result;
}

async function ask(name: string, fields: Fields = {}): Promise<unknown> {
  const { result, errors } = await publicCall(exchange.url, name, fields);
  return errors[0] ?? result;
}

async function place(fields: Fields = {}): Promise<string> {
  return textAt(await call("AddOrder", { ...limit, ...fields }), "txid", 0);
}

async function order(txid: string): Promise<unknown> {
  return member(await call("QueryOrders", { txid }), txid);
}

async function callsUntilRefused(name: string, fields: Fields): Promise<number> {
  for (let count = 0; ; count += 1) {
    if ((await call(name, fields)) === "EAPI:Rate limit exceeded") {
      return count;
    }
  }
}

interface Case {
  readonly name: SwitchName;
  readonly see: () => Promise<unknown>;
  readonly expected: readonly unknown[];
}

const cases: readonly Case[] = [
  {
    name: "tradeSnapshotByDefault",
    expected: ["snapshot", undefined],
    async see() {
      const client = await SocketClient.open(exchange.wsUrl);
      await client.request("subscribe", { channel: "trade", symbol: ["BTC/USD"] }, 1);
      client.send({ method: "ping", req_id: 2 });
      await client.next(({ json }) => member(json, "req_id") === 2);
      client.close();
      return member(client.channel("trade")[0], "type");
    },
  },
  {
    name: "bookExponents",
    expected: ["0.00000000", "0E-8"],
    async see() {
      const client = await SocketClient.open(exchange.wsUrl);
      await client.request("subscribe", { channel: "book", symbol: ["BTC/USD"] }, 1);
      exchange.advance(5_000);
      client.send({ method: "ping", req_id: 2 });
      await client.next(({ json }) => member(json, "req_id") === 2);
      client.close();
      const frames = client.frames.map(({ text }) => readBookFrame(text)).filter((frame) => frame !== undefined);
      const [first] = frames;
      const book = new WireBook(10);
      if (first !== undefined) {
        book.apply(first);
      }
      expect(book.checksum).toBe(first?.checksum);
      return frames.flatMap((frame) => [...frame.bids, ...frame.asks]).find((level) => Number(level.quantity) === 0)
        ?.quantity;
    },
  },
  {
    name: "wsnameAccepted",
    expected: ["EQuery:Unknown asset pair", ["XXBTZUSD"]],
    async see() {
      const answer = await ask("Ticker", { pair: "XBT/USD" });
      return typeof answer === "string" ? answer : Object.keys(Object(answer));
    },
  },
  {
    name: "slashNameAccepted",
    expected: [["BTC/USD"], "EQuery:Unknown asset pair"],
    async see() {
      const answer = await ask("Ticker", { pair: "BTC/USD" });
      return typeof answer === "string" ? answer : Object.keys(Object(answer));
    },
  },
  {
    name: "ohlcSinceExclusive",
    expected: [1, 2],
    async see() {
      const last = String(member(await ask("OHLC", { pair: "XBTUSD" }), "last"));
      return member(await ask("OHLC", { pair: "XBTUSD", since: last }), "XXBTZUSD", "length");
    },
  },
  {
    name: "tradesSinceZero",
    expected: ["first", "newest"],
    async see() {
      const first = exchange.engine.markets.get("BTC/USD")?.tape.newest(100_000)[0]?.id;
      return member(await ask("Trades", { pair: "XBTUSD", since: "0" }), "XXBTZUSD", 0, 6) === first
        ? "first"
        : "newest";
    },
  },
  {
    name: "tradesLast",
    expected: [19, 10],
    see: async () => String(member(await ask("Trades", { pair: "XBTUSD" }), "last")).length,
  },
  {
    name: "closeBelowMinimum",
    expected: [1, 0],
    async see() {
      await place({ ordertype: "market", volume: "0.00006", "close[ordertype]": "stop-loss", "close[price]": "50000" });
      const open = Object.values(Object(member(await call("OpenOrders"), "open")));
      await call("CancelAll");
      // The pair's minimum is 0.00005: two fills of 0.00003 each leave children below it.
      const market = exchange.engine.markets.get("BTC/USD");
      const best = (market?.book.asks.best?.price ?? 0) - 1;
      const txid = await place({
        price: (best / 10).toFixed(1),
        volume: "0.0001",
        "close[ordertype]": "stop-loss",
        "close[price]": "50000",
      });
      exchange.engine.turn(() => {
        market?.execute({ side: "sell", limit: best, quantity: 3_000n, orderType: "limit" }, exchange.engine.now);
      });
      const children = Object.values(Object(member(await call("OpenOrders"), "open"))).filter(
        (each) => member(each, "refid") === txid,
      );
      expect(open).toHaveLength(1);
      return children.length;
    },
  },
  {
    name: "costRounding",
    expected: ["up", "down"],
    async see() {
      for (let nth = 0; nth < 12; nth += 1) {
        await place({ ordertype: "market", volume: `0.0012${String(3457 + nth)}` });
        exchange.advance(10_000);
      }
      // In hundred-millionths of the fifth decimal: ticks have one decimal, quantities eight.
      const trades = exchange.venue.book.accounts.get(`account ${number}`)?.trades ?? [];
      return trades.some((trade) => trade.cost * 10_000n > BigInt(trade.price) * trade.quantity) ? "up" : "down";
    },
  },
  {
    name: "feeRounding",
    expected: ["nearest", "up"],
    async see() {
      const trades: string[] = [];
      for (let nth = 0; nth < 12; nth += 1) {
        await place({ ordertype: "market", volume: `0.0012${String(3457 + nth)}` });
        exchange.advance(10_000);
      }
      for (const trade of exchange.venue.book.accounts.get(`account ${number}`)?.trades ?? []) {
        const exact = Number(trade.cost) * 0.004;
        trades.push(Number(trade.fee) >= exact - 1e-6 ? "up" : "nearest");
      }
      return trades.includes("nearest") ? "nearest" : "up";
    },
  },
  {
    name: "excessVolumeDecimals",
    expected: ["buy 0.10000000 XBTUSD @ limit 60000.0", "EGeneral:Invalid arguments:volume"],
    async see() {
      const answer = await call("AddOrder", { ...limit, volume: "0.100000001" });
      return typeof answer === "string" ? answer : member(answer, "descr", "order");
    },
  },
  {
    name: "feeCurrencyDefault",
    expected: [
      ["fciq", "fciq"],
      ["fciq", "fcib"],
    ],
    async see() {
      const flags = async (type: string): Promise<unknown> =>
        member(await order(await place({ type, ordertype: "market", volume: "0.001" })), "oflags");
      return [await flags("buy"), await flags("sell")];
    },
  },
  {
    name: "fillOrKill",
    expected: ["canceled", "EGeneral:Invalid arguments:timeinforce"],
    async see() {
      const answer = await call("AddOrder", { ...limit, timeinforce: "FOK" });
      return typeof answer === "string" ? answer : member(await order(textAt(answer, "txid", 0)), "status");
    },
  },
  {
    name: "minimumErrorText",
    expected: ["EOrder:Order minimum not met", "EGeneral:Invalid arguments:volume minimum not met"],
    see: () => call("AddOrder", { ...limit, volume: "0.00001" }),
  },
  {
    name: "stopOrdersHold",
    expected: ["0.0000000000", "0.6000000000"],
    async see() {
      await place({ type: "sell", ordertype: "stop-loss", price: "50000", volume: "0.6" });
      return member(await call("BalanceEx"), "XXBT", "hold_trade");
    },
  },
  {
    name: "clientOrderIdUppercase",
    expected: [undefined, "EGeneral:Invalid arguments:cl_ord_id"],
    async see() {
      const answer = await call("AddOrder", { ...limit, cl_ord_id: "UPPER" });
      return typeof answer === "string" ? answer : undefined;
    },
  },
  {
    name: "clientOrderIdScope",
    expected: [undefined, "EGeneral:Invalid arguments:cl_ord_id not unique"],
    async see() {
      await call("CancelOrder", { txid: await place({ cl_ord_id: "again" }) });
      const answer = await call("AddOrder", { ...limit, cl_ord_id: "again" });
      return typeof answer === "string" ? answer : undefined;
    },
  },
  {
    name: "neverIssuedIdError",
    expected: ["EOrder:Invalid order", "EOrder:Unknown order"],
    see: () => call("CancelOrder", { txid: "OAAAAA-BBBBB-CCCCCC" }),
  },
  {
    name: "limitPriceOnPlainStop",
    expected: ["EOrder:Invalid limit price", undefined],
    async see() {
      const txid = await place({ type: "sell", ordertype: "stop-loss", price: "50000" });
      const answer = await call("AmendOrder", { txid, limit_price: "49000" });
      return typeof answer === "string" ? answer : undefined;
    },
  },
  {
    name: "editedOrderReason",
    expected: ["Order replaced", "User requested"],
    async see() {
      const txid = await place();
      await call("EditOrder", { txid, pair: "XBTUSD", price: "60001" });
      return member(await order(txid), "reason");
    },
  },
  {
    name: "indexAvailable",
    expected: [undefined, "EGeneral:Invalid arguments:Index unavailable"],
    async see() {
      const answer = await call("AddOrder", {
        ...limit,
        type: "sell",
        ordertype: "stop-loss",
        price: "50000",
        trigger: "index",
      });
      return typeof answer === "string" ? answer : undefined;
    },
  },
  { name: "noParentText", expected: [null, "None"], see: async () => member(await order(await place()), "refid") },
  { name: "noUserref", expected: [0, null], see: async () => member(await order(await place()), "userref") },
  {
    name: "tradeOrderTypeText",
    expected: ["stop limit", "stop-loss-limit"],
    async see() {
      await place({ type: "sell", ordertype: "stop-loss-limit", price: "70000", price2: "50000", volume: "0.001" });
      return member(Object.values(Object(member(await call("TradesHistory"), "trades")))[0], "ordertype");
    },
  },
  {
    name: "tradeVolumeWithoutPair",
    expected: [
      ["currency", "fees", "fees_maker", "volume"],
      ["currency", "volume"],
    ],
    see: async () => Object.keys(Object(await call("TradeVolume"))).sort(),
  },
  { name: "historyCost", expected: [10, 5], see: () => callsUntilRefused("Ledgers", {}) },
  {
    name: "queryLedgersCost",
    expected: [10, 20],
    see: () => callsUntilRefused("QueryLedgers", { id: "LAAAAA-BBBBB-CCCCCC" }),
  },
  {
    name: "queryOrdersByClientIdAlone",
    expected: ["EGeneral:Invalid arguments", 1],
    async see() {
      await place({ cl_ord_id: "alone" });
      const answer = await call("QueryOrders", { cl_ord_id: "alone" });
      return typeof answer === "string" ? answer : Object.keys(Object(answer)).length;
    },
  },
  {
    name: "queryOrdersUnknownId",
    expected: [{}, "EOrder:Invalid order"],
    see: () => call("QueryOrders", { txid: "OAAAAA-BBBBB-CCCCCC" }),
  },
  {
    name: "deadlineMinimum",
    expected: [undefined, "EGeneral:Invalid arguments:deadline"],
    async see() {
      const deadline = new Date(exchange.engine.clock.wall() / 1_000 + 500).toISOString();
      const answer = await call("AddOrder", { ...limit, deadline });
      return typeof answer === "string" ? answer : undefined;
    },
  },
  {
    name: "batchNeedsBothPermissions",
    expected: ["EGeneral:Permission denied", undefined],
    async see() {
      const weak = exchange.admin.createKey({ account: `account ${number}`, permissions: ["modify-trades"] });
      const { pair: _pair, ...each } = limit;
      return (await privateJsonCall(exchange.url, weak, "AddOrderBatch", { pair: "XBTUSD", orders: [each, each] }))
        .errors[0];
    },
  },
];

describe("a switch", () => {
  it.each(cases)("$name does what each of its values says", async ({ name, see, expected }) => {
    const { values } = describeSwitch(name);
    expect(values).toHaveLength(expected.length);
    for (const [index, value] of values.entries()) {
      number += 1;
      key = exchange.admin.createKey({
        account: `account ${number}`,
        tier: "pro",
        deposits: { USD: "100000", BTC: "1" },
      });
      exchange.switches.set(name, value);
      expect([value, await see()]).toEqual([value, expected[index]]);
      await call("CancelAll");
      exchange.advance(60_000);
    }
    exchange.switches.set(name, values[0] ?? false);
  });

  it("is documented, has two values, and is turned by some test", () => {
    const folder = fileURLToPath(new URL(".", import.meta.url));
    const tests = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
    const engineTests = ["trading", "market", "account-book"].map(
      (name) => `../../exchange-sim/engine/${name}.test.ts`,
    );
    const text = [...tests, ...engineTests]
      .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
      .join("\n");
    for (const name of switchNames) {
      const { values, about, source } = describeSwitch(name);
      expect([name, values.length >= 2, about.length > 10, source.startsWith("§"), text.includes(name)]).toEqual([
        name,
        true,
        true,
        true,
        true,
      ]);
    }
  });
});

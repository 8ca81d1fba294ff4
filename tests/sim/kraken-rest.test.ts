import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { add, compare, decimal, sum } from "../../domain/decimal.ts";
import type { VenueOrder } from "../../domain/venue/reports.ts";
import type { VenueCancelWish, VenueOrderWish } from "../../domain/venue/wishes.ts";
import { fetchTransport } from "../../durable-objects/trader/kraken/rest/transport.ts";
import type { ApiKey } from "../../exchange-sim/keys.ts";
import { BTC, connect, ETH, failureIn, soon, valueOf, wish, type TestClient } from "./support/kraken-rest.ts";

let exchange: Exchange;
let key: ApiKey;
let client: TestClient;
let account = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "kraken rest" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(async () => {
  exchange.switches.setAll({ tradeVolumeSpelling: "minfee", apiKeyInfoSpelling: "snake_case" });
  account += 1;
  key = exchange.admin.createKey({
    account: `rest ${account}`,
    tier: "pro",
    deposits: { USD: "1000000", BTC: "5", ETH: "50" },
  });
  client = await connect(exchange, key);
});

function now(): number {
  return Math.floor(exchange.engine.clock.wall() / 1_000);
}

async function place(changes: Partial<VenueOrderWish> = {}): Promise<VenueOrderWish & { venueOrderId: string }> {
  const wanted = wish(exchange, changes);
  const { venueOrderId } = valueOf(await client.rest.addOrder(wanted));
  return { ...wanted, venueOrderId };
}

function cancelWish(order: { clientOrderId: string; venueOrderId: string | null }): VenueCancelWish {
  return { ...order, symbol: "BTC/USD", deadline: soon(exchange), touchedAt: now() };
}

async function onlyOpen(clientOrderId: string): Promise<VenueOrder | undefined> {
  const found = valueOf(await client.rest.openOrders(clientOrderId));
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}

const none = { limitPrice: null, triggerPrice: null, trailingPercent: null };

describe("an order of each type", () => {
  it.each<[string, Partial<VenueOrderWish>, Partial<VenueOrder>]>([
    ["limit", {}, { type: "limit", limitPrice: decimal("50000"), triggerPrice: null }],
    ["post-only", { postOnly: true, selfTrade: "cancel-both" }, { type: "limit", limitPrice: decimal("50000") }],
    [
      "stop-loss",
      { ...none, side: "sell", type: "stop-loss", triggerPrice: decimal("40000"), selfTrade: "cancel-oldest" },
      { type: "stop-loss", limitPrice: null, triggerPrice: decimal("40000") },
    ],
    [
      "take-profit",
      { ...none, side: "sell", type: "take-profit", triggerPrice: decimal("99000.5") },
      { type: "take-profit", limitPrice: null, triggerPrice: decimal("99000.5") },
    ],
    [
      "stop-loss-limit",
      { side: "sell", type: "stop-loss-limit", triggerPrice: decimal("40000"), limitPrice: decimal("39900.1") },
      { type: "stop-loss-limit", limitPrice: decimal("39900.1"), triggerPrice: decimal("40000") },
    ],
    [
      "take-profit-limit",
      { side: "sell", type: "take-profit-limit", triggerPrice: decimal("90000"), limitPrice: decimal("89000") },
      { type: "take-profit-limit", limitPrice: decimal("89000"), triggerPrice: decimal("90000") },
    ],
    [
      "conditional close",
      {
        conditionalClose: {
          type: "stop-loss-limit",
          triggerPrice: decimal("45000"),
          limitPrice: decimal("44000"),
        },
      },
      { type: "limit", parentVenueOrderId: null },
    ],
  ])("%s is placed and read back as it was wished", async (_, changes, expected) => {
    const order = await place(changes);
    expect(await onlyOpen(order.clientOrderId)).toMatchObject({
      venueOrderId: order.venueOrderId,
      clientOrderId: order.clientOrderId,
      symbol: "BTC/USD",
      side: order.side,
      status: "open",
      quantity: "0.1",
      filledQuantity: "0",
      reason: null,
      closedAt: null,
      expiresAt: null,
      ...expected,
    });
  });

  it("a trailing stop follows at its distance from the last price", async () => {
    const order = await place({
      ...none,
      side: "sell",
      type: "trailing-stop",
      trailingPercent: decimal("2.5"),
      selfTrade: "cancel-oldest",
    });
    const read = await onlyOpen(order.clientOrderId);
    expect(read).toMatchObject({ type: "trailing-stop", limitPrice: null });
    expect(compare(read?.triggerPrice ?? decimal("0"), decimal("60000"))).toBe(1);
  });

  it("a stop says whether its trigger was met", async () => {
    const stop = { ...none, side: "sell", type: "stop-loss", selfTrade: "cancel-oldest" } as const;
    const resting = await place({ ...stop, triggerPrice: decimal("40000") });
    expect((await onlyOpen(resting.clientOrderId))?.triggered).toBeUndefined();
    const met = await place({ ...stop, triggerPrice: decimal("90000") });
    exchange.advance(60_000);
    const [read] = valueOf(await client.rest.queryOrders([met.venueOrderId]));
    expect(read).toMatchObject({ status: "closed", triggered: true });
  });

  it("a good-till-date order says when it expires, and expires then", async () => {
    const expiresAt = Math.floor(now() / 1_000) * 1_000 + 30_000;
    const order = await place({ timeInForce: "gtd", expiresAt });
    expect((await onlyOpen(order.clientOrderId))?.expiresAt).toBe(expiresAt);
    exchange.advance(31_000);
    expect(await onlyOpen(order.clientOrderId)).toBeUndefined();
    const closed = valueOf(await client.rest.closedOrders({ clientOrderId: order.clientOrderId }));
    expect(closed.rows).toMatchObject([{ status: "expired", filledQuantity: "0" }]);
  });

  it("an immediate-or-cancel order that does not trade is cancelled at once", async () => {
    const order = await place({ timeInForce: "ioc" });
    const [read] = valueOf(await client.rest.queryOrders([order.venueOrderId]));
    expect(read?.status === "cancelled" || read?.status === "expired").toBe(true);
  });

  it("is described without being placed when it is only to be checked", async () => {
    const description = valueOf(await client.rest.validateOrder(wish(exchange)));
    expect(description).toBe("buy 0.10000000 XBTUSD @ limit 50000.0");
    expect(valueOf(await client.rest.openOrders())).toEqual([]);
  });
});

describe("a market order", () => {
  it("is told the same by orders, trades, ledger and balances", async () => {
    const before = valueOf(await client.rest.balances());
    const order = await place({ ...none, type: "market", quantity: decimal("0.25") });
    const [read] = valueOf(await client.rest.queryOrders([order.venueOrderId]));
    expect(read).toMatchObject({ status: "closed", filledQuantity: "0.25", type: "market", limitPrice: null });
    const trades = valueOf(await client.rest.tradesHistory({}));
    expect(trades.count).toBe(trades.rows.length);
    expect(client.sent.at(-1)?.body).toContain("consolidate_taker=false");
    expect(sum(trades.rows.map((trade) => trade.quantity))).toBe("0.25");
    expect(new Set(trades.rows.map((trade) => trade.venueOrderId))).toEqual(new Set([order.venueOrderId]));
    expect(trades.rows.every((trade) => trade.liquidity === "taker" && trade.fees[0]?.asset === "USD")).toBe(true);
    const some = trades.rows.slice(0, 20);
    const again = valueOf(await client.rest.queryTrades(some.map((trade) => trade.executionId)));
    expect(again.toSorted(byExecution)).toEqual(some.toSorted(byExecution));
    exchange.advance(20_000); // The counter of calls is full.
    const ofOrder = valueOf(await client.rest.executionsOf(order.venueOrderId));
    expect(ofOrder.toSorted(byExecution)).toEqual(
      trades.rows.filter((trade) => trade.venueOrderId === order.venueOrderId).toSorted(byExecution),
    );
    const ledger = valueOf(await client.rest.ledgers({ type: "trade" }));
    const bought = ledger.rows.filter((row) => row.asset === "BTC");
    expect(sum(bought.map((row) => row.amount))).toBe("0.25");
    expect(ledger.rows.every((row) => row.wallet === "spot" && row.type === "trade")).toBe(true);
    const ids = ledger.rows.slice(0, 20).map((row) => row.ledgerId);
    const asked = valueOf(await client.rest.queryLedgers(ids));
    expect(asked.map((row) => row.ledgerId).toSorted()).toEqual(ids.toSorted());
    const after = valueOf(await client.rest.balances());
    const totals = [before, after].map(({ balances }) => balances.find(({ asset }) => asset === "BTC")?.total);
    expect(totals[1]).toBe(add(totals[0] ?? decimal("0"), decimal("0.25")));
  });

  it("spawns its conditional close, which names its parent", async () => {
    const order = await place({
      ...none,
      type: "market",
      conditionalClose: { type: "stop-loss", triggerPrice: decimal("40000"), limitPrice: null },
    });
    const children = valueOf(await client.rest.openOrders());
    expect(children.length).toBeGreaterThan(0);
    for (const child of children) {
      expect(child).toMatchObject({
        parentVenueOrderId: order.venueOrderId,
        clientOrderId: null,
        type: "stop-loss",
        side: "sell",
        triggerPrice: "40000",
      });
    }
    expect(sum(children.map((child) => child.quantity))).toBe("0.1");
  });
});

function byExecution(left: { executionId: string }, right: { executionId: string }): number {
  return left.executionId.localeCompare(right.executionId);
}

describe("an amend", () => {
  it("changes quantity and price, by the venue's id or by ours", async () => {
    const order = await place();
    const amend = { ...order, quantity: decimal("0.2"), limitPrice: decimal("49000"), triggerPrice: null };
    expect(valueOf(await client.rest.amendOrder({ ...amend, touchedAt: now() })).amendId).not.toBe("");
    expect(await onlyOpen(order.clientOrderId)).toMatchObject({ quantity: "0.2", limitPrice: "49000" });
    const byOwnId = { ...amend, venueOrderId: null, quantity: null, limitPrice: decimal("48000"), postOnly: true };
    valueOf(await client.rest.amendOrder(byOwnId));
    expect(await onlyOpen(order.clientOrderId)).toMatchObject({ quantity: "0.2", limitPrice: "48000" });
  });

  it("moves the trigger of a stop", async () => {
    const order = await place({ ...none, side: "sell", type: "stop-loss", triggerPrice: decimal("40000") });
    const amend = { ...order, quantity: null, limitPrice: null, triggerPrice: decimal("41000") };
    valueOf(await client.rest.amendOrder(amend));
    expect(await onlyOpen(order.clientOrderId)).toMatchObject({ triggerPrice: "41000" });
  });

  it("of an order that is gone says so", async () => {
    const order = await place();
    valueOf(await client.rest.cancelOrder(cancelWish(order)));
    const amend = { ...order, quantity: decimal("0.2"), limitPrice: null, triggerPrice: null };
    expect(failureIn(await client.rest.amendOrder(amend)).class).toBe("gone");
  });
});

describe("a cancel", () => {
  it("works by either id, and leaves a cancelled order with its reason", async () => {
    const [first, second] = [await place(), await place()];
    expect(valueOf(await client.rest.cancelOrder(cancelWish(first))).count).toBe(1);
    valueOf(await client.rest.cancelOrder(cancelWish({ ...second, venueOrderId: null })));
    const closed = valueOf(await client.rest.closedOrders({}));
    expect(closed.rows.map((order) => [order.status, order.reason])).toEqual([
      ["cancelled", "User requested"],
      ["cancelled", "User requested"],
    ]);
    expect(closed.rows.every((order) => order.closedAt !== null && order.closedAt >= order.openedAt)).toBe(true);
  });

  it("of an order that is gone says so; of one that never was, that it never was", async () => {
    const order = await place();
    valueOf(await client.rest.cancelOrder(cancelWish(order)));
    expect(failureIn(await client.rest.cancelOrder(cancelWish(order)))).toMatchObject({ class: "gone" });
    const invented = cancelWish({ ...order, venueOrderId: "OAAAAA-AAAAA-AAAAAA" });
    expect(failureIn(await client.rest.cancelOrder(invented))).toMatchObject({ class: "refused" });
  });

  it("of many orders goes in one call, however they are named", async () => {
    const orders = [await place(), await place(), await place()];
    const wishes = orders.map((order, index) => cancelWish(index === 0 ? { ...order, venueOrderId: null } : order));
    expect(valueOf(await client.rest.cancelOrders(wishes)).count).toBe(3);
    expect(valueOf(await client.rest.openOrders())).toEqual([]);
  });

  it("of all orders takes those made by hand too", async () => {
    await place();
    await place({ instrument: ETH, limitPrice: decimal("1000"), quantity: decimal("1") });
    expect(valueOf(await client.rest.cancelAll(soon(exchange))).count).toBe(2);
  });

  it("can be left to a dead man's switch, which says when it strikes", async () => {
    await place();
    const { triggerAt } = valueOf(await client.rest.cancelAllAfter(60, soon(exchange)));
    expect(Math.round(((triggerAt ?? 0) - now()) / 1_000)).toBe(60);
    expect(valueOf(await client.rest.cancelAllAfter(0, soon(exchange))).triggerAt).toBeNull();
    valueOf(await client.rest.cancelAllAfter(10, soon(exchange)));
    exchange.advance(11_000);
    expect(valueOf(await client.rest.openOrders())).toEqual([]);
  });
});

it("asks nothing when it is asked for nothing", async () => {
  const { rest } = client;
  expect(valueOf(await rest.queryOrders([]))).toEqual([]);
  expect(valueOf(await rest.queryTrades([]))).toEqual([]);
  expect(valueOf(await rest.queryLedgers([]))).toEqual([]);
  expect(valueOf(await rest.cancelOrders([])).count).toBe(0);
  expect(client.sent).toEqual([]);
});

it("reads histories page by page, whole and without a row twice", async () => {
  for (let number = 0; number < 60; number += 1) {
    const order = await place({ instrument: ETH, limitPrice: decimal("1000"), quantity: decimal("1") });
    valueOf(await client.rest.cancelOrder({ ...cancelWish(order), symbol: "ETH/USD" }));
    exchange.advance(20_000);
  }
  const pages = [];
  for (const offset of [0, 50]) {
    pages.push(valueOf(await client.rest.closedOrders({ offset })));
    exchange.advance(20_000);
  }
  expect(pages.map(({ rows, count }) => [rows.length, count])).toEqual([
    [50, 60],
    [10, 60],
  ]);
  const ids = pages.flatMap(({ rows }) => rows.map((order) => order.venueOrderId));
  expect(new Set(ids).size).toBe(60);
  const times = pages.flatMap(({ rows }) => rows.map((order) => order.closedAt ?? 0));
  expect(times).toEqual(times.toSorted((left, right) => right - left));
  // A row on the very bound belongs to the answer, whichever way the venue reads its bounds.
  const middle = times[30] ?? 0;
  for (const historyStartExclusive of [true, false]) {
    exchange.switches.setAll({ historyStartExclusive });
    const since = valueOf(await client.rest.closedOrders({ start: middle }));
    expect(since.rows.some((order) => order.closedAt === middle)).toBe(true);
    const until = valueOf(await client.rest.closedOrders({ end: middle }));
    expect(until.rows.some((order) => order.closedAt === middle)).toBe(true);
    exchange.advance(20_000);
  }
  exchange.switches.setAll({ historyStartExclusive: true });
});

describe("the account", () => {
  it("holds what resting orders reserve, and counts flexible earn as spendable", async () => {
    await place();
    const spot = valueOf(await client.rest.balances());
    expect(spot.balances).toEqual([
      { asset: "USD", total: "1000000" },
      { asset: "BTC", total: "5" },
      { asset: "ETH", total: "50" },
    ]);
    expect(compare(spot.held[0]?.total ?? decimal("0"), decimal("5000"))).toBeGreaterThanOrEqual(0);
    for (const balanceExNumbers of [true, false]) {
      exchange.switches.setAll({ balancesInFlexible: true, balanceExNumbers });
      expect(valueOf(await client.rest.balances()).balances).toEqual(spot.balances);
    }
    exchange.switches.setAll({ balancesInFlexible: false, balanceExNumbers: false });
  });

  it.each(["minfee", "min_fee"] as const)("pays the fees that it is told, spelled %s", async (tradeVolumeSpelling) => {
    exchange.switches.setAll({ tradeVolumeSpelling });
    const table = valueOf(await client.rest.tradeVolume([BTC, ETH]));
    expect(table.fees).toEqual([
      { symbol: "BTC/USD", takerPercent: "0.4", makerPercent: "0.25" },
      { symbol: "ETH/USD", takerPercent: "0.4", makerPercent: "0.25" },
    ]);
  });

  it("has no fee of nothing: a table that is missing is a failure", async () => {
    const lost: [found: RegExp, instead: string][] = [
      [/"fees":\{.*\}/, '"fees":null,"fees_maker":null}}'],
      [/"fees_maker":\{.*\}/, '"fees_maker":{}}}'],
      [/"XXBTZUSD"/g, '"XETHZUSD"'],
    ];
    for (const [found, instead] of lost) {
      exchange.advance(1_000);
      const altered = await connect(exchange, key, {
        transport: async (request, signal) => {
          const { status, body } = await fetchTransport()(request, signal);
          return { status, body: request.url.endsWith("TradeVolume") ? body.replace(found, instead) : body };
        },
      });
      const failure = failureIn(await altered.rest.tradeVolume([BTC]));
      expect(failure).toMatchObject({ class: "refused", text: "no fees in the answer" });
      expect(failure.message).toContain("BTC/USD");
    }
  });

  it.each(["snake_case", "camelCase"] as const)("tells what its key may do, in %s", async (apiKeyInfoSpelling) => {
    exchange.switches.setAll({ apiKeyInfoSpelling });
    const info = valueOf(await client.rest.apiKeyInfo());
    expect(info.permissions).toContain("modify-trades");
    expect(info.permissions).not.toContain("withdraw-funds");
    expect(info).toMatchObject({ nonceWindow: 0, validUntil: null, allowedAddresses: [] });
    const dangerous = await connect(exchange, exchange.admin.createKey({ account: "danger", withdraw: true }));
    expect(valueOf(await dangerous.rest.apiKeyInfo()).permissions).toContain("withdraw-funds");
  });

  it("asks for one token however many want one", async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => client.rest.webSocketsToken()));
    expect(new Set(tokens.map((reply) => valueOf(reply).token)).size).toBe(1);
    expect(client.sent.filter(({ url }) => url.endsWith("GetWebSocketsToken"))).toHaveLength(1);
    const next = valueOf(await client.rest.webSocketsToken());
    expect(next.expiresAt).toBe(now() + 900_000);
    expect(client.sent.filter(({ url }) => url.endsWith("GetWebSocketsToken"))).toHaveLength(2);
  });

  it("is told the venue's status without a key", async () => {
    expect(valueOf(await client.rest.systemStatus()).status).toBe("online");
    expect(client.secrets).toHaveLength(0);
  });
});

it.each(Array.from({ length: 12 }, (_, number) => number))(
  "works whatever the venue does of what sources contradict each other about (draw %i)",
  async (draw) => {
    const contested = await startExchange({ time: "virtual", seed: `contested ${draw}` });
    try {
      contested.drawSwitches(`rest ${draw}`);
      const deposits = { USD: "1000000", BTC: "5", ETH: "50" };
      const owner = contested.admin.createKey({ account: "contested", tier: "pro", deposits });
      const { rest } = await connect(contested, owner);
      const wanted = wish(contested, { deadline: Math.floor(contested.engine.clock.wall() / 1_000) + 5_000 });
      const { venueOrderId } = valueOf(await rest.addOrder(wanted));
      const order = { ...wanted, venueOrderId };
      const found = valueOf(await rest.openOrders(order.clientOrderId));
      expect(found).toMatchObject([{ venueOrderId, parentVenueOrderId: null, clientOrderId: order.clientOrderId }]);
      contested.advance(60_000);
      const start = Math.floor(contested.engine.clock.wall() / 1_000);
      const amend = { ...order, quantity: decimal("0.2"), limitPrice: null, deadline: soon(contested) };
      valueOf(await rest.amendOrder(amend));
      const bought = valueOf(await rest.addOrder(wish(contested, { ...none, type: "market" })));
      const [closed] = valueOf(await rest.queryOrders([bought.venueOrderId]));
      expect(closed).toMatchObject({ status: "closed", filledQuantity: "0.1" });
      const trades = valueOf(await rest.tradesHistory({ start }));
      expect(sum(trades.rows.map(({ quantity }) => quantity))).toBe("0.1");
      contested.advance(60_000);
      const cancel: VenueCancelWish = { ...order, symbol: "BTC/USD", deadline: soon(contested) };
      expect(valueOf(await rest.cancelOrder(cancel)).count).toBe(1);
      expect(failureIn(await rest.cancelOrder(cancel)).class).toBe("gone");
      expect(valueOf(await rest.tradeVolume([BTC])).fees).toHaveLength(1);
      expect(valueOf(await rest.apiKeyInfo()).permissions).toContain("close-trades");
      const holdings = valueOf(await rest.balances());
      expect(holdings.balances.map(({ asset }) => asset).toSorted()).toEqual(["BTC", "ETH", "USD"]);
      expect(valueOf(await rest.ledgers({})).rows.length).toBeGreaterThan(2);
    } finally {
      await contested.stop();
    }
  },
);

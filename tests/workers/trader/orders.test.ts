import { evictDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import { WIDE_RISK } from "../../../domain/testing/wide-risk.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import {
  eventually,
  expectOk,
  expectRefused,
  newTrader,
  place,
  principalOf,
  query,
  rawStub,
  writeOf,
} from "./support.ts";

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  uninstall();
});

describe("an account", () => {
  it("is there at first contact, with 10,000 USD in the market of the desk", async () => {
    const trader = await newTrader();
    const account = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(account.account).toMatchObject({ name: "Paper", kind: "paper", market: "sim", baseline: "10000" });
    expect(account.account.balances).toEqual([
      { asset: "USD", total: "10000", held: "0", available: "10000", external: "0" },
    ]);
    expect(account.valuation).toMatchObject({ equity: "10000", complete: true, todayProfit: "0" });
  });

  it("can be opened beside the first, takes deposits, settings and a reset, ten at most", async () => {
    const trader = await newTrader();
    const stub = trader.stub();
    const request = { name: "Second", startingBalance: "500", fees: "new-customer" } as const;
    const opening = writeOf(request as never, "open-second");
    const second = expectOk(await stub.openAccount(trader.principal, opening));
    expect(expectOk(await stub.openAccount(trader.principal, opening)).id).toBe(second.id);
    expect(second.fees).toEqual({ takerPercent: "0.8", makerPercent: "0.4" });

    const deposit = writeOf({ amount: "50.5" } as never, "deposit");
    await stub.deposit(trader.principal, second.id, deposit);
    const after = expectOk(await stub.deposit(trader.principal, second.id, deposit));
    expect(after).toMatchObject({ baseline: "550.5" });

    const settled = expectOk(await stub.changeSettings(trader.principal, second.id, { zone: "Europe/Berlin" }));
    expect(settled.day.zone).toBe("Europe/Berlin");
    expectRefused(await stub.changeSettings(trader.principal, second.id, { zone: "Mars/Olympus" }), "BAD_REQUEST");

    const again = expectOk(
      await stub.resetAccount(trader.principal, second.id, writeOf({ startingBalance: "1000" } as never)),
    );
    expect(again).toMatchObject({ baseline: "1000", positions: [] });

    for (let count = 2; count < 10; count += 1) {
      expectOk(await stub.openAccount(trader.principal, writeOf(request as never)));
    }
    expectRefused(await stub.openAccount(trader.principal, writeOf(request as never)), "ACCOUNT_LIMIT");
  });

  it("of another user is not shown, and another user's principal is refused", async () => {
    const [trader, other] = [await newTrader(), await newTrader()];
    expectRefused(await trader.stub().accounts(principalOf("somebody")), "FORBIDDEN");
    expectRefused(await trader.stub().account(trader.principal, other.accountId), "NOT_FOUND");
    expectRefused(await place({ ...trader, principal: principalOf("somebody") }, { quantity: "1" }), "FORBIDDEN");
    expect(expectOk(await trader.stub().accounts(trader.principal))).toHaveLength(1);
  });

  it("stays its guest's when the guest signs up", async () => {
    const trader = await newTrader();
    const oldUser = trader.principal.userId;
    expectRefused(await trader.stub().adoptOwner("somebody", "else"), "FORBIDDEN");
    expectOk(await trader.stub().adoptOwner(oldUser, "signed-up"));
    expectOk(await trader.stub().adoptOwner(oldUser, "signed-up"));
    expectRefused(await trader.stub().accounts(trader.principal), "FORBIDDEN");
    const accounts = expectOk(await trader.stub().accounts(principalOf("signed-up")));
    expect(accounts[0]?.id).toBe(trader.accountId);
  });
});

describe("an order", () => {
  it("that ended before the last fifty still says how it ended", async () => {
    const trader = await newTrader();
    const [stub, who, account] = [trader.stub(), trader.principal, trader.accountId];
    await stub.changeRisk(who, account, WIDE_RISK);
    const { order } = expectOk(await place(trader, { quantity: "0.1", limitPrice: "79" }));
    expectOk(await stub.cancelOrder(who, account, order.id, writeOf(null)));
    for (let count = 0; count < 50; count += 1) {
      expectOk(await place(trader, { quantity: "0.1", limitPrice: "80" }));
    }
    expectOk(await stub.cancelAll(who, account, null, writeOf(null)));
    expect(await stub.cancelOrder(who, account, order.id, writeOf(null))).toMatchObject({
      ok: false,
      error: { code: "ORDER_NOT_OPEN", details: { status: "cancelled" } },
    });
    const change = writeOf({ quantity: decimal("0.2") });
    expectRefused(await stub.amendOrder(who, account, order.id, change), "ORDER_NOT_OPEN");
  });

  it("at market walks the book and pays the taker fee", async () => {
    const trader = await newTrader();
    const placed = expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "2" }));
    // TRADING §3: (1 × 100) + (1 × 101) = 201.00, at 0.40 %.
    expect(placed.order).toMatchObject({
      status: "filled",
      filledQuantity: "2",
      filledCost: "201",
      averagePrice: "100.5",
    });
    expect(placed.fills.map((fill) => [fill.quantity, fill.price, fill.fee])).toEqual([
      ["1", "100", "0.4"],
      ["1", "101", "0.404"],
    ]);
    const account = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(account.account.positions).toMatchObject([{ asset: "BTC", quantity: "2", cost: "201.804" }]);
    expect(account.recentOrders).toHaveLength(1);
    expect(account.recentFills).toHaveLength(2);
    const again = expectOk(await trader.stub().order(trader.principal, trader.accountId, placed.order.id));
    expect(again).toEqual(placed);
  });

  it("on a pair that is listed no longer can still be cancelled, alone and with all others", async () => {
    const trader = await newTrader();
    const ids: string[] = [];
    for (const limitPrice of ["9", "8"]) {
      ids.push(expectOk(await place(trader, { symbol: "ETH/USD", quantity: "1", limitPrice })).order.id);
    }
    feed.unlist("ETH/USD");
    const [first = ""] = ids;
    const cancelled = await trader.stub().cancelOrder(trader.principal, trader.accountId, first, writeOf(null));
    expect(expectOk(cancelled).status).toBe("cancelled");
    const all = expectOk(await trader.stub().cancelAll(trader.principal, trader.accountId, null, writeOf(null)));
    expect(all.cancelled.map(({ id }) => id)).toEqual(ids.slice(1));
    expectRefused(await place(trader, { symbol: "ETH/USD", quantity: "1", limitPrice: "9" }), "UNKNOWN_SYMBOL");
  });

  it("that is submitted twice at once exists once", async () => {
    const trader = await newTrader();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => place(trader, { quantity: "1", limitPrice: "90" }, "one-wish")),
    );
    const ids = new Set(answers.map((answer) => expectOk(answer).order.id));
    expect(ids.size).toBe(1);
    expect(expectOk(await trader.stub().openOrders(trader.principal, trader.accountId))).toHaveLength(1);
  });

  it("has one answer per key, also after the object was evicted, and no other body may use the key", async () => {
    const trader = await newTrader();
    const first = await place(trader, { quantity: "1", limitPrice: "90" }, "key-1");
    await evictDurableObject(rawStub(trader));
    expect(await place(trader, { quantity: "1", limitPrice: "90" }, "key-1")).toEqual(first);
    expectRefused(await place(trader, { quantity: "2", limitPrice: "90" }, "key-1"), "IDEMPOTENCY_KEY_REUSED");
    const cancel = await trader.stub().cancelOrder(trader.principal, trader.accountId, "x", writeOf(null, "key-1"));
    expectRefused(cancel, "IDEMPOTENCY_KEY_REUSED");
  });

  it("that is denied is denied the same way again, though the market has moved", async () => {
    const trader = await newTrader();
    feed.setFresh("BTC/USD", false);
    const denied = await place(trader, { quantity: "1", limitPrice: "90" }, "denied");
    expectRefused(denied, "QUOTE_STALE");
    feed.setFresh("BTC/USD", true);
    expect(await place(trader, { quantity: "1", limitPrice: "90" }, "denied")).toEqual(denied);
    expect(expectOk(await trader.stub().events(trader.principal, trader.accountId, 0, 500)).events.at(-1)?.type).toBe(
      "order_denied",
    );
  });

  it("that cannot be represented in the contract is refused before anything", async () => {
    const trader = await newTrader();
    const before = await query(trader, "SELECT * FROM journal");
    const write = writeOf({ symbol: "BTC/USD", side: "buy", type: "limit", quantity: "-1" } as never);
    expectRefused(await trader.stub().placeOrder(trader.principal, trader.accountId, write), "BAD_REQUEST");
    expectRefused(await place(trader, { symbol: "NO/PAIR", quantity: "1", limitPrice: "1" }), "UNKNOWN_SYMBOL");
    expect(await query(trader, "SELECT * FROM journal")).toEqual(before);
  });

  it("number 81 of a symbol is denied", async () => {
    const trader = await newTrader();
    await trader.stub().changeRisk(trader.principal, trader.accountId, WIDE_RISK);
    for (let count = 0; count < 80; count += 1) {
      expectOk(await place(trader, { quantity: "0.1", limitPrice: String(80 + count / 10) }));
    }
    expectRefused(await place(trader, { quantity: "0.1", limitPrice: "79" }), "TOO_MANY_OPEN_ORDERS");
    const all = expectOk(
      await trader.stub().cancelAll(trader.principal, trader.accountId, null, writeOf(null, "everything")),
    );
    expect(all.cancelled).toHaveLength(80);
    expect(
      expectOk(await trader.stub().cancelAll(trader.principal, trader.accountId, null, writeOf(null, "everything"))),
    ).toEqual(all);
    await eventually("the feed forgot the rows", () => feed.rowsOf(trader.id).length === 0);
  });

  it("can be amended and cancelled, its rows in the feed with it", async () => {
    const trader = await newTrader();
    const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    await eventually("the row is registered", () => feed.rowsOf(trader.id)[0]?.level === "90");
    const amended = expectOk(
      await trader
        .stub()
        .amendOrder(trader.principal, trader.accountId, order.id, writeOf({ limitPrice: "91" } as never)),
    );
    expect(amended.order).toMatchObject({ limitPrice: "91", version: 2, status: "open" });
    await eventually("the row follows", () => feed.rowsOf(trader.id)[0]?.level === "91");
    const write = writeOf(null, "cancel-it");
    const gone = expectOk(await trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, write));
    expect(gone.status).toBe("cancelled");
    expect(expectOk(await trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, write))).toEqual(
      gone,
    );
    expectRefused(
      await trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, writeOf(null)),
      "ORDER_NOT_OPEN",
    );
    await eventually("the row is gone", () => feed.rowsOf(trader.id).length === 0);
  });

  it("that meets a bug of ours is answered INTERNAL, changes nothing and can be repeated", async () => {
    const trader = await newTrader();
    await query(trader, "ALTER TABLE journal RENAME TO elsewhere");
    expectRefused(await place(trader, { quantity: "1", limitPrice: "90" }, "again"), "INTERNAL");
    expect(expectOk(await trader.stub().openOrders(trader.principal, trader.accountId))).toEqual([]);
    expect(await query(trader, "SELECT * FROM idempotency")).toEqual([]);
    await query(trader, "ALTER TABLE elsewhere RENAME TO journal");
    expect(expectOk(await place(trader, { quantity: "1", limitPrice: "90" }, "again")).order.status).toBe("open");
    expect(expectOk(await trader.stub().verifyJournal(trader.principal)).matches).toBe(true);
  });

  it("costs one commit and one question to the feed", async () => {
    const trader = await newTrader();
    feed.calls = [];
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
    expect(feed.calls.filter((call) => call.startsWith("settle"))).toEqual(["settle BTC/USD"]);
  });

  it("of an account of another market is denied, and neither it nor a figure of the account ever sees a price", async () => {
    const trader = await newTrader();
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1" }));
    const { env } = await import("cloudflare:workers");
    Reflect.set(env, "MARKET", "live");
    try {
      await evictDurableObject(rawStub(trader));
      feed.calls = [];
      const { principal, accountId, stub } = trader;
      expectRefused(await place(trader, { quantity: "1", limitPrice: "90" }), "MARKET_MISMATCH");
      const { valuation } = expectOk(await stub().account(principal, accountId));
      expect(valuation).toMatchObject({ equity: null, unrealisedProfit: null, todayProfit: null, complete: false });
      const { standing } = expectOk(await stub().risk(principal, accountId));
      expect(standing).toMatchObject({ equity: null, drawdownPercent: null });
      expect(standing.positions).toMatchObject([{ asset: "BTC", value: null }]);
      expectOk(await stub().stop(principal, accountId, "flatten"));
      expectOk(await stub().resume(principal, accountId, "wait"));
      expect(feed.calls.filter((call) => /^(?:settle|quotes|marketView)/u.test(call))).toEqual([]);
    } finally {
      Reflect.set(env, "MARKET", "sim");
      await evictDurableObject(rawStub(trader));
    }
  });
});

describe("the request budget", () => {
  it("refuses the 101st request of a burst, but never a cancel, and an eviction does not refill it", async () => {
    const trader = await newTrader();
    const { order } = expectOk(await place(trader, { quantity: "1", limitPrice: "90" }));
    const answers = await Promise.all(Array.from({ length: 110 }, () => trader.stub().admit(trader.principal)));
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0]).toMatchObject({ error: { code: "RATE_LIMITED", details: { retryAfterSeconds: "1" } } });
    expectRefused(await place(trader, { quantity: "1", limitPrice: "90" }), "RATE_LIMITED");
    await evictDurableObject(rawStub(trader));
    const again = await Promise.all(Array.from({ length: 30 }, () => trader.stub().admit(trader.principal)));
    expect(again.filter((answer) => answer.ok).length).toBeLessThan(15);
    const cancel = trader.stub().cancelOrder(trader.principal, trader.accountId, order.id, writeOf(null));
    expect(expectOk(await cancel).status).toBe("cancelled");
  });
});

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { account, accountDetail, accountList, equityCurve, position } from "../../../contract/accounts.ts";
import {
  cancelAllResult,
  fillPage,
  order as orderSchema,
  orderPage,
  placedOrder,
  type OrderView,
} from "../../../contract/orders.ts";
import { eventList } from "../../../contract/trader-socket.ts";
import { BTC, ScriptedFeed } from "../trader/scripted-feed.ts";
import { type Client, expectRefusal, guestBrowser, guestProgram } from "./client.ts";
import { setRules } from "./wide-rules.ts";

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  uninstall();
});

const LIMIT = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "1", limitPrice: "90" };
const MARKET = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.5" };

async function firstAccount(client: Client): Promise<string> {
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  return accounts[0]?.id ?? "";
}

async function desk(): Promise<{ client: Client; base: string }> {
  const client = await guestBrowser();
  return { client, base: `/api/accounts/${await firstAccount(client)}` };
}

async function place(client: Client, base: string, request: object): Promise<OrderView> {
  const response = await client.write("POST", `${base}/orders`, request);
  expect(response.status).toBe(201);
  return placedOrder.parse(await response.json()).order;
}

describe("accounts", () => {
  it("are one paper account at the start, and more can be opened once per key", async () => {
    const client = await guestBrowser();
    const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({ kind: "paper", market: "sim", baseline: "10000" });

    const request = { name: " Second ", startingBalance: "2500.50", fees: "new-customer" };
    const first = await client.write("POST", "/api/accounts", request, "open-one");
    expect(first.status).toBe(201);
    const opened = account.parse(await first.json());
    expect(opened).toMatchObject({ name: "Second", baseline: "2500.5" });
    const again = await client.write("POST", "/api/accounts", request, "open-one");
    expect(account.parse(await again.json()).id).toBe(opened.id);
    const other = await client.write("POST", "/api/accounts", { ...request, name: "Third" }, "open-one");
    await expectRefusal(other, 422, "IDEMPOTENCY_KEY_REUSED");
    expect(accountList.parse(await (await client.get("/api/accounts")).json()).accounts).toHaveLength(2);
  });

  it("take deposits, settings and a reset", async () => {
    const { client, base } = await desk();
    const deposited = await client.write("POST", `${base}/deposit`, { amount: "100" });
    expect(account.parse(await deposited.json()).baseline).toBe("10100");
    const settings = await client.send("PATCH", `${base}/settings`, { body: { zone: "Europe/Berlin", name: "Mine" } });
    expect(account.parse(await settings.json())).toMatchObject({ name: "Mine", day: { zone: "Europe/Berlin" } });
    const reset = await client.write("POST", `${base}/reset`, { startingBalance: "500" });
    expect(account.parse(await reset.json()).baseline).toBe("500");
  });

  it("show everything that is alive in them", async () => {
    const { client, base } = await desk();
    await setRules(client, base);
    const resting = await place(client, base, LIMIT);
    await place(client, base, MARKET);
    const response = await client.get(base);
    const detail = accountDetail.parse(await response.json());
    expect(detail.openOrders.map((row) => row.id)).toEqual([resting.id]);
    expect(detail.recentFills).toHaveLength(1);
    expect(detail.valuation.complete).toBe(true);
    const positions = z
      .object({ positions: z.array(position) })
      .parse(await (await client.get(`${base}/positions`)).json());
    expect(positions.positions).toMatchObject([{ asset: "BTC", quantity: "0.5" }]);
    const events = eventList.parse(await (await client.get(`${base}/events?after=0&limit=3`)).json());
    expect(events.events.map((event) => event.type)[0]).toBe("account_opened");
    expect(events.events).toHaveLength(3);
    expect(events.last).toBeGreaterThan(3);
  });

  it("of somebody else do not exist, whatever is tried on them", async () => {
    const { client: owner, base } = await desk();
    const order = await place(owner, base, LIMIT);
    const { client: stranger } = await desk();
    const attempts: [string, string, object?][] = [
      ["GET", base],
      ["GET", `${base}/orders`],
      ["GET", `${base}/orders?status=open`],
      ["GET", `${base}/orders/${order.id}`],
      ["GET", `${base}/positions`],
      ["GET", `${base}/fills`],
      ["GET", `${base}/events`],
      ["GET", `${base}/equity`],
      ["POST", `${base}/orders`, LIMIT],
      ["PATCH", `${base}/orders/${order.id}`, { limitPrice: "80" }],
      ["DELETE", `${base}/orders/${order.id}`],
      ["DELETE", `${base}/orders`],
      ["POST", `${base}/positions/BTC/close`, {}],
      ["POST", `${base}/deposit`, { amount: "1" }],
      ["POST", `${base}/reset`, {}],
      ["PATCH", `${base}/settings`, { name: "Taken" }],
    ];
    for (const [method, path, body] of attempts) {
      const response = await stranger.write(method, path, body);
      await expectRefusal(response, 404, "NOT_FOUND");
    }
    const detail = accountDetail.parse(await (await owner.get(base)).json());
    expect(detail.openOrders).toMatchObject([{ id: order.id, limitPrice: "90", status: "open" }]);
    expect(detail.account).toMatchObject({ name: "Paper", baseline: "10000" });
  });

  it("need a session on every route", async () => {
    const { client, base } = await desk();
    client.cookies.clear();
    for (const path of ["", "/orders", "/positions", "/fills", "/events", "/equity"]) {
      await expectRefusal(await client.get(`${base}${path}`), 401, "UNAUTHENTICATED");
    }
    await expectRefusal(await client.write("POST", `${base}/orders`, LIMIT), 401, "UNAUTHENTICATED");
  });
});

describe("orders", () => {
  it("are placed, read, amended and cancelled", async () => {
    const { client, base } = await desk();
    const placed = await place(client, base, { ...LIMIT, quantity: "1.50", limitPrice: "90.0" });
    expect(placed).toMatchObject({ status: "open", quantity: "1.5", limitPrice: "90", origin: "manual" });

    const path = `${base}/orders/${placed.id}`;
    const amended = await client.write("PATCH", path, { limitPrice: "91" });
    expect(amended.status).toBe(200);
    expect(placedOrder.parse(await amended.json()).order).toMatchObject({ limitPrice: "91", version: 2 });

    const cancelled = await client.write("DELETE", path);
    expect(orderSchema.parse(await cancelled.json()).status).toBe("cancelled");
    const read = placedOrder.parse(await (await client.get(path)).json());
    expect(read.order.status).toBe("cancelled");
    await expectRefusal(await client.write("DELETE", path), 409, "ORDER_NOT_OPEN");
    await expectRefusal(await client.get(`${base}/orders/nothing`), 404, "NOT_FOUND");
  });

  it("placed by a program say so", async () => {
    const client = await guestProgram();
    const placed = await place(client, `/api/accounts/${await firstAccount(client)}`, LIMIT);
    expect(placed.origin).toBe("api");
  });

  it("are placed once per key, and the same key means the same request however it is spelled", async () => {
    const { client, base } = await desk();
    const first = await client.write("POST", `${base}/orders`, LIMIT, "one");
    const { order } = placedOrder.parse(await first.json());
    const spelled = {
      timeInForce: "gtc",
      limitPrice: "90.00",
      quantity: "01.0",
      type: "limit",
      side: "buy",
      symbol: "BTC/USD",
    };
    const again = await client.write("POST", `${base}/orders`, spelled, "one");
    expect(placedOrder.parse(await again.json()).order.id).toBe(order.id);
    const other = await client.write("POST", `${base}/orders`, { ...LIMIT, limitPrice: "91" }, "one");
    await expectRefusal(other, 422, "IDEMPOTENCY_KEY_REUSED");
    const elsewhere = await client.write("DELETE", `${base}/orders/${order.id}`, undefined, "one");
    await expectRefusal(elsewhere, 422, "IDEMPOTENCY_KEY_REUSED");
    const open = orderPage.parse(await (await client.get(`${base}/orders?status=open`)).json());
    expect(open.rows).toHaveLength(1);
  });

  it("are all cancelled, or those of one pair", async () => {
    const { client, base } = await desk();
    const btc = await place(client, base, LIMIT);
    const eth = await place(client, base, { ...LIMIT, symbol: "ETH/USD", limitPrice: "9" });
    const some = cancelAllResult.parse(await (await client.write("DELETE", `${base}/orders?symbol=ETH/USD`)).json());
    expect(some.cancelled.map((row) => row.id)).toEqual([eth.id]);
    const rest = cancelAllResult.parse(await (await client.write("DELETE", `${base}/orders`)).json());
    expect(rest.cancelled.map((row) => row.id)).toEqual([btc.id]);
  });

  it("close positions in part and in whole", async () => {
    const { client, base } = await desk();
    await place(client, base, MARKET);
    const half = await client.write("POST", `${base}/positions/BTC/close`, { percent: 50 });
    expect(half.status).toBe(201);
    expect(placedOrder.parse(await half.json()).order).toMatchObject({
      side: "sell",
      quantity: "0.25",
      origin: "close",
    });
    const rest = await client.write("POST", `${base}/positions/BTC/close`, {});
    expect(placedOrder.parse(await rest.json()).order).toMatchObject({ quantity: "0.25", status: "filled" });
    await expectRefusal(await client.write("POST", `${base}/positions/BTC/close`, {}), 422, "NOTHING_TO_CLOSE");
  });

  it("say what a close leaves that cannot be sold on its own", async () => {
    feed.list(BTC, [["50000", "5"]], [["50001", "5"]]);
    const { client, base } = await desk();
    await place(client, base, { ...MARKET, quantity: "0.0001" });
    const close = await client.write("POST", `${base}/positions/BTC/close`, { percent: 51 }, "dust");
    const notices = ["0.000049 BTC will be left, under the smallest order of 0.00005: it cannot be sold on its own."];
    expect(placedOrder.parse(await close.json()).notices).toEqual(notices);
    const again = await client.write("POST", `${base}/positions/BTC/close`, { percent: 51 }, "dust");
    expect(placedOrder.parse(await again.json()).notices).toEqual(notices);
  });

  const wrong: [string, Record<string, unknown>, string, RegExp][] = [
    ["a negative quantity", { quantity: "-1" }, "quantity", /above zero/],
    ["a quantity of zero", { quantity: "0" }, "quantity", /above zero/],
    ["a quantity of 0.000", { quantity: "0.000" }, "quantity", /above zero/],
    ["a quantity of 1e400", { quantity: "1e400" }, "quantity", /plain decimal/],
    ["20 decimals", { quantity: "0.12345678901234567890" }, "quantity", /plain decimal/],
    ["a number for a quantity", { quantity: 1 }, "quantity", /must be a text/],
    ["NaN", { quantity: "NaN" }, "quantity", /plain decimal/],
    ["Infinity", { limitPrice: "Infinity" }, "limitPrice", /plain decimal/],
    ["a hexadecimal price", { limitPrice: "0x10" }, "limitPrice", /plain decimal/],
    ["an empty price", { limitPrice: "" }, "limitPrice", /plain decimal/],
    ["null for a price", { limitPrice: null }, "limitPrice", /must be a text/],
    ["a list for a side", { side: ["buy"] }, "side", /must be one of buy, sell/],
    ["an unknown side", { side: "short" }, "side", /must be one of buy, sell/],
    ["an unknown type", { type: "iceberg" }, "type", /must be one of market, limit/],
    ["a symbol in lower case", { symbol: "btc/usd" }, "symbol", /pair such as/],
    ["no symbol", { symbol: undefined }, "symbol", /missing/],
    ["a text for a truth", { postOnly: "yes" }, "postOnly", /true or false/],
    ["a date for a time", { expiresAt: "2026-12-24" }, "expiresAt", /number/],
    ["an unknown field", { leverage: "10" }, "leverage", /not a known field/],
  ];

  it.each(wrong)("with %s are refused, and nothing changes", async (_what, change, field, reason) => {
    const { client, base } = await desk();
    const response = await client.write("POST", `${base}/orders`, { ...LIMIT, ...change });
    const error = await expectRefusal(response, 400, "BAD_REQUEST");
    expect(error.details[field]).toMatch(reason);
    expect(error.message).toContain(field);
    const detail = accountDetail.parse(await (await client.get(base)).json());
    expect(detail.recentOrders).toEqual([]);
    expect(detail.openOrders).toEqual([]);
  });

  it("with a field named __proto__ are refused like any unknown field", async () => {
    const { client, base } = await desk();
    const raw = JSON.stringify(LIMIT).replace("{", '{"__proto__":{"quantity":"9"},');
    const response = await client.send("POST", `${base}/orders`, { raw, headers: { "idempotency-key": "k" } });
    const error = await expectRefusal(response, 400, "BAD_REQUEST");
    expect(error.message).toContain("__proto__ is not a known field");
  });

  it("of unknown pairs, without money and beyond the book's rules are refused with their own codes", async () => {
    const { client, base } = await desk();
    await setRules(client, base);
    const place422 = async (request: object) => await client.write("POST", `${base}/orders`, { ...LIMIT, ...request });
    await expectRefusal(await place422({ symbol: "FOO/BAR" }), 404, "UNKNOWN_SYMBOL");
    await expectRefusal(await place422({ quantity: "99999999" }), 422, "INSUFFICIENT_FUNDS");
    await expectRefusal(await place422({ quantity: "0.00000001" }), 422, "QUANTITY_TOO_SMALL");
    await expectRefusal(await place422({ side: "sell", limitPrice: "110" }), 422, "INSUFFICIENT_INVENTORY");
    await expectRefusal(await place422({ limitPrice: "100", postOnly: true }), 422, "POST_ONLY_WOULD_CROSS");
  });

  it("need an idempotency key of 1 to 128 characters", async () => {
    const { client, base } = await desk();
    const writes: [string, string, object?][] = [
      ["POST", "/api/accounts", { name: "Second" }],
      ["POST", `${base}/orders`, LIMIT],
      ["PATCH", `${base}/orders/one`, { quantity: "1" }],
      ["DELETE", `${base}/orders/one`],
      ["DELETE", `${base}/orders`],
      ["POST", `${base}/positions/BTC/close`, {}],
      ["POST", `${base}/deposit`, { amount: "1" }],
      ["POST", `${base}/reset`, {}],
    ];
    for (const [method, path, body] of writes) {
      await expectRefusal(await client.send(method, path, { body }), 400, "IDEMPOTENCY_KEY_MISSING");
      await expectRefusal(await client.write(method, path, body, "k".repeat(129)), 400, "BAD_REQUEST");
      await expectRefusal(await client.write(method, path, body, "two words"), 400, "BAD_REQUEST");
    }
    const response = await client.write("POST", `${base}/orders`, LIMIT, "k".repeat(128));
    expect(response.status).toBe(201);
  });

  it("go on when the user's rate is used up, as far as they are exits and cancels", async () => {
    const { client, base } = await desk();
    const resting = await place(client, base, LIMIT);
    let refused: Response | null = null;
    for (let request = 0; request < 120 && refused === null; request += 1) {
      const response = await client.get(`${base}/positions`);
      refused = response.status === 200 ? null : response;
    }
    if (refused === null) {
      throw new Error("never refused");
    }
    const error = await expectRefusal(refused, 429, "RATE_LIMITED");
    expect(refused.headers.get("retry-after")).toBe(error.details["retryAfterSeconds"]);
    const cancelled = await client.write("DELETE", `${base}/orders/${resting.id}`);
    expect(cancelled.status).toBe(200);
  });
});

describe("lists", () => {
  it("have a fresh order at once and page through everything exactly once", async () => {
    const { client, base } = await desk();
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      const symbol = count % 2 === 0 ? "BTC/USD" : "ETH/USD";
      ids.push((await place(client, base, { ...LIMIT, symbol, limitPrice: symbol === "BTC/USD" ? "90" : "9" })).id);
    }
    const all = orderPage.parse(await (await client.get(`${base}/orders`)).json());
    expect(all.rows.map((row) => row.id).toSorted()).toEqual(ids.toSorted());
    expect(all.next).toBeNull();

    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = orderPage.parse(await (await client.get(`${base}/orders?limit=3${query}`)).json());
      expect(page.rows.length).toBeLessThanOrEqual(3);
      seen.push(...page.rows.map((row) => row.id));
      cursor = page.next;
    }
    expect(seen).toEqual(all.rows.map((row) => row.id));

    const btc = orderPage.parse(await (await client.get(`${base}/orders?symbol=BTC/USD`)).json());
    expect(btc.rows).toHaveLength(4);
    const sells = orderPage.parse(await (await client.get(`${base}/orders?side=sell`)).json());
    expect(sells.rows).toHaveLength(0);
  });

  it("lay what the trader knows over what D1 has", async () => {
    const { client, base } = await desk();
    const accountId = base.split("/").at(-1) ?? "";
    const live = await place(client, base, LIMIT);
    await waitForRow("orders", live.id);
    // An older version in D1, and an order of long ago that only D1 has.
    await env.DB.prepare("UPDATE orders SET view = json_set(view, '$.limitPrice', '1') WHERE id = ?")
      .bind(live.id)
      .run();
    const old: OrderView = { ...live, id: "long-ago", createdAt: live.createdAt - 1_000_000, status: "filled" };
    await env.DB.prepare(
      `INSERT INTO orders (id, trader_id, account_id, symbol, side, status, created_at, epoch, seq, view)
       SELECT 'long-ago', trader_id, account_id, symbol, side, 'filled', ?, epoch, 0, ? FROM orders WHERE id = ?`,
    )
      .bind(old.createdAt, JSON.stringify(old), live.id)
      .run();
    const page = orderPage.parse(await (await client.get(`${base}/orders`)).json());
    expect(page.rows.map((row) => [row.id, row.limitPrice])).toEqual([
      [live.id, "90"],
      ["long-ago", "90"],
    ]);
    const before = orderPage.parse(await (await client.get(`${base}/orders?to=${live.createdAt}`)).json());
    expect(before.rows.map((row) => row.id)).toEqual(["long-ago"]);
    const from = orderPage.parse(await (await client.get(`${base}/orders?from=${live.createdAt}`)).json());
    expect(from.rows.map((row) => row.id)).toEqual([live.id]);

    // Rows of one's account id under another trader are nobody's business.
    await env.DB.prepare("UPDATE orders SET trader_id = 'another' WHERE id = 'long-ago'").run();
    const own = orderPage.parse(await (await client.get(`${base}/orders`)).json());
    expect(own.rows.map((row) => row.accountId)).toEqual([accountId]);
  });

  it("of fills have a fresh fill at once", async () => {
    const { client, base } = await desk();
    await place(client, base, MARKET);
    await client.write("POST", `${base}/positions/BTC/close`, { percent: 50 });
    const page = fillPage.parse(await (await client.get(`${base}/fills`)).json());
    expect(page.rows.map((row) => row.side)).toEqual(["sell", "buy"]);
    const first = fillPage.parse(await (await client.get(`${base}/fills?limit=1`)).json());
    expect(first.rows).toEqual(page.rows.slice(0, 1));
    const rest = fillPage.parse(await (await client.get(`${base}/fills?limit=1&cursor=${first.next}`)).json());
    expect(rest.rows).toEqual(page.rows.slice(1));
    expect(rest.next).toBeNull();
    const buys = fillPage.parse(await (await client.get(`${base}/fills?side=buy&symbol=BTC/USD`)).json());
    expect(buys.rows).toHaveLength(1);
  });

  it("refuse cursors that are not theirs and filters that do not exist", async () => {
    const { client, base } = await desk();
    const bad = [
      "cursor=nonsense",
      "cursor=%00",
      "limit=0",
      "limit=201",
      "limit=x",
      "side=long",
      "from=-1",
      "sort=price",
      "limit=1&limit=2",
    ];
    for (const query of bad) {
      await expectRefusal(await client.get(`${base}/orders?${query}`), 400, "BAD_REQUEST");
      await expectRefusal(await client.get(`${base}/fills?${query}`), 400, "BAD_REQUEST");
    }
  });

  it("of equity are thinned evenly when they are long", async () => {
    const { client, base } = await desk();
    const accountId = base.split("/").at(-1) ?? "";
    const { trader_id: traderId } = (await env.DB.prepare(
      "SELECT trader_id FROM users ORDER BY created_at DESC LIMIT 1",
    ).first<{ trader_id: string }>()) ?? { trader_id: "" };
    const points = Array.from({ length: 12_000 }, (_, index) => index * 60_000);
    await env.DB.prepare(
      `INSERT INTO equity_points (account_id, time, trader_id, equity, cash)
       SELECT ?1, value, ?2, '10000', '10000' FROM json_each(?3)`,
    )
      .bind(accountId, traderId, JSON.stringify(points))
      .run();
    const long = equityCurve.parse(await (await client.get(`${base}/equity?to=720000000`)).json());
    expect(long.points).toHaveLength(4_000);
    expect(long.points.at(-1)?.time).toBe(11_999 * 60_000);
    const times = long.points.map((point) => point.time);
    expect(new Set(times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toEqual(new Set([180_000]));
    const short = equityCurve.parse(await (await client.get(`${base}/equity?from=60000&to=240000`)).json());
    expect(short.points.map((point) => point.time)).toEqual([60_000, 120_000, 180_000]);
  });
});

/** Waits until the outbox has brought a row to D1. */
async function waitForRow(table: "orders" | "fills", id: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const row = await env.DB.prepare(`SELECT 1 FROM ${table} WHERE id = ?`).bind(id).first();
    if (row !== null) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${id} never arrived in ${table}`);
}

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountList } from "../../../contract/accounts.ts";
import { placedOrder } from "../../../contract/orders.ts";
import { riskCheck, riskView, type RiskCheckView, type RiskView } from "../../../contract/risk.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { ErrorCode } from "../../../domain/problem.ts";
import { DEFAULT_RISK, type RiskSettings } from "../../../domain/risk/settings.ts";
import { WIDE_RISK } from "../../../domain/testing/wide-risk.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import { expectRefusal, guestBrowser, type Client } from "./client.ts";
import { setRules } from "./wide-rules.ts";

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
  price("BTC/USD", "99.9", "100");
  price("ETH/USD", "9.9", "10");
});
afterEach(() => {
  uninstall();
});

const d = decimal;
const ENTRY = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "2", limitPrice: "90", stop: null };

function price(symbol: string, bid: string, ask: string): void {
  feed.setBook(symbol, [[bid, "500"]], [[ask, "500"]]);
}

async function desk(): Promise<{ client: Client; base: string }> {
  const client = await guestBrowser();
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  return { client, base: `/api/accounts/${accounts[0]?.id ?? ""}` };
}

async function order(client: Client, base: string, request: object): Promise<Response> {
  return client.write("POST", `${base}/orders`, request);
}

async function bought(client: Client, base: string, symbol: string, quantity: string): Promise<void> {
  const response = await order(client, base, { symbol, side: "buy", type: "market", quantity, stop: null });
  expect(placedOrder.parse(await response.json()).order.status).toBe("filled");
}

async function risk(client: Client, base: string): Promise<RiskView> {
  return riskView.parse(await (await client.get(`${base}/risk`)).json());
}

async function check(client: Client, base: string, request: object): Promise<RiskCheckView> {
  const response = await client.post(`${base}/risk/check`, request);
  expect(response.status).toBe(200);
  return riskCheck.parse(await response.json());
}

describe("the risk settings of an account", () => {
  it("begin with the defaults of TRADING §5, each explained, with its bounds and its default", async () => {
    const { client, base } = await desk();
    const { settings, table, planned, standing } = await risk(client, base);
    expect(settings).toEqual(DEFAULT_RISK);
    expect(planned).toBeNull();
    expect(standing).toMatchObject({ equity: "10000", exposure: "0", exposureRoom: "8000", openPositions: 0 });
    expect(new Set(table.map(({ key }) => key))).toEqual(new Set(Object.keys(DEFAULT_RISK)));
    for (const row of table) {
      expect(row.explanation).toMatch(/^[A-Z].{20,}\.$/);
    }
    expect(table.find(({ key }) => key === "drawdownPercent")).toMatchObject({
      default: "20",
      minimum: "0.5",
      maximum: "100",
      canBeOff: true,
    });
  });

  it("are changed as a whole, kept on the server, and in the journal", async () => {
    const { client, base } = await desk();
    await setRules(client, base, { maximumOrderValue: d("500"), maximumPositionQuantity: { BTC: d("3") } });
    const { settings } = await risk(client, base);
    expect(settings).toMatchObject({ maximumOrderValue: "500", maximumPositionQuantity: { BTC: "3" } });
    const events = JSON.stringify(await (await client.get(`${base}/events`)).json());
    expect(events).toContain('"settings_changed"');
    expect(events).toContain('"maximumOrderValue":"500"');
    const detail = accountList.parse(await (await client.get("/api/accounts")).json());
    expect(detail.accounts[0]?.limits).toEqual(settings);
  });

  it("are changed in part by a form: what waits of another setting stays, and so does what another device changed", async () => {
    const { client, base } = await desk();
    const patch = async (changes: object, seen: object) =>
      client.send("PATCH", `${base}/risk`, { body: { changes, seen } });
    await setRules(client, base, { drawdownPercent: d("20") });
    await bought(client, base, "BTC/USD", "90");
    // 27 % under the peak: to loosen that limit now waits.
    price("BTC/USD", "69.9", "70");
    const wished = riskView.parse(await (await patch({ drawdownPercent: "40" }, { drawdownPercent: "20" })).json());
    expect(wished).toMatchObject({
      settings: { drawdownPercent: "20" },
      planned: { settings: { drawdownPercent: "40" }, waits: [{ name: "drawdownPercent" }] },
    });
    expect((await patch({ ordersPerMinute: 7 }, { ordersPerMinute: WIDE_RISK.ordersPerMinute })).status).toBe(200);
    const stale = await patch({ ordersPerMinute: 9 }, { ordersPerMinute: WIDE_RISK.ordersPerMinute });
    await expectRefusal(stale, 409, "CONFLICT");
    expect((await patch({ maximumOrderValue: "800" }, { maximumOrderValue: null })).status).toBe(200);
    expect(await risk(client, base)).toMatchObject({
      settings: { drawdownPercent: "20", ordersPerMinute: 7, maximumOrderValue: "800" },
      planned: wished.planned === null ? null : { dueAt: wished.planned.dueAt, waits: wished.planned.waits },
    });
    await expectRefusal(await patch({}, {}), 400, "BAD_REQUEST");
    await expectRefusal(await patch({ maximumLeverage: 3 }, {}), 400, "BAD_REQUEST");
  });

  const wrong: readonly (readonly [string, object])[] = [
    ["an unknown key", { ...WIDE_RISK, maximumLeverage: 3 }],
    ["a missing key", { drawdownPercent: "20" }],
    ["a number for an amount", { ...WIDE_RISK, maximumOrderValue: 500 }],
    ["an amount below zero", { ...WIDE_RISK, maximumOrderValue: "-1" }],
    ["a percentage over its bound", { ...WIDE_RISK, maximumPositionPercent: "100.01" }],
    ["a percentage under its bound", { ...WIDE_RISK, drawdownPercent: "0.49" }],
    ["a count over its bound", { ...WIDE_RISK, ordersPerMinute: 601 }],
    ["a rule off that cannot be", { ...WIDE_RISK, ordersPerMinute: null }],
    ["an unknown asset name", { ...WIDE_RISK, maximumPositionQuantity: { "no asset": "1" } }],
    ["an unknown choice", { ...WIDE_RISK, onHalt: "panic" }],
    ["an unknown key within", { ...WIDE_RISK, lossStreak: { losses: 3, minutes: 5, hours: 1 } }],
  ];
  it.each(wrong)("with %s are refused, and nothing changes", async (_what, settings) => {
    const { client, base } = await desk();
    await expectRefusal(await client.send("PUT", `${base}/risk`, { body: settings }), 400, "BAD_REQUEST");
    expect((await risk(client, base)).settings).toEqual(DEFAULT_RISK);
  });

  it("are no part of the other settings any more", async () => {
    const { client, base } = await desk();
    const response = await client.send("PATCH", `${base}/settings`, { body: { limits: WIDE_RISK } });
    await expectRefusal(response, 400, "BAD_REQUEST");
  });

  it("of somebody else do not exist", async () => {
    const { base } = await desk();
    const { client: stranger } = await desk();
    await expectRefusal(await stranger.get(`${base}/risk`), 404, "NOT_FOUND");
    await expectRefusal(await stranger.send("PUT", `${base}/risk`, { body: WIDE_RISK }), 404, "NOT_FOUND");
    await expectRefusal(await stranger.post(`${base}/risk/check`, ENTRY), 404, "NOT_FOUND");
  });
});

type Case = {
  readonly rules: Partial<RiskSettings>;
  readonly before?: (client: Client, base: string) => Promise<void>;
  readonly meanwhile?: () => void;
  readonly entry?: object;
};

// Each with one bitcoin of 100 in an account of 10,000; the entry is two more at 90.
const rules: Partial<Record<ErrorCode, Case>> = {
  ORDER_VALUE_LIMIT: { rules: { maximumOrderValue: d("179.99") } },
  POSITION_LIMIT: { rules: { maximumPositionValue: d("279") } },
  POSITION_QUANTITY_LIMIT: { rules: { maximumPositionQuantity: { BTC: d("2.9") } } },
  POSITION_PERCENT_LIMIT: { rules: { maximumPositionPercent: d("2.7") } },
  EXPOSURE_LIMIT: { rules: { maximumExposurePercent: d("2.7") } },
  RISK_PER_TRADE_LIMIT: { rules: { riskPerTradePercent: d("1.8") } },
  OPEN_POSITIONS_LIMIT: {
    rules: { maximumOpenPositions: 1 },
    entry: { ...ENTRY, symbol: "ETH/USD", limitPrice: "9" },
  },
  ORDER_RATE_LIMIT: { rules: { ordersPerMinute: 1 } },
  PRICE_COLLAR: { rules: { priceCollarPercent: d("5") }, entry: { ...ENTRY, limitPrice: "106" } },
  SYMBOL_NOT_ALLOWED: { rules: { allowedSymbols: ["ETH/USD"] } },
  QUOTE_STALE: {
    rules: {},
    meanwhile: () => {
      feed.setFresh("BTC/USD", false);
    },
  },
  EQUITY_UNKNOWN: {
    rules: { maximumExposurePercent: d("80") },
    before: (client, base) => bought(client, base, "ETH/USD", "1"),
    meanwhile: () => {
      feed.setFresh("ETH/USD", false);
    },
  },
  DRAWDOWN_LIMIT: {
    rules: { drawdownPercent: d("20") },
    before: (client, base) => bought(client, base, "BTC/USD", "40"),
    meanwhile: () => {
      price("BTC/USD", "49.9", "50");
    },
    entry: { ...ENTRY, limitPrice: "45" },
  },
  DAILY_LOSS_LIMIT: {
    rules: { dailyLossPercent: d("5") },
    before: (client, base) => bought(client, base, "BTC/USD", "40"),
    meanwhile: () => {
      price("BTC/USD", "84.9", "85");
    },
    entry: { ...ENTRY, limitPrice: "80" },
  },
  LOSS_COOLDOWN: {
    rules: { lossStreak: { losses: 1, minutes: 5 } },
    before: async (client, base) => {
      await bought(client, base, "ETH/USD", "1");
      const closed = await client.write("POST", `${base}/positions/ETH/close`, {});
      expect(closed.status).toBe(201);
    },
  },
};

describe("every rule denies an entry through the API and lets the exit go on", () => {
  it.each(Object.entries(rules))("%s", async (code, { rules: limits, before, meanwhile, entry }) => {
    const { client, base } = await desk();
    await setRules(client, base, limits.lossStreak === undefined ? {} : limits);
    await bought(client, base, "BTC/USD", "1");
    await before?.(client, base);
    await setRules(client, base, limits);
    meanwhile?.();
    const response = await order(client, base, entry ?? ENTRY);
    const { error } = await denial(response);
    expect({ status: response.status, code: error.code }).toEqual({ status: 422, code });
    expect(error.message).toMatch(/^[A-Z0-9].{20,}\.$/s);

    const exit = await order(client, base, { symbol: "BTC/USD", side: "sell", type: "market", quantity: "1" });
    expect(exit.status).toBe(201);
  });

  it("by halting, until it is resumed", async () => {
    const { client, base } = await desk();
    await setRules(client, base);
    await bought(client, base, "BTC/USD", "1");
    expect((await client.write("POST", "/api/stop", { mode: "keep" })).status).toBe(200);
    await expectRefusal(await order(client, base, ENTRY), 422, "TRADING_HALTED");
    const asked = await check(client, base, ENTRY);
    expect(asked.denial?.code).toBe("TRADING_HALTED");
    const exit = await order(client, base, { symbol: "BTC/USD", side: "sell", type: "market", quantity: "1" });
    expect(exit.status).toBe(201);
  });

  async function denial(response: Response) {
    return response.json<{ error: { code: string; message: string } }>();
  }
});

describe("asking the rules without ordering", () => {
  it("answers every rule with value and room, exposure after, and the worst case at the stop with fees", async () => {
    const { client, base } = await desk();
    await bought(client, base, "BTC/USD", "1");
    const asked = await check(client, base, { ...ENTRY, stop: { type: "percent", percent: "5" } });
    expect(asked.denial).toBeNull();
    // 180 and the dearer fee of 0.4 %, less 171 and the taker's fee of 0.4 % on it.
    expect(asked.order).toMatchObject({ quantity: "2", value: "180", entry: "90", stop: "85.5", loss: "10.404" });
    expect(asked.exposure).toMatchObject({ before: "100", after: "280", afterPercent: "2.8" });
    const names = asked.rules.map(({ code }) => code);
    for (const code of ["POSITION_PERCENT_LIMIT", "EXPOSURE_LIMIT", "RISK_PER_TRADE_LIMIT", "INSUFFICIENT_FUNDS"]) {
      expect(names).toContain(code);
    }
    expect(asked.rules.every(({ passed }) => passed)).toBe(true);
    const detail = await (await client.get(base)).json<{ openOrders: object[] }>();
    expect(detail.openOrders).toEqual([]);
  });

  it("sizes an order by its risk: what it says is taken, a little more is not", async () => {
    const { client, base } = await desk();
    await setRules(client, base, { riskPerTradePercent: d("1") });
    const { quantity: _size, ...request } = { ...ENTRY, stop: { type: "price", price: "80" } };
    const { sizing, order: sized, denial } = await check(client, base, request);
    // 100 ÷ (90 + 0.36 − 80 + 0.32)
    expect(sizing).toEqual({ riskPercent: "1", riskAmount: "100", quantity: "9.36329588" });
    expect(sized?.quantity).toBe("9.36329588");
    expect(denial).toBeNull();
    const more = await check(client, base, { ...request, quantity: "9.363296" });
    expect(more.denial).toMatchObject({ code: "RISK_PER_TRADE_LIMIT", details: { largestQuantity: "9.36329588" } });
    const half = await check(client, base, { ...request, riskPercent: "0.5" });
    expect(half.sizing?.riskAmount).toBe("50");
  });

  it("says what the order itself would be told", async () => {
    const { client, base } = await desk();
    const request = { ...ENTRY, quantity: "40" };
    const { denial } = await check(client, base, request);
    const placed = await (await order(client, base, request)).json<{ error: object }>();
    expect(placed.error).toEqual(denial);
  });

  it("refuses a risk out of bounds and what is no order", async () => {
    const { client, base } = await desk();
    await expectRefusal(await client.post(`${base}/risk/check`, { ...ENTRY, riskPercent: "0" }), 400, "BAD_REQUEST");
    await expectRefusal(await client.post(`${base}/risk/check`, { ...ENTRY, leverage: "2" }), 400, "BAD_REQUEST");
  });

  it("shows what each position has at risk", async () => {
    const { client, base } = await desk();
    await order(client, base, {
      symbol: "BTC/USD",
      side: "buy",
      type: "market",
      quantity: "10",
      stop: { type: "price", price: "95" },
    });
    price("BTC/USD", "109.9", "110.1");
    const { standing } = await risk(client, base);
    // Cost 1004; at 95 it brings 950 less 3.8.
    expect(standing.positions).toMatchObject([
      { asset: "BTC", value: "1101", valueAtStop: "946.2", lossAtStop: "57.8", stopDistance: "15.1", rMultiple: "1.8" },
    ]);
    expect(standing).toMatchObject({ equity: "10097", lossAtStops: "57.8", dayLoss: "-97" });
  });
});

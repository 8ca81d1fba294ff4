import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultKinds } from "../../exchange-sim/admin/faults.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { switchNames } from "../../exchange-sim/switches.ts";
import { member, privateCall, publicCall, textAt } from "./support/rest-client.ts";

let exchange: Exchange;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "admin" });
});
afterAll(async () => {
  await exchange.stop();
});

async function admin(
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${exchange.url}/admin/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

describe("the admin API", () => {
  it("tells what kind of market this is", async () => {
    const { body } = await admin("GET", "info");
    expect(body).toMatchObject({
      mode: "simulated",
      time: "virtual",
      speed: 1,
      marketTime: "2026-10-01T12:00:00.000000Z",
    });
    expect(member(body, "symbols", 0)).toMatchObject({ symbol: "BTC/USD", status: "online", last: 64_000 });
  });

  it("makes keys, deposits and withdraws, and sets volumes", async () => {
    const { body } = await admin("POST", "keys", {
      account: "x",
      deposits: { USD: 1_000, BTC: "0.5" },
      withdraw: true,
      tier: "starter",
    });
    const key = { key: textAt(body, "key"), secret: textAt(body, "secret") };
    await admin("POST", "deposit", { account: "x", asset: "USD", amount: "-100" });
    await admin("POST", "volume", { account: "x", usd: "20000" });
    expect((await privateCall(exchange.url, key, "Balance")).result).toEqual({
      ZUSD: "900.0000",
      XXBT: "0.5000000000",
    });
    expect(member((await privateCall(exchange.url, key, "GetApiKeyInfo")).result, "permissions")).toContain(
      "withdraw-funds",
    );
    expect(member((await privateCall(exchange.url, key, "TradeVolume")).result, "volume")).toBe("20000.0000");
    expect(member((await privateCall(exchange.url, key, "Ledgers", { type: "withdrawal" })).result, "count")).toBe(1);
  });

  it("moves the price through the book or in a gap, and the clock", async () => {
    const last = async (): Promise<unknown> =>
      member((await publicCall(exchange.url, "Ticker", { pair: "ETHUSD" })).result, "XETHZUSD", "c", 0);
    const count = (): number => exchange.engine.markets.get("ETH/USD")?.nextTradeId ?? 0;
    const before = count();
    await admin("POST", "price", { symbol: "ETH/USD", price: 3_250 });
    expect(await last()).toBe("3250.00000");
    expect(count() - before).toBeGreaterThan(50);
    const walked = count();
    await admin("POST", "price", { symbol: "ETH/USD", price: "3400.00", mode: "gap" });
    expect(await last()).toBe("3400.00000");
    expect(count() - walked).toBe(1);
    const { body } = await admin("POST", "clock", { advanceMs: 1_500 });
    expect(member(body, "marketTime")).toBe("2026-10-01T12:00:01.500000Z");
  });

  it("lists, sets and draws switches, and arms and clears faults", async () => {
    const listed = (await admin("GET", "switches")).body;
    expect(Object.keys(Object(listed))).toEqual([...switchNames]);
    await admin("POST", "switches", { postOnlyCrossing: "accepted and cancelled" });
    expect(exchange.switches.value("postOnlyCrossing")).toBe("accepted and cancelled");
    await admin("POST", "switches", { draw: "a seed" });
    const drawn = exchange.switches.all();
    await admin("POST", "switches", { draw: "another" });
    expect(exchange.switches.all()).not.toEqual(drawn);
    await admin("POST", "switches", { draw: "a seed" });
    expect(exchange.switches.all()).toEqual(drawn);
    const { body } = await admin("POST", "faults", { kind: "dropAnswer", target: "AddOrder", times: 2 });
    expect(member((await admin("GET", "faults")).body, "armed", 0)).toEqual(body);
    await admin("DELETE", "faults", {});
    expect(exchange.faults.list()).toEqual([]);
  });

  it("sets the status of a pair and drops connections", async () => {
    await admin("POST", "status", { symbol: "SOL/USD", status: "cancel_only" });
    expect(member((await publicCall(exchange.url, "AssetPairs", { pair: "SOLUSD" })).result, "SOLUSD", "status")).toBe(
      "cancel_only",
    );
    await admin("POST", "status", { symbol: "SOL/USD", status: "online" });
    expect((await admin("POST", "drop-connections", {})).body).toEqual({ dropped: 0 });
    expect((await admin("POST", "text", { text: "x" })).status).toBe(200);
    expect((await admin("POST", "expire-tokens")).status).toBe(200);
    expect((await admin("POST", "unlock")).status).toBe(200);
    expect((await admin("POST", "restart")).status).toBe(200);
  });

  it("answers mistakes with a sentence and changes nothing", async () => {
    const mistakes: [string, string, object][] = [
      ["POST", "price", { symbol: "BTC/USD", price: "abc" }],
      ["POST", "price", { price: 1 }],
      ["POST", "deposit", { account: "nobody", asset: "USD", amount: 1 }],
      ["POST", "deposit", { account: "x", asset: "USD", amount: "-1000000" }],
      ["POST", "deposit", { account: "x", asset: "GOLD", amount: 1 }],
      ["POST", "volume", { account: "x", usd: "much" }],
      ["POST", "status", { status: "sleepy" }],
      ["POST", "status", { symbol: "XMR/USD", status: "online" }],
      ["POST", "switches", { nothing: true }],
      ["POST", "faults", { kind: "nothing" }],
    ];
    for (const [method, path, body] of mistakes) {
      const answer = await admin(method, path, body);
      expect([path, answer.status]).toEqual([path, 400]);
      expect(textAt(answer.body, "error").length).toBeGreaterThan(10);
    }
    expect((await admin("POST", "nothing")).status).toBe(404);
    expect(Object.keys(faultKinds).length).toBeGreaterThan(15);
  });
});

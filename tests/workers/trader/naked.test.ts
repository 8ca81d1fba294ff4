/** TRADING §4 "Naked quantity × seconds is measured; over 10 s alerts": in the object, on paper and at the real simulator. */
import { evictDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { accountList, type AccountView } from "../../../contract/accounts.ts";
import { decimal } from "../../../domain/decimal.ts";
import { guestBrowser, type Client } from "../api/client.ts";
import { admin, traderOf, useKeyExchange } from "../credentials/support.ts";
import { ScriptedFeed } from "./scripted-feed.ts";
import { expectOk, newTrader, place, rawStub, ringAlarm, type TestTrader } from "./support.ts";

const venueKey = z.object({ key: z.string(), secret: z.string() });

let uninstall: () => void = () => undefined;

afterEach(() => {
  vi.useRealTimers();
  uninstall();
});

async function viewOf(trader: TestTrader): Promise<AccountView> {
  return expectOk(await trader.stub().account(trader.principal, trader.accountId)).account;
}

async function alertsOf(trader: TestTrader): Promise<readonly unknown[]> {
  const { events } = expectOk(await trader.stub().events(trader.principal, trader.accountId, 0, 500));
  return events.filter(({ type, data }) => type === "alert_raised" && data["about"] === "unprotected");
}

describe("a position of a paper account whose stop cannot be armed", () => {
  it("is measured while the feed is away, alerts once beyond 10 s, and is whole again when the feed is back", async () => {
    const feed = new ScriptedFeed();
    uninstall = feed.install();
    const trader = await newTrader();
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "1", stop: null }));
    feed.away = true;
    vi.useFakeTimers({ toFake: ["Date"] });
    const since = Date.now();
    expectOk(
      await trader.stub().protectPosition(trader.principal, trader.accountId, "BTC", {
        stop: { type: "price", price: decimal("90") },
      }),
    );
    expect((await viewOf(trader)).positions[0]?.protection).toMatchObject({
      status: "pending",
      naked: { owed: "1", owedSince: since },
    });
    vi.setSystemTime(since + 9_000);
    await ringAlarm(trader, "waiting");
    expect(await alertsOf(trader)).toEqual([]);
    vi.setSystemTime(since + 12_000);
    await ringAlarm(trader, "waiting");
    vi.setSystemTime(since + 15_000);
    await ringAlarm(trader, "waiting");
    expect(await alertsOf(trader)).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ severity: "critical", message: expect.stringContaining("1 BTC") }),
      }),
    ]);

    await evictDurableObject(rawStub(trader));
    feed.away = false;
    vi.setSystemTime(since + 18_000);
    await ringAlarm(trader, "waiting");
    const { positions, longestNaked } = await viewOf(trader);
    expect(positions[0]?.protection).toMatchObject({ status: "protected", naked: { owed: "0", owedSince: null } });
    expect(positions[0]?.protection.naked).toMatchObject({ longestMs: 18_000, quantitySeconds: "18" });
    expect(longestNaked).toMatchObject({ asset: "BTC", milliseconds: 18_000 });
    expect(await alertsOf(trader)).toHaveLength(1);
  });
});

async function krakenOf(client: Client): Promise<AccountView | undefined> {
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  return accounts.find(({ kind }) => kind === "kraken");
}

async function setStatus(status: "online" | "cancel_only"): Promise<void> {
  await admin("POST", "status", { symbol: "SOL/USD", status });
}

describe("a position at Kraken whose stop is not taken", () => {
  it("is owed its stop until the exchange takes one, and alerts beyond 10 s though nobody asks anything", async () => {
    // A pair's status is everybody's: this exchange has no other test that trades.
    await useKeyExchange();
    const client = await guestBrowser();
    const wish = { account: crypto.randomUUID(), tier: "pro", deposits: { USD: "1000", SOL: "5" } };
    const { key, secret } = venueKey.parse(await admin("POST", "keys", wish));
    await client.get("/api/accounts");
    expect((await client.post("/api/credentials/kraken", { key, secret })).status).toBe(200);
    // Twice a second: reads count against the user's budget.
    const until = (what: string, check: (account: AccountView) => boolean): Promise<void> =>
      expect
        .poll(async () => [await krakenOf(client)].some((account) => account !== undefined && check(account)), {
          timeout: 15_000,
          interval: 500,
          message: what,
        })
        .toBe(true);
    await until("it trades", ({ exchange }) => exchange?.connection.status === "trading");
    const base = `/api/accounts/${(await krakenOf(client))?.id ?? ""}`;
    expect((await client.write("POST", `${base}/holdings/SOL/adopt`, { quantity: "4", cost: "100" })).status).toBe(200);
    await setStatus("cancel_only");
    const stop = { type: "price", price: "1" };
    expect((await client.write("PUT", `${base}/positions/SOL/protection`, { stop })).status).toBe(200);
    const told = async (): Promise<string> => JSON.stringify(await (await client.get(`${base}/events`)).json());
    await expect.poll(told, { timeout: 10_000, interval: 500 }).toContain("action_deferred");
    const trader = { id: await traderOf(client) };
    vi.useFakeTimers({ now: Date.now() + 10_500, toFake: ["Date"] });
    await ringAlarm(trader, "kraken");
    const reason = "its stop at 1 has to wait. Kraken takes only cancels in this market at the moment.";
    await expect.poll(told, { timeout: 10_000, interval: 500 }).toContain(reason);
    await setStatus("online");
    vi.setSystemTime(Date.now() + 11_000);
    await ringAlarm(trader, "kraken");
    await until("it stands", (account) => account.positions[0]?.protection.status === "protected");
    const account = await krakenOf(client);
    expect(account?.positions[0]?.protection.naked).toMatchObject({ owed: "0", left: "0" });
    expect(account?.longestNaked?.milliseconds).toBeGreaterThan(20_000);
  });
});

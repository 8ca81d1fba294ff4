import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountDetail, accountList } from "../../../contract/accounts.ts";
import { resumed, stopReport } from "../../../contract/halts.ts";
import { notifications, savedNotifications, testNotificationResult } from "../../../contract/notifications.ts";
import { priceAlert, priceAlertList } from "../../../contract/price-alerts.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import { expectRefusal, guestBrowser, type Client } from "./client.ts";
import { testSecret } from "../../support/secrets.ts";

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  uninstall();
});

async function desk(): Promise<{ client: Client; base: string; accountId: string }> {
  const client = await guestBrowser();
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  const accountId = accounts[0]?.id ?? "";
  return { client, accountId, base: `/api/accounts/${accountId}` };
}

describe("Stop", () => {
  it("reports what it did, denies entries until it is resumed, and needs no idempotency key", async () => {
    const { client, base, accountId } = await desk();
    const limit = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "1", limitPrice: "90" };
    expect((await client.write("POST", `${base}/orders`, limit)).status).toBe(201);
    const report = stopReport.parse(await (await client.post("/api/stop", { mode: "keep" })).json());
    expect(report).toMatchObject({ mode: "keep", complete: true, accounts: [{ accountId, stopped: true }] });
    expect(report.accounts[0]?.steps.map(({ what, outcome }) => `${what} ${outcome}`)).toEqual([
      "entries done",
      "cancel done",
    ]);
    const { account } = accountDetail.parse(await (await client.get(base)).json());
    expect(account.halts).toMatchObject([{ kind: "stopped", reason: "Stopped by you." }]);
    await expectRefusal(await client.write("POST", `${base}/orders`, limit), 422, "TRADING_HALTED");
    const again = resumed.parse(await (await client.post(`${base}/halts/resume`, { how: "wait" })).json());
    expect(again).toMatchObject({ resumed: [{ kind: "stopped" }], halts: [] });
    expect((await client.write("POST", `${base}/orders`, limit)).status).toBe(201);
    await expectRefusal(await client.post(`${base}/halts/resume`, { how: "wait" }), 422, "NOTHING_CHANGED");
  });

  it("of one account leaves the others, and of another user's does not exist", async () => {
    const { client, base, accountId } = await desk();
    const opened = await client.write("POST", "/api/accounts", { name: "Second" });
    expect(opened.status).toBe(201);
    const report = stopReport.parse(await (await client.post(`${base}/stop`, { mode: "protect" })).json());
    expect(report.accounts.map((account) => account.accountId)).toEqual([accountId]);
    const stranger = await guestBrowser();
    await expectRefusal(await stranger.post(`${base}/stop`, { mode: "flatten" }), 404, "NOT_FOUND");
    await expectRefusal(await client.post(`${base}/stop`, { mode: "burn" }), 400, "BAD_REQUEST");
  });

  it("works while D1 stalls, on the signed cookie", async () => {
    const { client } = await desk();
    const database = Reflect.get(env, "DB");
    const stalls = new Proxy(Object(database), {
      get: () => () => new Promise(() => undefined),
    });
    Reflect.set(env, "DB", stalls);
    try {
      feed.away = true;
      const response = await client.post("/api/stop", { mode: "flatten" });
      expect(stopReport.parse(await response.json()).accounts).toMatchObject([{ stopped: true }]);
    } finally {
      Reflect.set(env, "DB", database);
    }
  });
});

describe("price alerts", () => {
  it("are set once per key, listed with the account, and removed", async () => {
    const { client, base } = await desk();
    feed.print("BTC/USD", "100", "1");
    const request = { symbol: "BTC/USD", direction: "above", price: "120.04", note: " sell some " };
    const made = await client.write("POST", `${base}/price-alerts`, request, "alert-one");
    expect(made.status).toBe(201);
    const alert = priceAlert.parse(await made.json());
    expect(alert).toMatchObject({ price: "120", note: "sell some" });
    await client.write("POST", `${base}/price-alerts`, request, "alert-one");
    const list = priceAlertList.parse(await (await client.get(`${base}/price-alerts`)).json());
    expect(list.alerts).toEqual([alert]);
    const { account } = accountDetail.parse(await (await client.get(base)).json());
    expect(account.priceAlerts).toEqual([alert]);
    const left = await client.write("DELETE", `${base}/price-alerts/${alert.id}`);
    expect(priceAlertList.parse(await left.json())).toMatchObject({ alerts: [], past: [{ outcome: "removed" }] });
    await expectRefusal(await client.write("DELETE", `${base}/price-alerts/${alert.id}`), 404, "NOT_FOUND");
  });
});

describe("outgoing channels", () => {
  const token = testSecret("token of a Telegram bot", "123456789:a-token-of-a-bot-that-is-none-7890");

  it("are saved sealed, shown masked, unchanged by blank fields, and removed", async () => {
    const { client } = await desk();
    const saved = await client.send("PUT", "/api/notifications", {
      body: {
        topics: ["halts", "stops"],
        webhook: { url: testSecret("address of a webhook", "https://hooks.example.com/private-part") },
        telegram: { token, chatId: "42" },
      },
    });
    const first = savedNotifications.parse(await saved.json());
    expect(first).toMatchObject({
      topics: ["halts", "stops"],
      webhook: { host: "hooks.example.com", enabled: true, waiting: 0 },
      telegram: { token: "7890", chatId: "42" },
    });
    expect(first.webhookSecret).toMatch(/^[0-9a-f]{64}$/u);
    const blank = { webhook: { url: "", enabled: false }, telegram: { token: "", chatId: "@channel" } };
    const second = savedNotifications.parse(
      await (await client.send("PUT", "/api/notifications", { body: blank })).json(),
    );
    expect(second).toMatchObject({
      webhookSecret: null,
      topics: ["halts", "stops"],
      webhook: { host: "hooks.example.com", enabled: false },
      telegram: { token: "7890", chatId: "@channel" },
    });
    const shown = await (await client.get("/api/notifications")).text();
    expect(shown).not.toContain("private-part");
    expect(shown).not.toContain("a-token-of-a-bot");
    const left = await client.send("DELETE", "/api/notifications?channel=telegram");
    expect(notifications.parse(await left.json())).toMatchObject({ telegram: null, webhook: { enabled: false } });
  });

  it("are refused where they would post in the open or into a private network", async () => {
    const { client } = await desk();
    for (const url of ["http://hooks.example.com/", "https://10.0.0.1/", "https://localhost/hook"]) {
      const response = await client.send("PUT", "/api/notifications", { body: { webhook: { url } } });
      await expectRefusal(response, 400, "BAD_REQUEST");
    }
    await expectRefusal(
      await client.send("PUT", "/api/notifications", { body: { telegram: { chatId: "42" } } }),
      400,
      "BAD_REQUEST",
    );
  });

  it("are told of a stop by a queue of their own", async () => {
    const { client } = await desk();
    // The simulator of the exchange stands in for a webhook: it answers every address.
    const url = new URL("/no-such-hook", env.KRAKEN_REST_URL).href;
    await client.send("PUT", "/api/notifications", { body: { webhook: { url } } });
    expect((await client.post("/api/stop", { mode: "keep" })).status).toBe(200);
    await expect
      .poll(async () => {
        const { webhook } = notifications.parse(await (await client.get("/api/notifications")).json());
        return `${webhook?.waiting} ${webhook?.last?.message}`;
      })
      .toBe("0 The webhook took it.");
    const told = await client.post("/api/notifications/test", { channel: "webhook" });
    expect(testNotificationResult.parse(await told.json())).toMatchObject({ delivered: true });
  });

  it("say what became of a test", async () => {
    const { client } = await desk();
    await expectRefusal(
      await client.post("/api/notifications/test", { channel: "webhook" }),
      422,
      "CHANNEL_UNAVAILABLE",
    );
    await client.send("PUT", "/api/notifications", { body: { webhook: { url: "http://127.0.0.1:9/hook" } } });
    const tested = await client.post("/api/notifications/test", { channel: "webhook" });
    const result = testNotificationResult.parse(await tested.json());
    expect(result).toMatchObject({ channel: "webhook", delivered: false });
    expect(result.message).toMatch(/^The webhook /u);
  });
});

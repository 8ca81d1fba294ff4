/** Stop of an account at Kraken, on the real exchange simulator: everything of the desk ends, nothing else is touched. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DELETE_CONFIRMATION } from "../../../contract/auth.ts";
import { accountList, type AccountView } from "../../../contract/accounts.ts";
import { stopReport } from "../../../contract/halts.ts";
import { placedOrder, type OrderView } from "../../../contract/orders.ts";
import { guestBrowser, type Client } from "../api/client.ts";

const DAY_MS = 24 * 3600_000;
const venueKey = z.object({ key: z.string(), secret: z.string() });

async function kraken(client: Client): Promise<AccountView | undefined> {
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  return accounts.find(({ kind }) => kind === "kraken");
}

async function traderOf(accountId: string): Promise<string> {
  const row = await env.DB.prepare("SELECT trader_id FROM orders WHERE account_id = ?")
    .bind(accountId)
    .first<{ trader_id: string }>();
  return row?.trader_id ?? "";
}

async function until(what: string, check: (account: AccountView | undefined) => boolean, client: Client) {
  await expect
    .poll(async () => check(await kraken(client)), { timeout: 45_000, interval: 500, message: what })
    .toBe(true);
}

async function place(client: Client, base: string, more: object): Promise<OrderView> {
  const order = { symbol: "BTC/USD", side: "buy", quantity: "0.001", stop: null, ...more };
  let body: unknown = null;
  // Right after a key was connected its calls are still owed to the reserve of what protects.
  const status = async (): Promise<number> => {
    const response = await client.write("POST", `${base}/orders`, order);
    body = await response.json();
    return response.status;
  };
  await expect.poll(status, { timeout: 30_000, interval: 1_000, message: "the order is taken" }).toBe(201);
  return placedOrder.parse(body).order;
}

describe("Stop at Kraken", () => {
  it("cancels at the exchange, sells what the desk manages and nothing external, and says so", async () => {
    const client = await guestBrowser();
    const response = await fetch(`${env.KRAKEN_REST_URL}/admin/keys`, {
      method: "POST",
      body: JSON.stringify({ account: crypto.randomUUID(), tier: "pro", deposits: { USD: "50000", BTC: "1" } }),
    });
    const { key, secret } = venueKey.parse(await response.json());
    await client.get("/api/accounts");
    expect((await client.post("/api/credentials/kraken", { key, secret })).status).toBe(200);
    await until("the account trades", (account) => account?.exchange?.connection.status === "trading", client);
    const id = (await kraken(client))?.id ?? "";
    const base = `/api/accounts/${id}`;
    await place(client, base, { type: "market" });
    await until("the desk has a position", (account) => account?.positions[0]?.quantity === "0.001", client);
    const resting = await place(client, base, { type: "limit", limitPrice: "61500" });

    // Nobody could end these afterwards.
    const kept = await client.send("DELETE", "/api/me", { body: { confirmation: DELETE_CONFIRMATION } });
    expect(kept.status).toBe(409);
    expect(await kept.json()).toMatchObject({ error: { code: "LEFT_AT_EXCHANGE" } });

    const report = stopReport.parse(await (await client.post("/api/stop", { mode: "flatten" })).json());
    const steps = report.accounts.find(({ accountId }) => accountId === id)?.steps ?? [];
    expect(steps).toContainEqual(expect.objectContaining({ what: "cancel", orderId: resting.id }));
    expect(steps).toContainEqual(expect.objectContaining({ what: "sell", asset: "BTC" }));
    expect(steps.filter(({ outcome }) => outcome === "failed")).toEqual([]);

    await until("it is sold", (account) => account?.positions.length === 0, client);
    const after = await kraken(client);
    expect(after?.halts).toMatchObject([{ kind: "stopped", positions: "flatten" }]);
    expect(after?.balances).toContainEqual(expect.objectContaining({ asset: "BTC", total: "1", external: "1" }));
    const order = placedOrder.parse(await (await client.get(`${base}/orders/${resting.id}`)).json()).order;
    expect(order.status).toBe("cancelled");
    const denied = await client.write("POST", `${base}/orders`, {
      symbol: "BTC/USD",
      side: "buy",
      type: "market",
      quantity: "0.001",
    });
    expect(denied.status).toBe(422);
    expect(await denied.json()).toMatchObject({ error: { code: "TRADING_HALTED" } });
    // With a key it is never idle; without anything at Kraken its owner may delete it.
    const later = Date.now() + 31 * DAY_MS;
    expect(await env.TRADER.getByName(await traderOf(id)).lastActive(later)).toBe(later);
    expect((await client.send("DELETE", "/api/me", { body: { confirmation: DELETE_CONFIRMATION } })).status).toBe(200);
  }, 120_000);
});

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { accountList, boughtCost, type AccountView } from "../../../contract/accounts.ts";
import { placedOrder, type PlacedOrder } from "../../../contract/orders.ts";
import { guestBrowser, type Client } from "../api/client.ts";

const venueKey = z.object({ key: z.string(), secret: z.string() });
/** Kraken's names of the private calls that were made, in order. */
let privateCalls: string[] = [];

beforeEach(() => {
  privateCalls = [];
  const { fetch: inner } = globalThis;
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const call = /\/0\/private\/(\w+)/u.exec(url)?.[1];
    if (call !== undefined) {
      privateCalls.push(call);
    }
    return inner(input, init);
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Asks twice a second: reads count against the user's budget. */
async function eventually(what: string, check: () => Promise<boolean>, ms = 15_000): Promise<void> {
  await expect.poll(check, { timeout: ms, interval: 500, message: what }).toBe(true);
}

async function accountsOf(client: Client): Promise<readonly AccountView[]> {
  return accountList.parse(await (await client.get("/api/accounts")).json()).accounts;
}

async function accountOf(client: Client, kind: AccountView["kind"]): Promise<AccountView> {
  const found = (await accountsOf(client)).find((account) => account.kind === kind);
  if (found === undefined) {
    throw new Error(`there is no ${kind} account`);
  }
  return found;
}

async function place(client: Client, accountId: string, more: object): Promise<PlacedOrder> {
  const order = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.001", limitPrice: "61500", ...more };
  const response = await client.write("POST", `/api/accounts/${accountId}/orders`, order);
  const body: unknown = await response.json();
  expect({ status: response.status, body }).toMatchObject({ status: 201 });
  return placedOrder.parse(body);
}

async function keyOf(account: string, deposits: object): Promise<z.infer<typeof venueKey>> {
  const response = await fetch(`${env.KRAKEN_REST_URL}/admin/keys`, {
    method: "POST",
    body: JSON.stringify({ account, tier: "pro", deposits }),
  });
  return venueKey.parse(await response.json());
}

async function connect(client: Client, venueAccount: string = crypto.randomUUID()): Promise<AccountView> {
  const { key, secret } = await keyOf(venueAccount, { USD: "50000", BTC: "1" });
  await client.get("/api/accounts");
  expect((await client.post("/api/credentials/kraken", { key, secret })).status).toBe(200);
  await eventually(
    "the account trades",
    async () =>
      (await accountsOf(client)).some(({ exchange }) => exchange !== null && exchange.connection.status === "trading"),
    15_000,
  );
  return accountOf(client, "kraken");
}

// First: accounts at Kraken of the tests below go on calling by themselves.
describe("a paper account", () => {
  it("makes no private call, whatever it does", async () => {
    const client = await guestBrowser();
    const { id } = await accountOf(client, "paper");
    const { order } = await place(client, id, {});
    await place(client, id, { type: "market", limitPrice: undefined });
    await client.write("PATCH", `/api/accounts/${id}/orders/${order.id}`, { quantity: "0.002" });
    await client.write("DELETE", `/api/accounts/${id}/orders/${order.id}`);
    await client.write("POST", `/api/accounts/${id}/positions/BTC/close`, { percent: 100 });
    expect(
      (await client.write("POST", `/api/accounts/${id}/holdings/BTC/adopt`, { quantity: "1", cost: "1" })).status,
    ).toBe(409);
    expect(privateCalls).toEqual([]);
    // The same eyes see the calls of an account at Kraken.
    await connect(client);
    expect(privateCalls).toContain("BalanceEx");
    privateCalls = [];
    await place(client, id, {});
    expect(
      privateCalls.filter((call) => /Order/u.test(call) && call !== "OpenOrders" && call !== "QueryOrders"),
    ).toEqual([]);
  });
});

describe("an account at Kraken", () => {
  it("asks Kraken's history what a holding was bought for, and books nothing of it", async () => {
    const client = await guestBrowser();
    const { id } = await connect(client);
    const path = `/api/accounts/${id}/holdings`;
    const found = boughtCost.parse(await (await client.get(`${path}/BTC/cost`)).json());
    // It was deposited: no trade brought it. Right after the connection there may be no room in the counters to read so far.
    expect(found).toMatchObject({ wanted: "1", quantity: "0", cost: "0", problem: null, stoppedBy: null });
    expect(["reading", "ended"]).toContain(found.reach);
    const { balances } = await accountOf(client, "kraken");
    expect(balances.find(({ asset }) => asset === "BTC")).toMatchObject({ total: "1", external: "1" });
    expect((await client.get(`${path}/ETH/cost`)).status).toBe(404);
    const paper = await accountOf(client, "paper");
    expect((await client.get(`/api/accounts/${paper.id}/holdings/BTC/cost`)).status).toBe(404);
  });

  it("takes another key of the same Kraken account, and none of another one", async () => {
    const client = await guestBrowser();
    const venueAccount = crypto.randomUUID();
    await connect(client, venueAccount);
    const path = "/api/credentials/kraken";
    const foreign = await keyOf(crypto.randomUUID(), { USD: "7" });
    const refused = await client.send("PUT", path, { body: { key: foreign.key, secret: foreign.secret } });
    const problem: unknown = await refused.json();
    expect(problem).toMatchObject({ error: { code: "KEY_REFUSED" } });
    expect(JSON.stringify(problem)).toContain("belongs to another Kraken account");
    const own = await keyOf(venueAccount, {});
    const taken = await client.send("PUT", path, { body: { key: own.key, secret: own.secret } });
    expect(taken.status).toBe(200);
  });

  it("appears with a key, counts what was there as external, and adopts what it is told to", async () => {
    const client = await guestBrowser();
    const account = await connect(client);
    expect(account.balances).toContainEqual(expect.objectContaining({ asset: "BTC", total: "1", external: "1" }));
    const adopted = await client.write("POST", `/api/accounts/${account.id}/holdings/BTC/adopt`, {
      quantity: "0.4",
      cost: "20000",
    });
    expect(adopted.status).toBe(200);
    const { positions } = await accountOf(client, "kraken");
    expect(positions).toMatchObject([{ asset: "BTC", quantity: "0.4", cost: "20000" }]);
  });

  it("places an order at the exchange, and cancels it there", async () => {
    const client = await guestBrowser();
    const { id } = await connect(client);
    const { order } = await place(client, id, {});
    const path = `/api/accounts/${id}/orders/${order.id}`;
    const status = async (): Promise<string> => placedOrder.parse(await (await client.get(path)).json()).order.status;
    await eventually("open", async () => (await status()) === "open");
    expect((await client.write("DELETE", path)).status).toBe(200);
    await eventually("cancelled", async () => (await status()) === "cancelled", 20_000);
    const external = `/api/accounts/${id}/external-orders`;
    expect((await client.send("DELETE", external)).status).toBe(400);
    expect((await client.send("DELETE", `${external}?confirm=external`)).status).toBe(400);
    // Named is what was read: what is not there any more is said, and nothing else is cancelled.
    const answer = await client.write("DELETE", `${external}?confirm=external&orders=OGONE-11111-AAAAAA`);
    expect(await answer.json()).toMatchObject({
      cancelled: [],
      failed: [{ venueOrderId: "OGONE-11111-AAAAAA", error: { code: "NOT_FOUND" } }],
    });
  });
});

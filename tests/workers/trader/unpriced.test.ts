/** What an account at Kraken held without a price when it was connected, with the exchange simulator and a feed that learns late. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { accountDetail, accountList } from "../../../contract/accounts.ts";
import { guestBrowser, type Client } from "../api/client.ts";
import { traderOf } from "../credentials/support.ts";
import { ETH, ScriptedFeed } from "./scripted-feed.ts";
import { ringAlarm } from "./support.ts";

const venueKey = z.object({ key: z.string(), secret: z.string() });

let feed: ScriptedFeed;
let uninstall: () => void;

beforeEach(() => {
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  vi.useRealTimers();
  uninstall();
});

async function connectedWith(client: Client, deposits: object): Promise<string> {
  const response = await fetch(`${env.KRAKEN_REST_URL}/admin/keys`, {
    method: "POST",
    body: JSON.stringify({ account: crypto.randomUUID(), tier: "pro", deposits }),
  });
  const { key, secret } = venueKey.parse(await response.json());
  await client.get("/api/accounts");
  expect((await client.post("/api/credentials/kraken", { key, secret })).status).toBe(200);
  let id = "";
  const trades = async (): Promise<boolean> => {
    const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
    const found = accounts.find(({ exchange }) => exchange?.connection.status === "trading");
    id = found?.id ?? "";
    return found !== undefined;
  };
  await expect.poll(trades, { timeout: 20_000, interval: 500, message: "the account trades" }).toBe(true);
  return id;
}

describe("a holding that had no price when the account was connected", () => {
  it("is in the baseline as soon as it has one, and never profit", async () => {
    feed.unlist("ETH/USD");
    const client = await guestBrowser();
    const id = await connectedWith(client, { USD: "50000", ETH: "2" });
    const read = async () => accountDetail.parse(await (await client.get(`/api/accounts/${id}`)).json());
    const before = await read();
    expect(before.account).toMatchObject({ baseline: "50000", unvalued: ["ETH"] });
    expect(before.valuation).toMatchObject({ equity: null, todayProfit: null, complete: false });

    feed.list(ETH, [["10", "50"]], [["10", "50"]]);
    expect((await read()).valuation).toMatchObject({ equity: "50020", todayProfit: null, complete: false });

    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 60_000);
    await ringAlarm({ id: await traderOf(client) }, "equity");
    const after = await read();
    expect(after.account).toMatchObject({ baseline: "50020", unvalued: [] });
    expect(after.valuation).toMatchObject({ equity: "50020", todayProfit: "0", complete: true });
  });
});

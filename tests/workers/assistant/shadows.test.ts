import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accountDetail, accountList } from "../../../contract/accounts.ts";
import { DELETE_CONFIRMATION } from "../../../contract/auth.ts";
import { shadowList } from "../../../contract/assistant.ts";
import { marketList } from "../../../contract/markets.ts";
import {
  addDecider,
  decide,
  addEndpoint,
  BASE,
  ended,
  mockUrl,
  newDesk,
  start,
  traderIdOf,
  waitFor,
  type Desk,
} from "./support.ts";

async function shadowsOf({ client }: Desk) {
  return shadowList.parse(await (await client.get(`${BASE}/shadows`)).json()).shadows;
}

describe("a model's own account", () => {
  it("carries out every proposal that could be one, clicked or not, and is no account of the user's", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await ended(desk, (await start(desk, endpoint, "[hold]")).id);
    expect(await shadowsOf(desk)).toEqual([]);
    await ended(desk, (await start(desk, endpoint, "[buy]")).id);
    const shadow = await waitFor("the shadow has bought", async () => {
      const [found] = await shadowsOf(desk);
      return found?.placed === 1 ? found : null;
    });
    expect(shadow).toMatchObject({ providerId: endpoint, modelId: "mock-1", startingBalance: "10000", positions: 1 });
    expect(Number(shadow.equity)).toBeGreaterThan(9_900);
    const { accounts } = accountList.parse(await (await desk.client.get("/api/accounts")).json());
    expect(accounts).toHaveLength(1);
    const own = accountDetail.parse(await (await desk.client.get(`/api/accounts/${desk.accountId}`)).json());
    expect(own.account.positions).toEqual([]);
  });

  it("records a sale of what it does not hold as nothing, and caps one at what it holds", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await ended(desk, (await start(desk, endpoint, "[sell]")).id);
    const before = await waitFor("nothing was sold", async () => {
      const [found] = await shadowsOf(desk);
      return found?.nothing === 1 ? found : null;
    });
    expect(before).toMatchObject({ placed: 0, denied: 0, positions: 0 });
    await ended(desk, (await start(desk, endpoint, "[buy]")).id);
    await waitFor("it has bought", async () => ((await shadowsOf(desk))[0]?.placed === 1 ? true : null));
    await ended(desk, (await start(desk, endpoint, "[sell] all")).id);
    const after = await waitFor("it has sold what it had", async () => {
      const [found] = await shadowsOf(desk);
      return found?.placed === 2 ? found : null;
    });
    expect(after).toMatchObject({ positions: 0, denied: 0 });
  });

  it("buys without the context and closes what it holds, although its user holds none of it", async () => {
    const desk = await newDesk();
    const endpoint = await addDecider(desk, { action: "buy", quantity: "0.001" });
    const bought = await ended(desk, (await start(desk, endpoint, "buy", { withContext: false })).id);
    expect(bought.proposals).toMatchObject([{ obstacle: { code: "PROPOSAL_UNUSABLE" } }]);
    await waitFor("it has bought", async () => ((await shadowsOf(desk))[0]?.placed === 1 ? true : null));
    await decide(desk, endpoint, { action: "close", quantity: null });
    const closing = await ended(desk, (await start(desk, endpoint, "close")).id);
    expect(closing.proposals).toMatchObject([{ trade: { action: "close" }, status: "noted" }]);
    const closed = await waitFor(
      "it has closed",
      async () => (await shadowsOf(desk)).find(({ placed }) => placed === 2) ?? null,
    );
    expect(closed).toMatchObject({ positions: 0, nothing: 0, denied: 0 });
  });

  it("takes a size by risk that its own rules take, fees included, and so does the trader's", async () => {
    const desk = await newDesk();
    const { markets } = marketList.parse(await (await desk.client.get("/api/markets")).json());
    const last = Number(markets.find(({ instrument }) => instrument.symbol === "BTC/USD")?.ticker?.last ?? 0);
    expect(last).toBeGreaterThan(0);
    const stop = String(Math.round(last * 0.9));
    const endpoint = await addDecider(desk, { action: "buy", riskPercent: "1.9", stop });
    const { proposals } = await ended(desk, (await start(desk, endpoint, "buy by risk")).id);
    expect(proposals).toMatchObject([{ status: "open", obstacle: null, request: { quantity: expect.any(String) } }]);
    const click = await desk.client.write("POST", `${BASE}/proposals/${proposals[0]?.id ?? ""}/execute`, {});
    expect(click.status, await click.clone().text()).toBe(200);
    await waitFor("the shadow has bought", async () => ((await shadowsOf(desk))[0]?.placed === 1 ? true : null));
  });

  it("goes with its user, in every table", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await ended(desk, (await start(desk, endpoint, "[buy]")).id);
    await waitFor("it has bought", async () => ((await shadowsOf(desk))[0]?.placed === 1 ? true : null));
    const traderId = await traderIdOf(desk);
    const rows = async (): Promise<number> =>
      (await env.DB.prepare("SELECT COUNT(*) AS n FROM fills WHERE trader_id >= ? AND trader_id < ?")
        .bind(`${traderId}~`, `${traderId}\u007f`)
        .first<number>("n")) ?? 0;
    await waitFor("its fill is in the history", async () => ((await rows()) === 1 ? true : null));
    const erased = await desk.client.send("DELETE", "/api/me", { body: { confirmation: DELETE_CONFIRMATION } });
    expect(erased.status).toBe(200);
    expect(await rows()).toBe(0);
  });
});

/** Price alerts that ask a model when they fire: the real Trader tells the real Assistant, which asks and only proposes. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { chatPage, runPage, type RunView } from "../../../contract/assistant.ts";
import { orderPage } from "../../../contract/orders.ts";
import { priceAlert, type PriceAlertView } from "../../../contract/price-alerts.ts";
import { ticker } from "../../../contract/markets.ts";
import { eventList } from "../../../contract/trader-socket.ts";
import { decimal, multiply, round } from "../../../domain/decimal.ts";
import type { TriggerDelivery } from "../../../domain/market.ts";
import type { TriggerReceiver } from "../../../durable-objects/market-feed/port.ts";
import { addDecider, BASE, ended, newDesk, traderIdOf, waitFor, type Desk } from "./support.ts";

const RULES = { providerId: "rules", modelId: "rules" };
const FAR = decimal("1.2");

/** An alert so far above the market that only the test's own print fires it. */
async function alertAt(desk: Desk, symbol: string, ask: object | null, note: string | null): Promise<PriceAlertView> {
  const { client, accountId } = desk;
  const { last } = ticker.parse(await (await client.get(`/api/markets/${symbol.replace("/", "-")}/ticker`)).json());
  const price = round(multiply(last ?? decimal("1"), FAR), 1, "down");
  const body = { symbol, direction: "above", price, note, ask };
  const made = await client.write("POST", `/api/accounts/${accountId}/price-alerts`, body);
  expect(made.status, await made.clone().text()).toBe(201);
  return priceAlert.parse(await made.json());
}

/** What the feed tells the Trader when a trade reaches the alerts. */
async function reached(traderId: string, alerts: readonly PriceAlertView[]): Promise<void> {
  const stub: TriggerReceiver = env.TRADER.getByName(traderId);
  const deliveries = alerts.map(({ id, symbol, price }, index): TriggerDelivery => {
    const trade = {
      id: Number.MAX_SAFE_INTEGER - 10,
      symbol,
      time: Date.now(),
      price,
      quantity: decimal("1"),
      side: "buy" as const,
    };
    return {
      deliveryId: 1_000_000 + index,
      orderId: id,
      version: 1,
      symbol,
      trades: [trade],
      bid: null,
      ask: null,
      late: false,
    };
  });
  await stub.deliverTriggers(deliveries);
}

async function alertsOf({ client, accountId }: Desk): Promise<readonly string[]> {
  const { events } = eventList.parse(
    await (await client.get(`/api/accounts/${accountId}/events?after=0&limit=500`)).json(),
  );
  return events.flatMap(({ type, data }) =>
    type === "alert_raised" && typeof data.message === "string" ? [data.message] : [],
  );
}

async function triggeredRuns({ client }: Desk): Promise<readonly RunView[]> {
  const { rows } = runPage.parse(await (await client.get(`${BASE}/runs`)).json());
  return rows.filter(({ triggers }) => triggers !== undefined);
}

describe("price alerts that ask a model", () => {
  it("and fire together make one run that names them all, through an eviction, and order nothing", async () => {
    const desk = await newDesk();
    const traderId = await traderIdOf(desk);
    const decider = await addDecider(desk, { action: "buy", quantity: "0.001" });
    const ask = { providerId: decider, modelId: "mock-1" };
    const alerts = [
      await alertAt(desk, "BTC/USD", ask, "breakout"),
      await alertAt(desk, "ETH/USD", ask, null),
      await alertAt(desk, "BTC/USD", null, null),
    ];
    await reached(traderId, alerts);
    await reached(traderId, alerts);
    const stub = env.ASSISTANT.getByName(traderId);
    await waitFor("the assistant was told", async () => {
      const told = await runInDurableObject(stub, (_instance, state) =>
        state.storage.sql.exec("SELECT id FROM run_triggers").toArray(),
      );
      return told.length === 2 ? told : null;
    });
    await evictDurableObject(stub);
    const run = await waitFor("a model was asked", async () => (await triggeredRuns(desk))[0] ?? null);
    const record = await ended(desk, run.id);
    expect(record.run.triggers?.map(({ id, note }) => [id, note])).toEqual([
      [alerts[0]?.id, "breakout"],
      [alerts[1]?.id, null],
    ]);
    expect(record.run).toMatchObject({ ...ask, accountId: desk.accountId, symbols: ["BTC/USD", "ETH/USD"] });
    expect(record.messages.at(-1)?.content).toContain("my alert was for above");
    expect(record.proposals).toMatchObject([{ status: "open", trade: { action: "buy" } }]);
    expect(await triggeredRuns(desk)).toHaveLength(1);
    const told = await waitFor("the answer is an alert of the desk", async () => {
      const found = (await alertsOf(desk)).filter((message) => message.includes("answered"));
      return found.length === 0 ? null : found;
    });
    expect(told).toEqual([
      "mock-1 answered your 2 price alerts: buy 0.001 BTC/USD at the market. It waits for you in the Assistant. Not financial advice.",
    ]);
    const { rows: chats } = chatPage.parse(await (await desk.client.get(`${BASE}/chats`)).json());
    expect(chats.find(({ id }) => id === run.chatId)?.title).toBe("Price alerts");
    const { rows: orders } = orderPage.parse(
      await (await desk.client.get(`/api/accounts/${desk.accountId}/orders`)).json(),
    );
    expect(orders).toEqual([]);
  });

  it("say why when the model cannot be asked any more, and the next one asks in its own window", async () => {
    const desk = await newDesk();
    const traderId = await traderIdOf(desk);
    const decider = await addDecider(desk, { action: "hold" });
    const gone = await alertAt(desk, "BTC/USD", { providerId: decider, modelId: "mock-1" }, null);
    const rules = await alertAt(desk, "ETH/USD", RULES, null);
    const second = await alertAt(desk, "BTC/USD", RULES, null);
    await desk.client.send("DELETE", `${BASE}/providers/${decider}`);
    await reached(traderId, [gone, rules, second]);
    const runs = await waitFor("both were dealt with", async () => {
      const found = await triggeredRuns(desk);
      return found.length === 2 && found.every(({ endedAt }) => endedAt !== null) ? found : null;
    });
    expect(runs.find(({ providerId }) => providerId === decider)).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND" },
      triggers: [{ id: gone.id }],
    });
    expect(runs.find(({ providerId }) => providerId === "rules")).toMatchObject({
      status: "finished",
      triggers: [{ id: rules.id, source: "price_alert" }, { id: second.id }],
      // The analyst judges the pair of each alert, not only the first.
      text: expect.stringMatching(/ETH\/USD trades at[^]*BTC\/USD trades at/),
    });
  });
});

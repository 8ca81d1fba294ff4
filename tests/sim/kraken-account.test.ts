import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decimal } from "../../domain/decimal.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { AccountStage } from "./support/kraken-account.ts";
import { valueOf } from "./support/kraken-rest.ts";

let exchange: Exchange;
let stage: AccountStage;
let number = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "real", seed: "kraken account" });
});
afterAll(async () => {
  await exchange.stop();
});
afterEach(() => {
  exchange.faults.clear();
  stage.close();
  stage.assertUnharmed();
});

async function open(watched: boolean): Promise<void> {
  number += 1;
  const key = exchange.admin.createKey({
    account: `kraken account ${number}`,
    tier: "pro",
    deposits: { USD: "100000", BTC: "1" },
  });
  stage = await AccountStage.open(exchange, key, { watched });
}

const MARKET = { type: "market", timeInForce: "ioc", limitPrice: undefined } as const;

describe.each([
  ["polled", false],
  ["watched over the private socket", true],
])("an account that is %s", (_, watched) => {
  it("counts what was there before as external, and adopts what it is told to", async () => {
    await open(watched);
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0", external: "1" });
    expect(stage.state.holdings.USD).toMatchObject({ managed: "100000", external: "0" });
    stage.do({ type: "adopt_holding", asset: "BTC", quantity: decimal("0.4"), cost: decimal("20000") });
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0.4", external: "0.6" });
    await stage.untilEqual();
  }, 90_000);

  it("places, changes and cancels an order", async () => {
    await open(watched);
    const id = stage.place();
    expect(stage.statusOf(id)).toBe("submitting");
    await stage.until("open", () => stage.statusOf(id) === "open");
    stage.do({ type: "amend_order", orderId: id, request: { quantity: decimal("0.02") } });
    await stage.until("amended", () => stage.state.orders[id]?.quantity === "0.02");
    stage.do({ type: "cancel_order", orderId: id });
    await stage.until("cancelled", () => stage.statusOf(id) === "cancelled");
    expect(stage.state.holdings.USD?.held).toBe("0");
    await stage.untilEqual();
  }, 90_000);

  it("buys, rests a sale, and closes the position after the sale is cancelled", async () => {
    await open(watched);
    const entry = stage.place(MARKET);
    await stage.until("filled", () => stage.statusOf(entry) === "filled", 45_000);
    const sale = stage.place({ side: "sell", limitPrice: decimal("90000") });
    await stage.until("resting", () => stage.statusOf(sale) === "open");
    stage.do({ type: "close_position", asset: "BTC", percent: 100 });
    await stage.until("closed", () => Object.keys(stage.state.orders).length === 0, 45_000);
    expect(stage.statusOf(sale)).toBe("cancelled");
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0", external: "1" });
    await stage.untilEqual();
  }, 90_000);

  it.each([
    ["executed, but the answer is lost", { kind: "dropAnswer" }, "open"],
    ["answered by a page of the proxy although it was executed", { kind: "html520", executed: true }, "open"],
  ] as const)(
    "an order that is %s is found by reading and sent once",
    async (_name, fault, status) => {
      await open(watched);
      if (watched) {
        await stage.until("watched", () => stage.client.sent.some(({ url }) => url.endsWith("GetWebSocketsToken")));
      }
      exchange.faults.add({ ...fault, times: 1, target: "AddOrder" });
      exchange.faults.add({ ...fault, times: 1, target: "add_order" });
      const id = stage.place();
      await stage.until("found", () => stage.statusOf(id) === status, 18_000);
      const shown = valueOf(await stage.client.rest.openOrders(null, { urgency: "protective" }));
      expect(shown.map(({ clientOrderId }) => clientOrderId)).toEqual([id]);
      await stage.untilEqual();
    },
    90_000,
  );

  it("goes on after a restart at any point", async () => {
    await open(watched);
    const id = stage.place();
    stage.restart();
    await stage.until("open", () => stage.statusOf(id) === "open");
    stage.do({ type: "cancel_order", orderId: id });
    stage.restart();
    await stage.until("cancelled", () => stage.statusOf(id) === "cancelled");
    await stage.untilEqual();
  }, 90_000);
});

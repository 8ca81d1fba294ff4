import { describe, it } from "vitest";
import { decimal, sum } from "../../domain/decimal.ts";
import { restingStops } from "../../domain/protection/resting-stop.ts";
import { protectionStanding } from "../../domain/protection/standing.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import type { Tier } from "../../domain/venue/rate-counters.ts";
import { AccountStage } from "./support/kraken-account.ts";
import { valueOf } from "./support/kraken-rest.ts";
import { countLiveOrders, liveOrder } from "../../domain/account/open-orders.ts";

type Finished = (clean: () => Promise<void>) => void;
type Opened = { readonly stage: AccountStage; readonly exchange: Exchange };

/** An account at an exchange of its own: each waits for its own rate counters. */
async function open(watched: boolean, onTestFinished: Finished, tier: Tier = "pro"): Promise<Opened> {
  const exchange = await startExchange({ time: "virtual", seed: "kraken account" });
  const key = exchange.admin.createKey({ account: "desk", tier, deposits: { USD: "100000", BTC: "1" } });
  const stage = await AccountStage.open(exchange, key, { watched, tier });
  onTestFinished(async () => {
    stage.close();
    await exchange.stop();
    stage.assertUnharmed();
  });
  return { stage, exchange };
}

const SIX_MINUTES = 360_000;
const MARKET = { type: "market", timeInForce: "ioc", limitPrice: undefined } as const;

describe.concurrent.each([
  ["polled", false],
  ["watched over the private socket", true],
])("an account that is %s", (_, watched) => {
  it("counts what was there before as external, and adopts what it is told to", async ({ expect, onTestFinished }) => {
    const { stage } = await open(watched, onTestFinished);
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0", external: "1" });
    expect(stage.state.holdings.USD).toMatchObject({ managed: "100000", external: "0" });
    stage.do({ type: "adopt_holding", asset: "BTC", quantity: decimal("0.4"), cost: decimal("20000") });
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0.4", external: "0.6" });
    await stage.untilEqual();
  }, 60_000);

  it("places, changes and cancels an order", async ({ expect, onTestFinished }) => {
    const { stage } = await open(watched, onTestFinished);
    const id = stage.place();
    expect(stage.statusOf(id)).toBe("submitting");
    await stage.until("open", () => stage.statusOf(id) === "open");
    stage.do({ type: "amend_order", orderId: id, request: { quantity: decimal("0.02") } });
    await stage.until("amended", () => liveOrder(stage.state.orders, id)?.quantity === "0.02");
    stage.do({ type: "cancel_order", orderId: id });
    await stage.until("cancelled", () => stage.statusOf(id) === "cancelled");
    expect(stage.state.holdings.USD?.held).toBe("0");
    await stage.untilEqual();
  }, 60_000);

  it("buys, rests a sale, and closes the position after the sale is cancelled", async ({ expect, onTestFinished }) => {
    const { stage } = await open(watched, onTestFinished);
    const entry = stage.place(MARKET);
    await stage.until("filled", () => stage.statusOf(entry) === "filled");
    const sale = stage.place({ side: "sell", limitPrice: decimal("90000") });
    await stage.until("resting", () => stage.statusOf(sale) === "open");
    stage.do({ type: "close_position", asset: "BTC", percent: 100 });
    await stage.until("closed", () => countLiveOrders(stage.state.orders) === 0);
    expect(stage.statusOf(sale)).toBe("cancelled");
    expect(stage.state.holdings.BTC).toMatchObject({ managed: "0", external: "1" });
    await stage.untilEqual();
  }, 60_000);

  it.for([
    ["executed, but the answer is lost", { kind: "dropAnswer" }, "open"],
    ["answered by a page of the proxy although it was executed", { kind: "html520", executed: true }, "open"],
  ] as const)(
    "an order that is %s is found by reading and sent once",
    { timeout: 60_000 },
    async ([_name, fault, status], { expect, onTestFinished }) => {
      const { stage, exchange } = await open(watched, onTestFinished);
      if (watched) {
        await stage.until("watched", () => stage.client.sent.some(({ url }) => url.endsWith("GetWebSocketsToken")));
      }
      exchange.faults.add({ ...fault, times: 1, target: "AddOrder" });
      exchange.faults.add({ ...fault, times: 1, target: "add_order" });
      const id = stage.place();
      await stage.until("found", () => stage.statusOf(id) === status);
      const shown = valueOf(await stage.client.rest.openOrders(null, { urgency: "protective" }));
      expect(shown.map(({ clientOrderId }) => clientOrderId)).toEqual([id]);
      await stage.untilEqual();
    },
  );

  it("cancels thirty old orders at once when it is stopped, on the lowest tier too", async ({
    expect,
    onTestFinished,
  }) => {
    const { stage, exchange } = await open(watched, onTestFinished, "starter");
    const ids = Array.from({ length: 30 }, () =>
      stage.place({ quantity: decimal("0.001"), limitPrice: decimal("10000") }),
    );
    await stage.until("open", () => ids.every((id) => stage.statusOf(id) === "open"), 40_000);
    exchange.advance(SIX_MINUTES);
    stage.do({ type: "stop_trading", mode: "keep", alert: true, others: [] });
    await stage.until("cancelled", () => ids.every((id) => stage.statusOf(id) === "cancelled"), 40_000);
    // Kraken charges nothing for a cancel of what is older than five minutes: all that a starter has is free, none had to wait.
    const everything = { calls: 0, matching: [{ symbol: "BTC/USD", points: 40 }] };
    expect(stage.client.rates.waitUntil(everything, "ordinary")).toBe(stage.now());
  }, 60_000);

  it("cancels a dozen young orders in one call where the pair's limit has no room for each", async ({
    expect,
    onTestFinished,
  }) => {
    const { stage } = await open(watched, onTestFinished, "starter");
    const ids = Array.from({ length: 12 }, () =>
      stage.place({ quantity: decimal("0.001"), limitPrice: decimal("10000") }),
    );
    await stage.until("open", () => ids.every((id) => stage.statusOf(id) === "open"), 40_000);
    stage.do({ type: "cancel_all", symbol: null });
    await stage.until("cancelled", () => ids.every((id) => stage.statusOf(id) === "cancelled"), 40_000);
    const cancels = stage.client.sent.filter(({ url }) => url.includes("/CancelOrder"));
    expect(cancels.map(({ url }) => url.split("/").at(-1))).toEqual(["CancelOrderBatch"]);
    await stage.untilEqual();
  }, 60_000);

  it("goes on after a restart at any point", async ({ onTestFinished }) => {
    const { stage } = await open(watched, onTestFinished);
    const id = stage.place();
    stage.restart();
    await stage.until("open", () => stage.statusOf(id) === "open");
    stage.do({ type: "cancel_order", orderId: id });
    stage.restart();
    await stage.until("cancelled", () => stage.statusOf(id) === "cancelled");
    await stage.untilEqual();
  }, 60_000);
});

it("an entry is protected by the exchange although the desk has gone, and by nothing more once it is back", async ({
  expect,
  onTestFinished,
}) => {
  const { stage, exchange } = await open(false, onTestFinished);
  const stop = { type: "price", price: decimal("50000") } as const;
  const id = stage.place({ quantity: decimal("0.15"), limitPrice: decimal("60000"), stop });
  await stage.until("open", () => stage.statusOf(id) === "open");
  stage.account.stop();
  exchange.admin.movePrice("BTC/USD", "59000.0", "walk");
  await stage.time.pass(60_000);
  const there = valueOf(await stage.client.rest.openOrders(null, { urgency: "protective" }));
  const resting = there.filter(({ type }) => type === "stop-loss");
  expect(resting.length).toBeGreaterThan(0);
  expect(resting.every(({ side, triggerPrice }) => side === "sell" && triggerPrice === "50000")).toBe(true);
  expect(sum(resting.map(({ quantity }) => quantity))).toBe("0.15");
  stage.restart();
  await stage.until("filled", () => stage.statusOf(id) === "filled");
  await stage.until("protected", () => protectionStanding(stage.state, "BTC").status === "protected");
  await stage.untilEqual();
  const known = restingStops(stage.state, "BTC");
  expect(known.map((order) => order.id).toSorted()).toEqual(resting.map(({ venueOrderId }) => venueOrderId).toSorted());
  // The desk has placed one order in all of this: the entry.
  expect(stage.client.sent.filter(({ url }) => url.endsWith("/AddOrder"))).toHaveLength(1);
  // Closing makes every one of them give way.
  stage.do({ type: "close_position", asset: "BTC", percent: 100 });
  await stage.until("closed", () => countLiveOrders(stage.state.orders) === 0, 60_000);
  expect(stage.state.holdings.BTC).toMatchObject({ managed: "0", external: "1" });
  await stage.untilEqual();
}, 90_000);

it("asks nothing while the key is refused, and settles what is unknown once it works again", async ({
  expect,
  onTestFinished,
}) => {
  const { stage, exchange } = await open(false, onTestFinished);
  exchange.faults.add({ kind: "dropAnswer", times: 1, target: "AddOrder" });
  const refused = ["OpenOrders", "ClosedOrders", "QueryOrders", "BalanceEx", "GetWebSocketsToken"].map((target) =>
    exchange.faults.add({ kind: "error", target, text: "EAPI:Invalid key", times: 1_000 }),
  );
  const id = stage.place();
  await stage.until("suspended", () => stage.state.venue?.connection.status === "suspended");
  const asked = stage.client.sent.length;
  await stage.time.pass(7_000);
  expect(stage.statusOf(id)).toBe("unknown");
  // One look that was due already, and none of the reads that an unknown order is given every two seconds.
  expect(stage.client.sent.length - asked).toBeLessThanOrEqual(1);
  for (const fault of refused) {
    exchange.faults.clear(fault.id);
  }
  stage.account.keyConnected();
  await stage.until("found", () => stage.statusOf(id) === "open");
}, 60_000);

it("stays suspended while the key is refused to trade and can be read with, told once, until it passes a test", async ({
  expect,
  onTestFinished,
}) => {
  const { stage, exchange } = await open(false, onTestFinished);
  const text = "EGeneral:Permission denied";
  const denied = ["AddOrder", "add_order"].map((target) =>
    exchange.faults.add({ kind: "error", target, text, times: 1_000 }),
  );
  const refused = async (): Promise<void> => {
    const id = stage.place();
    await stage.until("refused", () => stage.statusOf(id) === "rejected");
  };
  await refused();
  // Kraken says that the key may trade, so it is tried once more.
  await stage.until("on trial", () => stage.state.venue?.connection.status === "trading");
  await refused();
  const asked = stage.client.sent.filter(({ url }) => url.endsWith("BalanceEx")).length;
  await stage.time.pass(130_000);
  expect(stage.state.venue?.connection).toMatchObject({ status: "suspended", refused: "place" });
  const alerts = stage.desk.store.journalAfter(0, 1_000).filter(({ type }) => type === "alert_raised");
  expect(alerts).toHaveLength(1);
  expect(stage.client.sent.filter(({ url }) => url.endsWith("BalanceEx")).length - asked).toBeLessThanOrEqual(2);
  expect(() => stage.place()).toThrow(/passes a test/u);
  denied.forEach(({ id }) => exchange.faults.clear(id));
  stage.account.keyConnected();
  await stage.until("trading", () => stage.state.venue?.connection.status === "trading");
  const id = stage.place();
  await stage.until("open", () => stage.statusOf(id) === "open");
}, 60_000);

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import type { ApiKey } from "../../exchange-sim/keys.ts";
import { decimal, sum } from "../../domain/decimal.ts";
import type { VenueOrder } from "../../domain/venue/reports.ts";
import type { VenueCancelWish, VenueOrderWish } from "../../domain/venue/wishes.ts";
import type { PlacedOrder, SendOptions } from "../../durable-objects/trader/kraken/socket/port.ts";
import { BTC, failureIn, soon, valueOf, wish } from "./support/kraken-rest.ts";
import { SocketStage } from "./support/kraken-socket.ts";

let exchange: Exchange;
let key: ApiKey;
let stage: SocketStage;
let account = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "kraken socket" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(async () => {
  account += 1;
  key = exchange.admin.createKey({
    account: `socket ${account}`,
    tier: "pro",
    deposits: { USD: "1000000", BTC: "5" },
  });
  stage = await SocketStage.prepare(exchange, key);
});
afterEach(() => {
  stage.close();
  exchange.faults.clear();
  exchange.switches.setAll({
    replyOrder: "reply first",
    postOnlyCrossing: "refused",
    lastTradeStatus: "partially_filled",
    executionId: "trade id",
  });
});

const always: SendOptions = { beforeSend: () => true };
const none = { limitPrice: null, triggerPrice: null, trailingPercent: null };

async function goLive(): Promise<void> {
  stage.socket.open();
  await stage.untilLive();
}

async function sent<T>(promise: Promise<T> | null): Promise<T> {
  if (promise === null) {
    throw new Error("not connected");
  }
  return promise;
}

async function place(changes: Partial<VenueOrderWish> = {}): Promise<VenueOrderWish & PlacedOrder> {
  const wanted = wish(exchange, changes);
  return { ...wanted, ...valueOf(await sent(stage.socket.place(wanted, always))) };
}

function cancelWish(order: { clientOrderId: string; venueOrderId: string | null }): VenueCancelWish {
  const { clientOrderId, venueOrderId } = order;
  return { clientOrderId, venueOrderId, symbol: "BTC/USD", deadline: soon(exchange), touchedAt: stage.now() };
}

async function readOrder(venueOrderId: string): Promise<VenueOrder | undefined> {
  return valueOf(await stage.client.rest.queryOrders([venueOrderId]))[0];
}

/** What both ways tell of an order. */
function common(order: VenueOrder | undefined): object {
  const { venueOrderId, clientOrderId, symbol, side, type, status, quantity, filledQuantity, limitPrice, reason } =
    order ?? { venueOrderId: "none" };
  return { venueOrderId, clientOrderId, symbol, side, type, status, quantity, filledQuantity, limitPrice, reason };
}

describe("the life of an order", () => {
  it("is told as REST tells it: placed, amended, cancelled", async () => {
    await goLive();
    const order = await place();
    await stage.until("open", () => stage.order(order.venueOrderId)?.status === "open");
    expect(common(stage.order(order.venueOrderId))).toEqual(common(await readOrder(order.venueOrderId)));
    const amend = { ...order, quantity: decimal("0.25"), limitPrice: decimal("50001.5"), deadline: soon(exchange) };
    valueOf(await sent(stage.socket.amend(amend, always)));
    await stage.until("amended", () => stage.order(order.venueOrderId)?.quantity === "0.25");
    expect(common(stage.order(order.venueOrderId))).toEqual(common(await readOrder(order.venueOrderId)));
    valueOf(await sent(stage.socket.cancel(cancelWish({ ...order, venueOrderId: null }), always)));
    await stage.until("cancelled", () => stage.order(order.venueOrderId)?.status === "cancelled");
    expect(common(stage.order(order.venueOrderId))).toEqual(common(await readOrder(order.venueOrderId)));
    expect(stage.heard).toEqual(["online", "live"]);
  });

  it("with fills is told fill by fill as REST tells them, and the ledger with them", async () => {
    await goLive();
    const order = await place({ ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.7") });
    await stage.until("filled", () => stage.order(order.venueOrderId)?.status === "closed");
    const { rows } = valueOf(await stage.client.rest.tradesHistory({}));
    const byId = (left: { executionId: string }, right: { executionId: string }): number =>
      left.executionId < right.executionId ? -1 : 1;
    const told = stage.executions().toSorted(byId);
    // Only the stream's fills carry our own id.
    expect(told.map((each) => ({ ...each, clientOrderId: null }))).toEqual(
      rows.toSorted(byId).map((each) => ({ ...each, clientOrderId: null })),
    );
    expect(told.every(({ clientOrderId }) => clientOrderId === order.clientOrderId)).toBe(true);
    expect(sum(told.map(({ quantity }) => quantity))).toBe("0.7");
    await stage.until(
      "two ledger rows per fill",
      () => stage.facts.filter(({ type }) => type === "ledger").length === told.length * 2,
    );
    const ledger = valueOf(await stage.client.rest.ledgers({})).rows.filter(({ type }) => type === "trade");
    const ids = stage.facts.flatMap((fact) => (fact.type === "ledger" ? [fact.row.ledgerId] : []));
    expect(ids.toSorted()).toEqual(ledger.map(({ ledgerId }) => ledgerId).toSorted());
    const balances = valueOf(await stage.client.rest.balances()).balances;
    const usd = stage.facts.findLast((fact) => fact.type === "balance" && fact.balance.asset === "USD");
    expect(usd).toEqual({ type: "balance", balance: balances.find(({ asset }) => asset === "USD") });
  });

  it.each<readonly [string, Partial<VenueOrderWish>]>([
    ["post only", { postOnly: true }],
    ["a limit that cancels the oldest of our own", { selfTrade: "cancel-oldest" }],
    ["a stop loss", { ...none, side: "sell", type: "stop-loss", triggerPrice: decimal("40000") }],
    ["a take profit", { ...none, side: "sell", type: "take-profit", triggerPrice: decimal("90000.5") }],
    [
      "a stop loss with a limit",
      { ...none, side: "sell", type: "stop-loss-limit", triggerPrice: decimal("40000"), limitPrice: decimal("39900") },
    ],
    [
      "a take profit with a limit",
      {
        ...none,
        side: "sell",
        type: "take-profit-limit",
        triggerPrice: decimal("90000"),
        limitPrice: decimal("89000"),
      },
    ],
    ["a trailing stop", { ...none, side: "sell", type: "trailing-stop", trailingPercent: decimal("5") }],
    [
      "one that spawns a stop",
      { conditionalClose: { type: "stop-loss", triggerPrice: decimal("40000"), limitPrice: null } },
    ],
  ])("%s is taken and told as REST tells it", async (_name, changes) => {
    await goLive();
    const order = await place(changes);
    await stage.until("open", () => stage.order(order.venueOrderId)?.status === "open");
    const read = await readOrder(order.venueOrderId);
    expect(common(stage.order(order.venueOrderId))).toEqual(common(read));
    if (changes.type !== "trailing-stop") {
      expect(stage.order(order.venueOrderId)?.triggerPrice).toBe(read?.triggerPrice);
    }
  });

  it("with an expiry is told with it, and ends by it", async () => {
    await goLive();
    const expiresAt = stage.now() + 10_000;
    const order = await place({ timeInForce: "gtd", expiresAt });
    await stage.until("open", () => stage.order(order.venueOrderId)?.status === "open");
    expect(stage.order(order.venueOrderId)?.expiresAt).toBe(expiresAt);
    stage.advance(11_000);
    await stage.until("expired", () => stage.order(order.venueOrderId)?.status === "expired");
  });

  it("that was made by hand is told too", async () => {
    await goLive();
    const byHand = wish(exchange);
    const { venueOrderId } = valueOf(await stage.client.rest.addOrder(byHand));
    await stage.until("told", () => stage.order(venueOrderId)?.status === "open");
    expect(valueOf(await sent(stage.socket.cancelAll(soon(exchange), always)))).toEqual({ count: 1 });
    await stage.until("cancelled", () => stage.order(venueOrderId)?.status === "cancelled");
  });

  it("whose stop was spawned by the venue shows the child without our id", async () => {
    await goLive();
    const parent = await place({
      ...none,
      type: "market",
      timeInForce: "ioc",
      conditionalClose: { type: "stop-loss", triggerPrice: decimal("40000"), limitPrice: null },
    });
    const child = (): VenueOrder | undefined =>
      stage.facts
        .flatMap((fact) => (fact.type === "order" ? [fact.order] : []))
        .findLast((order) => order.type === "stop-loss" && order.status === "open");
    await stage.until("child", () => child() !== undefined);
    expect(child()).toMatchObject({ clientOrderId: null, side: "sell", triggerPrice: "40000" });
    expect((await readOrder(child()?.venueOrderId ?? ""))?.parentVenueOrderId).toBe(parent.venueOrderId);
  });
});

describe("refusals", () => {
  it.each<readonly [string, Partial<VenueOrderWish>, string]>([
    ["funds", { quantity: decimal("5000") }, "refused EOrder:Insufficient funds"],
    [
      "a post-only order that would trade",
      { postOnly: true, limitPrice: decimal("90000") },
      "refused EOrder:Post only order",
    ],
    [
      "a symbol that is not listed",
      { instrument: { ...BTC, symbol: "XBT/USD" } },
      "refused Currency pair not supported XBT/USD",
    ],
  ])("for %s have the class that they have over REST", async (_name, changes, expected) => {
    await goLive();
    const failure = failureIn(await sent(stage.socket.place(wish(exchange, changes), always)));
    expect(`${failure.class} ${failure.text}`).toBe(expected);
    expect(stage.socket.state).toBe("live");
  });

  it("of cancels go to the orders that they are about", async () => {
    await goLive();
    const [first, second] = [await place(), await place()];
    valueOf(await sent(stage.socket.cancel(cancelWish(second), always)));
    const replies = await sent(stage.socket.cancelSeveral([second, first].map(cancelWish), always));
    expect(replies.map((reply) => (reply.ok ? "accepted" : reply.failure.class))).toEqual(["gone", "accepted"]);
  });

  it("of a market that only cancels are waits", async () => {
    await goLive();
    exchange.admin.setStatus("BTC/USD", "cancel_only");
    const failure = failureIn(await sent(stage.socket.place(wish(exchange), always)));
    exchange.admin.setStatus("BTC/USD", "online");
    expect(failure.class).toBe("wait");
  });

  it("of a post-only order can come as a cancel after it was accepted", async () => {
    exchange.switches.set("postOnlyCrossing", "accepted and cancelled");
    await goLive();
    const order = await place({ postOnly: true, limitPrice: decimal("90000") });
    await stage.until("cancelled", () => stage.order(order.venueOrderId)?.status === "cancelled");
    expect(stage.order(order.venueOrderId)).toMatchObject({ reason: "Post only order", filledQuantity: "0" });
  });

  it("of the key for its permissions are told, and it keeps trying slowly", async () => {
    const reader = exchange.admin.createKey({
      account: `socket ${account}`,
      permissions: ["query-funds", "create-ws-token"],
    });
    stage.close();
    stage = await SocketStage.prepare(exchange, reader);
    stage.socket.open();
    await stage.until("refused", () => stage.heard.includes("refused: EGeneral:Permission denied"));
    expect(stage.socket.state).toBe("backoff");
    stage.advance(50_000);
    expect([stage.dials, stage.heard.includes("live")]).toEqual([1, false]);
  });
});

describe("frames that are disturbed on the way", () => {
  it("twice: every fill counts once and nothing is missed", async () => {
    exchange.faults.add({ kind: "duplicateFrame" });
    await goLive();
    const order = await place({ ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.7") });
    await stage.until("filled", () => stage.order(order.venueOrderId)?.status === "closed");
    const ids = stage.executions().map(({ executionId }) => executionId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(sum(stage.executions().map(({ quantity }) => quantity))).toBe("0.7");
    expect(stage.heard).toEqual(["online", "live"]);
  });

  it("reordered: a gap, a new snapshot, and every fill once", async () => {
    await goLive();
    exchange.faults.add({ kind: "reorderFrames", times: 1 });
    const order = await place({ ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.7") });
    await stage.until("again live", () => stage.heard.filter((each) => each === "live").length >= 2);
    expect(stage.heard).toContain("gap: executions");
    expect(sum(stage.executions().map(({ quantity }) => quantity))).toBe("0.7");
    expect((await readOrder(order.venueOrderId))?.status).toBe("closed");
  });

  it.each(["executions", "balances"] as const)(
    "a number of %s is left out: a gap, then live again",
    async (channel) => {
      await goLive();
      exchange.faults.add({ kind: "sequenceGap", target: channel, times: 1 });
      await place({ ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.01") });
      await stage.until("gap", () => stage.heard.includes(`gap: ${channel}`));
      await stage.untilLive();
      await place();
      expect(stage.heard).toEqual(["online", "live", `gap: ${channel}`, "live"]);
    },
  );

  it("lost: what ended in the gap has to be read, and a fill in it is told by the snapshot", async () => {
    await goLive();
    const order = await place();
    await stage.until("open", () => stage.order(order.venueOrderId)?.status === "open");
    exchange.faults.add({ kind: "dropFrame", target: "executions" });
    valueOf(await stage.client.rest.cancelOrder(cancelWish(order)));
    valueOf(await stage.client.rest.addOrder(wish(exchange, { ...none, type: "market", quantity: decimal("0.01") })));
    exchange.faults.clear();
    valueOf(await stage.client.rest.addOrder(wish(exchange)));
    await stage.until("again live", () => stage.heard.at(-1) === "live" && stage.heard.length === 4);
    expect(stage.facts).toContainEqual({ type: "unknown_order", venueOrderId: order.venueOrderId });
    expect(sum(stage.executions().map(({ quantity }) => quantity))).toBe("0.01");
  });

  it("silent: an accepted order that does not show makes it subscribe anew", async () => {
    await goLive();
    exchange.faults.add({ kind: "dropFrame", target: "executions" });
    const order = await place();
    exchange.faults.clear();
    stage.advance(5_000);
    await stage.until("told", () => stage.order(order.venueOrderId)?.status === "open");
    expect(stage.heard).toContain("gap: executions");
  });

  it("plain text: logged, and the line stays until it drops", async () => {
    await goLive();
    exchange.admin.sendText();
    await place();
    exchange.admin.dropConnections("private");
    await stage.until("down", () => stage.heard.some((each) => each.startsWith("down")));
    await stage.untilLive();
    expect(stage.dials).toBe(2);
  });
});

describe("replies", () => {
  it("may come after the order has finished", async () => {
    exchange.switches.set("replyOrder", "frames first");
    await goLive();
    const wanted = wish(exchange, { ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.01") });
    let toldBefore = "";
    const reply = sent(stage.socket.place(wanted, always)).then((each) => {
      toldBefore = stage.orderOf(wanted.clientOrderId)?.status ?? "nothing";
      return each;
    });
    const { venueOrderId } = valueOf(await reply);
    expect([toldBefore, stage.order(venueOrderId)?.status]).toEqual(["closed", "closed"]);
  });

  it("that are lost leave the outcome unknown, and the stream tells it", async () => {
    await goLive();
    exchange.faults.add({ kind: "dropAnswer", target: "add_order", times: 1 });
    const wanted = wish(exchange);
    const reply = sent(stage.socket.place(wanted, always));
    await stage.until("told", () => stage.orderOf(wanted.clientOrderId)?.status === "open");
    stage.advance(5_000);
    expect(failureIn(await reply)).toMatchObject({ class: "ambiguous", text: "timeout" });
  });

  it("to requests that were lost leave the outcome unknown too: there is no order", async () => {
    await goLive();
    exchange.faults.add({ kind: "dropRequest", target: "add_order", times: 1 });
    const wanted = wish(exchange);
    const reply = sent(stage.socket.place(wanted, always));
    await place();
    stage.advance(5_000);
    expect(failureIn(await reply).class).toBe("ambiguous");
    expect(valueOf(await stage.client.rest.openOrders(wanted.clientOrderId))).toEqual([]);
  });

  it.each([true, false])("of an engine that is away are ambiguous, executed or not (%s)", async (executed) => {
    await goLive();
    exchange.faults.add({ kind: "error", target: "add_order", text: "EService:Unavailable", executed, times: 1 });
    const wanted = wish(exchange);
    expect(failureIn(await sent(stage.socket.place(wanted, always))).class).toBe("ambiguous");
    expect(valueOf(await stage.client.rest.openOrders(wanted.clientOrderId)).length).toBe(executed ? 1 : 0);
  });

  it("do not come when the connection drops in the middle of an order; the next snapshot tells it", async () => {
    await goLive();
    exchange.faults.add({ kind: "delayAnswer", target: "add_order", milliseconds: 300, times: 1 });
    exchange.faults.add({ kind: "dropFrame", target: "executions" });
    const wanted = wish(exchange);
    const reply = sent(stage.socket.place(wanted, always));
    await stage.until("arrived", () => exchange.faults.list().length === 1);
    exchange.faults.clear();
    exchange.admin.dropConnections("private");
    expect(failureIn(await reply)).toMatchObject({ class: "ambiguous", text: "no answer" });
    expect(stage.socket.place(wish(exchange), always)).toBeNull();
    await stage.untilLive();
    expect(stage.orderOf(wanted.clientOrderId)).toMatchObject({ status: "open", quantity: "0.1" });
    expect(stage.heard.filter((each) => each === "live")).toHaveLength(2);
  });

  it("of orders whose deadline passed on the way are ambiguous, and nothing came of them", async () => {
    await goLive();
    exchange.faults.add({ kind: "delay", target: "add_order", milliseconds: 50, times: 1 });
    const wanted = wish(exchange, { deadline: stage.now() + 2_000 });
    const reply = sent(stage.socket.place(wanted, always));
    await stage.until("arrived", () => exchange.faults.list().length === 0);
    stage.advance(3_000);
    expect(failureIn(await reply)).toMatchObject({ class: "ambiguous", text: "EService:Deadline elapsed" });
    expect(valueOf(await stage.client.rest.openOrders(wanted.clientOrderId))).toEqual([]);
  });
});

describe("the connection", () => {
  it("takes a new token when the first expired before it was used", async () => {
    stage.beforeDial = () => {
      stage.beforeDial = () => undefined;
      exchange.admin.expireTokens();
    };
    await goLive();
    expect([stage.tokens, stage.dials]).toEqual([2, 1]);
    await place();
  });

  it("trades on after its token's quarter of an hour, because a subscription holds it", async () => {
    await goLive();
    for (let minute = 0; minute < 16; minute += 1) {
      stage.advance(15_000);
      await place();
      stage.advance(45_000 / 4);
    }
    expect(stage.tokens).toBe(1);
  });

  it("tells what happened while it was away, and what is open", async () => {
    await goLive();
    const order = await place();
    const other = await place();
    await stage.until("open", () => stage.order(other.venueOrderId)?.status === "open");
    exchange.admin.dropConnections("private");
    await stage.until("down", () => stage.socket.state !== "live");
    valueOf(await stage.client.rest.cancelOrder(cancelWish(order)));
    await stage.untilLive();
    const open = stage.facts.findLast((fact) => fact.type === "open_orders");
    expect(open).toEqual({ type: "open_orders", venueOrderIds: [other.venueOrderId] });
    expect(stage.facts).toContainEqual({ type: "unknown_order", venueOrderId: order.venueOrderId });
  });

  it("comes back after it was refused a dial, with more patience", async () => {
    await goLive();
    exchange.faults.add({ kind: "refuseConnections", times: 1 });
    exchange.admin.dropConnections("private");
    await stage.until("backoff", () => stage.socket.state === "backoff" && stage.dials === 2);
    stage.advance(10_000);
    await stage.untilLive();
    expect(stage.dials).toBe(3);
  });

  it("charges the counter as the exchange does", async () => {
    await goLive();
    for (let index = 0; index < 5; index += 1) {
      const order = await place();
      valueOf(await sent(stage.socket.cancel(cancelWish(order), always)));
    }
    await stage.until("told", () => stage.facts.filter(({ type }) => type === "order").length >= 15);
    // Five orders at 1 and their young cancels at 8.
    expect(stage.client.rates.counters.matching["BTC/USD"]?.units).toBe(45 * 100_000);
    const failure = failureIn(
      await (async () => {
        stage.client.rates.observe("BTC/USD", 170);
        return sent(stage.socket.place(wish(exchange), always));
      })(),
    );
    expect(failure).toMatchObject({ class: "wait", text: "held back by the rate limit" });
  });
});

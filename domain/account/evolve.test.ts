import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk, START } from "../testing/desk.ts";
import type { AccountEvent, FillBooked } from "./events.ts";
import { evolve } from "./evolve.ts";
import { imbalance, postings } from "./postings.ts";
import { ENDED_ORDERS_KEPT, FAULTS_KEPT, unopenedAccount } from "./state.ts";
import { liveOrder } from "./open-orders.ts";

const d = decimal;
const times = { time: START, marketTime: START };

function desk(): Desk {
  return new Desk().book("BTC/USD", [["99", "5"]], [["100", "5"]]);
}

function fillOf(trader: Desk, id: string): FillBooked {
  const [fill] = trader.fills(id);
  if (fill === undefined) {
    throw new Error("no fill");
  }
  return fill;
}

describe("events that do not fit are reported, not absorbed", () => {
  it("a second opening, and anything before the first", () => {
    const trader = desk();
    const [openedEvent] = trader.events;
    if (openedEvent === undefined) {
      throw new Error("no event");
    }
    expect(evolve(trader.state, openedEvent, 9).faults).toMatchObject([{ seq: 9 }]);
    const early = evolve(unopenedAccount("x"), { type: "deposited", ...times, asset: "USD", amount: d("1") }, 1);
    expect(early.faults).toEqual([{ seq: 1, message: "deposited does not fit an account that is not open" }]);
  });

  it("an order submitted twice, a step that is not in the table, an order that nobody knows", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1") });
    const submitted = trader.events.find(({ type }) => type === "order_submitted");
    const released = { asset: "USD", amount: d("0") };
    const wrong: readonly AccountEvent[] = [
      ...(submitted === undefined ? [] : [submitted]),
      { type: "order_cancelled", ...times, orderId: id, reason: "late", released },
      { type: "order_cancelled", ...times, orderId: "nobody", reason: "late", released },
      { type: "order_opened", ...times, orderId: "nobody", queue: null, forgottenLevels: [], venueOrderId: null },
      { ...fillOf(trader, id), orderId: "nobody" },
    ];
    for (const event of wrong) {
      const after = evolve(trader.state, event, 50);
      expect(after.faults).toHaveLength(1);
      expect(after.holdings).toEqual(trader.state.holdings);
    }
    const resting = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    const rejected = evolve(
      trader.state,
      { type: "order_rejected", ...times, orderId: resting, reason: "", released },
      51,
    );
    expect(rejected.faults[0]?.message).toContain("an order that is open cannot be rejected");
    expect(liveOrder(rejected.orders, resting)?.status).toBe("open");
  });

  it("an amend of an order that is not open", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("91") } });
    const amended = trader.events.at(-1);
    trader.do({ type: "cancel_order", orderId: id });
    expect(amended?.type).toBe("order_amended");
    expect(amended === undefined ? [] : evolve(trader.state, amended, 60).faults).toHaveLength(1);
  });

  it("money that is not there", () => {
    const trader = desk();
    const after = evolve(trader.state, { type: "deposited", ...times, asset: "USD", amount: d("-20000") }, 7);
    expect(after.faults[0]?.message).toBe("deposited left USD below zero or over-held");
  });

  it("a fill beyond the order's quantity", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("99.5") });
    trader.print("BTC/USD", "99", "1");
    const fill = { ...fillOf(trader, id), orderFilledQuantity: d("4"), fillId: "again" };
    expect(evolve(trader.state, fill, 8).faults[0]?.message).toContain("filled beyond its quantity");
  });

  it("keeps the last of them only", () => {
    let { state } = desk();
    for (let seq = 0; seq < FAULTS_KEPT + 5; seq += 1) {
      state = evolve(
        state,
        { type: "cancel_requested", ...times, orderId: "nobody", reason: "Cancelled by you." },
        seq,
      );
    }
    expect(state.faults).toHaveLength(FAULTS_KEPT);
    expect(state.faults.at(-1)?.seq).toBe(FAULTS_KEPT + 4);
  });
});

describe("states that only a real venue brings about", () => {
  it("an unknown order keeps its hold until its outcome is known", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") });
    const submitted = trader.events.findIndex(({ type }) => type === "order_submitted");
    let state = unopenedAccount("account-1");
    for (const [index, event] of trader.events.slice(0, submitted + 1).entries()) {
      state = evolve(state, event, index + 1);
    }
    state = evolve(state, { type: "order_unknown", ...times, orderId: id, reason: "no answer" }, 10);
    expect(liveOrder(state.orders, id)).toMatchObject({
      status: "unknown",
      reason: "no answer",
      hold: { amount: "90.36" },
    });
    state = evolve(state, { type: "cancel_requested", ...times, orderId: id, reason: "Cancelled by you." }, 11);
    expect(liveOrder(state.orders, id)).toMatchObject({ status: "cancel_pending", seq: 11 });
    expect(state.holdings.USD?.held).toBe("90.36");
    expect(state.faults).toEqual([]);
  });

  it("a late fill of an ended order is booked, and the order stays ended", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("99.5") });
    trader.print("BTC/USD", "99", "1");
    const fill = fillOf(trader, id);
    trader.do({ type: "cancel_order", orderId: id });
    const late: FillBooked = {
      ...fill,
      fillId: "late",
      released: { asset: "USD", amount: d("0") },
      orderFilledQuantity: d("2"),
      late: true,
    };
    const after = evolve(trader.state, late, 20);
    expect(after.ended.at(-1)).toMatchObject({ id, status: "cancelled", filledQuantity: "2", seq: 20 });
    expect(after.holdings.BTC?.managed).toBe("2");
    expect(after.faults).toEqual([]);
  });
});

describe("the state", () => {
  it("is plain JSON", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("1") });
    trader.place({ side: "buy", quantity: d("2"), limitPrice: d("90") });
    expect(JSON.parse(JSON.stringify(trader.state))).toEqual(trader.state);
    expect(JSON.parse(JSON.stringify(trader.events))).toEqual(trader.events);
  });

  it("keeps a bounded number of ended orders", () => {
    const trader = desk();
    for (let index = 0; index < ENDED_ORDERS_KEPT + 3; index += 1) {
      trader.do({
        type: "cancel_order",
        orderId: trader.place({ side: "buy", quantity: d("1"), limitPrice: d("90") }),
      });
    }
    expect(trader.state.ended).toHaveLength(ENDED_ORDERS_KEPT);
  });

  it("replays to the same from its events", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    const id = trader.place({ side: "sell", quantity: d("1"), limitPrice: d("110") });
    trader.print("BTC/USD", "120", "0.4");
    trader.do({ type: "amend_order", orderId: id, request: { quantity: d("0.9") } });
    trader.do({ type: "close_position", asset: "BTC", percent: 100 });
    const replayed = trader.events.reduce(
      (state, event, index) => evolve(state, event, index + 1),
      unopenedAccount("account-1"),
    );
    expect(replayed).toEqual(trader.state);
  });
});

describe("postings", () => {
  it("show where the money of a fill went", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2") });
    expect(postings(fillOf(trader, id))).toEqual([
      { ledger: "held", asset: "USD", amount: "-200.8" },
      { ledger: "free", asset: "USD", amount: "200.8" },
      { ledger: "free", asset: "BTC", amount: "2" },
      { ledger: "free", asset: "USD", amount: "-200.8" },
      { ledger: "market", asset: "BTC", amount: "-2" },
      { ledger: "market", asset: "USD", amount: "200" },
      { ledger: "fees", asset: "USD", amount: "0.8" },
    ]);
  });

  it("do not balance when a leg is wrong", () => {
    const trader = desk();
    const fill = fillOf(trader, trader.place({ side: "buy", quantity: d("2") }));
    expect(imbalance({ ...fill, fee: d("0.7") })).toEqual([{ asset: "USD", amount: "-0.1" }]);
  });
});

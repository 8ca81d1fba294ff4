import { describe, expect, it } from "vitest";
import { decimal as d } from "../../decimal.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";

const limitBuy = { side: "buy", quantity: d("1"), limitPrice: d("100") } as const;

describe("the fence (TRADING §6)", () => {
  it("lets an action leave the queue once, and never after its deadline", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    expect(desk.todo()).toEqual([`send place ${id}`]);
    expect(desk.codeOf(desk.send(id))).toBe("accepted");
    expect(desk.codeOf(desk.send(id))).toBe("CONFLICT");
    const late = desk.place({ side: "buy", quantity: d("1") });
    desk.now += 5_001;
    expect(desk.codeOf(desk.send(late))).toBe("CONFLICT");
    expect(desk.order(late)).toMatchObject({ status: "rejected" });
    expect(desk.holding("USD").held).toBe("100.4");
  });

  it("gives market orders, IOC and exits 5 s, and everything else 30 s", () => {
    const desk = new VenueDesk();
    desk.buy("2");
    const wait = (id: string) => (desk.live(id).venue?.deadline ?? 0) - desk.now;
    expect(wait(desk.place({ side: "buy", quantity: d("1") }))).toBe(5_000);
    expect(wait(desk.place({ ...limitBuy, timeInForce: "ioc" }))).toBe(5_000);
    expect(wait(desk.place({ side: "sell", quantity: d("1"), limitPrice: d("120") }))).toBe(5_000);
    expect(wait(desk.place(limitBuy))).toBe(30_000);
  });

  it("ends what waits in the queue past its deadline, and tells when that was an exit", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const exit = desk.close("BTC");
    desk.now += 5_001;
    desk.do({ type: "drop_overdue" });
    expect(desk.order(exit).reason).toBe("It could not be sent to Kraken in time.");
    expect(desk.alerts().map(({ orderId }) => orderId)).toEqual([exit]);
  });
});

describe("an answer to a placement", () => {
  it("that says wait queues the order again only before its deadline", () => {
    const desk = new VenueDesk();
    const first = desk.place(limitBuy);
    desk.send(first);
    desk.fail(first, "wait", "place", desk.now + 29_000);
    expect(desk.work()).toMatchObject([{ type: "send", action: "place", notBefore: desk.now + 29_000 }]);
    const second = desk.place(limitBuy);
    desk.send(second);
    desk.fail(second, "wait", "place", desk.now + 31_000);
    expect(desk.order(second).status).toBe("rejected");
  });

  it("that says wait ends an order whose cancel was asked for meanwhile: it was never executed", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    desk.do({ type: "cancel_order", orderId: id });
    desk.fail(id, "wait");
    expect(desk.order(id)).toMatchObject({ status: "cancelled", reason: "Cancelled by you." });
    expect(desk.holding("USD").held).toBe("0");
  });

  it("that is ambiguous makes it unknown: its hold stays and it is read, never sent again", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    desk.fail(id, "ambiguous");
    expect(desk.live(id).status).toBe("unknown");
    expect(desk.todo()).toEqual([`resolve ${id}`]);
    expect(desk.codeOf(desk.send(id))).toBe("CONFLICT");
    expect(desk.holding("USD").held).toBe("100.4");
    desk.fail(id, "wait");
    expect(desk.todo()).toEqual([]);
    expect(desk.order(id).status).toBe("rejected");
  });

  it("that names another attempt changes nothing", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    const wait = { class: "wait", text: "w", message: "Wait.", retryAt: null } as const;
    const again = { type: "action_failed", action: "place", orderId: id, failure: wait, attempt: 1 } as const;
    desk.do(again);
    desk.send(id);
    desk.do(again);
    expect(desk.live(id).venue).toMatchObject({ placement: "sent", attempts: 2 });
  });

  it("that is lost by a restart is read; cancels are sent again", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    const other = desk.open({ ...limitBuy, limitPrice: d("90") });
    desk.do({ type: "cancel_order", orderId: other });
    desk.send(other, "cancel");
    desk.do({ type: "recover" });
    expect(desk.live(id).status).toBe("unknown");
    expect(desk.todo()).toEqual([`send cancel ${other}`, `resolve ${id}`]);
  });

  it("that refuses the key ends the order, suspends entries, tells once, and leaves exits their try", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const id = desk.place(limitBuy);
    desk.send(id);
    desk.fail(id, "suspended");
    expect(desk.order(id).status).toBe("rejected");
    expect(desk.codeOf(desk.tryPlace(limitBuy))).toBe("EXCHANGE_UNAVAILABLE");
    const exit = desk.close("BTC");
    expect(desk.todo()).toEqual([`send place ${exit}`]);
    desk.send(exit);
    desk.fail(exit, "suspended");
    expect(desk.alerts().map(({ message }) => message.slice(0, 24))).toEqual([
      "Kraken refuses this key:",
      "An exit was not executed",
    ]);
    expect(new Set(desk.alerts().map(({ alertId }) => alertId)).size).toBe(2);
  });
});

describe("absence", () => {
  const lost = () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.send(id);
    desk.fail(id, "ambiguous");
    return { desk, id, deadline: desk.live(id).venue?.deadline ?? 0 };
  };

  it("needs the deadline, 60 s and two different empty reads", () => {
    const { desk, id, deadline } = lost();
    const read = (readAt: number) => desk.do({ type: "report_absence", orderId: id, readAt });
    desk.now = deadline + 70_000;
    read(deadline + 59_999);
    read(deadline + 60_000);
    read(deadline + 60_000);
    expect(desk.live(id).status).toBe("unknown");
    read(deadline + 62_000);
    expect(desk.order(id).status).toBe("rejected");
    expect(desk.holding("USD").held).toBe("0");
  });

  it("is not final: a later fill is booked late and told, and what is still open is shown and cancelled", () => {
    const { desk, id, deadline } = lost();
    desk.now = deadline + 70_000;
    desk.do({ type: "report_absence", orderId: id, readAt: deadline + 60_000 });
    desk.do({ type: "report_absence", orderId: id, readAt: deadline + 62_000 });
    desk.book([desk.execution(id, "0.4", "100")]);
    expect(desk.order(id)).toMatchObject({ status: "rejected", filledQuantity: "0.4" });
    expect(desk.holding("BTC").managed).toBe("0.4");
    expect(desk.events.find((event) => event.type === "fill_booked")).toMatchObject({ late: true });
    desk.now += 60_000;
    desk.report([desk.shown(id)], { complete: true });
    desk.report([desk.shown(id)], { complete: true });
    expect(desk.state.venue?.externalOrders).toMatchObject({ [`O-${id}`]: { strayOf: id } });
    expect(desk.alerts()).toHaveLength(2);
    expect(desk.todo()).toEqual([`cancel_stray O-${id}`]);
    desk.report([desk.shown(id, { status: "cancelled", closedAt: desk.now })]);
    expect(desk.state.venue?.externalOrders).toEqual({});
    expect(desk.todo()).toEqual([]);
  });

  it("leaves orders made by hand alone", () => {
    const { desk, id } = lost();
    desk.report([desk.shown(id, { venueOrderId: "O-HAND", clientOrderId: null })]);
    expect(Object.keys(desk.state.venue?.externalOrders ?? {})).toEqual(["O-HAND"]);
    expect(desk.todo()).toEqual([`resolve ${id}`]);
  });

  it("of an order that ended too long ago for the state is booked on its past record", () => {
    const { desk, id, deadline } = lost();
    desk.now = deadline + 70_000;
    desk.do({ type: "report_absence", orderId: id, readAt: deadline + 60_000 });
    desk.do({ type: "report_absence", orderId: id, readAt: deadline + 62_000 });
    const fill = desk.execution(id, "0.4", "100");
    const old = desk.state.ended.find((order) => order.id === id);
    if (old === undefined) {
      throw new Error("it has not ended");
    }
    desk.pastOrders[id] = old;
    desk.state = { ...desk.state, ended: [] };
    desk.book([fill]);
    expect(desk.order(id)).toMatchObject({ status: "rejected", filledQuantity: "0.4" });
  });
});

describe("an order that Kraken took and shows nowhere", () => {
  it("is told once and then read every five minutes, until it is shown again", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    desk.send(id, "cancel");
    desk.accept(id, "cancel");
    expect(desk.work()).toMatchObject([{ type: "resolve", notBefore: 0 }]);
    for (let read = 0; read < 12; read += 1) {
      desk.now += 2_000;
      desk.do({ type: "report_absence", orderId: id, readAt: desk.now });
    }
    expect(desk.work()).toMatchObject([{ type: "resolve", notBefore: desk.now + 300_000 }]);
    expect(desk.alerts().filter(({ orderId }) => orderId === id)).toHaveLength(1);
    expect(desk.live(id).status).toBe("cancel_pending");
    desk.now += 20_000;
    desk.report([desk.shown(id, { status: "cancelled" })]);
    expect(desk.order(id).status).toBe("cancelled");
  });
});

describe("a cancel", () => {
  it("of what never left the queue is immediate", () => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    expect(desk.order(id).status).toBe("cancelled");
    expect(desk.todo()).toEqual([]);
  });

  it("that did nothing is sent again, but not on the word of an older look", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    desk.send(id, "cancel");
    desk.accept(id, "cancel");
    expect(desk.todo()).toEqual([`resolve ${id}`]);
    desk.report([desk.shown(id)], { readAt: desk.now + 5_000 });
    expect(desk.todo()).toEqual([`resolve ${id}`]);
    desk.report([desk.shown(id)], { readAt: desk.now + 5_001 });
    expect(desk.todo()).toEqual([`send cancel ${id}`]);
  });

  it("with a filled quantity waits for the executions that are missing", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    desk.send(id, "cancel");
    desk.fail(id, "gone", "cancel");
    desk.report([desk.shown(id, { status: "cancelled", filledQuantity: d("0.3"), reason: "User requested" })]);
    expect(desk.live(id).status).toBe("cancel_pending");
    expect(desk.todo()).toContain(`read_executions ${id}`);
    desk.book([desk.execution(id, "0.3", "100")]);
    expect(desk.order(id)).toMatchObject({ status: "cancelled", filledQuantity: "0.3", reason: "Cancelled by you." });
    expect(desk.holding("USD").held).toBe("0");
  });

  it("crossed by a fill leaves the order filled", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    desk.send(id, "cancel");
    desk.book([desk.execution(id, "1", "100")]);
    expect(desk.order(id).status).toBe("filled");
  });

  it("refused by a suspended key waits, and touches our own orders alone", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_all", symbol: null });
    desk.send(id, "cancel");
    desk.fail(id, "suspended", "cancel");
    expect(desk.work()).toMatchObject([{ action: "cancel", orderId: id, notBefore: desk.now + 60_000 }]);
  });

  it("refused by a suspended key is told once, and tried more and more seldom", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "cancel_order", orderId: id });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      desk.send(id, "cancel");
      desk.fail(id, "suspended", "cancel");
      const notBefore = desk.work()[0]?.notBefore ?? 0;
      waits.push((notBefore - desk.now) / 60_000);
      desk.now = notBefore;
    }
    expect(waits).toEqual([1, 2, 4, 8, 10, 10]);
    expect(desk.alerts().filter(({ orderId }) => orderId === id)).toHaveLength(1);
  });
});

describe("an amend", () => {
  const amended = (quantity: string) => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.do({ type: "amend_order", orderId: id, request: { quantity: d(quantity) } });
    desk.send(id, "amend");
    return { desk, id };
  };

  it("holds the larger of both until the answer, then exactly what it needs", () => {
    const { desk, id } = amended("2");
    expect(desk.holding("USD").held).toBe("200.8");
    desk.accept(id, "amend");
    expect(desk.live(id)).toMatchObject({ quantity: "2", hold: { amount: "200.8" } });
    desk.do({ type: "amend_order", orderId: id, request: { quantity: d("1") } });
    expect(desk.holding("USD").held).toBe("200.8");
    desk.send(id, "amend");
    desk.accept(id, "amend");
    expect(desk.holding("USD").held).toBe("100.4");
  });

  it("that is refused gives back what it added and nothing of what a fill has taken", () => {
    const { desk, id } = amended("2");
    desk.book([desk.execution(id, "0.5", "100")]);
    expect(desk.holding("USD").held).toBe("150.6");
    desk.fail(id, "refused", "amend");
    expect(desk.live(id)).toMatchObject({ quantity: "1", hold: { amount: "50.2" } });
  });

  it("that is ambiguous shows in the order's next report, either way", () => {
    const { desk, id } = amended("2");
    desk.fail(id, "ambiguous", "amend");
    desk.report([desk.shown(id)], { readAt: desk.now + 1_000 });
    expect(desk.live(id).venue?.amend).not.toBeNull();
    desk.report([desk.shown(id, { quantity: d("2") })]);
    expect(desk.live(id)).toMatchObject({ quantity: "2", version: 2 });
    const other = amended("2");
    other.desk.fail(other.id, "ambiguous", "amend");
    other.desk.now += 15_001;
    other.desk.report([other.desk.shown(other.id)]);
    expect(other.desk.live(other.id).venue?.amend).toBeNull();
    expect(other.desk.holding("USD").held).toBe("100.4");
  });

  it("upwards, crossed by fills, does not end the order at its old quantity", () => {
    const { desk, id } = amended("2");
    desk.book([desk.execution(id, "1", "100")]);
    expect(desk.live(id).status).toBe("partially_filled");
    desk.accept(id, "amend");
    expect(desk.live(id)).toMatchObject({ quantity: "2", hold: { amount: "100.4" } });
  });

  it("upwards, refused after all was filled, leaves the order filled", () => {
    const { desk, id } = amended("2");
    desk.book([desk.execution(id, "1", "100")]);
    desk.fail(id, "refused", "amend");
    expect(desk.order(id).status).toBe("filled");
    expect(desk.holding("USD").held).toBe("0");
  });

  it("downwards to what was filled meanwhile leaves the order filled", () => {
    const { desk, id } = amended("0.5");
    desk.book([desk.execution(id, "0.5", "100")]);
    desk.accept(id, "amend");
    expect(desk.order(id)).toMatchObject({ status: "filled", quantity: "0.5" });
  });

  it("whose order ended first is settled by the final state", () => {
    const { desk, id } = amended("0.5");
    desk.book([desk.execution(id, "0.5", "100")]);
    desk.report([desk.shown(id, { status: "closed", quantity: d("0.5") })]);
    expect(desk.order(id)).toMatchObject({ status: "filled", quantity: "0.5" });
  });

  it("by the exchange itself is taken over and told, but not from an early look", () => {
    const desk = new VenueDesk();
    const id = desk.open(limitBuy);
    desk.report([desk.shown(id, { quantity: d("0.7") })], { readAt: desk.now + 9_999 });
    expect(desk.live(id).quantity).toBe("1");
    desk.report([desk.shown(id, { quantity: d("0.7") })], { readAt: desk.now + 10_000 });
    expect(desk.live(id)).toMatchObject({ quantity: "0.7", hold: { amount: "70.28" } });
    expect(desk.alerts()).toHaveLength(1);
  });

  it("is judged by Kraken's own fees and refused under the pair's minimum", () => {
    const desk = new VenueDesk({ USD: "201" });
    const id = desk.open(limitBuy);
    const amend = (quantity: string) =>
      desk.codeOf(desk.do({ type: "amend_order", orderId: id, request: { quantity: d(quantity) } }));
    expect(amend("0.00004")).toBe("QUANTITY_TOO_SMALL");
    expect(amend("2.01")).toBe("INSUFFICIENT_FUNDS");
    expect(amend("2")).toBe("accepted");
  });
});

describe("a queued entry when trading closes before it leaves", () => {
  it.each([
    ["suspended", { status: "suspended", reason: "Locked.", retryAt: null }],
    ["read anew", { status: "connecting", reason: null, retryAt: null }],
  ] as const)("is not sent while the account is %s, and ends by its deadline", (_name, change) => {
    const desk = new VenueDesk();
    const id = desk.place(limitBuy);
    desk.do({ type: "change_connection", ...change });
    expect(desk.codeOf(desk.send(id))).toBe("EXCHANGE_UNAVAILABLE");
    expect(desk.live(id).venue).toMatchObject({ placement: "queued", attempts: 0 });
    desk.now += 30_001;
    desk.do({ type: "drop_overdue" });
    expect(desk.order(id).status).toBe("rejected");
  });

  it("goes when trading is open again in time; exits and cancels never ask", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const resting = desk.open(limitBuy);
    const entry = desk.place(limitBuy);
    const exit = desk.close("BTC");
    desk.do({ type: "change_connection", status: "suspended", reason: "Locked.", retryAt: null });
    desk.do({ type: "cancel_order", orderId: resting });
    expect(desk.codeOf(desk.send(exit))).toBe("accepted");
    expect(desk.codeOf(desk.send(resting, "cancel"))).toBe("accepted");
    expect(desk.codeOf(desk.send(entry))).toBe("EXCHANGE_UNAVAILABLE");
    desk.do({ type: "change_connection", status: "trading", reason: null, retryAt: null });
    expect(desk.codeOf(desk.send(entry))).toBe("accepted");
  });
});

describe("an exit that waits for cancels", () => {
  it("is told once when they do not come in time, and still leaves when they do", () => {
    const desk = new VenueDesk();
    desk.buy("1");
    const sale = desk.open({ side: "sell", quantity: d("1"), limitPrice: d("120") });
    const exit = desk.close("BTC");
    desk.now += 5_001;
    desk.do({ type: "drop_overdue" });
    desk.do({ type: "drop_overdue" });
    expect(desk.alerts().map(({ severity, orderId }) => [severity, orderId])).toEqual([["critical", exit]]);
    expect(desk.todo()).not.toContain(`send place ${exit}`);
    desk.report([desk.shown(sale, { status: "cancelled", reason: "User requested" })]);
    expect(desk.todo()).toContain(`send place ${exit}`);
  });
});

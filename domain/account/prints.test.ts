import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk, START } from "../testing/desk.ts";

const d = decimal;

function desk(): Desk {
  return new Desk({ balance: "100000" }).book(
    "BTC/USD",
    [
      ["100", "5"],
      ["99", "3"],
    ],
    [
      ["101", "5"],
      ["102", "3"],
    ],
  );
}

describe("resting orders fill from prints only (TRADING §3)", () => {
  it("waits for what was shown at its price on arrival", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    expect(trader.open(id).queue?.ahead).toBe("5");
    trader.print("BTC/USD", "100", "4");
    expect(trader.open(id)).toMatchObject({ filledQuantity: "0", queue: { ahead: "1" } });
    trader.print("BTC/USD", "100", "2");
    expect(trader.open(id)).toMatchObject({ status: "partially_filled", filledQuantity: "1", queue: { ahead: "0" } });
    trader.print("BTC/USD", "100", "9");
    expect(trader.order(id)).toMatchObject({ status: "filled", filledQuantity: "2", averagePrice: "100" });
    expect(trader.fills(id)).toMatchObject([
      { liquidity: "maker", quantity: "1", tradeId: 1002, late: false },
      { liquidity: "maker", quantity: "1", tradeId: 1003 },
    ]);
  });

  it("is filled up to the print's size when the level is traded through", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    trader.print("BTC/USD", "99.9", "0.5");
    expect(trader.open(id)).toMatchObject({ filledQuantity: "0.5", queue: { ahead: "0" } });
    expect(trader.fills(id)[0]?.price).toBe("100");
  });

  it("does the same on the sell side", () => {
    const trader = desk();
    trader.place({ side: "buy", quantity: d("2") });
    const id = trader.place({ side: "sell", quantity: d("2"), limitPrice: d("102") });
    trader.print("BTC/USD", "101.9", "50");
    expect(trader.open(id).filledQuantity).toBe("0");
    trader.print("BTC/USD", "102", "4");
    expect(trader.open(id).filledQuantity).toBe("1");
    trader.print("BTC/USD", "102.1", "4");
    expect(trader.order(id).status).toBe("filled");
  });

  it("is not filled before the price reached it", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("98") });
    const trade = trader.trade("BTC/USD", "98.1", "50");
    const delivery = {
      deliveryId: 1,
      orderId: id,
      version: 1,
      symbol: "BTC/USD",
      trades: [trade],
      bid: null,
      ask: null,
      late: false,
    };
    expect(trader.do({ type: "apply_prints", deliveries: [delivery] }).events).toEqual([]);
  });

  it("never fires on a print from before it was armed", () => {
    const trader = desk();
    const before = trader.trade("BTC/USD", "90", "50");
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("98") });
    expect(trader.open(id).queue?.cursor).toBe(before.id);
    expect(trader.do({ type: "apply_prints", deliveries: trader.deliveries([before]) }).events).toEqual([]);
  });

  it("gives each print at most its size, once, oldest order first", () => {
    const trader = desk();
    const first = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98") });
    const second = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98.5") });
    trader.print("BTC/USD", "97", "1.4");
    expect(trader.order(first).status).toBe("filled");
    expect(trader.open(second).filledQuantity).toBe("0.4");
  });

  it("gives an order that lost its place what the older ones leave", () => {
    const trader = desk();
    const first = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98") });
    const second = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98") });
    trader.do({ type: "amend_order", orderId: first, request: { quantity: d("1.5") } });
    trader.print("BTC/USD", "97", "1.4");
    expect(trader.order(second).status).toBe("filled");
    expect(trader.open(first).filledQuantity).toBe("0.4");
  });

  it("counts what an older own order took against the younger one behind the same queue", () => {
    const trader = desk();
    const first = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    const second = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    trader.print("BTC/USD", "100", "7");
    expect([trader.open(first).filledQuantity, trader.open(second).filledQuantity]).toEqual(["2", "0"]);
    expect(trader.open(second).queue?.ahead).toBe("0");
  });

  it("changes nothing when a delivery is repeated, and a queue is not reduced twice", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const deliveries = trader.deliveries([trader.trade("BTC/USD", "100", "3"), trader.trade("BTC/USD", "100", "2.5")]);
    trader.do({ type: "apply_prints", deliveries });
    expect(trader.open(id)).toMatchObject({ filledQuantity: "0.5" });
    const state = trader.state;
    expect(trader.do({ type: "apply_prints", deliveries }).events).toEqual([]);
    expect(trader.state).toBe(state);
  });

  it("counts prints in the order of their ids, whatever order they come in", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const [early, late] = [trader.trade("BTC/USD", "100", "5"), trader.trade("BTC/USD", "100", "1")];
    trader.do({ type: "apply_prints", deliveries: trader.deliveries([late, early]) });
    expect(trader.fills(id)).toMatchObject([{ tradeId: late.id, quantity: "1" }]);
    const old = trader.deliveries([early]);
    expect(trader.do({ type: "apply_prints", deliveries: old }).events).toEqual([]);
  });

  it("does not give the rest of a print twice when orders hear of it one after another", () => {
    const trader = desk();
    const first = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98") });
    const second = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("98") });
    const [one, two] = trader.deliveries([trader.trade("BTC/USD", "97", "1.4")]);
    trader.do({ type: "apply_prints", deliveries: two === undefined ? [] : [two] });
    expect(trader.order(second).status).toBe("filled");
    expect(trader.state.prints["BTC/USD"]).toMatchObject([{ tradeId: one?.trades[0]?.id, quantity: "1" }]);
    trader.do({ type: "apply_prints", deliveries: one === undefined ? [] : [one] });
    expect(trader.open(first).filledQuantity).toBe("0.4");
    expect(trader.state.prints).toEqual({});
  });

  it("ignores a delivery for an earlier shape of the order", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const deliveries = trader.deliveries([trader.trade("BTC/USD", "97", "9")]);
    trader.do({ type: "amend_order", orderId: id, request: { limitPrice: d("95") } });
    expect(trader.do({ type: "apply_prints", deliveries }).events).toEqual([]);
  });

  it("goes on filling when the venue's tape began anew, and takes no print of the old tape again", () => {
    const trader = new Desk().book("BTC/USD", [["99", "1"]], [["101", "1"]]);
    const id = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    const old = trader.deliveries([trader.trade("BTC/USD", "99.5", "1")]);
    trader.do({ type: "apply_prints", deliveries: old });
    const { version } = trader.open(id);
    const print = { ...trader.trade("BTC/USD", "99.5", "0.5"), id: 7 };
    const [began] = trader.deliveries([print]).map((each) => ({ ...each, trades: [], newTapeAt: 6 }));
    expect(began).toBeDefined();
    const notice = began === undefined ? [] : [began];
    trader.do({ type: "apply_prints", deliveries: [...old, ...notice, ...old] });
    expect(trader.open(id)).toMatchObject({ filledQuantity: "1", version: version + 1, queue: { cursor: 6 } });
    expect(trader.effects).toMatchObject([{ type: "set_trigger", row: { version: version + 1, armedTradeId: 6 } }]);
    trader.do({ type: "apply_prints", deliveries: [...notice, ...old] });
    expect(trader.effects).toEqual([]);
    trader.do({ type: "apply_prints", deliveries: trader.deliveries([print]) });
    expect(trader.open(id)).toMatchObject({ filledQuantity: "1.5", queue: { cursor: 7 } });
  });

  it("gives a print of the new tape whole, though the old tape's print of the same id was had", () => {
    const trader = new Desk().book("BTC/USD", [["99", "1"]], [["101", "1"]]);
    const first = trader.place({ side: "buy", quantity: d("1"), limitPrice: d("100") });
    const second = trader.place({ side: "buy", quantity: d("3"), limitPrice: d("100") });
    const print = trader.trade("BTC/USD", "99.5", "1");
    const [mine] = trader.deliveries([print]);
    trader.do({ type: "apply_prints", deliveries: mine === undefined ? [] : [mine] });
    expect(trader.order(first).status).toBe("filled");
    const [began] = trader.deliveries([print]).map((each) => ({ ...each, trades: [], newTapeAt: print.id - 1 }));
    trader.do({ type: "apply_prints", deliveries: began === undefined ? [] : [began] });
    trader.do({ type: "apply_prints", deliveries: trader.deliveries([print]) });
    expect(trader.open(second).filledQuantity).toBe("1");
  });

  it("ignores a delivery for an order that is gone", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const deliveries = trader.deliveries([trader.trade("BTC/USD", "97", "9")]);
    trader.do({ type: "cancel_order", orderId: id });
    expect(trader.do({ type: "apply_prints", deliveries }).events).toEqual([]);
  });

  it("labels a fill from a refilled tape late, with the print's own time", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    const trade = { ...trader.trade("BTC/USD", "97", "9"), time: START + 5_000 };
    trader.now = START + 3_600_000;
    trader.do({ type: "apply_prints", deliveries: trader.deliveries([trade], true) });
    expect(trader.fills(id)).toMatchObject([{ late: true, filledAt: START + 5_000, marketTime: START + 3_600_000 }]);
  });

  it("pays a resting buy from its hold and gives the fee difference back", () => {
    const trader = desk();
    const id = trader.place({ side: "buy", quantity: d("2"), limitPrice: d("100") });
    expect(trader.open(id).hold.amount).toBe("200.8");
    trader.print("BTC/USD", "99", "1");
    expect(trader.open(id).hold.amount).toBe("100.4");
    expect(trader.total("USD")).toBe("99899.75");
    trader.print("BTC/USD", "99", "1");
    expect(trader.state.holdings.USD).toMatchObject({ managed: "99799.5", held: "0" });
  });

  it("never overdraws by rounding, however small the prints", () => {
    const trader = new Desk({ balance: "50.2", maker: "0.4" }).book("BTC/USD", [["99", "1"]], [["101", "1"]]);
    const id = trader.place({ side: "buy", quantity: d("0.5"), limitPrice: d("100") });
    expect(trader.free("USD")).toBe("0");
    for (let index = 0; index < 400; index += 1) {
      trader.print("BTC/USD", "99.5", "0.00000017");
    }
    trader.print("BTC/USD", "99.5", "1");
    expect(trader.order(id).status).toBe("filled");
    expect(trader.total("USD")).toBe("0");
  });
});

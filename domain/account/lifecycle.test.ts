import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk, orderRequest, START } from "../testing/desk.ts";
import type { Command } from "./commands.ts";
import { decide } from "./decide.ts";
import { pinnedSymbols } from "./effects.ts";
import { evolve } from "./evolve.ts";
import { unopenedAccount } from "./state.ts";
import { symbolsNeeded } from "./symbols.ts";
import { accountView } from "./views.ts";

const d = decimal;
const context = {
  now: START + 5,
  marketTime: START,
  market: "replay",
  id: "a",
  origin: "manual",
  markets: {},
  instruments: {},
  booked: new Set<string>(),
  pastOrders: {},
} as const;
const opening: Command = {
  type: "open_account",
  name: "First",
  startingBalance: d("10000.00009"),
  fees: "new-customer",
  zone: "Europe/Vienna",
};

describe("opening an account", () => {
  it("gives the starting balance, the fee table and the market of that moment", () => {
    const decision = decide(unopenedAccount("acc"), opening, context);
    expect(decision).toMatchObject({ type: "accepted", effects: [], notices: [] });
    const state = decision.events.reduce(
      (before, event, index) => evolve(before, event, index + 1),
      unopenedAccount("acc"),
    );
    expect(accountView(state)).toMatchObject({
      id: "acc",
      name: "First",
      kind: "paper",
      market: "replay",
      currency: "USD",
      fees: { takerPercent: "0.8", makerPercent: "0.4" },
      baseline: "10000",
      day: { startedAt: START, equity: "10000", flows: "0", zone: "Europe/Vienna" },
      createdAt: START,
      seq: 1,
    });
  });

  it("refuses nothing, too much, and a zone that is none", () => {
    const codes = [
      { ...opening, startingBalance: d("0.00001") },
      { ...opening, startingBalance: d("1000000000000.1") },
      { ...opening, zone: "Nowhere" },
    ].map((command) => {
      const decision = decide(unopenedAccount("acc"), command, context);
      return decision.type === "denied" ? decision.problem.code : "accepted";
    });
    expect(codes).toEqual(["BAD_REQUEST", "BAD_REQUEST", "BAD_REQUEST"]);
  });

  it("comes before anything else", () => {
    const decision = decide(unopenedAccount("acc"), { type: "deposit", amount: d("5") }, context);
    expect(decision).toMatchObject({ type: "denied", problem: { code: "NOT_FOUND" }, events: [] });
  });
});

describe("what the shell asks the feed for", () => {
  const desk = new Desk({ balance: "100000" })
    .book("BTC/USD", [["100", "9"]], [["100", "9"]], "100")
    .book("ETH/BTC", [["0.1", "9"]], [["0.11", "9"]], "0.1");
  desk.place({ side: "buy", quantity: d("1") });
  const resting = desk.place({ symbol: "ETH/BTC", side: "buy", quantity: d("1"), limitPrice: d("0.05") });
  const request = orderRequest({ symbol: "ETH/BTC", side: "buy", quantity: d("1") });
  const deliveries = desk.deliveries([desk.trade("ETH/BTC", "0.04", "0.1")]);

  it.each<[Command, readonly string[]]>([
    [{ type: "place_order", request: { ...request, symbol: "BTC/USD" } }, ["BTC/USD"]],
    [{ type: "place_order", request }, ["ETH/BTC", "BTC/USD"]],
    [{ type: "amend_order", orderId: resting, request: {} }, ["ETH/BTC", "BTC/USD"]],
    [{ type: "amend_order", orderId: "nobody", request: {} }, []],
    [{ type: "close_position", asset: "ETH", percent: 50 }, ["ETH/USD"]],
    [{ type: "retry_waiting", symbol: "BTC/USD" }, ["BTC/USD"]],
    [{ type: "apply_prints", deliveries }, ["BTC/USD"]],
    [{ type: "start_day" }, ["BTC/USD"]],
    [{ type: "cancel_all", symbol: null }, []],
    [{ type: "deposit", amount: d("1") }, []],
  ])("for %j is %j", (command, symbols) => {
    expect(symbolsNeeded(desk.state, command)).toEqual(symbols);
  });

  it("keeps the symbols of holdings and orders subscribed", () => {
    expect(pinnedSymbols(desk.state)).toEqual(["BTC/USD", "ETH/BTC"]);
  });
});

import { expect, test } from "vitest";
import { tradingFacts } from "../account/facts.ts";
import { assessmentMarket } from "../account/place.ts";
import { positionViews } from "../account/views.ts";
import { decimal } from "../decimal.ts";
import { checkOrder } from "../risk/check.ts";
import { DEFAULT_RISK, type RiskSettings } from "../risk/settings.ts";
import { riskStanding } from "../risk/standing.ts";
import { Desk, orderRequest } from "../testing/desk.ts";
import { snapshotLimits } from "./limits.ts";
import type { SnapshotLimit } from "./snapshot.ts";

function desk(limits: Partial<RiskSettings> = {}): Desk {
  return new Desk({ balance: "10000", limits: { ...DEFAULT_RISK, ...limits } })
    .book("BTC/USD", [["99.9", "1000"]], [["100", "1000"]], "100")
    .book("ETH/USD", [["9.9", "1000"]], [["10", "1000"]], "10");
}

function rows(trader: Desk): ReadonlyMap<string, SnapshotLimit> {
  const facts = tradingFacts(trader.state, trader.now);
  const standing = riskStanding(facts, positionViews(trader.state), trader.markets);
  const { losses } = trader.state.watch.streak;
  const limits = snapshotLimits({ facts, standing, losses, markets: trader.markets });
  return new Map(limits.map((row) => [row.name, row]));
}

test("the room that is told is the engine's: open entries count, dust does not", () => {
  const trader = desk({ maximumPositionQuantity: { BTC: decimal("30") } });
  trader.place({ side: "buy", quantity: decimal("0.01") });
  trader.place({ side: "sell", quantity: decimal("0.00998") });
  expect(rows(trader).get("Open positions")).toMatchObject({ limit: "10", room: "10" });
  trader.place({ side: "buy", quantity: decimal("5"), limitPrice: decimal("90") });
  trader.place({ symbol: "ETH/USD", side: "buy", quantity: decimal("100"), limitPrice: decimal("9") });
  const told = rows(trader);
  expect(told.get("Open positions")).toMatchObject({ limit: "10", room: "8" });
  // 450 and 900 of 10,000 are on their way.
  expect(told.get("Exposure")).toMatchObject({ limit: "80", room: "66.5", unit: "% of equity" });
  expect(told.get("Largest quantity of BTC")).toMatchObject({ limit: "30", room: "24.99998", unit: "BTC" });
  const request = orderRequest({ side: "buy", quantity: decimal("1") });
  const question = { request, riskPercent: null };
  const market = assessmentMarket(trader.state, trader.context());
  const { rules } = checkOrder(tradingFacts(trader.state, trader.now), question, market);
  expect(rules.find(({ code }) => code === "EXPOSURE_LIMIT")?.room).toMatch(/^6649\./);
  expect(rules.find(({ code }) => code === "OPEN_POSITIONS_LIMIT")).toBeUndefined();
  expect(rules.find(({ code }) => code === "POSITION_QUANTITY_LIMIT")).toMatchObject({ room: "24.99998" });
});

test("what was lost takes room from the limits of losses, and a gain gives none", () => {
  const trader = desk({ dailyLossPercent: decimal("5") });
  expect(rows(trader).get("Pause after losses")).toMatchObject({ limit: "4", room: "4", unit: "losses in a row" });
  trader.place({ side: "buy", quantity: decimal("10") });
  trader.book("BTC/USD", [["89.9", "1000"]], [["90", "1000"]], "90");
  trader.place({ side: "sell", quantity: decimal("10") });
  const told = rows(trader);
  expect(told.get("Pause after losses")).toMatchObject({ limit: "4", room: "3" });
  // 101 at the book and 7.6 of fees.
  expect(told.get("Drawdown halt")).toMatchObject({ limit: "20", room: "18.91" });
  expect(told.get("Daily loss halt")).toMatchObject({ limit: "5", room: "3.91" });
  const gained = desk({ dailyLossPercent: decimal("5") });
  gained.place({ side: "buy", quantity: decimal("10") });
  gained.book("BTC/USD", [["119.9", "1000"]], [["120", "1000"]], "120");
  expect(rows(gained).get("Daily loss halt")).toMatchObject({ limit: "5", room: "5" });
});

test("a limit that is off is left out, and room that is not known is none", () => {
  const trader = desk({ maximumExposurePercent: null, lossStreak: null });
  trader.place({ symbol: "ETH/USD", side: "buy", quantity: decimal("10") });
  trader.stale("ETH/USD");
  const told = rows(trader);
  expect(told.has("Exposure")).toBe(false);
  expect(told.has("Pause after losses")).toBe(false);
  expect(told.get("Drawdown halt")).toMatchObject({ limit: "20", room: null });
});

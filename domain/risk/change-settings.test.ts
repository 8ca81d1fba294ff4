import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk } from "../testing/desk.ts";
import { allowedNow } from "./change-settings.ts";
import type { RiskChanges } from "./settings-changes.ts";
import { DEFAULT_RISK, type RiskSettings } from "./settings.ts";

const d = decimal;
const HOUR_MS = 3_600_000;

/** An account that was halted by its drawdown. */
function halted(): Desk {
  const desk = new Desk({ limits: { drawdownPercent: d("20"), resumeAfterMinutes: 60 } });
  for (const minute of [1, 2]) {
    desk.now += 60_000;
    const sample = { time: desk.now, managed: d("7900"), equity: d("7900") };
    expect(desk.do({ type: "sample_equity", samples: [sample] }).type, String(minute)).toBe("accepted");
  }
  expect(desk.state.halts).toMatchObject([{ kind: "drawdown" }]);
  return desk;
}

/** All of 10,000 was spent at 100, and this is the price now. */
function fallen(price: string): Desk {
  const limits = { drawdownPercent: d("20"), dailyLossPercent: d("10"), resumeAfterMinutes: 60 };
  const desk = new Desk({ taker: "0", maker: "0", limits }).book(
    "BTC/USD",
    [["100", "9000"]],
    [["100", "9000"]],
    "100",
  );
  desk.place({ side: "buy", quantity: d("100"), stop: null });
  return desk.book("BTC/USD", [[price, "9000"]], [[price, "9000"]], price);
}

function change(desk: Desk, limits: Partial<RiskSettings>) {
  return desk.do({ type: "change_settings", limits: { ...desk.state.limits, ...limits } });
}

describe("a change of the rules", () => {
  it("counts at once where nothing is halted, as one event of the journal", () => {
    const desk = new Desk();
    expect(change(desk, { drawdownPercent: d("50") }).events).toMatchObject([
      { type: "settings_changed", name: null, limits: { drawdownPercent: "50" } },
    ]);
    expect(change(desk, { drawdownPercent: d("50") }).events).toEqual([]);
  });

  it("that loosens the rule of a halt waits for the cool-off, and the trader is told", () => {
    const desk = halted();
    const dueAt = desk.now + HOUR_MS;
    const decision = change(desk, { drawdownPercent: d("40"), maximumOrderValue: d("700") });
    expect(decision.events.map(({ type }) => type)).toEqual(["settings_changed", "risk_change_planned"]);
    expect(desk.state.limits).toMatchObject({ drawdownPercent: "20", maximumOrderValue: "700" });
    expect(desk.state.plannedRisk).toMatchObject({ dueAt, settings: { drawdownPercent: "40" } });
    expect(desk.notices.join(" ")).toContain("not loosened at once");
  });

  it("that loosens a limit which denies already waits as well, before the second sample halts", () => {
    const desk = fallen("73");
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: d("1") }))).toBe("DRAWDOWN_LIMIT");
    expect(desk.state.halts).toEqual([]);
    change(desk, { drawdownPercent: d("50"), dailyLossPercent: d("60"), maximumOrderValue: d("700") });
    expect(desk.state.limits).toMatchObject({
      drawdownPercent: "20",
      dailyLossPercent: "10",
      maximumOrderValue: "700",
    });
    expect(desk.codeOf(desk.tryPlace({ side: "buy", quantity: d("1") }))).toBe("DRAWDOWN_LIMIT");
    expect(desk.notices.join(" ")).toBe("");
    change(desk, { drawdownPercent: d("50") });
    expect(desk.notices.join(" ")).toContain("denies now");
    // Nor is the waiting made shorter first.
    change(desk, { resumeAfterMinutes: 0 });
    expect(desk.state.limits.resumeAfterMinutes).toBe(60);
  });

  it("that loosens a limit waits while a breach of it is counted, though the price is back", () => {
    const desk = fallen("73");
    desk.now += 60_000;
    desk.do({ type: "sample_equity", samples: [{ time: desk.now, managed: d("7300"), equity: d("7300") }] });
    expect(desk.state.watch.drawdownBreaches).toBe(1);
    desk.book("BTC/USD", [["100", "9000"]], [["100", "9000"]], "100");
    change(desk, { drawdownPercent: d("50") });
    expect(desk.state.limits.drawdownPercent).toBe("20");
  });

  it("that loosens a limit waits while nobody knows what the account is worth", () => {
    const desk = fallen("95");
    desk.stale("BTC/USD");
    change(desk, { drawdownPercent: d("50") });
    expect(desk.state.limits.drawdownPercent).toBe("20");
  });

  it("counts at once where the limit is far", () => {
    const desk = fallen("95");
    change(desk, { drawdownPercent: d("50"), dailyLossPercent: null });
    expect(desk.state.limits).toMatchObject({ drawdownPercent: "50", dailyLossPercent: null });
  });

  it("takes effect at its time with whatever is decided next, even a denial", () => {
    const desk = halted();
    change(desk, { drawdownPercent: d("40") });
    desk.now += HOUR_MS - 1;
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.state.limits.drawdownPercent).toBe("20");
    desk.now += 1;
    const denied = desk.do({ type: "cancel_order", orderId: "nobody" });
    expect(denied.type).toBe("denied");
    expect(denied.events.map(({ type }) => type)).toEqual(["settings_changed", "risk_change_planned"]);
    expect(desk.state).toMatchObject({ limits: { drawdownPercent: "40" }, plannedRisk: null });
  });

  it("that is wished again keeps its time, and another wish begins its own", () => {
    const desk = halted();
    change(desk, { drawdownPercent: d("40") });
    const { plannedRisk } = desk.state;
    desk.now += 60_000;
    change(desk, { drawdownPercent: d("40") });
    expect(desk.state.plannedRisk).toEqual(plannedRisk);
    change(desk, { drawdownPercent: null });
    expect(desk.state.plannedRisk).toMatchObject({ dueAt: desk.now + HOUR_MS });
  });

  it("back to what it was is no longer planned", () => {
    const desk = halted();
    change(desk, { drawdownPercent: d("40") });
    expect(change(desk, {}).events).toMatchObject([{ type: "risk_change_planned", planned: null }]);
    expect(desk.state.plannedRisk).toBeNull();
  });
});

describe("a change of some rules", () => {
  const some = (desk: Desk, changes: RiskChanges, seen: RiskChanges = {}) =>
    desk.do({ type: "change_settings", limitChanges: { changes, seen } });

  it("leaves what waits of another, with its time, and that counts then beside it", () => {
    const desk = halted();
    const dueAt = desk.now + HOUR_MS;
    some(desk, { drawdownPercent: d("40") });
    desk.now += 60_000;
    some(desk, { maximumOrderValue: d("700") });
    expect(desk.state.plannedRisk).toMatchObject({ dueAt, waits: [{ name: "drawdownPercent", dueAt }] });
    expect(desk.notices).toEqual([]);
    desk.now = dueAt;
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.state).toMatchObject({
      limits: { drawdownPercent: "40", maximumOrderValue: "700" },
      plannedRisk: null,
    });
  });

  it("may wait each for its own time", () => {
    const desk = halted();
    const first = desk.now + HOUR_MS;
    some(desk, { drawdownPercent: d("40") });
    desk.now += 60_000;
    some(desk, { resumeAfterMinutes: 5 });
    const second = desk.now + HOUR_MS;
    expect(desk.state.plannedRisk?.waits).toEqual([
      { name: "drawdownPercent", dueAt: first },
      { name: "resumeAfterMinutes", dueAt: second },
    ]);
    desk.now = first;
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.state.limits).toMatchObject({ drawdownPercent: "40", resumeAfterMinutes: 60 });
    expect(desk.state.plannedRisk).toMatchObject({ dueAt: second, waits: [{ name: "resumeAfterMinutes" }] });
    desk.now = second;
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.state).toMatchObject({ limits: { resumeAfterMinutes: 5 }, plannedRisk: null });
  });

  it("takes the place of what waits of the same, and a change of all of everything that waits, which is told", () => {
    const desk = halted();
    some(desk, { drawdownPercent: d("40") });
    some(desk, { drawdownPercent: d("15") });
    expect(desk.state).toMatchObject({ limits: { drawdownPercent: "15" }, plannedRisk: null });
    expect(desk.notices.join(" ")).toMatch(/was to be 40 from \d\d:\d\d UTC: that is planned no more/u);
    some(desk, { drawdownPercent: null });
    change(desk, { maximumOrderValue: d("700") });
    expect(desk.state.plannedRisk).toBeNull();
    expect(desk.notices.join(" ")).toContain("was to be off from");
  });

  it("keeps what another device has changed meanwhile, and is refused where both changed the same", () => {
    const desk = new Desk({ limits: { drawdownPercent: d("20"), ordersPerMinute: 30 } });
    some(desk, { drawdownPercent: d("10") }, { drawdownPercent: d("20") });
    some(desk, { ordersPerMinute: 5 }, { ordersPerMinute: 30 });
    expect(desk.state.limits).toMatchObject({ drawdownPercent: "10", ordersPerMinute: 5 });

    const refused = some(desk, { drawdownPercent: d("50"), ordersPerMinute: 9 }, { drawdownPercent: d("20") });
    expect(refused).toMatchObject({
      type: "denied",
      problem: { code: "CONFLICT", details: { field: "drawdownPercent", value: "10", seen: "20" } },
    });
    expect(desk.state.limits).toMatchObject({ drawdownPercent: "10", ordersPerMinute: 5 });
    // Both wished for the same, or it is wished with what stands there in sight.
    expect(some(desk, { drawdownPercent: d("10") }, { drawdownPercent: d("20") }).events).toEqual([]);
    some(desk, { drawdownPercent: d("50") }, { drawdownPercent: d("10") });
    expect(desk.state.limits.drawdownPercent).toBe("50");
  });

  it("finds what a plan of before waits for, and applies it then", () => {
    const desk = halted();
    const settings = { ...desk.state.limits, drawdownPercent: d("40") };
    const dueAt = desk.now + HOUR_MS;
    desk.state = { ...desk.state, plannedRisk: { settings, dueAt } };
    some(desk, { maximumOrderValue: d("700") });
    desk.now = dueAt;
    desk.do({ type: "cancel_all", symbol: null });
    expect(desk.state).toMatchObject({
      limits: { drawdownPercent: "40", maximumOrderValue: "700" },
      plannedRisk: null,
    });
  });
});

describe("what of a change may count while a halt is on", () => {
  const before: RiskSettings = { ...DEFAULT_RISK, drawdownPercent: d("20"), dailyLossPercent: d("5") };
  it.each([
    ["drawdown", { drawdownPercent: d("20.1") }, true],
    ["drawdown", { drawdownPercent: null }, true],
    ["drawdown", { drawdownPercent: d("20") }, false],
    ["drawdown", { drawdownPercent: d("19.9") }, false],
    ["drawdown", { dailyLossPercent: d("50") }, false],
    ["daily_loss", { dailyLossPercent: d("5.01") }, true],
    ["daily_loss", { dailyLossPercent: d("5") }, false],
    ["loss_streak", { lossStreak: null }, true],
    ["loss_streak", { lossStreak: { losses: 5, minutes: 60 } }, true],
    ["loss_streak", { lossStreak: { losses: 4, minutes: 59 } }, true],
    ["loss_streak", { lossStreak: { losses: 3, minutes: 61 } }, false],
    ["stopped", { resumeAfterMinutes: 59 }, true],
    ["stopped", { resumeAfterMinutes: 61, drawdownPercent: null }, false],
  ] as const)("after %s: %o waits: %s", (kind, wish, waits) => {
    const allowed = allowedNow(before, { ...before, ...wish }, [kind]);
    expect(allowed.waits).toBe(waits);
    expect(allowed.settings).toEqual(waits ? before : { ...before, ...wish });
  });
});

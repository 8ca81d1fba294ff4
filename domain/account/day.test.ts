import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { Desk, START } from "../testing/desk.ts";
import { dayStart, isZone, nextAccountDay, nextDayStart, SHORTEST_DAY_MS } from "./day.ts";
import { evolve } from "./evolve.ts";
import { accountView } from "./views.ts";

const d = decimal;

describe("the account's day", () => {
  it.each([
    ["UTC", Date.UTC(2026, 0, 15, 13, 30), Date.UTC(2026, 0, 15)],
    ["UTC", Date.UTC(2026, 0, 15), Date.UTC(2026, 0, 15)],
    ["Europe/Vienna", Date.UTC(2026, 0, 15, 22, 59), Date.UTC(2026, 0, 14, 23)],
    ["Europe/Vienna", Date.UTC(2026, 0, 15, 23, 0), Date.UTC(2026, 0, 15, 23)],
    ["America/New_York", Date.UTC(2026, 6, 1, 3, 59), Date.UTC(2026, 5, 30, 4)],
    ["Asia/Kathmandu", Date.UTC(2026, 0, 15, 18, 15), Date.UTC(2026, 0, 15, 18, 15)],
    ["Pacific/Kiritimati", Date.UTC(2026, 0, 15, 9, 59), Date.UTC(2026, 0, 14, 10)],
  ])("in %s begins at local midnight", (zone, time, start) => {
    expect(dayStart(time, zone)).toBe(start);
  });

  it("is 23 hours long when the clocks go forward and 25 when they go back", () => {
    const spring = dayStart(Date.UTC(2026, 2, 29, 12), "Europe/Vienna");
    expect(nextDayStart(spring, "Europe/Vienna") - spring).toBe(23 * 3_600_000);
    const autumn = dayStart(Date.UTC(2026, 9, 25, 12), "Europe/Vienna");
    expect(nextDayStart(autumn, "Europe/Vienna") - autumn).toBe(25 * 3_600_000);
  });

  it("begins at one o'clock where midnight does not exist", () => {
    // Cairo's clocks go forward at midnight on 24 April 2026: the day begins at 01:00 local time, 22:00 UTC.
    expect(dayStart(Date.UTC(2026, 3, 24, 12), "Africa/Cairo")).toBe(Date.UTC(2026, 3, 23, 22));
  });

  it("knows zones from nonsense", () => {
    expect([isZone("Europe/Vienna"), isZone("UTC"), isZone("Mars/Olympus"), isZone("")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(dayStart(Date.UTC(2026, 0, 15, 13), "Mars/Olympus")).toBe(Date.UTC(2026, 0, 15));
  });
});

describe("another zone", () => {
  const limits = { dailyLossPercent: d("5"), drawdownPercent: null };
  const DAY_MS = 86_400_000;
  const midnight = Math.ceil(START / DAY_MS) * DAY_MS;

  /** 7 % of the day's first equity is lost. */
  function losing(): Desk {
    const desk = new Desk({ balance: "10000", limits }).book("BTC/USD", [["100", "9000"]], [["100", "9000"]], "100");
    desk.place({ side: "buy", quantity: d("50"), stop: null });
    desk.book("BTC/USD", [["86", "9000"]], [["86", "9000"]], "86");
    return desk;
  }
  const entry = { side: "buy", quantity: d("1") } as const;

  it("does not end the day that runs: what it has lost is lost", () => {
    const desk = losing();
    expect(desk.codeOf(desk.tryPlace(entry))).toBe("DAILY_LOSS_LIMIT");
    for (const zone of ["Asia/Tokyo", "Pacific/Kiritimati", "America/Los_Angeles"]) {
      desk.do({ type: "change_settings", zone });
      desk.do({ type: "start_day" });
      expect(desk.codeOf(desk.tryPlace(entry)), zone).toBe("DAILY_LOSS_LIMIT");
    }
    expect(desk.state).toMatchObject({ zone: "UTC", nextZone: { zone: "America/Los_Angeles", from: midnight } });
    expect(accountView(desk.state).day).toMatchObject({ zone: "America/Los_Angeles", zoneFrom: midnight });
  });

  it("counts from the next day of the old one, and that day is not cut short by its own midnight", () => {
    const desk = losing();
    desk.do({ type: "change_settings", zone: "Asia/Tokyo" });
    expect(nextAccountDay(desk.state)).toBe(midnight);
    desk.now = midnight + 1;
    desk.do({ type: "start_day" });
    expect(desk.state).toMatchObject({ zone: "Asia/Tokyo", nextZone: null, day: { startedAt: midnight } });
    // Tokyo's midnight is at 15:00 UTC: the one after the next is the first that is a day away.
    expect(nextAccountDay(desk.state)).toBe(midnight + 39 * 3_600_000);
    desk.now = midnight + 16 * 3_600_000;
    desk.do({ type: "start_day" });
    expect(desk.state.day.startedAt).toBe(midnight);
  });

  it("is taken back by choosing the one that counts, and a journal of before counted it at once", () => {
    const desk = losing();
    desk.do({ type: "change_settings", zone: "Asia/Tokyo" });
    desk.do({ type: "change_settings", zone: "UTC" });
    expect(desk.state).toMatchObject({ zone: "UTC", nextZone: null });
    const old = {
      type: "settings_changed",
      time: START,
      marketTime: START,
      name: null,
      zone: "Asia/Tokyo",
      fees: null,
      limits: null,
    } as const;
    expect(evolve(desk.state, old, 99)).toMatchObject({ zone: "Asia/Tokyo", nextZone: null });
  });

  it("whatever is chosen, and whenever: no day is shorter than one whose clocks go forward, and none lasts two", () => {
    const zone = fc.constantFrom("UTC", "Asia/Tokyo", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Vienna");
    const changes = fc.array(fc.record({ zone, minutes: fc.integer({ min: 10, max: 1_500 }) }), { maxLength: 20 });
    fc.assert(
      fc.property(changes, (drawn) => {
        const desk = new Desk();
        let started = desk.state.day.startedAt;
        let isFirst = true;
        for (const { zone: chosen, minutes } of drawn) {
          const until = desk.now + minutes * 60_000;
          while (nextAccountDay(desk.state) <= until) {
            desk.now = nextAccountDay(desk.state);
            desk.do({ type: "start_day" });
            const lasted = desk.state.day.startedAt - started;
            expect(lasted).toBeLessThanOrEqual(2 * DAY_MS);
            if (!isFirst) {
              expect(lasted).toBeGreaterThanOrEqual(SHORTEST_DAY_MS);
            }
            started = desk.state.day.startedAt;
            isFirst = false;
          }
          desk.now = until;
          desk.do({ type: "start_day" });
          expect(desk.state.day.startedAt).toBe(started);
          desk.do({ type: "change_settings", zone: chosen });
          desk.do({ type: "start_day" });
          expect(desk.state.day.startedAt).toBe(started);
        }
      }),
      { numRuns: 40 },
    );
  });
});

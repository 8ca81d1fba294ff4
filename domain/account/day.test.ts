import { describe, expect, it } from "vitest";
import { dayStart, isZone, nextDayStart } from "./day.ts";

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

import { describe, expect, it } from "vitest";
import { axisLabel, momentLabel, wallClockSeconds } from "./zone-labels.ts";

const noon = Date.UTC(2026, 10, 12, 12, 5);

describe("labels of the time axis", () => {
  it("are written in the chosen zone", () => {
    expect(axisLabel(noon, "time", "UTC")).toBe("12:05");
    expect(axisLabel(noon, "time", "America/New_York")).toBe("07:05");
    expect(axisLabel(Date.UTC(2026, 10, 12, 1), "day", "America/New_York")).toBe("Nov 11");
    expect(axisLabel(noon, "month", "UTC")).toBe("Nov");
    expect(axisLabel(noon, "year", "UTC")).toBe("2026");
  });

  it("name midnight 00:00 and a daily candle by its day alone", () => {
    expect(axisLabel(Date.UTC(2026, 10, 12), "time", "UTC")).toBe("00:00");
    expect(momentLabel(noon, "Asia/Kolkata", false)).toBe("Nov 12, 2026, 17:35");
    expect(momentLabel(noon, "UTC", true)).toBe("Nov 12, 2026");
  });
});

describe("the clock on the wall", () => {
  it("follows the zone through daylight saving", () => {
    const before = Date.UTC(2026, 9, 25, 0, 30) / 1000;
    const after = Date.UTC(2026, 9, 25, 1, 30) / 1000;
    expect(wallClockSeconds(before, "Europe/Berlin") - before).toBe(7200);
    expect(wallClockSeconds(after, "Europe/Berlin") - after).toBe(3600);
  });

  it("knows zones that are not whole hours away", () => {
    expect(wallClockSeconds(0, "Asia/Kolkata")).toBe(19_800);
    expect(wallClockSeconds(5, "UTC")).toBe(5);
  });
});

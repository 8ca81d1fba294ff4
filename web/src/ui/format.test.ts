import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import {
  directionOf,
  formatAmount,
  formatDecimal,
  formatMoney,
  formatPercent,
  formatPrice,
  formatProfit,
  formatQuantity,
  plainNumberText,
} from "./format.ts";
import { formatDuration, formatIso, formatRecentAge, formatTime } from "./format-time.ts";

describe("numbers for people", () => {
  it("are grouped thinly, have a real minus and the pair's precision", () => {
    expect(formatPrice(decimal("64250.1"), 1)).toBe("64\u202f250.1");
    expect(formatPrice(decimal("64250"), 1)).toBe("64\u202f250.0");
    expect(formatDecimal(decimal("-1234567.5"))).toBe("\u22121\u202f234\u202f567.5");
    expect(formatQuantity(decimal("0.5"), 4)).toBe("0.5000");
    expect(formatQuantity(decimal("0.123456"), 4)).toBe("0.123456");
  });

  it("show money in dollars and cents, ties to even, and profit always with its sign", () => {
    expect(formatMoney(decimal("-48.205"))).toBe("\u2212$48.20");
    expect(formatMoney(decimal("10000"))).toBe("$10\u202f000.00");
    expect(formatProfit(decimal("3.1"))).toBe("+$3.10");
    expect(formatProfit(decimal("0"))).toBe("$0.00");
    expect(formatPercent(decimal("0.48"))).toBe("+0.48\u202f%");
    expect(formatAmount(decimal("0.5"), "BTC")).toBe("0.5 BTC");
    expect(formatAmount(decimal("0.5"), "USD")).toBe("$0.50");
  });

  it("have no sign when they round to nothing", () => {
    expect(formatMoney(decimal("-0.001"))).toBe("$0.00");
    expect(formatDecimal(decimal("-0.004"), { decimals: 2 })).toBe("0.00");
  });

  it("are a dash where they are missing", () => {
    expect(formatPrice(null, 1)).toBe("—");
    expect(formatMoney(undefined)).toBe("—");
    expect(formatPercent(null)).toBe("—");
  });

  it("point up, down or nowhere", () => {
    expect([decimal("1"), decimal("-1"), decimal("0"), null].map(directionOf)).toEqual(["up", "down", "flat", "flat"]);
  });

  it("can be typed back as they are shown", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.integer({ min: 0, max: 8 }),
        (digits, places) => {
          const text = digits
            .toString()
            .replace("-", "")
            .padStart(places + 1, "0");
          const value = decimal(
            `${digits < 0n ? "-" : ""}${text.slice(0, text.length - places)}.${text.slice(text.length - places)}0`,
          );
          expect(decimal(plainNumberText(formatDecimal(value)))).toBe(value);
        },
      ),
    );
  });
});

describe("times for people", () => {
  const time = Date.UTC(2026, 10, 25, 14, 3, 7, 123);

  it("are in the chosen zone, ISO where they must be unambiguous", () => {
    expect(formatTime(time, "UTC", "date-time")).toBe("2026-11-25 14:03:07");
    expect(formatTime(time, "Asia/Tokyo")).toBe("23:03:07");
    expect(formatTime(time, "America/New_York", "date")).toBe("2026-11-25");
    expect(formatIso(time)).toBe("2026-11-25T14:03:07.123Z");
    expect(formatTime(null, "UTC")).toBe("—");
  });

  it("are an age only under a minute", () => {
    expect(formatRecentAge(time, time + 3_400)).toBe("3 s ago");
    expect(formatRecentAge(time, time + 60_000)).toBeNull();
    expect(formatRecentAge(time, time - 500)).toBe("0 s ago");
  });

  it("are lengths in two units at most", () => {
    expect([45_000, 185_000, 3_600_000, 7_800_000, 200_000_000].map(formatDuration)).toEqual([
      "45 s",
      "3 min 5 s",
      "1 h",
      "2 h 10 min",
      "2 d 7 h",
    ]);
  });
});

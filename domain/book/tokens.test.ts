import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32, crc32Continue, CRC32_START } from "./crc32.ts";
import { crc32Zeros } from "./crc32-join.ts";
import { levelChanges } from "./delta.ts";
import { neededDecimals, scaledInteger } from "./scaled.ts";
import { checksumText, decimalFromToken, plainNumberText, quoteNumberTokens } from "./tokens.ts";
import { decimal } from "../decimal.ts";
import type { Level } from "../market.ts";

describe("number tokens", () => {
  it("keep their trailing zeros through JSON.parse", () => {
    const frame = '{"data":[{"price":62797.0,"qty":0.00005100,"trade_id":7,"checksum":3310070434}]}';
    expect(JSON.parse(quoteNumberTokens(frame))).toEqual({
      data: [{ price: "62797.0", qty: "0.00005100", trade_id: 7, checksum: 3_310_070_434 }],
    });
  });

  it.each([
    ["1E-8", "0.00000001"],
    ["1e-08", "0.00000001"],
    ["1.25e3", "1250"],
    ["1.2345e2", "123.45"],
    ["-2.5E-1", "-0.25"],
    ["62797.0", "62797.0"],
  ])("%s is %s in plain text", (token, plain) => {
    expect(plainNumberText(token)).toBe(plain);
  });

  it("of absurd size are refused", () => {
    expect(plainNumberText("1e400")).toBeNull();
    expect(decimalFromToken("1e400")).toBeNull();
    expect(decimalFromToken("1.2.3")).toBeNull();
  });

  it.each([
    ["45285.2", "452852"],
    ["0.00100000", "100000"],
    ["0.0286", "286"],
    ["100.00000000", "10000000000"],
    ["0.00000000", ""],
    ["12", "12"],
  ])("%s enters the checksum as %s", (token, text) => {
    expect(checksumText(token)).toBe(text);
  });

  it.each([
    ["0.00005100", "0.000051"],
    ["100.00", "100"],
    ["100", "100"],
    ["1E-8", "0.00000001"],
  ])("%s is the decimal %s", (token, value) => {
    expect(decimalFromToken(token)).toBe(value);
  });
});

describe("crc32", () => {
  it("has the check value of the standard", () => {
    expect(crc32("123456789")).toBe(3_421_780_262);
    expect(crc32("")).toBe(0);
  });

  it("of two pieces is joined from those of each, however long they are", () => {
    const text = fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), maxLength: 1100, size: "max" });
    fc.assert(
      fc.property(text, text, (first, second) => {
        const before = crc32Continue(CRC32_START, first);
        expect(crc32Zeros(before, second.length) ^ crc32Continue(0, second)).toBe(crc32Continue(before, second) | 0);
      }),
    );
  });
});

describe("scaled integers", () => {
  it("order decimals exactly as their values", () => {
    const plain = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 22n }), fc.integer({ min: 0, max: 8 }))
      .map(([units, places]) => {
        const digits = units.toString().padStart(places + 1, "0");
        return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
      });
    fc.assert(
      fc.property(plain, plain, (left, right) => {
        const [a, b] = [scaledInteger(left, 8), scaledInteger(right, 8)];
        const exact = BigInt(shift(left)) - BigInt(shift(right));
        expect(a === null || b === null).toBe(false);
        expect((a ?? 0) < (b ?? 0)).toBe(exact < 0n);
        expect((a ?? 0) > (b ?? 0)).toBe(exact > 0n);
      }),
    );
  });

  it("refuse what needs more decimals, and what is no number", () => {
    expect(scaledInteger("1.25", 1)).toBeNull();
    expect(scaledInteger("1.20", 1)).toBe(12);
    expect(scaledInteger("1.2.3", 5)).toBeNull();
    expect(scaledInteger("-1", 5)).toBeNull();
    expect(neededDecimals("1.2500")).toBe(2);
    expect(neededDecimals("100")).toBe(0);
  });
});

describe("conflated book deltas", () => {
  const side = fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 })), {
      selector: ([key]) => key,
    })
    .map((levels) => levels.map(([price, quantity]): Level => [decimal(String(price)), decimal(String(quantity))]));

  it("turn any earlier side into the later one", () => {
    fc.assert(
      fc.property(side, side, (before, after) => {
        const applied = new Map(before);
        for (const [price, quantity] of levelChanges(before, after)) {
          if (quantity === "0") {
            applied.delete(price);
          } else {
            applied.set(price, quantity);
          }
        }
        expect(applied).toEqual(new Map(after));
      }),
    );
  });

  it("are empty when nothing changed", () => {
    const levels: Level[] = [[decimal("1"), decimal("2")]];
    expect(levelChanges(levels, [...levels])).toEqual([]);
    expect(levelChanges(levels, levels)).toEqual([]);
  });
});

function shift(text: string): string {
  const [whole = "0", fraction = ""] = text.split(".");
  return whole + fraction.padEnd(8, "0");
}

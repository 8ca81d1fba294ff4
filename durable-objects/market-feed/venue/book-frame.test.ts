import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBookFrame } from "./book-frame.ts";
import { readAnyFrame } from "./frames.ts";

const shared = process.env.TRADE_SHARED;

const digits = (maxLength: number) =>
  fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), minLength: 1, maxLength });
const number = fc.oneof(
  fc.tuple(digits(9), digits(10)).map(([whole, fraction]) => `${whole}.${fraction}`),
  digits(18),
);
const level = fc.tuple(number, number).map(([price, quantity]) => `{"price":${price},"qty":${quantity}}`);
const side = fc.array(level, { maxLength: 4 }).map((levels) => `[${levels.join(",")}]`);
const moment = fc
  .tuple(fc.date({ min: new Date("1990-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }), digits(6))
  .map(([date, more]) => `,"timestamp":"${date.toISOString().slice(0, -1)}${more}Z"`);
const oddMoment = fc.constantFrom(
  "",
  ',"timestamp":"2026-02-30T10:00:00.000000Z"',
  ',"timestamp":"2026-13-01T10:00:00.000000Z"',
  ',"timestamp":"2026-00-10T10:00:00.000000Z"',
  ',"timestamp":"2026-01-32T10:00:00.000000Z"',
);
const frame = fc
  .record({
    type: fc.constantFrom("snapshot", "update"),
    symbol: fc.constantFrom("BTC/USD", "1INCH/USD", "ETH/BTC", "x_y.z-S/EUR"),
    bids: side,
    asks: side,
    checksum: fc.nat({ max: 4_294_967_295 }),
    stamp: fc.oneof(moment, oddMoment),
  })
  .map(
    ({ type, symbol, bids, asks, checksum, stamp }) =>
      `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}","bids":${bids},"asks":${asks},"checksum":${checksum}${stamp}}]}`,
  );

describe("the fast reader of book frames", () => {
  it("reads what the general one reads", () => {
    fc.assert(
      fc.property(frame, (text) => {
        const fast = readBookFrame(text);
        fc.pre(fast !== null);
        expect(fast).toEqual(readAnyFrame(text));
      }),
      { numRuns: 500 },
    );
  });

  it("never reads a damaged frame otherwise than the general one", () => {
    const damage = fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      cut: fc.nat(3),
      put: fc.string({ maxLength: 2 }),
    });
    fc.assert(
      fc.property(frame, damage, (text, { at, cut, put }) => {
        const place = Math.floor(at * text.length);
        const damaged = text.slice(0, place) + put + text.slice(place + cut);
        const fast = readBookFrame(damaged);
        expect(fast === null ? null : readAnyFrame(damaged)).toEqual(fast);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["spaces", (text: string) => text.replaceAll(":", ": ")],
    ["an exponent", (text: string) => text.replace("62797.0", "6.2797E4")],
    ["a negative number", (text: string) => text.replace("62797.0", "-62797.0")],
    ["an unknown field", (text: string) => text.replace('"checksum"', '"sequence":1,"checksum"')],
    ["a month that does not exist", (text: string) => text.replace("-08-", "-13-")],
    ["a text before it", (text: string) => ` ${text}`],
    ["a text after it", (text: string) => `${text}\n`],
  ])("leaves a frame with %s to the general one", (_what, change) => {
    const usual =
      '{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":62797.0,"qty":0.00005100}],"asks":[],"checksum":3310070434,"timestamp":"2026-08-16T23:37:04.334090Z"}]}';
    expect(readBookFrame(usual)).not.toBeNull();
    expect(readBookFrame(change(usual))).toBeNull();
  });

  describe.skipIf(shared === undefined || !existsSync(shared))("against recordings (needs TRADE_SHARED)", () => {
    it("reads every book frame of Kraken's itself, as the general one does", () => {
      const lines = readFileSync(
        join(shared ?? "", "kraken", "data", "ws_book_v2_btcusd_d10_20230730_wire.ndjson"),
        "utf8",
      )
        .trim()
        .split("\n");
      expect(lines.length).toBeGreaterThan(500);
      for (const line of lines) {
        expect(readBookFrame(line)).toEqual(readAnyFrame(line));
      }
    });
  });
});

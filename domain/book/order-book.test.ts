import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";
import { checksumText, quoteNumberTokens } from "./tokens.ts";
import { OrderBook, type WireLevel } from "./order-book.ts";

type BookFrame = {
  channel?: string;
  type?: "snapshot" | "update";
  data: [{ bids: WireLevel[]; asks: WireLevel[]; checksum: number }];
};

const shared = process.env.TRADE_SHARED;
const recordings = [
  { file: "ws_book_v2_btcusd_d10_20260816.ndjson", depth: 10, decimals: 1, messages: 54 },
  { file: "ws_book_v2_minagbp_d25_20260816.ndjson", depth: 25, decimals: 4, messages: 30 },
  { file: "ws_book_v2_minagbp_d25_resync_20260818.ndjson", depth: 25, decimals: 4, messages: 19 },
  { file: "ws_book_v2_btcusd_d10_20230730_wire.ndjson", depth: 10, decimals: 1, messages: 510 },
];

/** Book messages of one recording: raw frames, or frames wrapped with their receive clock. */
function readRecording(path: string): BookFrame[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes('"channel":"book"') && line.includes('"checksum"'))
    .map((line) => {
      const parsed = JSON.parse(quoteNumberTokens(line)) as { frame?: BookFrame } & BookFrame;
      return parsed.frame ?? parsed;
    });
}

/** Replays messages; answers how many checksums agreed. */
function replay(frames: readonly BookFrame[], book: OrderBook): number {
  let agreed = 0;
  for (const { type, data } of frames) {
    const [{ bids, asks, checksum }] = data;
    const understood = type === "snapshot" ? book.applySnapshot(bids, asks) : book.applyUpdate(bids, asks);
    agreed += understood && book.checksum() === checksum ? 1 : 0;
  }
  return agreed;
}

function wire(levels: readonly (readonly [string, string])[]): WireLevel[] {
  return levels.map(([price, qty]) => ({ price, qty }));
}

/** The plain way: merge, sort, cut. */
function merged(
  side: ReadonlyMap<number, string>,
  changes: readonly (readonly [number, string])[],
  depth: number,
  order: (left: number, right: number) => number,
): Map<number, string> {
  const all = new Map([...side, ...changes]);
  const standing = [...all].filter(([, quantity]) => quantity !== "0.00");
  return new Map(standing.toSorted(([left], [right]) => order(left, right)).slice(0, depth));
}

function topTen(side: ReadonlyMap<number, string>): string {
  return [...side]
    .slice(0, 10)
    .map(([price, quantity]) => checksumText(`${price}.5`) + checksumText(quantity))
    .join("");
}

const documented = {
  asks: "45285.2/0.00100000 45286.4/1.54571953 45286.6/1.54571109 45289.6/1.54560911 45290.2/0.15890660 45291.8/1.54553491 45294.7/0.04454749 45296.1/0.35380000 45297.5/0.09945542 45299.5/0.18772827",
  bids: "45283.5/0.10000000 45283.4/1.54582015 45282.1/0.10000000 45281.0/0.10000000 45280.3/1.54592586 45279.0/0.07990000 45277.6/0.03310103 45277.5/0.30000000 45277.3/1.54602737 45276.6/0.15445238",
};

function parseDocumented(text: string): WireLevel[] {
  return wire(text.split(" ").map((level) => level.split("/") as [string, string]));
}

describe("the venue's book", () => {
  it("has the checksum that Kraken documents (PROTOCOL §5.5)", () => {
    const book = new OrderBook(10, 1, 0);
    book.applySnapshot(parseDocumented(documented.bids), parseDocumented(documented.asks));
    expect(book.checksum()).toBe(3_310_070_434);
  });

  it("loses that checksum when trailing zeros are lost, so tokens must be kept", () => {
    const book = new OrderBook(10, 1, 0);
    const stripped = (text: string): WireLevel[] =>
      parseDocumented(text).map(({ price, qty }) => ({ price: String(Number(price)), qty: String(Number(qty)) }));
    book.applySnapshot(stripped(documented.bids), stripped(documented.asks));
    expect(book.checksum()).toBe(4_237_635_173);
  });

  it("merges, then cuts to the depth: a level that was cut never comes back by itself (XChange#4571)", () => {
    const book = new OrderBook(10, 1, 0);
    book.applySnapshot([], wire(Array.from({ length: 10 }, (_, index) => [`${index + 1}.0`, "1.0"] as const)));
    book.applyUpdate([], wire([["2.5", "1.0"]]));
    book.applyUpdate([], wire([["2.5", "0.00000000"]]));
    book.applyUpdate([], wire([["11.0", "1.0"]]));
    expect(book.asks().map(([price]) => price)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "11"]);
  });

  it("lets the later of two entries for one price win within a message", () => {
    const book = new OrderBook(10, 1, 0);
    book.applyUpdate(
      wire([
        ["5.0", "1.0"],
        ["5.0", "2.0"],
      ]),
      [],
    );
    expect(book.bids()).toEqual([["5", "2"]]);
  });

  it("shows canonical decimals, best first, and keeps unchanged levels as the same objects", () => {
    const book = new OrderBook(10, 1, 0);
    book.applySnapshot(
      wire([
        ["99.0", "0.10"],
        ["100.0", "1.50"],
      ]),
      wire([["101.5", "2.0"]]),
    );
    const before = book.bids();
    expect(before).toEqual([
      ["100", "1.5"],
      ["99", "0.1"],
    ]);
    expect(book.bestBid()).toBe(before[0]);
    expect(book.bestAsk()).toEqual(["101.5", "2"]);
    book.applyUpdate(wire([["98.0", "1.0"]]), []);
    expect(book.bids()[0]).toBe(before[0]);
    expect(book.bids()).toHaveLength(3);
  });

  it("rises in version with every message", () => {
    const book = new OrderBook(10, 1, 700);
    book.applySnapshot([], []);
    book.applyUpdate(wire([["1.0", "1.0"]]), []);
    expect(book.version).toBe(702);
  });

  it("orders prices finer than the pair's precision, and exponents, rightly", () => {
    const book = new OrderBook(10, 1, 0);
    book.applySnapshot(wire([["1.5", "1.0"]]), []);
    expect(
      book.applyUpdate(
        wire([
          ["1.55", "1.0"],
          ["1.45", "1.0"],
          ["2E-8", "5.0"],
        ]),
        [],
      ),
    ).toBe(true);
    expect(book.bids().map(([price]) => price)).toEqual(["1.55", "1.5", "1.45", "0.00000002"]);
  });

  it("orders prices beyond the safe integers", () => {
    const book = new OrderBook(10, 10, 0);
    book.applySnapshot(
      wire([
        ["9007199.2547409931", "1.0"],
        ["9007199.2547409932", "1.0"],
        ["3.0", "1.0"],
      ]),
      [],
    );
    expect(book.bids().map(([price]) => price)).toEqual(["9007199.2547409932", "9007199.2547409931", "3"]);
  });

  it.each(["1.2.3", "-1.0", "x", "1E-99"])("refuses the token %s instead of guessing", (token) => {
    expect(new OrderBook(10, 1, 0).applyUpdate(wire([[token, "1.0"]]), [])).toBe(false);
    expect(new OrderBook(10, 1, 0).applyUpdate(wire([["1.0", token]]), [])).toBe(false);
  });

  it("equals a plain sorted map cut to the depth, whatever comes", () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 60 }), (messages) => {
        const book = new OrderBook(5, 1, 0);
        let model = new Map<number, number>();
        for (const message of messages) {
          book.applyUpdate(wire(message.map(([price, quantity]) => [`${price}.0`, `${quantity}.00`] as const)), []);
          for (const [price, quantity] of message) {
            if (quantity === 0) {
              model.delete(price);
            } else {
              model.set(price, quantity);
            }
          }
          model = new Map([...model].toSorted(([left], [right]) => right - left).slice(0, 5));
          expect(book.bids().map(([price, quantity]) => [Number(price), Number(quantity)])).toEqual([...model]);
        }
      }),
    );
  });

  it("has, after every message, the checksum of its top ten written out", () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom("0.00", "0.05", "1.00", "12.30"));
    const changes = fc.array(change, { maxLength: 3 });
    const message = fc.record({ bids: changes, asks: changes });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 50 }), fc.constantFrom(5, 10, 25), (messages, depth) => {
        const book = new OrderBook(depth, 1, 0);
        const model = { bids: new Map<number, string>(), asks: new Map<number, string>() };
        for (const { bids, asks } of messages) {
          const tokens = (side: typeof bids) =>
            wire(side.map(([price, quantity]) => [`${price}.5`, quantity] as const));
          book.applyUpdate(tokens(bids), tokens(asks));
          model.bids = merged(model.bids, bids, depth, (left, right) => right - left);
          model.asks = merged(model.asks, asks, depth, (left, right) => left - right);
          expect(book.checksum()).toBe(crc32(topTen(model.asks) + topTen(model.bids)));
        }
      }),
    );
  });

  it("replays the small recording of this repository with every checksum right", () => {
    const frames = readRecording(join(import.meta.dirname, "fixtures", "book.ndjson"));
    expect(frames.length).toBeGreaterThan(20);
    expect(replay(frames, new OrderBook(10, 1, 0))).toBe(frames.length);
  });

  describe.skipIf(shared === undefined || !existsSync(shared))("against recordings (needs TRADE_SHARED)", () => {
    it("replays all of them with 613 of 613 checksums", () => {
      const counts = recordings.map(({ file, depth, decimals }) => {
        const frames = readRecording(join(shared ?? "", "kraken", "data", file));
        return { file, messages: frames.length, agreed: replay(frames, new OrderBook(depth, decimals, 0)) };
      });
      expect(counts).toEqual(recordings.map(({ file, messages }) => ({ file, messages, agreed: messages })));
      expect(counts.reduce((total, { agreed }) => total + agreed, 0)).toBe(613);
    });
  });
});

import { describe, expect, it } from "vitest";
import { freshness, lastHeard, wantsWitness, type ChannelTimes } from "./staleness.ts";

const now = 1_000_000;
const lively: ChannelTimes = {
  connected: true,
  since: now - 60_000,
  refused: false,
  offline: false,
  unverifiedSince: null,
  book: now - 100,
  ticker: now - 2_000,
  contradictedSince: null,
  tapeUnsettledSince: null,
};

describe("staleness", () => {
  it("is absent while the book speaks", () => {
    expect(freshness(lively, now)).toEqual({ fresh: true });
  });

  it("does not follow from a silent book alone: a ticker that speaks and agrees witnesses it", () => {
    expect(freshness({ ...lively, book: now - 40_000 }, now)).toEqual({ fresh: true });
  });

  it("follows from ten seconds without any witness, counted from the last word", () => {
    const silent = { ...lively, book: now - 10_000, ticker: now - 30_000 };
    expect(freshness(silent, now)).toEqual({ fresh: true });
    expect(freshness({ ...silent, book: now - 10_001 }, now)).toEqual({
      fresh: false,
      reason: "no_data",
      since: now - 10_001,
    });
  });

  it("follows from a ticker that keeps naming another top than the book", () => {
    const book = now - 9_000;
    expect(freshness({ ...lively, book, contradictedSince: now - 3_000 }, now)).toEqual({ fresh: true });
    expect(freshness({ ...lively, book, contradictedSince: now - 3_001 }, now)).toEqual({
      fresh: false,
      reason: "no_data",
      since: book,
    });
  });

  it.each([
    ["a lost link", { connected: false }, "connecting"],
    ["a refused symbol", { refused: true }, "symbol_unknown"],
    ["a closed market", { offline: true }, "market_offline"],
  ] as const)("is at once with %s", (_case, change, reason) => {
    expect(freshness({ ...lively, ...change }, now)).toMatchObject({ fresh: false, reason, since: lively.since });
  });

  it("is at once with a wrong checksum, and while the first book is awaited", () => {
    const unverifiedSince = now - 5;
    expect(freshness({ ...lively, unverifiedSince }, now)).toEqual({
      fresh: false,
      reason: "book_unverified",
      since: now - 5,
    });
    expect(freshness({ ...lively, book: null, unverifiedSince }, now)).toMatchObject({ reason: "connecting" });
  });

  it("is at once while the tape has a hole: resting orders must be settled before prices count", () => {
    expect(freshness({ ...lively, tapeUnsettledSince: now - 1 }, now)).toMatchObject({ fresh: false, since: now - 1 });
  });

  it("asks the second witness before the limit, not when the link is down", () => {
    const quiet = { ...lively, book: now - 4_001, ticker: null };
    expect(lastHeard(quiet)).toBe(now - 4_001);
    expect(wantsWitness(quiet, now)).toBe(true);
    expect(wantsWitness(lively, now)).toBe(false);
    expect(wantsWitness({ ...quiet, connected: false }, now)).toBe(false);
  });
});

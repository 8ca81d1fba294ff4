import { describe, expect, it } from "vitest";
import { freshness, lastHeard, wantsBook, wantsWitness, type ChannelTimes } from "./staleness.ts";

const now = 1_000_000;
const lively: ChannelTimes = {
  connected: true,
  since: now - 60_000,
  refused: null,
  offline: false,
  unverifiedSince: null,
  book: now - 100,
  ticker: now - 2_000,
  contradictedSince: null,
  contradictedWhenAsked: false,
  standsStillSince: null,
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
    ["an unlisted symbol", { refused: "symbol_unknown" }, "symbol_unknown"],
    ["a refused subscription", { refused: "subscription_refused" }, "subscription_refused"],
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

  it("stays while the book's channel is known to stand still, whatever was asked for meanwhile", () => {
    const book = now - 10;
    expect(freshness({ ...lively, book, standsStillSince: now - 7_000 }, now)).toEqual({
      fresh: false,
      reason: "no_data",
      since: now - 7_000,
    });
  });

  it("asks for the book itself before the limit, when nothing else answers or what answers names another top", () => {
    const quiet = { ...lively, book: now - 7_001, ticker: null };
    expect(wantsBook(quiet, now)).toBe(true);
    expect(wantsBook({ ...quiet, ticker: now - 100 }, now)).toBe(false);
    const contradicted = { ...lively, contradictedSince: now - 1_000, contradictedWhenAsked: true };
    expect(wantsBook(contradicted, now)).toBe(true);
    expect(wantsBook({ ...contradicted, contradictedSince: now - 900 }, now)).toBe(false);
    expect(wantsBook({ ...contradicted, contradictedWhenAsked: false }, now)).toBe(false);
    expect(wantsBook({ ...quiet, refused: "subscription_refused" }, now)).toBe(false);
    expect(wantsBook({ ...quiet, connected: false }, now)).toBe(false);
  });

  it("asks the second witness before the limit, not when the link is down", () => {
    const quiet = { ...lively, book: now - 4_001, ticker: null };
    expect(lastHeard(quiet)).toBe(now - 4_001);
    expect(wantsWitness(quiet, now)).toBe(true);
    expect(wantsWitness(lively, now)).toBe(false);
    expect(wantsWitness({ ...quiet, connected: false }, now)).toBe(false);
  });
});

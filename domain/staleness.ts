/**
 * Whether a market may be traded on. Heartbeats prove nothing and a book's own timestamp proves nothing (PROTOCOL §5.5): what
 * counts is when each channel last said something, and whether the channels contradict each other.
 */
import type { Milliseconds, StaleReason } from "./market.ts";

/** TRADING §5: entries are denied against anything older. */
export const STALE_AFTER_MS = 10_000;
/** A ticker that names another top than the book for this long means that the book's channel stands still. */
export const CONTRADICTION_LIMIT_MS = 3_000;
/** From here on the second witness is asked, so that a quiet market is told from a dead channel before it goes stale. */
export const ASK_WITNESS_AFTER_MS = 4_000;

/** All times on the clock of the machine, never the market's: silence is real time. */
export type ChannelTimes = {
  /** The link to the venue stands. */
  readonly connected: boolean;
  /** When the link was lost or the symbol was asked for. */
  readonly since: Milliseconds;
  /** The venue refused the symbol. */
  readonly refused: boolean;
  /** The pair, or the whole venue, is not open. */
  readonly offline: boolean;
  /** Since when the book has failed its checksum or not arrived; null while it is verified. */
  readonly unverifiedSince: Milliseconds | null;
  readonly book: Milliseconds | null;
  readonly ticker: Milliseconds | null;
  /** Since when the ticker has named another best price than the book; null while they agree. */
  readonly contradictedSince: Milliseconds | null;
  /** The trade tape has a hole that is being refilled. */
  readonly tapeUnsettledSince: Milliseconds | null;
};

export type Freshness =
  | { readonly fresh: true }
  | { readonly fresh: false; readonly reason: StaleReason; readonly since: Milliseconds };

/**
 * Fresh, or why not and since when. A book that is silent while the ticker speaks and agrees is a quiet book, not a stale one;
 * when both are silent for ten seconds nothing witnesses the price. Prints witness nothing: each of them changes the book, so
 * trades beside a silent book rather tell that its channel is dead.
 */
export function freshness(times: ChannelTimes, now: Milliseconds): Freshness {
  if (!times.connected) {
    return { fresh: false, reason: "connecting", since: times.since };
  }
  if (times.refused) {
    return { fresh: false, reason: "symbol_unknown", since: times.since };
  }
  if (times.unverifiedSince !== null) {
    const reason = times.book === null ? "connecting" : "book_unverified";
    return { fresh: false, reason, since: times.unverifiedSince };
  }
  if (times.offline) {
    return { fresh: false, reason: "market_offline", since: times.since };
  }
  if (times.tapeUnsettledSince !== null) {
    return { fresh: false, reason: "no_data", since: times.tapeUnsettledSince };
  }
  const { contradictedSince } = times;
  if (contradictedSince !== null && now - contradictedSince > CONTRADICTION_LIMIT_MS) {
    return { fresh: false, reason: "no_data", since: times.book ?? contradictedSince };
  }
  const heard = lastHeard(times);
  return now - heard > STALE_AFTER_MS ? { fresh: false, reason: "no_data", since: heard } : { fresh: true };
}

/** When book or ticker last said what the price is. */
export function lastHeard(times: ChannelTimes): Milliseconds {
  return Math.max(times.book ?? times.since, times.ticker ?? times.since);
}

/** True when the market has been quiet so long that the ticker should be asked to repeat itself. */
export function wantsWitness(times: ChannelTimes, now: Milliseconds): boolean {
  return times.connected && !times.refused && now - lastHeard(times) > ASK_WITNESS_AFTER_MS;
}

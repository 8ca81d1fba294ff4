/**
 * Whether a market may be traded on. Heartbeats prove nothing and a book's own timestamp proves nothing (PROTOCOL §5.5): what
 * counts is when each channel last said something, and whether the channels contradict each other.
 */
import type { Milliseconds, StaleReason } from "./market.ts";

/** TRADING §5: entries are denied against anything older. */
export const STALE_AFTER_MS = 10_000;
/** A ticker that names another top than the book for this long means that the book's channel stands still. */
export const CONTRADICTION_LIMIT_MS = 3_000;
/** A ticker that was asked for and names another top for this long: the book is asked for too, before it counts as stale. */
export const CONTRADICTION_MOMENT_MS = 1_000;
/** From here on the second witness is asked, so that a quiet market is told from a dead channel before it goes stale. */
export const ASK_WITNESS_AFTER_MS = 4_000;
/** When the second witness does not answer either, the book itself is asked to repeat itself. */
export const ASK_BOOK_AFTER_MS = 7_000;

/** All times on the clock of the machine, never the market's: silence is real time. */
export type ChannelTimes = {
  /** The link to the venue stands. */
  readonly connected: boolean;
  /** When the link was lost or the symbol was asked for. */
  readonly since: Milliseconds;
  /** The venue refused the symbol's book or trades, and why; null while it did not. */
  readonly refused: "symbol_unknown" | "subscription_refused" | null;
  /** The pair, or the whole venue, is not open. */
  readonly offline: boolean;
  /** Since when the book has failed its checksum or not arrived; null while it is verified. */
  readonly unverifiedSince: Milliseconds | null;
  readonly book: Milliseconds | null;
  readonly ticker: Milliseconds | null;
  /** Since when the ticker has named another best price than the book; null while they agree. */
  readonly contradictedSince: Milliseconds | null;
  /** The ticker that contradicts last was one that was asked for: it may be as silent as the book. */
  readonly contradictedWhenAsked: boolean;
  /** Since when the book's channel is known to stand still, because the ticker went on without it; null while it speaks. */
  readonly standsStillSince: Milliseconds | null;
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
  if (times.refused !== null) {
    return { fresh: false, reason: times.refused, since: times.since };
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
  const { contradictedSince, standsStillSince } = times;
  if (standsStillSince !== null) {
    return { fresh: false, reason: "no_data", since: standsStillSince };
  }
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
  return times.connected && times.refused === null && now - lastHeard(times) > ASK_WITNESS_AFTER_MS;
}

/**
 * True when the book itself should be asked for although it is not stale yet: nothing else answers, or what answered names
 * another top. A pair whose channels are all silent stays steadily on the prices that it asks for.
 */
export function wantsBook(times: ChannelTimes, now: Milliseconds): boolean {
  const { contradictedSince, contradictedWhenAsked } = times;
  const contradicted =
    contradictedWhenAsked && contradictedSince !== null && now - contradictedSince >= CONTRADICTION_MOMENT_MS;
  return times.connected && times.refused === null && (contradicted || now - lastHeard(times) > ASK_BOOK_AFTER_MS);
}

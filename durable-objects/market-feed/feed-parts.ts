/** What the feed is made of. The modules beside this one act on it; feed.ts puts it together. */
import type { Market, Milliseconds, Symbol, Timeframe } from "../../domain/market.ts";
import type { Sql } from "../lib/sql.ts";
import type { Backfill } from "./backfill.ts";
import type { CandleStore } from "./candle-store.ts";
import type { FanOut } from "./fan-out/fan-out.ts";
import type { HistoryQueue } from "./history-queue.ts";
import type { Instruments } from "./instruments.ts";
import type { MarketClock } from "./market-clock.ts";
import type { MarketTable } from "./market-table.ts";
import type { Pins } from "./pins.ts";
import type { TriggerReceiver } from "./port.ts";
import type { TapeMarks } from "./tape-marks.ts";
import type { TriggerDesk } from "./trigger-desk.ts";
import type { LinkSocket, VenueLink } from "./venue/link.ts";
import type { VenueHistory } from "./venue/rest.ts";
import type { Subscriptions } from "./venue/subscriptions.ts";
import type { Waiters } from "./waiters.ts";
import type { LinkState, WatchedMarket } from "./watched-market.ts";

/** What the feed needs of the runtime. */
export type FeedPorts = {
  readonly sql: Sql;
  readonly transaction: (run: () => void) => void;
  readonly market: Market;
  /** The shortest candles that the source can tell apart, where that is known beforehand. */
  readonly finest?: Timeframe;
  readonly dial: () => Promise<LinkSocket>;
  readonly history: VenueHistory;
  readonly trader: (traderId: string) => TriggerReceiver;
  readonly now: () => Milliseconds;
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly after: (milliseconds: number, run: () => void) => void;
  /** Lets work go on that nobody waits for, and reports what it threw. */
  readonly background: (work: Promise<unknown>) => void;
  readonly report: (event: string, error: unknown) => void;
  readonly mostSymbols?: number;
};

/** What is remembered between events and concerns no single market. */
export type FeedState = {
  /** The venue's own status. */
  system: string;
  checkedAt: Milliseconds;
  restNamesAt: Milliseconds | null;
  /** When a channel of a symbol was last renewed. */
  readonly renewedAt: Map<string, Milliseconds>;
  /** Checksum mismatches of the last minute. */
  readonly mismatches: Map<Symbol, readonly Milliseconds[]>;
  readonly wasFresh: Map<Symbol, boolean>;
};

export type FeedParts = {
  readonly ports: FeedPorts;
  readonly state: FeedState;
  readonly clock: MarketClock;
  readonly instruments: Instruments;
  readonly markets: MarketTable;
  readonly candles: CandleStore;
  readonly desk: TriggerDesk;
  readonly marks: TapeMarks;
  readonly pins: Pins;
  readonly queue: HistoryQueue;
  readonly waiters: Waiters;
  readonly link: VenueLink;
  readonly subscriptions: Subscriptions;
  readonly backfill: Backfill;
  readonly fanOut: FanOut;
};

export function linkState({ link, state }: FeedParts): LinkState {
  return { connected: link.connected, since: link.since, system: state.system };
}

/** Marks everything that a market shows besides its prints and candles as changed. */
export function tellMarket({ fanOut }: FeedParts, market: WatchedMarket): void {
  fanOut.changed(market.symbol, "ticker");
  fanOut.changed(market.symbol, "book");
}

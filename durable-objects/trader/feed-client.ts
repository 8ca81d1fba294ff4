/**
 * The market feed as one trader uses it. Every call takes a fresh stub (one that outlived a reset of its object fails for
 * ever), has a deadline, and answers a value: a feed that is away is an answer too.
 */
import type {
  Candle,
  Instrument,
  MarketView,
  Milliseconds,
  Quote,
  Symbol,
  Timeframe,
  TriggerDelivery,
  TriggerRow,
} from "../../domain/market.ts";
import { refuse, type Problem, type Result } from "../../domain/problem.ts";
import { withDeadline } from "../lib/deadline.ts";
import { logUnexpected } from "../lib/log.ts";
import type { MarketFeedPort } from "../market-feed/port.ts";
import type { Clock } from "./clock.ts";

/** What the feed said about some symbols, with every print still owed to this trader. */
export type Settled = {
  readonly markets: Readonly<Record<Symbol, MarketView>>;
  readonly deliveries: readonly TriggerDelivery[];
  readonly problems: Readonly<Record<Symbol, Problem>>;
};

export const NOTHING_SETTLED: Settled = { markets: {}, deliveries: [], problems: {} };

const BACKGROUND_DEADLINE_MS = 5_000;
const QUOTES_DEADLINE_MS = 1_500;
const DIAL_RETRY_MS = 30_000;

export class FeedClient {
  readonly #connect: () => MarketFeedPort;
  readonly #traderId: string;
  readonly #clock: Clock;

  constructor(connect: () => MarketFeedPort, traderId: string, clock: Clock) {
    this.#connect = connect;
    this.#traderId = traderId;
    this.#clock = clock;
  }

  /** Settles the tape of each symbol and answers its market; symbols that could not be had are in `problems`. */
  async settle(symbols: readonly Symbol[], deadlineMs: number): Promise<Settled> {
    const answers = await Promise.all(
      symbols.map(async (symbol) => ({
        symbol,
        answer: await this.#ask("settle", deadlineMs, (feed) => feed.settle(this.#traderId, symbol)),
      })),
    );
    const markets: Record<Symbol, MarketView> = {};
    const problems: Record<Symbol, Problem> = {};
    const deliveries: TriggerDelivery[] = [];
    for (const { symbol, answer } of answers) {
      if (!answer.ok) {
        problems[symbol] = answer.error;
        continue;
      }
      const { view, deliveries: owed } = answer.value;
      this.#clock.saw(view.quote.at);
      deliveries.push(...owed);
      if (view.tapeTradeId === 0) {
        // An order armed before the tape is known would be fired by prints from before it existed (TRADING §3).
        problems[symbol] = tapeUnknown(symbol);
      } else {
        markets[symbol] = view;
      }
    }
    return { markets, deliveries, problems };
  }

  /** Quotes of what is watched; empty when the feed is away. */
  async quotes(symbols: readonly Symbol[]): Promise<readonly Quote[]> {
    if (symbols.length === 0) {
      return [];
    }
    const answer = await this.#ask("quotes", QUOTES_DEADLINE_MS, async (feed) => ({
      ok: true,
      value: await feed.quotes(symbols),
    }));
    const quotes = answer.ok ? answer.value : [];
    for (const quote of quotes) {
      this.#clock.saw(quote.at);
    }
    return quotes;
  }

  /** Markets of the symbols without settling their tapes: to value what came in. What cannot be had is left out. */
  async views(symbols: readonly Symbol[]): Promise<Readonly<Record<Symbol, MarketView>>> {
    const views: Record<Symbol, MarketView> = {};
    await Promise.all(
      symbols.map(async (symbol) => {
        const answer = await this.#ask("marketView", QUOTES_DEADLINE_MS, (feed) => feed.marketView(symbol));
        if (answer.ok) {
          views[symbol] = answer.value;
        }
      }),
    );
    return views;
  }

  /** The newest closed candles, oldest first, none of a pair that is not listed; null when the feed is away. */
  async closedCandles(symbol: Symbol, timeframe: Timeframe, limit: number): Promise<readonly Candle[] | null> {
    const answer = await this.#ask("candles", BACKGROUND_DEADLINE_MS, (feed) =>
      feed.candles(symbol, timeframe, null, limit),
    );
    if (answer.ok) {
      return answer.value.candles.filter(({ closed }) => closed);
    }
    return answer.error.code === "UNKNOWN_SYMBOL" ? [] : null;
  }

  /** The listed pairs; empty when the feed is away. */
  async pairs(): Promise<readonly Instrument[]> {
    const answer = await this.#ask("markets", BACKGROUND_DEADLINE_MS, (feed) => feed.markets());
    return answer.ok ? answer.value.markets.map(({ instrument }) => instrument) : [];
  }

  /** Asks for market time where it is not the wall's. False when it is not known. */
  async tellTime(): Promise<boolean> {
    if (this.#clock.followsWall) {
      return true;
    }
    const answer = await this.#ask("markets", BACKGROUND_DEADLINE_MS, (feed) => feed.markets());
    if (answer.ok) {
      this.#clock.saw(answer.value.marketTime);
    }
    return this.#clock.isKnown;
  }

  /** False when the feed did not take the change. */
  async changeTriggers(set: readonly TriggerRow[], removeOrderIds: readonly string[]): Promise<boolean> {
    return this.#tell("changeTriggers", (feed) => feed.changeTriggers(this.#traderId, set, removeOrderIds));
  }

  async registerTriggers(rows: readonly TriggerRow[]): Promise<boolean> {
    return this.#tell("registerTriggers", (feed) => feed.registerTriggers(this.#traderId, rows));
  }

  async pin(symbols: readonly Symbol[]): Promise<boolean> {
    return this.#tell("pin", (feed) => feed.pin(this.#traderId, symbols));
  }

  /** How long to wait before a private socket is dialled. Without the feed's word none is: REST is polled meanwhile. */
  async takePrivateDial(): Promise<Milliseconds> {
    const answer = await this.#ask("takePrivateDial", QUOTES_DEADLINE_MS, async (feed) => ({
      ok: true,
      value: await feed.takePrivateDial(),
    }));
    return answer.ok ? answer.value : DIAL_RETRY_MS;
  }

  /** Null when the feed is away. */
  async triggerDigest(): Promise<string | null> {
    const answer = await this.#ask("triggerDigest", BACKGROUND_DEADLINE_MS, async (feed) => ({
      ok: true,
      value: await feed.triggerDigest(this.#traderId),
    }));
    return answer.ok ? answer.value : null;
  }

  async #tell(what: string, call: (feed: MarketFeedPort) => Promise<void>): Promise<boolean> {
    const answer = await this.#ask(what, BACKGROUND_DEADLINE_MS, async (feed) => {
      await call(feed);
      return { ok: true, value: null };
    });
    return answer.ok;
  }

  async #ask<T>(
    what: string,
    deadlineMs: number,
    call: (feed: MarketFeedPort) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    try {
      return await withDeadline(call(this.#connect()), deadlineMs, what);
    } catch (error) {
      logUnexpected("feed_call_failed", error, { what, trader: this.#traderId });
      return refuse(
        "MARKET_UNAVAILABLE",
        "The market feed did not answer. Nothing was changed; try again in a moment.",
      );
    }
  }
}

function tapeUnknown(symbol: Symbol): Problem {
  return {
    code: "MARKET_UNAVAILABLE",
    message: `The trades of ${symbol} are not known yet. Try again in a moment.`,
    details: { symbol },
  };
}

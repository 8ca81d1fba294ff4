/** The snapshot that a model is given: the account as the Trader tells it, the markets as the feed does. */
import type { RiskCheckRequest, RiskCheckView } from "../../contract/risk.ts";
import type { AnswerMessage } from "../../domain/assistant/alert-answer.ts";
import { indicatorsOf } from "../../domain/assistant/indicators.ts";
import type { ListedPair } from "../../domain/assistant/reader/symbols.ts";
import { SNAPSHOT_VERSION, snapshotText, type Snapshot, type SnapshotMarket } from "../../domain/assistant/snapshot.ts";
import { subtract } from "../../domain/decimal.ts";
import type { MarketView, Symbol, Timeframe } from "../../domain/market.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { withDeadline } from "../lib/deadline.ts";
import { logUnexpected } from "../lib/log.ts";
import type { MarketFeedPort } from "../market-feed/port.ts";
import type { Principal, TraderPort } from "../trader/port.ts";

export type TakenContext = { readonly snapshot: Snapshot; readonly text: string; readonly hash: string };

export type ContextDependencies = {
  readonly trader: () => TraderPort;
  readonly feed: () => MarketFeedPort;
  readonly now: () => number;
};

const MAXIMUM_SYMBOLS = 5;
/** The two shortest of these that the market can tell. */
const CONTEXT_TIMEFRAMES: readonly Timeframe[] = ["15m", "1h", "4h", "1d"];
/** Enough for the slowest indicator; fewer are sent. */
const CANDLES_READ = 120;
const CANDLES_SENT = 24;
const CALL_DEADLINE_MS = 6_000;
const PAIRS_KEPT_MS = 600_000;

export class ContextTaker {
  readonly #dependencies: ContextDependencies;
  #pairs: { readonly at: number; readonly rows: readonly ListedPair[] } | null = null;

  constructor(dependencies: ContextDependencies) {
    this.#dependencies = dependencies;
  }

  /** A snapshot of now. Refuses what the Trader refuses, and QUOTE_STALE when a watched symbol has no fresh price. */
  async take(principal: Principal, accountId: string, symbols: readonly Symbol[]): Promise<Result<TakenContext>> {
    const account = await this.#ask("snapshotForAssistant", () =>
      this.#dependencies.trader().snapshotForAssistant(principal, accountId),
    );
    if (!account.ok) {
      return account;
    }
    const held = account.value.positions.map(({ symbol }) => symbol);
    const wanted = [...new Set([...symbols, ...held])].slice(0, MAXIMUM_SYMBOLS);
    const markets = await Promise.all(wanted.map((symbol) => this.#market(symbol)));
    const known: SnapshotMarket[] = [];
    for (const [index, market] of markets.entries()) {
      if (market.ok) {
        known.push(market.value);
      } else if (index < symbols.length) {
        return market;
      }
    }
    const stale = known.slice(0, symbols.length).find(({ fresh }) => !fresh);
    if (stale !== undefined) {
      return refuse(
        "QUOTE_STALE",
        `The price of ${stale.symbol} is too old to be judged. Wait until it is fresh, or ask without the context.`,
        { symbol: stale.symbol },
      );
    }
    const snapshot: Snapshot = { ...account.value, version: SNAPSHOT_VERSION, symbols: known };
    const text = snapshotText(snapshot);
    return ok({ snapshot, text, hash: await hashOf(text) });
  }

  /** The market of a symbol now, for what is done with a proposal. */
  async view(symbol: Symbol): Promise<Result<MarketView>> {
    return this.#ask("marketView", () => this.#dependencies.feed().marketView(symbol));
  }

  /** What the risk engine says of an order that is not placed. */
  async checkRisk(principal: Principal, accountId: string, request: RiskCheckRequest): Promise<Result<RiskCheckView>> {
    return this.#ask("checkRisk", () => this.#dependencies.trader().checkRisk(principal, accountId, request));
  }

  /** Raises an alert at the Trader: what a model answered to a price alert. */
  async tellAnswer(accountId: string, runId: string, answer: AnswerMessage): Promise<Result<null>> {
    return this.#ask("tellAlertAnswer", () => this.#dependencies.trader().tellAlertAnswer(accountId, runId, answer));
  }

  /** What the exchange lists; as it was lately when the feed is away, empty when it never was there. */
  async pairs(): Promise<readonly ListedPair[]> {
    const now = this.#dependencies.now();
    if (this.#pairs !== null && now - this.#pairs.at < PAIRS_KEPT_MS) {
      return this.#pairs.rows;
    }
    const list = await this.#ask("markets", () => this.#dependencies.feed().markets());
    if (!list.ok) {
      return this.#pairs?.rows ?? [];
    }
    const rows = list.value.markets.map(({ instrument: { symbol, base, quote } }) => ({ symbol, base, quote }));
    this.#pairs = { at: now, rows };
    return rows;
  }

  async #market(symbol: Symbol): Promise<Result<SnapshotMarket>> {
    const view = await this.view(symbol);
    if (!view.ok) {
      return view;
    }
    const { instrument, quote } = view.value;
    const [ticker, ...series] = await Promise.all([
      this.#ask("ticker", () => this.#dependencies.feed().ticker(symbol)),
      ...CONTEXT_TIMEFRAMES.map((timeframe) =>
        this.#ask("candles", () => this.#dependencies.feed().candles(symbol, timeframe, null, CANDLES_READ)),
      ),
    ]);
    const charts = series
      .flatMap((page) => (page.ok ? [{ timeframe: page.value.interval, candles: page.value.candles }] : []))
      .filter(({ candles }) => candles.length > 0)
      .slice(0, 2);
    const { bid, ask, lastTrade } = quote;
    const day = ticker.ok ? ticker.value : null;
    return ok({
      symbol,
      last: lastTrade?.price ?? null,
      lastTime: lastTrade?.time ?? null,
      bid: bid?.[0] ?? null,
      ask: ask?.[0] ?? null,
      spread: bid === null || ask === null ? null : subtract(ask[0], bid[0]),
      high24h: day?.high24h ?? null,
      low24h: day?.low24h ?? null,
      volume24h: day?.volume24h ?? null,
      change24hPercent: day?.changePercent24h ?? null,
      fresh: quote.fresh,
      candles: charts.map(({ timeframe, candles }) => ({ timeframe, candles: candles.slice(-CANDLES_SENT) })),
      indicators: charts.map((chart) => indicatorsOf(chart, instrument.priceDecimals)),
    });
  }

  async #ask<T>(what: string, call: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await withDeadline(call(), CALL_DEADLINE_MS, what);
    } catch (error) {
      logUnexpected("assistant_call_failed", error, { what });
      return refuse("TEMPORARILY_UNAVAILABLE", "The desk did not answer in time. Try again in a few seconds.");
    }
  }
}

/** SHA-256 as 64 hexadecimal digits. */
export async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

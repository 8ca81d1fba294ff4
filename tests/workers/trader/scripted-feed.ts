/**
 * A market feed of a few lines whose market the test moves by hand: it keeps trigger rows and owed deliveries as the real one
 * does, and can be away. Used where a test needs an exact print or an exact book; the real feed has tests of its own.
 */
import { env } from "cloudflare:workers";
import type { CandlePage, MarketList } from "../../../contract/markets.ts";
import { decimal, isAbove, isBelow } from "../../../domain/decimal.ts";
import type {
  BookView,
  Candle,
  Instrument,
  Level,
  MarketView,
  Quote,
  Side,
  Trade,
  TriggerDelivery,
  TriggerRow,
} from "../../../domain/market.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { triggerDigest } from "../../../domain/triggers/digest.ts";

type Market = {
  instrument: Instrument;
  bids: Level[];
  asks: Level[];
  fresh: boolean;
  version: number;
  trades: Trade[];
};

type LevelText = readonly [string, string];
type Receiver = { deliverTriggers(deliveries: readonly TriggerDelivery[]): Promise<readonly number[]> };

export const BTC: Instrument = instrument("BTC/USD", "XXBTZUSD", 1, "0.1", 8, "0.00005");
export const ETH: Instrument = instrument("ETH/USD", "XETHZUSD", 2, "0.01", 8, "0.002");

export const ETH_BTC: Instrument = {
  ...instrument("ETH/BTC", "XETHXXBT", 5, "0.00001", 8, "0.002"),
  minimumCost: decimal("0.00002"),
  costDecimals: 10,
};

export class ScriptedFeed {
  /** Set to make every call fail, as an object that is gone does. */
  away = false;
  /** False: a market that was just subscribed and has shown no trade yet. */
  tapeIsKnown = true;
  /** Market time now: moved away from the wall's for a replay. */
  now: () => number = () => Date.now();
  calls: string[] = [];
  /** Calls whose name begins so hang until they are released. */
  readonly #held = new Map<string, Promise<void>>();
  readonly rows = new Map<string, Map<string, TriggerRow>>();
  pinned: readonly string[] = [];
  /** Closed 1-minute candles by symbol. */
  readonly minutes = new Map<string, readonly Candle[]>();
  owed: (TriggerDelivery & { readonly traderId: string })[] = [];
  readonly #markets = new Map<string, Market>();
  #deliveryId = 0;
  #tradeId = 1_000;

  constructor() {
    this.list(
      BTC,
      [["99.9", "5"]],
      [
        ["100", "1"],
        ["101", "2"],
      ],
    );
    this.list(
      ETH,
      [["9.99", "50"]],
      [
        ["10", "10"],
        ["10.01", "20"],
      ],
    );
  }

  /** Puts itself in the place of the market feed. Returns what undoes it. */
  install(): () => void {
    const original = env.MARKET_FEED;
    const getByName = (): ScriptedFeed => this;
    const replaced = new Proxy(original, {
      get: (target, key) => {
        const value: unknown = key === "getByName" ? getByName : Reflect.get(target, key);
        return typeof value === "function" && key !== "constructor" ? value.bind(target) : value;
      },
    });
    Reflect.set(env, "MARKET_FEED", replaced);
    return () => {
      Reflect.set(env, "MARKET_FEED", original);
    };
  }

  list(listed: Instrument, bids: readonly LevelText[], asks: readonly LevelText[]): void {
    this.#markets.set(listed.symbol, {
      instrument: listed,
      bids: bids.map(toLevel),
      asks: asks.map(toLevel),
      fresh: true,
      version: 1,
      trades: [],
    });
  }

  setBook(symbol: string, bids: readonly LevelText[], asks: readonly LevelText[]): void {
    const market = this.#market(symbol);
    market.bids = bids.map(toLevel);
    market.asks = asks.map(toLevel);
    market.version += 1;
  }

  /** The exchange lists the pair no longer. */
  unlist(symbol: string): void {
    this.#markets.delete(symbol);
  }

  setFresh(symbol: string, fresh: boolean): void {
    this.#market(symbol).fresh = fresh;
  }

  /** Makes calls of this name hang; the answer lets them go on. */
  hold(name: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(name, promise);
    return () => {
      this.#held.delete(name);
      resolve();
    };
  }

  /** A print: rows that it reaches get a delivery that stays owed until it is acknowledged. */
  print(symbol: string, price: string, quantity: string, side: Side = "sell", late = false): Trade {
    this.#tradeId += 1;
    const market = this.#market(symbol);
    const trade: Trade = {
      id: this.#tradeId,
      symbol,
      price: decimal(price),
      quantity: decimal(quantity),
      side,
      time: this.now(),
    };
    market.trades.push(trade);
    for (const [traderId, rows] of this.rows) {
      for (const row of rows.values()) {
        if (reaches(trade, row)) {
          this.#owe(traderId, row, [trade], late);
        }
      }
    }
    return trade;
  }

  /** Delivers what is owed to a trader; what it acknowledges is forgotten. */
  async deliver(traderId: string, trader: Receiver): Promise<readonly number[]> {
    const mine = this.owed.filter((delivery) => delivery.traderId === traderId);
    const booked = await trader.deliverTriggers(mine.map(withoutTrader));
    this.owed = this.owed.filter((delivery) => !booked.includes(delivery.deliveryId));
    return booked;
  }

  rowsOf(traderId: string): readonly TriggerRow[] {
    return [...(this.rows.get(traderId)?.values() ?? [])];
  }

  async settle(
    traderId: string,
    symbol: string,
  ): Promise<Result<{ view: MarketView; deliveries: readonly TriggerDelivery[] }>> {
    await this.#answering(`settle ${symbol}`);
    const market = this.#markets.get(symbol);
    if (market === undefined) {
      return refuse("UNKNOWN_SYMBOL", `${symbol} is not listed.`);
    }
    const deliveries = this.owed
      .filter((delivery) => delivery.traderId === traderId && delivery.symbol === symbol)
      .map(withoutTrader);
    return ok({ view: this.#view(symbol, market), deliveries });
  }

  async marketView(symbol: string): Promise<Result<MarketView>> {
    await this.#answering("marketView");
    const market = this.#markets.get(symbol);
    return market === undefined ? refuse("UNKNOWN_SYMBOL", `${symbol} is not listed.`) : ok(this.#view(symbol, market));
  }

  async markets(): Promise<Result<MarketList>> {
    await this.#answering("markets");
    return ok({ market: "replay", marketTime: this.now(), connected: true, markets: [] });
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    await this.#answering("quotes");
    return symbols.flatMap((symbol) => {
      const market = this.#markets.get(symbol);
      return market === undefined ? [] : [this.#view(symbol, market).quote];
    });
  }

  async candles(symbol: string): Promise<Result<CandlePage>> {
    await this.#answering("candles");
    return ok({ interval: "1m", candles: [...(this.minutes.get(symbol) ?? [])], complete: false });
  }

  async registerTriggers(traderId: string, rows: readonly TriggerRow[]): Promise<void> {
    await this.#answering("registerTriggers");
    this.rows.set(traderId, new Map());
    this.#set(traderId, rows);
  }

  async changeTriggers(traderId: string, set: readonly TriggerRow[], removed: readonly string[]): Promise<void> {
    await this.#answering("changeTriggers");
    this.#set(traderId, set);
    for (const orderId of removed) {
      this.rows.get(traderId)?.delete(orderId);
    }
  }

  async triggerDigest(traderId: string): Promise<string> {
    await this.#answering("triggerDigest");
    return triggerDigest(this.rowsOf(traderId));
  }

  async pin(_traderId: string, symbols: readonly string[]): Promise<void> {
    await this.#answering("pin");
    this.pinned = symbols;
  }

  async #answering(call: string): Promise<void> {
    this.calls.push(call);
    for (const [name, released] of this.#held) {
      if (call.startsWith(name)) {
        await released;
      }
    }
    await Promise.resolve();
    if (this.away) {
      throw new Error("the feed is away");
    }
  }

  /** As the real feed: prints since the row was armed are matched at once. */
  #set(traderId: string, set: readonly TriggerRow[]): void {
    const rows = this.rows.get(traderId) ?? new Map<string, TriggerRow>();
    this.rows.set(traderId, rows);
    for (const row of set) {
      rows.set(row.orderId, row);
      const missed = this.#market(row.symbol).trades.filter((trade) => reaches(trade, row));
      if (missed.length > 0) {
        this.#owe(traderId, row, missed, false);
      }
    }
  }

  #owe(traderId: string, row: TriggerRow, trades: readonly Trade[], late: boolean): void {
    this.#deliveryId += 1;
    const market = this.#market(row.symbol);
    this.owed.push({
      traderId,
      deliveryId: this.#deliveryId,
      orderId: row.orderId,
      version: row.version,
      symbol: row.symbol,
      trades,
      bid: market.bids[0] ?? null,
      ask: market.asks[0] ?? null,
      late,
    });
  }

  #view(symbol: string, market: Market): MarketView {
    const now = this.now();
    const book: BookView = { symbol, version: market.version, bids: market.bids, asks: market.asks, at: now };
    const last = market.trades.at(-1) ?? null;
    const quote: Quote = {
      symbol,
      bid: market.bids[0] ?? null,
      ask: market.asks[0] ?? null,
      lastTrade: last,
      mark: market.asks[0]?.[0] ?? market.bids[0]?.[0] ?? null,
      markTime: now,
      fresh: market.fresh,
      staleSince: market.fresh ? null : now - 20_000,
      staleReason: market.fresh ? null : "no_data",
      at: now,
    };
    return {
      instrument: market.instrument,
      quote,
      book: market.fresh ? book : null,
      tapeTradeId: this.tapeIsKnown ? this.#tradeId : 0,
    };
  }

  #market(symbol: string): Market {
    const market = this.#markets.get(symbol);
    if (market === undefined) {
      throw new Error(`${symbol} is not listed`);
    }
    return market;
  }
}

function withoutTrader(owed: TriggerDelivery & { readonly traderId: string }): TriggerDelivery {
  const { traderId: _trader, ...delivery } = owed;
  return delivery;
}

function reaches(trade: Trade, row: TriggerRow): boolean {
  if (trade.symbol !== row.symbol || trade.id <= row.armedTradeId) {
    return false;
  }
  return row.direction === "below" ? !isAbove(trade.price, row.level) : !isBelow(trade.price, row.level);
}

function toLevel([price, quantity]: LevelText): Level {
  return [decimal(price), decimal(quantity)];
}

function instrument(
  symbol: string,
  restName: string,
  priceDecimals: number,
  tickSize: string,
  quantityDecimals: number,
  minimumQuantity: string,
): Instrument {
  const [base = "", quote = ""] = symbol.split("/");
  return {
    symbol,
    restName,
    base,
    quote,
    priceDecimals,
    tickSize: decimal(tickSize),
    quantityDecimals,
    baseDecimals: 10,
    quoteDecimals: 4,
    costDecimals: 5,
    minimumQuantity: decimal(minimumQuantity),
    minimumCost: decimal("0.5"),
    status: "online",
  };
}

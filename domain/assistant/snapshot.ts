/**
 * The context that a model is given: plain typed data, one canonical text, and that text's hash. What is sent is this text and
 * nothing else, so the panel, the record of the run and the claim check all speak of the same thing (issue "Context").
 */
import type { Decimal } from "../decimal.ts";
import type { Asset, Candle, Market, Milliseconds, Side, Symbol, Timeframe } from "../market.ts";
import type { OrderType } from "../orders/order.ts";
import type { HaltKind } from "../risk/halt.ts";

/** Rises when the shape or the text changes, so that recorded runs stay readable. */
export const SNAPSHOT_VERSION = 2;

export type SnapshotPosition = {
  readonly symbol: Symbol;
  readonly asset: Asset;
  readonly quantity: Decimal;
  readonly averageEntryPrice: Decimal | null;
  readonly mark: Decimal | null;
  /** Quantity × mark, in account currency; null without a mark. */
  readonly value: Decimal | null;
  readonly unrealisedProfit: Decimal | null;
  readonly stop: Decimal | null;
  readonly target: Decimal | null;
};

export type SnapshotBalance = { readonly asset: Asset; readonly total: Decimal; readonly available: Decimal };

export type SnapshotOrder = {
  readonly id: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
};

export type SnapshotFill = {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: Decimal;
  readonly realisedProfit: Decimal | null;
  readonly time: Milliseconds;
};

/** One limit of the account and what is left of it. `unit` is "%", "USD", "orders" …; a limit that is off is left out. */
export type SnapshotLimit = {
  readonly name: string;
  readonly limit: Decimal;
  readonly room: Decimal | null;
  readonly unit: string;
};

/** Why nothing may be opened now. */
export type SnapshotHalt = {
  readonly kind: HaltKind;
  readonly reason: string;
  /** It ends by itself then; null: when the trader resumes. */
  readonly endsAt: Milliseconds | null;
};

export type SnapshotCandles = {
  readonly timeframe: Timeframe;
  /** Oldest first; only the last may have `closed: false`. */
  readonly candles: readonly Candle[];
};

/** Of closed candles only (CASES "last candle"); null while there are too few. */
export type SnapshotIndicators = {
  readonly timeframe: Timeframe;
  readonly ema20: Decimal | null;
  readonly ema50: Decimal | null;
  readonly rsi14: Decimal | null;
  readonly atr14: Decimal | null;
  readonly macd: Decimal | null;
  readonly macdSignal: Decimal | null;
  readonly bollingerUpper: Decimal | null;
  readonly bollingerLower: Decimal | null;
};

export type SnapshotMarket = {
  readonly symbol: Symbol;
  readonly last: Decimal | null;
  readonly lastTime: Milliseconds | null;
  readonly bid: Decimal | null;
  readonly ask: Decimal | null;
  readonly spread: Decimal | null;
  readonly high24h: Decimal | null;
  readonly low24h: Decimal | null;
  readonly volume24h: Decimal | null;
  /** Against the price of 24 h ago, in percent (CASES "24 h change"). */
  readonly change24hPercent: Decimal | null;
  /** False: the price is too old to act on, and runs refuse (CASES "reconnect"). */
  readonly fresh: boolean;
  readonly candles: readonly SnapshotCandles[];
  readonly indicators: readonly SnapshotIndicators[];
};

export type Snapshot = {
  readonly version: typeof SNAPSHOT_VERSION;
  readonly time: Milliseconds;
  readonly market: Market;
  readonly accountKind: "paper" | "kraken";
  readonly currency: Asset;
  /** Null while incomplete (TRADING §1 "Equity"). */
  readonly equity: Decimal | null;
  /** Account currency that can be spent. */
  readonly available: Decimal;
  readonly balances: readonly SnapshotBalance[];
  readonly positions: readonly SnapshotPosition[];
  readonly openOrders: readonly SnapshotOrder[];
  readonly recentFills: readonly SnapshotFill[];
  readonly limits: readonly SnapshotLimit[];
  /** While there is one, entries are denied; exits go on. Absent in snapshots of version 1. */
  readonly halts?: readonly SnapshotHalt[];
  /** The only pairs that may be entered; null: all. Absent in snapshots of version 1. */
  readonly allowedSymbols?: readonly Symbol[] | null;
  readonly symbols: readonly SnapshotMarket[];
};

/** The account's part of it: the snapshot without the markets. */
export type AccountSnapshot = Omit<Snapshot, "version" | "symbols">;

/**
 * The text of the snapshot as it is sent: JSON with fixed order of keys, one line per fact, candles as rows. Equal snapshots
 * give equal texts.
 */
export function snapshotText(snapshot: Snapshot): string {
  const account = {
    version: snapshot.version,
    time: isoTime(snapshot.time),
    market: snapshot.market,
    accountKind: snapshot.accountKind,
    currency: snapshot.currency,
    equity: snapshot.equity,
    available: snapshot.available,
  };
  const lines = [
    ...Object.entries(account).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`),
    list("balances", snapshot.balances.map(balanceRow)),
    list("positions", snapshot.positions.map(positionRow)),
    list("openOrders", snapshot.openOrders.map(orderRow)),
    list("recentFills", snapshot.recentFills.map(fillRow)),
    list("limits", snapshot.limits.map(limitRow)),
    list("halts", (snapshot.halts ?? []).map(haltRow)),
    `"allowedSymbols": ${JSON.stringify(snapshot.allowedSymbols ?? null)}`,
    list("symbols", snapshot.symbols.map(marketRow)),
  ];
  return `{\n${lines.join(",\n")}\n}`;
}

/** The hash of what is sent. The digest (SHA-256 where it runs) is the caller's: the core has none. */
export function snapshotHash<Hash>(snapshot: Snapshot, digest: (text: string) => Hash): Hash {
  return digest(snapshotText(snapshot));
}

/** ISO text of a moment, UTC. */
export function isoTime(time: Milliseconds): string {
  return new Date(time).toISOString();
}

function list(key: string, rows: readonly object[]): string {
  const inner = rows.map((row) => JSON.stringify(row)).join(",\n");
  return rows.length === 0 ? `${JSON.stringify(key)}: []` : `${JSON.stringify(key)}: [\n${inner}\n]`;
}

// The rows are written out key by key: the order of the keys is part of the text, and so of the hash.

function balanceRow({ asset, total, available }: SnapshotBalance): object {
  return { asset, total, available };
}

function positionRow(position: SnapshotPosition): object {
  const { symbol, quantity, averageEntryPrice, mark, value, unrealisedProfit, stop, target } = position;
  return { symbol, quantity, averageEntryPrice, mark, value, unrealisedProfit, stop, target };
}

function orderRow(order: SnapshotOrder): object {
  const { symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice } = order;
  return { symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice };
}

function fillRow({ symbol, side, quantity, price, fee, realisedProfit, time }: SnapshotFill): object {
  return { symbol, side, quantity, price, fee, realisedProfit, time: isoTime(time) };
}

function limitRow({ name, limit, room, unit }: SnapshotLimit): object {
  return { name, limit, room, unit };
}

function haltRow({ kind, reason, endsAt }: SnapshotHalt): object {
  return { kind, reason, endsAt: endsAt === null ? null : isoTime(endsAt) };
}

function marketRow(market: SnapshotMarket): object {
  const { symbol, last, bid, ask, spread, high24h, low24h, volume24h, change24hPercent, fresh } = market;
  return {
    symbol,
    last,
    lastTime: market.lastTime === null ? null : isoTime(market.lastTime),
    bid,
    ask,
    spread,
    high24h,
    low24h,
    volume24h,
    change24hPercent,
    fresh,
    indicators: market.indicators.map(indicatorRow),
    candleColumns: "time open high low close volume state",
    candles: market.candles.map(({ timeframe, candles }) => ({ timeframe, rows: candles.map(candleRow) })),
  };
}

function indicatorRow(indicators: SnapshotIndicators): object {
  const { timeframe, ema20, ema50, rsi14, atr14, macd, macdSignal, bollingerUpper, bollingerLower } = indicators;
  return { timeframe, ema20, ema50, rsi14, atr14, macd, macdSignal, bollingerUpper, bollingerLower };
}

function candleRow(candle: Candle): string {
  const { time, open, high, low, close, volume, closed } = candle;
  return [isoTime(time), open, high, low, close, volume, closed ? "closed" : "open"].join(" ");
}

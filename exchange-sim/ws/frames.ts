import { isoMicros, MINUTE, type Micros } from "../clock.ts";
import { averagePrice, type Candle } from "../engine/candles.ts";
import type { DayStatistics } from "../engine/day-statistics.ts";
import type { Market } from "../engine/market.ts";
import type { Trade } from "../engine/tape.ts";
import { assets, type Pair, type PairStatus } from "../instruments.ts";
import { divide, formatUnits, rescale } from "../units.ts";
import { tokenLevel, viewChecksum, type BookView, type SideChange } from "./book-view.ts";
import { encodeJson, NumberText, type Json } from "./json.ts";

/** Number token with exactly `decimals` places. */
export function numberText(units: bigint, decimals: number): NumberText {
  return new NumberText(formatUnits(units, decimals));
}

export function priceText(pair: Pair, ticks: number): NumberText {
  return numberText(BigInt(ticks), pair.priceDecimals);
}

export function quantityText(pair: Pair, quantity: bigint): NumberText {
  return numberText(quantity, pair.quantityDecimals);
}

/** Nine places, as candles print their times. */
function isoNanos(time: Micros): string {
  return isoMicros(time).replace("Z", "000Z");
}

export function tradeFrame(market: Market, trades: readonly Trade[], type: "snapshot" | "update"): string {
  const data = trades.map((trade) => ({
    symbol: market.pair.symbol,
    side: trade.side,
    price: priceText(market.pair, trade.price),
    qty: quantityText(market.pair, trade.quantity),
    ord_type: trade.orderType,
    trade_id: trade.id,
    timestamp: isoMicros(trade.time),
  }));
  return encodeJson({ channel: "trade", type, data });
}

export function tickerFrame(
  market: Market,
  day: DayStatistics | undefined,
  time: Micros,
  type: "snapshot" | "update",
): string {
  const { pair, book } = market;
  const last = market.lastPrice ?? 0;
  const bid = book.bids.best;
  const ask = book.asks.best;
  const open = day?.open ?? last;
  const change = BigInt(last - open);
  const row: Json = {
    symbol: pair.symbol,
    bid: priceText(pair, bid?.price ?? 0),
    bid_qty: quantityText(pair, bid?.total ?? 0n),
    ask: priceText(pair, ask?.price ?? 0),
    ask_qty: quantityText(pair, ask?.total ?? 0n),
    last: priceText(pair, last),
    volume: quantityText(pair, day?.volume ?? 0n),
    vwap: numberText(day === undefined ? 0n : averagePrice(day), pair.priceDecimals),
    low: priceText(pair, day?.low ?? last),
    high: priceText(pair, day?.high ?? last),
    change: numberText(change, pair.priceDecimals),
    change_pct: numberText(open === 0 ? 0n : divide(rescale(change, 0, 4, "down"), BigInt(open), "half-up"), 2),
    trades: day?.trades ?? 0,
    timestamp: isoMicros(time),
  };
  return encodeJson({ channel: "ticker", type, data: [row] });
}

export function candleRow(market: Market, candle: Candle, interval: number): Json {
  const { pair } = market;
  return {
    symbol: pair.symbol,
    open: priceText(pair, candle.open),
    high: priceText(pair, candle.high),
    low: priceText(pair, candle.low),
    close: priceText(pair, candle.close),
    trades: candle.trades,
    volume: quantityText(pair, candle.volume),
    vwap: numberText(averagePrice(candle), pair.priceDecimals),
    interval_begin: isoNanos(candle.begin),
    interval,
    timestamp: isoMicros(candle.begin + interval * MINUTE),
  };
}

export function candleFrame(rows: readonly Json[], time: Micros, type: "snapshot" | "update"): string {
  return encodeJson({ channel: "ohlc", type, timestamp: isoNanos(time), data: rows });
}

function bookSide(market: Market, entries: SideChange["entries"], exponents: boolean): Json {
  return entries.map((entry) => {
    const { price, quantity } = tokenLevel(market, entry);
    const text = exponents ? withExponent(entry.quantity, market.pair.quantityDecimals) : quantity;
    return { price: new NumberText(price), qty: new NumberText(text) };
  });
}

/** Tiny numbers as a venue that prints them with exponents would: `0E-8`, `1.50E-6` (PROTOCOL §11). */
function withExponent(units: bigint, decimals: number): string {
  const digits = units.toString();
  const exponent = digits.length - 1 - decimals;
  if (exponent >= -6 && units !== 0n) {
    return formatUnits(units, decimals);
  }
  return digits.length === 1
    ? `${digits}E${String(-decimals)}`
    : `${digits.charAt(0)}.${digits.slice(1)}E${String(exponent)}`;
}

export function bookSnapshotFrame(market: Market, view: BookView, exponents: boolean): string {
  const row = {
    symbol: market.pair.symbol,
    bids: bookSide(market, view.levels("buy"), exponents),
    asks: bookSide(market, view.levels("sell"), exponents),
    checksum: viewChecksum(market, view),
    timestamp: isoMicros(market.bookChangedAt),
  };
  return encodeJson({ channel: "book", type: "snapshot", data: [row] });
}

/** An update; `corrupt` spoils its checksum. */
export function bookUpdateFrame(
  market: Market,
  view: BookView,
  changes: readonly SideChange[],
  style: { readonly exponents: boolean; readonly corrupt: boolean },
): string {
  const entriesOf = (side: string): SideChange["entries"] =>
    changes.find((change) => change.side === side)?.entries ?? [];
  const row = {
    symbol: market.pair.symbol,
    bids: bookSide(market, entriesOf("buy"), style.exponents),
    asks: bookSide(market, entriesOf("sell"), style.exponents),
    checksum: (viewChecksum(market, view) + (style.corrupt ? 1 : 0)) % 2 ** 32,
    timestamp: isoMicros(market.bookChangedAt),
  };
  return encodeJson({ channel: "book", type: "update", data: [row] });
}

/** A small increment as the instrument channel prints it: `1E-8`, but `0.1` and `0.01` (PROTOCOL §5.3). */
function incrementText(decimals: number, exponents: boolean): NumberText {
  return exponents && decimals >= 7 ? new NumberText(`1E-${String(decimals)}`) : numberText(1n, decimals);
}

function pairRow(pair: Pair, status: PairStatus, exponents: boolean): Json {
  const [whole = "0", fraction = ""] = pair.costMinimum.split(".");
  return {
    symbol: pair.symbol,
    base: pair.base.name,
    quote: pair.quote.name,
    status,
    qty_precision: pair.quantityDecimals,
    qty_increment: incrementText(pair.quantityDecimals, exponents),
    price_precision: pair.priceDecimals,
    cost_precision: pair.costDecimals,
    marginable: true,
    has_index: true,
    cost_min: new NumberText(`${whole}.${fraction.padEnd(2, "0")}`),
    margin_initial: new NumberText("0.10"),
    position_limit_long: pair.longLimit,
    position_limit_short: pair.shortLimit,
    tick_size: incrementText(pair.priceDecimals, exponents),
    price_increment: incrementText(pair.priceDecimals, exponents),
    qty_min: quantityText(pair, pair.minimumQuantity),
  };
}

export function instrumentFrame(markets: Iterable<Market>, type: "snapshot" | "update", exponents: boolean): string {
  const assetRows = assets.map((asset) => ({
    id: asset.name,
    status: "enabled",
    precision: asset.decimals,
    precision_display: asset.displayDecimals,
    borrowable: true,
    collateral_value: new NumberText(asset.collateralValue),
    margin_rate: new NumberText(asset.marginRate),
  }));
  const pairRows = [...markets].map((market) => pairRow(market.pair, market.status, exponents));
  return encodeJson({
    channel: "instrument",
    type,
    data: { assets: type === "snapshot" ? assetRows : [], pairs: pairRows },
  });
}

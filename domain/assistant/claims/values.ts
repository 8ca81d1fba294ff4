/** The figures of a snapshot by what they are called. */
import { add, divide, TWO, ZERO, type Decimal } from "../../decimal.ts";
import type { Symbol } from "../../market.ts";
import type { Snapshot, SnapshotMarket } from "../snapshot.ts";
import type { ClaimField } from "./patterns.ts";

/** What the snapshot says of a field: any of the values is right. Empty: it says nothing. */
export function valuesOf(field: ClaimField, symbol: Symbol | null, snapshot: Snapshot): readonly Decimal[] {
  switch (field) {
    case "available":
      return [snapshot.available];
    case "equity":
      return present(snapshot.equity);
    case "balance":
      return [snapshot.available, ...present(snapshot.equity), ...snapshot.balances.map(({ total }) => total)];
    default: {
      const market = snapshot.symbols.find((each) => each.symbol === symbol);
      return symbol === null ? [] : valuesOfSymbol(field, symbol, market, snapshot);
    }
  }
}

function valuesOfSymbol(
  field: ClaimField,
  symbol: Symbol,
  market: SnapshotMarket | undefined,
  snapshot: Snapshot,
): readonly Decimal[] {
  const position = snapshot.positions.find((each) => each.symbol === symbol);
  switch (field) {
    case "positionQuantity":
      return market === undefined && position === undefined ? [] : heldOf(symbol, snapshot);
    case "averageEntryPrice":
      return present(position?.averageEntryPrice);
    case "price":
      return market === undefined ? present(position?.mark) : [...pricesOf(market), ...present(position?.mark)];
    case "bid":
    case "ask":
    case "spread":
    case "high24h":
    case "low24h":
    case "change24hPercent":
      return present(market?.[field]);
    case "reachedHigh":
      return present(market?.high24h);
    case "reachedLow":
      return present(market?.low24h);
    default:
      return [];
  }
}

function pricesOf({ last, bid, ask }: SnapshotMarket): readonly Decimal[] {
  const middle = bid === null || ask === null ? null : divide(add(bid, ask), TWO, 18, "half-even");
  return [...present(last), ...present(bid), ...present(ask), ...present(middle)];
}

/** What is managed of it, and all that is there of it. */
function heldOf(symbol: Symbol, snapshot: Snapshot): readonly Decimal[] {
  const position = snapshot.positions.find((each) => each.symbol === symbol);
  const base = symbol.split("/")[0];
  const balance = snapshot.balances.find(({ asset }) => asset === base);
  const held = [...present(position?.quantity), ...(balance === undefined ? [] : [balance.total, balance.available])];
  return held.length === 0 ? [ZERO] : held;
}

/** Every figure outside of the candles, for numbers that name no field. */
export function figuresOf(snapshot: Snapshot): readonly Decimal[] {
  const figures = [
    snapshot.equity,
    snapshot.available,
    ...snapshot.balances.flatMap(({ total, available }) => [total, available]),
    ...snapshot.positions.flatMap(({ quantity, averageEntryPrice, mark, value, unrealisedProfit, stop, target }) => [
      quantity,
      averageEntryPrice,
      mark,
      value,
      unrealisedProfit,
      stop,
      target,
    ]),
    ...snapshot.openOrders.flatMap(({ quantity, filledQuantity, limitPrice, triggerPrice }) => [
      quantity,
      filledQuantity,
      limitPrice,
      triggerPrice,
    ]),
    ...snapshot.recentFills.flatMap(({ quantity, price, fee, realisedProfit }) => [
      quantity,
      price,
      fee,
      realisedProfit,
    ]),
    ...snapshot.limits.flatMap(({ limit, room }) => [limit, room]),
    ...snapshot.symbols.flatMap(({ last, bid, ask, spread, high24h, low24h, volume24h, change24hPercent }) => [
      last,
      bid,
      ask,
      spread,
      high24h,
      low24h,
      volume24h,
      change24hPercent,
    ]),
    ...snapshot.symbols.flatMap(({ indicators }) =>
      indicators.flatMap(({ ema20, ema50, rsi14, atr14, macd, macdSignal, bollingerUpper, bollingerLower }) => [
        ema20,
        ema50,
        rsi14,
        atr14,
        macd,
        macdSignal,
        bollingerUpper,
        bollingerLower,
      ]),
    ),
  ];
  return figures.flatMap(present);
}

/** Every figure of the candles, as text. */
export function candleFigures(snapshot: Snapshot): ReadonlySet<string> {
  const candles = snapshot.symbols.flatMap((market) => market.candles.flatMap((list) => list.candles));
  return new Set(candles.flatMap(({ open, high, low, close, volume }) => [open, high, low, close, volume]));
}

function present(value: Decimal | null | undefined): readonly Decimal[] {
  return value === null || value === undefined ? [] : [value];
}

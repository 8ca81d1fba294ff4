/**
 * What a paper account has taken from the venue's book. The venue does not know of it, so the account remembers: liquidity
 * taken stays taken for that account until the venue changes that level (TRADING §3). A level has changed when it shows
 * another quantity than at the time of taking, or is gone.
 */
import { add, isPositive, subtract, type Decimal } from "../decimal.ts";
import type { Level, Symbol } from "../market.ts";
import type { TakenLevel } from "../account/state.ts";

export type BookSide = TakenLevel["side"];
export type TakenLevels = Readonly<Record<Symbol, readonly TakenLevel[]>>;
export type LevelName = { readonly side: BookSide; readonly price: Decimal };

/** A level with what is left of it for one account. */
export type OpenLevel = { readonly price: Decimal; readonly shown: Decimal; readonly available: Decimal };

/** The levels of one book side that the account can still take from, best first. */
export function openLevels(
  levels: readonly Level[],
  side: BookSide,
  taken: readonly TakenLevel[],
): readonly OpenLevel[] {
  const mine = new Map(taken.filter((level) => level.side === side).map((level) => [level.price, level]));
  const open: OpenLevel[] = [];
  for (const [price, shown] of levels) {
    const before = mine.get(price);
    const available = before === undefined || before.shown !== shown ? shown : subtract(shown, before.taken);
    if (isPositive(available)) {
      open.push({ price, shown, available });
    }
  }
  return open;
}

/** The taken levels that the venue has changed since: nothing of them is remembered any longer. */
export function changedLevels(
  bids: readonly Level[],
  asks: readonly Level[],
  taken: readonly TakenLevel[],
): readonly LevelName[] {
  const shown = new Map([
    ...bids.map(([price, quantity]) => [`bid ${price}`, quantity] as const),
    ...asks.map(([price, quantity]) => [`ask ${price}`, quantity] as const),
  ]);
  return taken
    .filter((level) => shown.get(`${level.side} ${level.price}`) !== level.shown)
    .map(({ side, price }) => ({ side, price }));
}

/** The memory after some levels are forgotten. */
export function forgetTaken(taken: TakenLevels, symbol: Symbol, forgotten: readonly LevelName[]): TakenLevels {
  if (forgotten.length === 0) {
    return taken;
  }
  const gone = new Set(forgotten.map(({ side, price }) => `${side} ${price}`));
  const rest = (taken[symbol] ?? []).filter((level) => !gone.has(`${level.side} ${level.price}`));
  return withLevels(taken, symbol, rest);
}

/** The memory after a fill took `quantity` at `price` from a level that showed `shown`. */
export function addTaken(
  taken: TakenLevels,
  symbol: Symbol,
  level: { readonly side: BookSide; readonly shown: Decimal },
  fill: { readonly price: Decimal; readonly quantity: Decimal },
): TakenLevels {
  const levels = taken[symbol] ?? [];
  const same = levels.find(({ side, price }) => side === level.side && price === fill.price);
  const before = same !== undefined && same.shown === level.shown ? same.taken : null;
  const next: TakenLevel = {
    side: level.side,
    price: fill.price,
    shown: level.shown,
    taken: before === null ? fill.quantity : add(before, fill.quantity),
  };
  return withLevels(taken, symbol, [...levels.filter((other) => other !== same), next]);
}

function withLevels(taken: TakenLevels, symbol: Symbol, levels: readonly TakenLevel[]): TakenLevels {
  if (levels.length === 0) {
    const { [symbol]: _gone, ...others } = taken;
    return others;
  }
  return { ...taken, [symbol]: levels };
}

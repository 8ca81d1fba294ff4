/**
 * What an account was worth at one moment, also while one of its holdings has no fresh price (TRADING §1): that one counts at its
 * last good mark, and the sample says so. One coin that nobody trades hides no loss of the others.
 */
import { add, isZero, multiply, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";
import type { EquitySample } from "./samples.ts";

export type Quantities = Readonly<Record<Asset, Decimal>>;

/** `fresh` false: the last good one. */
export type HoldingPrice = { readonly price: Decimal; readonly fresh: boolean };

export type HeldBooks = {
  readonly currency: Asset;
  readonly managed: Quantities;
  readonly external: Quantities;
  /** What managed holdings cost: what never had a price counts so much, as at the beginning of a day. */
  readonly costs: Readonly<Record<Asset, Decimal | null>>;
};

/**
 * Null while nothing of what the desk manages has a fresh price: the last marks once more are no second sample of the market.
 * For the same reason equity is null while nothing at all is fresh.
 */
export function valuedSample(
  time: Milliseconds,
  { currency, managed, external, costs }: HeldBooks,
  priceOf: (asset: Asset) => HoldingPrice | null,
): EquitySample | null {
  const prices = new Map(
    [...new Set([...held(managed, currency), ...held(external, currency)])].map((asset) => [asset, priceOf(asset)]),
  );
  const isFresh = (asset: Asset): boolean => prices.get(asset)?.fresh === true;
  const ours = held(managed, currency);
  const all = [...prices.keys()];
  if (ours.length > 0 && !ours.some(isFresh)) {
    return null;
  }
  const value = worth(managed, currency, prices, (asset) => costs[asset] ?? ZERO);
  const rest = worth(external, currency, prices, () => ZERO);
  const aged = all.filter((asset) => !isFresh(asset)).toSorted();
  const unpriced = all.filter((asset) => prices.get(asset) === null).toSorted();
  return {
    time,
    managed: value,
    equity: all.length > 0 && !all.some(isFresh) ? null : add(value, rest),
    ...(aged.length === 0 ? {} : { aged }),
    ...(unpriced.length === 0 ? {} : { unpriced }),
  };
}

function held(quantities: Quantities, currency: Asset): readonly Asset[] {
  return Object.entries(quantities).flatMap(([asset, quantity]) =>
    asset === currency || isZero(quantity) ? [] : asset,
  );
}

function worth(
  quantities: Quantities,
  currency: Asset,
  prices: ReadonlyMap<Asset, HoldingPrice | null>,
  otherwise: (asset: Asset) => Decimal,
): Decimal {
  return held(quantities, currency).reduce<Decimal>((sum, asset) => {
    const price = prices.get(asset) ?? null;
    return add(sum, price === null ? otherwise(asset) : multiply(quantities[asset] ?? ZERO, price.price));
  }, quantities[currency] ?? ZERO);
}

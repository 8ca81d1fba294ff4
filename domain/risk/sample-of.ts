import type { AccountState } from "../account/state.ts";
import type { FlowPrice } from "../account/venue/value-flows.ts";
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Quote } from "../market.ts";
import type { EquitySample } from "./samples.ts";
import { valuedSample, type HoldingPrice, type Quantities } from "./valued-sample.ts";

/** Last good marks that are remembered from before: of pairs that are listed no longer, or that a new feed has not seen yet. */
export type KnownMarks = Readonly<Record<Asset, Decimal>>;

/** What the account is worth at these quotes; null while nothing that the desk manages has a fresh price. */
export function sampleOf(
  state: AccountState,
  quotes: readonly Quote[],
  time: Milliseconds,
  known: KnownMarks = {},
): EquitySample | null {
  return valuedSample(time, booksOf(state), priceOf(state, quotes, known));
}

/** What a sample by these quotes counts at, of what had no price when it was counted: so that both agree. */
export function firstPrices(
  state: AccountState,
  quotes: readonly Quote[],
  time: Milliseconds,
  known: KnownMarks = {},
): readonly FlowPrice[] {
  const price = priceOf(state, quotes, known);
  return Object.keys(state.venue?.unvalued ?? {}).flatMap((asset) => {
    const rate = price(asset)?.price ?? null;
    const quote = quotes.find(({ symbol }) => symbol === `${asset}/${state.currency}`);
    return rate === null ? [] : [{ asset, rate, at: quote?.markTime ?? time }];
  });
}

function priceOf(
  { currency }: AccountState,
  quotes: readonly Quote[],
  known: KnownMarks,
): (asset: Asset) => HoldingPrice | null {
  const bySymbol = new Map(quotes.map((quote) => [quote.symbol, quote]));
  return (asset) => {
    const quote = bySymbol.get(`${asset}/${currency}`);
    if (quote?.fresh === true && quote.mark !== null) {
      return { price: quote.mark, fresh: true };
    }
    const price = lastGood(quote) ?? known[asset] ?? null;
    return price === null ? null : { price, fresh: false };
  };
}

/** The marks of these quotes by asset, and of what has none in them the ones that were known. */
export function marksOf(state: AccountState, quotes: readonly Quote[], known: KnownMarks): KnownMarks {
  const bySymbol = new Map(quotes.map((quote) => [quote.symbol, quote]));
  const marks: Record<Asset, Decimal> = {};
  for (const asset of Object.keys(state.holdings).filter((each) => each !== state.currency)) {
    const mark = lastGood(bySymbol.get(`${asset}/${state.currency}`)) ?? known[asset];
    if (mark !== undefined) {
      marks[asset] = mark;
    }
  }
  return marks;
}

export function booksOf({ currency, holdings }: AccountState) {
  const quantities = (book: "managed" | "external"): Quantities =>
    Object.fromEntries(Object.entries(holdings).map(([asset, holding]) => [asset, holding[book]]));
  const costs = Object.fromEntries(Object.entries(holdings).map(([asset, { cost }]) => [asset, cost]));
  return { currency, managed: quantities("managed"), external: quantities("external"), costs };
}

/** The mark, which outlives its moment; before there was any the last trade, which was one when it was made. */
function lastGood(quote: Quote | undefined): Decimal | null {
  return quote?.mark ?? quote?.lastTrade?.price ?? null;
}

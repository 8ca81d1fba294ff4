import { ONE, type Decimal } from "../decimal.ts";
import type { Asset, Instrument, MarketView, Symbol } from "../market.ts";

export type Markets = Readonly<Record<Symbol, MarketView>>;

/** Account currency per unit of an asset. `fresh` false: the last good rate. */
export type ConversionRate = { readonly rate: Decimal; readonly fresh: boolean };

/** Kraken prints USD costs with five decimals; used where no pair of the account currency is at hand to say. */
export const USUAL_COST_DECIMALS = 5;

/** The symbol by which an asset is valued: ETH → ETH/USD. */
export function valuationSymbol(asset: Asset, currency: Asset): Symbol {
  return `${asset}/${currency}`;
}

/** The two assets of a symbol. */
export function assetsOf(symbol: Symbol): { readonly base: Asset; readonly quote: Asset } {
  const [base = symbol, quote = ""] = symbol.split("/");
  return { base, quote };
}

/** Every symbol whose market a decision about `symbol` looks at: itself, and the pair that values its quote. */
export function symbolsOfOrder(symbol: Symbol, currency: Asset): readonly Symbol[] {
  const { quote } = assetsOf(symbol);
  return quote === currency ? [symbol] : [symbol, valuationSymbol(quote, currency)];
}

/** What one unit of the asset is worth in account currency; null when no mark was ever seen. */
export function conversionRate(asset: Asset, currency: Asset, markets: Markets): ConversionRate | null {
  if (asset === currency) {
    return { rate: ONE, fresh: true };
  }
  const quote = markets[valuationSymbol(asset, currency)]?.quote;
  return quote === undefined || quote.mark === null ? null : { rate: quote.mark, fresh: quote.fresh };
}

/** Decimals at which costs in account currency are kept for this pair (TRADING §1 "at the quote's cost decimals"). */
export function currencyDecimals(
  instrument: Instrument,
  currency: Asset,
  known: Readonly<Record<Symbol, Instrument>>,
): number {
  if (instrument.quote === currency) {
    return instrument.costDecimals;
  }
  return known[valuationSymbol(instrument.quote, currency)]?.costDecimals ?? USUAL_COST_DECIMALS;
}

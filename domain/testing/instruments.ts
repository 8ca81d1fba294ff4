/** Pairs for tests, with Kraken's precisions of September 2026 (PROTOCOL §7). */
import { decimal } from "../decimal.ts";
import type { Instrument } from "../market.ts";

export const BTC_USD: Instrument = {
  symbol: "BTC/USD",
  restName: "XXBTZUSD",
  base: "BTC",
  quote: "USD",
  priceDecimals: 1,
  tickSize: decimal("0.1"),
  quantityDecimals: 8,
  baseDecimals: 10,
  quoteDecimals: 4,
  costDecimals: 5,
  minimumQuantity: decimal("0.00005"),
  minimumCost: decimal("0.5"),
  status: "online",
};

export const ETH_USD: Instrument = {
  ...BTC_USD,
  symbol: "ETH/USD",
  restName: "XETHZUSD",
  base: "ETH",
  priceDecimals: 2,
  tickSize: decimal("0.01"),
  minimumQuantity: decimal("0.001"),
};

export const ETH_BTC: Instrument = {
  ...BTC_USD,
  symbol: "ETH/BTC",
  restName: "XETHXXBT",
  base: "ETH",
  quote: "BTC",
  priceDecimals: 5,
  tickSize: decimal("0.00001"),
  quoteDecimals: 10,
  costDecimals: 10,
  minimumQuantity: decimal("0.001"),
  minimumCost: decimal("0.00002"),
};

export const DOGE_USD: Instrument = {
  ...BTC_USD,
  symbol: "DOGE/USD",
  restName: "XDGUSD",
  base: "DOGE",
  priceDecimals: 7,
  tickSize: decimal("0.0000001"),
  baseDecimals: 8,
  minimumQuantity: decimal("50"),
};

export const INSTRUMENTS: Readonly<Record<string, Instrument>> = {
  "BTC/USD": BTC_USD,
  "ETH/USD": ETH_USD,
  "ETH/BTC": ETH_BTC,
  "DOGE/USD": DOGE_USD,
};

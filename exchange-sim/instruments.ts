/** What is listed, at Kraken's precisions (PROTOCOL §7, captures of September 2026). */

export interface Asset {
  /** WebSocket v2 name, e.g. BTC. */
  readonly name: string;
  /** REST id, e.g. XXBT. */
  readonly restId: string;
  readonly altname: string;
  readonly decimals: number;
  readonly displayDecimals: number;
  readonly collateralValue: string;
  readonly marginRate: string;
}

export interface Pair {
  /** WebSocket v2 symbol, e.g. BTC/USD. */
  readonly symbol: string;
  readonly restId: string;
  readonly altname: string;
  readonly wsname: string;
  readonly base: Asset;
  readonly quote: Asset;
  /** The tick is one unit of the last price decimal for every pair listed here. */
  readonly priceDecimals: number;
  readonly quantityDecimals: number;
  readonly costDecimals: number;
  /** In units of 10^-quantityDecimals. */
  readonly minimumQuantity: bigint;
  /** Text as REST prints it. */
  readonly orderMinimum: string;
  readonly costMinimum: string;
  readonly leverage: readonly number[];
  readonly longLimit: number;
  readonly shortLimit: number;
}

export const pairStatuses = [
  "online",
  "cancel_only",
  "post_only",
  "limit_only",
  "reduce_only",
  "maintenance",
  "delisted",
] as const;
export type PairStatus = (typeof pairStatuses)[number];
export const systemStatuses = ["online", "maintenance", "cancel_only", "post_only", "limit_only"] as const;
export type SystemStatus = (typeof systemStatuses)[number];

function asset(
  name: string,
  restId: string,
  altname: string,
  decimals: number,
  displayDecimals: number,
  collateralValue: string,
  marginRate: string,
): Asset {
  return { name, restId, altname, decimals, displayDecimals, collateralValue, marginRate };
}

const usd = asset("USD", "ZUSD", "USD", 4, 2, "1.0", "0.036");
const btc = asset("BTC", "XXBT", "XBT", 10, 5, "0.99", "0.01");
const eth = asset("ETH", "XETH", "ETH", 10, 5, "0.99", "0.02");
const sol = asset("SOL", "SOL", "SOL", 10, 5, "0.925", "0.02");
const doge = asset("DOGE", "XXDG", "XDG", 8, 2, "0.925", "0.02");

export const assets: readonly Asset[] = [usd, btc, eth, sol, doge];

const upTo10 = [2, 3, 4, 5, 6, 7, 8, 9, 10];

export const pairs: readonly Pair[] = [
  {
    symbol: "BTC/USD",
    restId: "XXBTZUSD",
    altname: "XBTUSD",
    wsname: "XBT/USD",
    base: btc,
    quote: usd,
    priceDecimals: 1,
    quantityDecimals: 8,
    costDecimals: 5,
    minimumQuantity: 5_000n,
    orderMinimum: "0.00005",
    costMinimum: "0.5",
    leverage: upTo10,
    longLimit: 350,
    shortLimit: 250,
  },
  {
    symbol: "ETH/USD",
    restId: "XETHZUSD",
    altname: "ETHUSD",
    wsname: "ETH/USD",
    base: eth,
    quote: usd,
    priceDecimals: 2,
    quantityDecimals: 8,
    costDecimals: 5,
    minimumQuantity: 100_000n,
    orderMinimum: "0.001",
    costMinimum: "0.5",
    leverage: upTo10,
    longLimit: 4_700,
    shortLimit: 3_300,
  },
  {
    symbol: "SOL/USD",
    restId: "SOLUSD",
    altname: "SOLUSD",
    wsname: "SOL/USD",
    base: sol,
    quote: usd,
    priceDecimals: 2,
    quantityDecimals: 8,
    costDecimals: 5,
    minimumQuantity: 6_000_000n,
    orderMinimum: "0.06",
    costMinimum: "0.5",
    leverage: upTo10,
    longLimit: 37_000,
    shortLimit: 24_000,
  },
  {
    symbol: "DOGE/USD",
    restId: "XDGUSD",
    altname: "XDGUSD",
    wsname: "XDG/USD",
    base: doge,
    quote: usd,
    priceDecimals: 7,
    quantityDecimals: 8,
    costDecimals: 9,
    minimumQuantity: 5_000_000_000n,
    orderMinimum: "50",
    costMinimum: "0.5",
    leverage: upTo10,
    longLimit: 30_000_000,
    shortLimit: 30_000_000,
  },
  {
    symbol: "ETH/BTC",
    restId: "XETHXXBT",
    altname: "ETHXBT",
    wsname: "ETH/XBT",
    base: eth,
    quote: btc,
    priceDecimals: 6,
    quantityDecimals: 8,
    costDecimals: 10,
    minimumQuantity: 100_000n,
    orderMinimum: "0.001",
    costMinimum: "0.00002",
    leverage: [2, 3, 4, 5],
    longLimit: 1_000,
    shortLimit: 800,
  },
];

export function pairBySymbol(symbol: string): Pair | undefined {
  return pairs.find((pair) => pair.symbol === symbol);
}

/**
 * REST names: the internal id, the altname and, since 2026, the slash form of v2. The wsname with XBT is normally
 * refused (PROTOCOL §2.1).
 */
export function pairByRestName(
  name: string,
  accepts: { readonly slash: boolean; readonly wsname: boolean },
): Pair | undefined {
  return pairs.find(
    (pair) =>
      pair.restId === name ||
      pair.altname === name ||
      (accepts.slash && pair.symbol === name) ||
      (accepts.wsname && pair.wsname === name),
  );
}

/** An asset by REST id, altname or v2 name. */
export function assetByName(name: string): Asset | undefined {
  return assets.find((each) => each.restId === name || each.altname === name || each.name === name);
}

/**
 * Kraken's several names for one thing (PROTOCOL §7): XXBTZUSD, XBTUSD and XBT/USD are BTC/USD; XXBT, XBT and XBT.F are BTC. Read
 * from the venue's own tables, because names can not be taken apart: XTZ and ZRX begin with letters that are prefixes elsewhere.
 */
import type { Asset, Symbol } from "../market.ts";

/** Plain data, to be kept in storage. */
export type NameTable = {
  /** By REST id, altname, wsname and the symbol itself. */
  readonly symbols: Readonly<Record<string, Symbol>>;
  /** By REST id, altname and our own name. */
  readonly assets: Readonly<Record<string, Asset>>;
  readonly pairs: Readonly<Record<Symbol, { readonly base: Asset; readonly quote: Asset }>>;
};

export const NO_NAMES: NameTable = { symbols: {}, assets: {}, pairs: {} };

/** A row of AssetPairs. */
export type PairRow = {
  readonly id: string;
  readonly altname: string;
  readonly wsname: string | null;
  readonly base: string;
  readonly quote: string;
};

/** A row of Assets. */
export type AssetRow = { readonly id: string; readonly altname: string };

/** Where an amount lies. Spot and flexible earn are one spendable asset (TRADING §6); the rest is owned but not tradable. */
export type WalletName = "spot" | "flex" | "staked" | "bonded" | "rewards" | "parachain" | "held";

const walletSuffixes: ReadonlyMap<string, WalletName> = new Map([
  ["F", "flex"],
  ["S", "staked"],
  ["B", "bonded"],
  ["M", "rewards"],
  ["P", "parachain"],
  ["HOLD", "held"],
]);

/** The two names that v2 spells otherwise than REST does. */
const renamedAssets: ReadonlyMap<string, Asset> = new Map([
  ["XBT", "BTC"],
  ["XDG", "DOGE"],
]);

/** Whether an amount in the wallet can be spent. */
export function isSpendable(wallet: WalletName): boolean {
  return wallet === "spot" || wallet === "flex";
}

/** The table of names out of the venue's tables of pairs and assets. Old dark pool entries (ids in ".d") are left out. */
export function nameTable(pairRows: readonly PairRow[], assetRows: readonly AssetRow[]): NameTable {
  const assets: Record<string, Asset> = {};
  for (const { id, altname } of assetRows) {
    const name = renamedAssets.get(altname) ?? altname;
    for (const spelling of [id, altname, name]) {
      assets[spelling] = name;
    }
  }
  const symbols: Record<string, Symbol> = {};
  const pairs: Record<Symbol, { readonly base: Asset; readonly quote: Asset }> = {};
  for (const row of pairRows) {
    if (!row.id.endsWith(".d")) {
      const [base, quote] = sidesOf(row, assets);
      const symbol = `${base}/${quote}`;
      for (const spelling of [row.id, row.altname, row.wsname ?? symbol, symbol]) {
        symbols[spelling] = symbol;
      }
      pairs[symbol] = { base, quote };
    }
  }
  return { symbols, assets, pairs };
}

/** Our symbol of a REST pair name; null when the venue does not list it (any more). */
export function symbolOf(names: NameTable, restName: string): Symbol | null {
  return own(names.symbols, restName);
}

/** The asset and the wallet of a REST asset name. An asset that is not in the table stands under Kraken's own name. */
export function assetOf(names: NameTable, restName: string): { readonly asset: Asset; readonly wallet: WalletName } {
  const point = restName.lastIndexOf(".");
  const wallet = point > 0 ? walletSuffixes.get(restName.slice(point + 1)) : undefined;
  const name = wallet === undefined ? restName : restName.slice(0, point);
  return { asset: own(names.assets, name) ?? name, wallet: wallet ?? "spot" };
}

/** What the pair is paid in; null when it is not in the table. */
export function quoteOf(names: NameTable, symbol: Symbol): Asset | null {
  return own(names.pairs, symbol)?.quote ?? null;
}

/** The v2 symbol is the wsname with two assets renamed; captures without a wsname fall back on the table of assets. */
function sidesOf(row: PairRow, assets: Readonly<Record<string, Asset>>): readonly [base: Asset, quote: Asset] {
  const [base, quote, ...more] = (row.wsname ?? "").split("/");
  if (base !== undefined && quote !== undefined && more.length === 0) {
    return [renamedAssets.get(base) ?? base, renamedAssets.get(quote) ?? quote];
  }
  return [own(assets, row.base) ?? row.base, own(assets, row.quote) ?? row.quote];
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | null {
  return Object.hasOwn(record, key) ? (record[key] ?? null) : null;
}

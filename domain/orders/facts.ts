/**
 * What judging an order needs to know of an account. The trader object makes it from its state, the browser from the views
 * of the contract: the same judge then gives the same answer on both sides (order-form denials, CASES "one computation").
 */
import type { FeeSchedule } from "../account/fees.ts";
import type { TakenLevel } from "../account/state.ts";
import { add, isPositive, multiply, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Symbol } from "../market.ts";
import { assetsOf, conversionRate, type Markets } from "./conversion.ts";
import type { OwnOrder } from "../paper/match.ts";
import type { EntryProtection, ProtectiveStop } from "../protection/protection.ts";
import type { LossBases } from "../risk/facts.ts";
import type { Halt } from "../risk/halt.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { OrderType } from "./order.ts";

export type OwnLiveOrder = OwnOrder & {
  readonly symbol: Symbol;
  readonly type: OrderType;
  readonly remaining: Decimal;
  /** Account currency per unit of quote at its placement; null where that is not known. */
  readonly conversionRate: Decimal | null;
  /** What it is valued at, in quote: its limit, its trigger, or what is held for it; null: at the mark. */
  readonly valuedAt: Decimal | null;
  /** What it brings with its first fill; null once that has come. */
  readonly protection: EntryProtection | null;
};

export type OwnPosition = {
  readonly cost: Decimal | null;
  readonly stop: Pick<ProtectiveStop, "type" | "price"> | null;
};

export type TradingFacts = {
  readonly currency: Asset;
  /** True: orders go to an exchange, which matches them. False: paper, matched here. */
  readonly exchange: boolean;
  readonly fees: FeeSchedule;
  readonly limits: RiskSettings;
  readonly balances: Readonly<
    Record<Asset, { readonly total: Decimal; readonly held: Decimal; readonly managed: Decimal }>
  >;
  /** All that the account has of an asset, external holdings included: what equity counts. */
  readonly owned: Readonly<Record<Asset, Decimal>>;
  readonly lossBases: LossBases | null;
  readonly halts: readonly Halt[];
  /** Of what the desk manages: its total cost (null: not known) and the stop that it has. */
  readonly positions: Readonly<Record<Asset, OwnPosition>>;
  /** Assets held in more than dust. */
  readonly positionAssets: readonly Asset[];
  readonly orders: readonly OwnLiveOrder[];
  readonly taken: Readonly<Record<Symbol, readonly TakenLevel[]>>;
  /** Entries of the last minute; null where that is not known. */
  readonly entriesLastMinute: number | null;
  /** Until the exchange's rate limit has room beside the reserve of exits; absent: no wait. */
  readonly entryWaitSeconds?: number | undefined;
};

/** What may be spent or sold of the asset. */
export function freeBalance(facts: TradingFacts, asset: Asset): Decimal {
  const balance = facts.balances[asset];
  return balance === undefined ? ZERO : subtract(balance.total, balance.held);
}

/** The asset that an order adds to: the base of a buy, the quote of a sell. */
export function acquiredAsset(order: { readonly symbol: Symbol; readonly side: "buy" | "sell" }): Asset {
  const { base, quote } = assetsOf(order.symbol);
  return order.side === "buy" ? base : quote;
}

/** Held assets, and those that live orders will hold, without the account currency. */
export function openPositionAssets(facts: TradingFacts): readonly Asset[] {
  const coming = facts.orders.map(acquiredAsset).filter((asset) => asset !== facts.currency);
  return [...new Set([...facts.positionAssets, ...coming])];
}

/**
 * Worth of one asset in account currency, holding and open entries counted. `price` values the holding; an open entry counts
 * at its own limit price.
 */
export function assetExposure(facts: TradingFacts, asset: Asset, price: Decimal, markets: Markets): Decimal {
  const holding = multiply(facts.balances[asset]?.managed ?? ZERO, price);
  const entries = facts.orders
    .filter((order) => acquiredAsset(order) === asset)
    .map((order) => orderWorth(order, facts.currency, markets));
  return add(holding, sum(entries));
}

/** Units of one asset: what the desk manages and what open entries will add. */
export function acquiredQuantity(facts: TradingFacts, asset: Asset, markets: Markets): Decimal {
  const entries = facts.orders
    .filter((order) => acquiredAsset(order) === asset)
    .map((order) =>
      order.side === "buy" ? order.remaining : multiply(priceOf(order, markets) ?? ZERO, order.remaining),
    );
  return add(facts.balances[asset]?.managed ?? ZERO, sum(entries));
}

/** Worth of what is left of an open order, in account currency. One on its way counts in full (TRADING §5). */
export function orderWorth(order: OwnLiveOrder, currency: Asset, markets: Markets): Decimal {
  const { quote } = assetsOf(order.symbol);
  const rate = conversionRate(quote, currency, markets)?.rate ?? order.conversionRate ?? ZERO;
  const price = priceOf(order, markets) ?? ZERO;
  return isPositive(rate) ? multiply(multiply(price, order.remaining), rate) : ZERO;
}

function priceOf(order: OwnLiveOrder, markets: Markets): Decimal | null {
  return order.valuedAt ?? markets[order.symbol]?.quote.mark ?? null;
}

/** Account currency per unit of an asset, by its own pair or, without one, through the pair that is being traded. */
export function assetPrice(
  asset: Asset,
  currency: Asset,
  markets: Markets,
  through: { readonly symbol: Symbol; readonly rate: Decimal },
): Decimal {
  const direct = conversionRate(asset, currency, markets);
  if (direct !== null) {
    return direct.rate;
  }
  const mark = markets[through.symbol]?.quote.mark ?? null;
  const isBase = assetsOf(through.symbol).base === asset;
  return isBase && mark !== null ? multiply(mark, through.rate) : through.rate;
}

/**
 * What an exchange account says about itself, in our terms: symbols like BTC/USD, assets like BTC, decimals as canonical text,
 * times in milliseconds. The adapter parses; nothing here decides.
 */
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import type { Liquidity, OrderType } from "../orders/order.ts";

/** PROTOCOL §2.3 "Order object"; a filled order is `closed`, a partly filled then cancelled one `cancelled`. */
export const VENUE_ORDER_STATUSES = ["pending", "open", "closed", "cancelled", "expired"] as const;
export type VenueOrderStatus = (typeof VENUE_ORDER_STATUSES)[number];

export type VenueOrder = {
  readonly venueOrderId: string;
  /** Our order id when we sent it; null or foreign text for an order made by hand. */
  readonly clientOrderId: string | null;
  /** The order whose conditional close this one is. */
  readonly parentVenueOrderId: string | null;
  /** The source names no parents: null says nothing then. Absent: it does. */
  readonly isParentUntold?: true;
  readonly symbol: Symbol;
  readonly side: Side;
  /** Null for a type that the desk does not know. */
  readonly type: OrderType | null;
  readonly status: VenueOrderStatus;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  /** Of a triggered type: its trigger was met. Absent: not, or not told. */
  readonly triggered?: boolean;
  /** The venue's own words for why it ended; null while it lives. */
  readonly reason: string | null;
  readonly openedAt: Milliseconds;
  readonly closedAt: Milliseconds | null;
  readonly expiresAt: Milliseconds | null;
};

/** One execution. `executionId` is unique for ever: it is what counts a fill once (TRADING §6). */
export type VenueExecution = {
  readonly executionId: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** In quote. */
  readonly cost: Decimal;
  readonly fees: readonly { readonly asset: Asset; readonly amount: Decimal }[];
  readonly liquidity: Liquidity;
  /** The public trade's id where it is told. */
  readonly tradeId: number | null;
  readonly time: Milliseconds;
};

/**
 * The public trade that it is of, on its side: the same one whatever the execution is called. One source alone says that the
 * socket and TradesHistory give an execution the same id (PROTOCOL §6.1). Null where the trade is not told.
 */
export function tradeKeyOf(
  execution: Pick<VenueExecution, "symbol" | "side" | "price" | "quantity"> & { readonly tradeId?: number | null },
): string | null {
  const { symbol, side, price, quantity, tradeId = null } = execution;
  return tradeId === null ? null : `trade ${tradeId} ${side} ${quantity} ${symbol} ${price}`;
}

/** PROTOCOL §2.3 Ledgers. `wallet` tells spot from earn: the two are one asset (TRADING §6). */
export type VenueLedgerRow = {
  readonly ledgerId: string;
  readonly referenceId: string;
  readonly time: Milliseconds;
  /** The venue's word: trade, deposit, withdrawal, transfer, staking, reward, … */
  readonly type: string;
  readonly subtype: string;
  readonly asset: Asset;
  readonly wallet: string;
  /** Without the fee. */
  readonly amount: Decimal;
  readonly fee: Decimal;
};

/** Of one asset over all its wallets that can be spent or earn. */
export type VenueBalance = { readonly asset: Asset; readonly total: Decimal };

/** What the account holds (PROTOCOL §7 "Balance suffixes"). */
export type VenueHoldings = {
  /** Spot and flexible earn together, which is what can be spent. */
  readonly balances: readonly VenueBalance[];
  /** What resting orders reserve of it, as the venue counts. */
  readonly held: readonly VenueBalance[];
  /** Staked, bonded and the like: owned, but not to be traded. */
  readonly elsewhere: readonly { readonly asset: Asset; readonly wallet: string; readonly total: Decimal }[];
};

/** Percent of cost, of one pair (PROTOCOL §2.3 TradeVolume). */
export type VenueFees = { readonly symbol: Symbol; readonly takerPercent: Decimal; readonly makerPercent: Decimal };

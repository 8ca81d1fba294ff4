import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import type { Liquidity, OrderOrigin, OrderProvenance } from "./order.ts";

/** One execution of an order as the account booked it. Times are market time. */
export type Fill = {
  readonly id: string;
  readonly orderId: string;
  readonly accountId: string;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly price: Decimal;
  readonly quantity: Decimal;
  /** price × quantity at the pair's cost decimals, in quote. */
  readonly cost: Decimal;
  readonly fee: Decimal;
  readonly feeAsset: Asset;
  readonly liquidity: Liquidity;
  /** Net of exit fee and of the cost share, in account currency; null for entries and where cost is unknown. */
  readonly realisedProfit: Decimal | null;
  readonly origin: OrderOrigin;
  /** As of its order. */
  readonly provenance?: OrderProvenance | null;
  readonly late: boolean;
  /** The print that filled a resting order; null when taken from the book. */
  readonly tradeId: number | null;
  readonly time: Milliseconds;
  readonly seq: number;
};

/** Rows of the private channels, read from the wire but not yet put together (PROTOCOL §6.1, §6.2). */
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import type { Liquidity } from "../orders/order.ts";
import type { VenueOrderStatus } from "./reports.ts";

/** The part of a `trade` row that is the fill itself. */
export type FillRow = {
  readonly executionId: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly fees: readonly { readonly asset: Asset; readonly amount: Decimal }[];
  readonly liquidity: Liquidity;
  readonly tradeId: number | null;
};

/** A delta: what is null was not told and stays as it was. */
export type ExecutionRow = {
  readonly venueOrderId: string;
  readonly clientOrderId: string | null;
  /** The venue's word for what happened: pending_new, new, trade, filled, amended, restated, canceled, expired, status, … */
  readonly kind: string;
  readonly status: VenueOrderStatus | null;
  readonly symbol: Symbol | null;
  readonly side: Side | null;
  /** The venue's word. */
  readonly orderType: string | null;
  readonly quantity: Decimal | null;
  readonly filledQuantity: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly triggerPrice: Decimal | null;
  /** True where the row tells that its trigger was met. */
  readonly triggered?: boolean;
  readonly reason: string | null;
  readonly time: Milliseconds;
  readonly expiresAt: Milliseconds | null;
  /** Null on rows that are no fill, and on a `trade` row that does not tell all of it. */
  readonly fill: FillRow | null;
};

/** A row that could not be read; its order, where at least that could. */
export type UnreadableRow = { readonly unreadable: true; readonly venueOrderId: string | null };

export type FrameKind = "snapshot" | "update";

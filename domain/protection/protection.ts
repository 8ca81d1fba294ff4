/**
 * Protection of a position (TRADING §4): one stop and at most one target per asset, whatever was bought in how many orders.
 * The stop is a real order that rests (at the exchange, or in the paper market); the target is watched by the desk, because
 * one exchange order cannot be both (CASES "Kraken") and both would sell the same inventory.
 */
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Symbol } from "../market.ts";
import type { ExitWish, StopsLost } from "./exit-wish.ts";

/** Where an entry wants its stop: so many percent under its fill, at a price, or following the best price at a distance. */
export type StopPlan =
  | { readonly type: "percent"; readonly percent: Decimal }
  | { readonly type: "price"; readonly price: Decimal }
  | { readonly type: "trailing"; readonly percent: Decimal };

/** Where an entry wants to take its profit. */
export type TargetPlan =
  | { readonly type: "percent"; readonly percent: Decimal }
  | { readonly type: "price"; readonly price: Decimal };

/** What an entry brings along; it takes effect with its first fill. */
export type EntryProtection = {
  readonly stop: StopPlan | null;
  readonly target: TargetPlan | null;
  /** True where the stop is the account's default: it never lowers a stop that is there (ADR 0011). */
  readonly isDefault: boolean;
  /** True where the target is the account's default: it takes the place of none that is there. */
  readonly isDefaultTarget?: boolean;
};

/** A stop as it stands: its level now. A trailing one keeps its distance, and its level only rises. */
export type ProtectiveStop =
  | { readonly type: "fixed"; readonly price: Decimal }
  | { readonly type: "trailing"; readonly price: Decimal; readonly percent: Decimal };

/** What is wanted for one asset. What rests for it is an order of origin "stop". */
export type Protection = {
  readonly asset: Asset;
  /** The pair by which it is sold, in account currency. */
  readonly symbol: Symbol;
  readonly stop: ProtectiveStop | null;
  readonly target: Decimal | null;
  /** The last print that the target has seen: earlier ones never fire it. */
  readonly targetArmedTradeId: number;
  /** Rises with every change, so that a late delivery for an earlier target is recognised. */
  readonly version: number;
  readonly changedAt: Milliseconds;
  /** At the exchange: it has to be sold and is not yet. Absent or null: nothing is wished. */
  readonly exit?: ExitWish | null;
  /** At the exchange: stops that it ended unasked. Absent or null: none. */
  readonly lost?: StopsLost | null;
  /** Its position has closed: what is bought from now on is another one. Absent: it has not. */
  readonly over?: true;
};

/** How the position stands. `partly`: an order of the trader's own holds the rest. */
export type ProtectionStatus = "protected" | "partly" | "pending" | "exiting" | "unprotected";

/** Why nothing rests, as the interface says it. */
export type Unprotected = "off" | "too_small" | "no_price" | "no_pair" | "refused";

import type { Milliseconds, Symbol, TriggerRow } from "../market.ts";
import type { Problem } from "../problem.ts";
import type { AccountEvent } from "./events.ts";

/**
 * Work outside the account that follows from a decision. Each is also derivable from the state alone (effects.ts), so a
 * restart registers everything again instead of remembering promises (TRADING §6).
 */
export type Effect =
  | { readonly type: "set_trigger"; readonly row: TriggerRow }
  | { readonly type: "remove_trigger"; readonly orderId: string }
  /** Send expire_orders at that market time. */
  | { readonly type: "schedule_expiry"; readonly orderId: string; readonly at: Milliseconds }
  | { readonly type: "clear_expiry"; readonly orderId: string }
  /** Send retry_waiting for the symbol as soon as its price is fresh. */
  | { readonly type: "await_fresh_price"; readonly symbol: Symbol }
  | { readonly type: "stop_awaiting"; readonly symbol: Symbol };

/** `events` of a denial are its own record, if it has one. `notices` are sentences for the trader. */
export type Decision =
  | { readonly type: "denied"; readonly problem: Problem; readonly events: readonly AccountEvent[] }
  | {
      readonly type: "accepted";
      readonly events: readonly AccountEvent[];
      readonly effects: readonly Effect[];
      readonly notices: readonly string[];
    };

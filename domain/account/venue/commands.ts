/**
 * What an account with an exchange key can be told, beside the commands of account/commands. Each is one reply or message of
 * the exchange, or one step of the shell; telling it twice changes nothing the second time.
 */
import type { Decimal } from "../../decimal.ts";
import type { Asset, Milliseconds } from "../../market.ts";
import type { VenueFailure } from "../../venue/failure.ts";
import type { VenueBalance, VenueExecution, VenueFees, VenueLedgerRow, VenueOrder } from "../../venue/reports.ts";
import type { VenueAction } from "./events.ts";
import type { ConnectionStatus } from "./state.ts";
import type { FlowPrice } from "./value-flows.ts";

export type VenueCommand =
  | {
      readonly type: "open_exchange_account";
      readonly name: string;
      readonly zone: string;
    }
  | {
      readonly type: "change_connection";
      readonly status: ConnectionStatus;
      readonly reason: string | null;
      readonly retryAt: Milliseconds | null;
      /**
       * Not only read: Kraken says that the key may do what it was refused for. `told`: it had said before that it may not.
       * `on_trial`: it had not, so that it may be refused once more. Absent or null: only read.
       */
      readonly mayTradeAgain?: "told" | "on_trial" | null;
    }
  /** First read of everything the account holds; later ones change nothing. */
  | { readonly type: "find_holdings"; readonly balances: readonly VenueBalance[] }
  | { readonly type: "learn_fees"; readonly fees: readonly VenueFees[] }
  /** The fence. Denied when the action is not queued any more, or its deadline has passed: then nothing may be sent. */
  | {
      readonly type: "send_action";
      readonly action: VenueAction;
      readonly orderId: string;
      readonly nonce: string | null;
    }
  /** Ends what waits in the queue although its deadline has passed. */
  | { readonly type: "drop_overdue" }
  /** The exchange took the action. */
  | {
      readonly type: "action_accepted";
      readonly action: VenueAction;
      readonly orderId: string;
      readonly venueOrderId: string | null;
      /** Of the action_sent event that it answers; an answer of another attempt changes nothing. */
      readonly attempt?: number | undefined;
    }
  | {
      readonly type: "action_failed";
      readonly action: VenueAction;
      readonly orderId: string;
      readonly failure: VenueFailure;
      readonly attempt?: number | undefined;
    }
  /** At start: what was on its way has no answer to wait for any more. */
  | { readonly type: "recover" }
  /** Orders as the exchange shows them. `complete`: every open order of the account is among them, read at `readAt`. */
  | {
      readonly type: "report_orders";
      readonly orders: readonly VenueOrder[];
      readonly complete: boolean;
      readonly readAt: Milliseconds;
    }
  /**
   * Every open order was read and reported, and every one that has ended since the entry's fills, all from `readAt` on: `filled` and
   * `hasEnded` are how they show the entry itself.
   */
  | {
      readonly type: "settle_carried_stop";
      readonly orderId: string;
      readonly readAt: Milliseconds;
      readonly filled: Decimal;
      readonly hasEnded: boolean;
    }
  /** Both lists were read by our id and neither shows the order. `readAt`: when the first of the reads was sent. */
  | { readonly type: "report_absence"; readonly orderId: string; readonly readAt: Milliseconds }
  /** Executions, with the orders they belong to where the account may not know them. */
  | {
      readonly type: "book_executions";
      readonly executions: readonly VenueExecution[];
      readonly orders: readonly VenueOrder[];
    }
  | { readonly type: "book_ledger"; readonly rows: readonly VenueLedgerRow[] }
  /** Prices by which what had none when it was counted can be valued now. */
  | { readonly type: "value_flows"; readonly prices: readonly FlowPrice[] }
  /** Balances read while nothing was on its way and every row before `readAt` was booked. */
  | {
      readonly type: "compare_balances";
      readonly balances: readonly VenueBalance[];
      readonly readAt: Milliseconds;
    }
  | {
      readonly type: "adopt_holding";
      readonly asset: Asset;
      readonly quantity: Decimal;
      /** Total in account currency. */
      readonly cost: Decimal;
    };

export const VENUE_COMMANDS = [
  "open_exchange_account",
  "change_connection",
  "find_holdings",
  "learn_fees",
  "send_action",
  "drop_overdue",
  "action_accepted",
  "action_failed",
  "recover",
  "report_orders",
  "settle_carried_stop",
  "report_absence",
  "book_executions",
  "book_ledger",
  "value_flows",
  "compare_balances",
  "adopt_holding",
] as const satisfies readonly VenueCommand["type"][];

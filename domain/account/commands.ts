/** What an account can be asked or told. Idempotency keys are the shell's: a repeated key never becomes a command. */
import type { Decimal } from "../decimal.ts";
import type { RiskChange } from "../risk/change-settings.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { Asset, Symbol, TriggerDelivery } from "../market.ts";
import type { PriceAlertCommand } from "../alerts/commands.ts";
import type { AmendRequest, OrderRequest } from "../orders/request.ts";
import type { StopPlan, TargetPlan } from "../protection/protection.ts";
import type { HaltCommand } from "../risk/halts-commands.ts";
import type { FeePreset } from "./fees.ts";
import type { VenueCommand } from "./venue/commands.ts";

export type Command =
  | {
      readonly type: "open_account";
      readonly name: string;
      readonly startingBalance: Decimal;
      readonly fees: FeePreset;
      readonly zone: string;
    }
  | { readonly type: "deposit"; readonly amount: Decimal }
  | { readonly type: "reset_account"; readonly startingBalance: Decimal }
  | {
      readonly type: "change_settings";
      readonly name?: string | undefined;
      readonly zone?: string | undefined;
      readonly fees?: FeePreset | undefined;
      /** All of them. */
      readonly limits?: RiskSettings | undefined;
      /** Some of them. */
      readonly limitChanges?: RiskChange | undefined;
    }
  | { readonly type: "place_order"; readonly request: OrderRequest }
  | { readonly type: "amend_order"; readonly orderId: string; readonly request: AmendRequest }
  | { readonly type: "cancel_order"; readonly orderId: string }
  | { readonly type: "cancel_all"; readonly symbol: Symbol | null }
  | {
      readonly type: "close_position";
      readonly asset: Asset;
      /** 1–100, whole. */
      readonly percent: number;
      readonly limitPrice?: Decimal | undefined;
    }
  /** What protects a position from now on: absent leaves it, null takes it away (TRADING §4). */
  | {
      readonly type: "protect_position";
      readonly asset: Asset;
      readonly stop?: StopPlan | null | undefined;
      readonly target?: TargetPlan | null | undefined;
    }
  /** Prints that reached resting orders. Hand over all deliveries for the account at once: oldest order first. */
  | { readonly type: "apply_prints"; readonly deliveries: readonly TriggerDelivery[] }
  /** Match the orders of the symbol that wait for a fresh price. Nothing happens while there is none. */
  | { readonly type: "retry_waiting"; readonly symbol: Symbol }
  /** End the orders whose time has come (market time). Settle the tape first. */
  | { readonly type: "expire_orders" }
  /** Begin a new day when the account's zone has one. Nothing happens before that. */
  | { readonly type: "start_day" }
  | HaltCommand
  | PriceAlertCommand
  | VenueCommand;

export type CommandType = Command["type"];

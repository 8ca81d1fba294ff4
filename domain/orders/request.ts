import type { Decimal } from "../decimal.ts";
import type { Milliseconds, Side, Symbol } from "../market.ts";
import type { StopPlan, TargetPlan } from "../protection/protection.ts";
import type { ConditionalClose, OrderType, TimeInForce } from "./order.ts";

/** What a trader asks for (wire shape: contract/orders placeOrderRequest). Exactly one of `quantity` and `cost`. */
export type OrderRequest = {
  readonly symbol: Symbol;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity?: Decimal | undefined;
  /** Quote to spend at most, fee included; market buys only. */
  readonly cost?: Decimal | undefined;
  readonly limitPrice?: Decimal | undefined;
  /** Of triggered types, except the trailing stop. */
  readonly triggerPrice?: Decimal | undefined;
  /** Of a trailing stop. */
  readonly trailingPercent?: Decimal | undefined;
  readonly conditionalClose?: ConditionalClose | undefined;
  /** Protective stop of an entry. Absent: the account's default; null: none. */
  readonly stop?: StopPlan | null | undefined;
  /** Target of an entry. Absent: the account's default; null: none. */
  readonly target?: TargetPlan | null | undefined;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  /** Market time, for `gtd`. */
  readonly expiresAt?: Milliseconds | undefined;
};

/** At least one of the two; `quantity` is the new total including what is filled. */
export type AmendRequest = {
  readonly quantity?: Decimal | undefined;
  readonly limitPrice?: Decimal | undefined;
  readonly triggerPrice?: Decimal | undefined;
};

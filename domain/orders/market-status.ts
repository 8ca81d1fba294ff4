import type { InstrumentStatus } from "../market.ts";
import type { Intent } from "../account/state.ts";
import type { OrderType } from "./order.ts";

/** Why a pair in this status does not take the order, as half a sentence; null when it does (PROTOCOL §5.4, §5.6). */
export function statusRefusal(
  status: InstrumentStatus,
  order: { readonly type: OrderType; readonly postOnly: boolean; readonly intent: Intent },
): string | null {
  switch (status) {
    case "online":
      return null;
    case "cancel_only":
      return "takes cancels only";
    case "post_only":
      return order.type === "limit" && order.postOnly ? null : "takes post-only limit orders only";
    case "limit_only":
      return order.type === "limit" ? null : "takes limit orders only";
    case "reduce_only":
      return order.intent === "exit" ? null : "takes orders that reduce a position only";
    case "maintenance":
      return "is in maintenance";
    case "work_in_progress":
      return "is not open for trading yet";
    case "delisted":
      return "is delisted";
  }
}

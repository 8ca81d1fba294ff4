/** Which orders a Stop does not cancel. One answer for the account that stops and for the page that says what will happen. */
import type { Intent } from "../account/state.ts";
import type { StopMode } from "../risk/halts-stop.ts";
import type { Order } from "../orders/order.ts";
import { isExitAtOnce, isProtectiveStop, isStopOfAnyKind } from "../protection/resting-stop.ts";

type StoppedOrder = Pick<Order, "origin" | "triggeredBy" | "side" | "type" | "timeInForce"> & {
  readonly intent: Intent;
};

/** `stop`: it protects, and stays or goes with its position. `exit`: it is selling already, and goes on. Null: it is cancelled. */
export function keptAtStop(order: StoppedOrder, mode: StopMode): "stop" | "exit" | null {
  if (isProtectiveStop(order) || (mode !== "flatten" && isStopOfAnyKind(order))) {
    return "stop";
  }
  return isExitAtOnce(order) ? "exit" : null;
}

import type { Asset } from "../../market.ts";
import { record, stamp, type Turn } from "../turn.ts";
import type { AlertRaised, AlertTopic } from "./events.ts";

/** Tells the user something that nobody asked for. */
export function raiseAlert(
  turn: Turn,
  severity: AlertRaised["severity"],
  message: string,
  orderId: string | null,
  about?: AlertTopic,
  asset?: Asset,
): void {
  record(turn, {
    type: "alert_raised",
    ...stamp(turn.context),
    alertId: `${turn.context.id}-${turn.events.length}`,
    severity,
    message,
    orderId,
    ...(about === undefined ? {} : { about }),
    ...(asset === undefined ? {} : { asset }),
  });
}

import type { AlertRaised } from "../account/venue/events.ts";

/** What outgoing channels can be told of, each switched by the trader. */
export const NOTIFICATION_TOPICS = ["halts", "stops", "price_alerts", "warnings", "information"] as const;
export type NotificationTopic = (typeof NOTIFICATION_TOPICS)[number];

/** Everything that asks for somebody's eyes. */
export const DEFAULT_TOPICS: readonly NotificationTopic[] = ["halts", "stops", "price_alerts", "warnings"];

/** What an alert is of: by its subject where it has one, else by how bad it is. */
export function topicOf({ about, severity }: Pick<AlertRaised, "about" | "severity">): NotificationTopic {
  switch (about) {
    case "halt":
      return "halts";
    case "stop":
      return "stops";
    case "price":
      return "price_alerts";
    default:
      return severity === "information" ? "information" : "warnings";
  }
}

/** Outgoing channels on the wire: /api/notifications. Secrets go in and never come back; the webhook's is shown once. */
import { z } from "zod";
import { NOTIFICATION_TOPICS } from "../domain/alerts/topics.ts";
import { milliseconds } from "./markets.ts";

export const NOTIFICATION_CHANNELS = ["webhook", "telegram"] as const;
export const notificationChannel = z.enum(NOTIFICATION_CHANNELS);
export type NotificationChannel = z.infer<typeof notificationChannel>;

const delivery = z.object({
  at: milliseconds,
  delivered: z.boolean(),
  /** A sentence: what the other side said. */
  message: z.string(),
});

const channelState = z.object({
  enabled: z.boolean(),
  /** Messages that wait to be sent. */
  waiting: z.number().int(),
  /** Null before the first. */
  last: delivery.nullable(),
});

export const notifications = z.object({
  topics: z.array(z.enum(NOTIFICATION_TOPICS)),
  /** `host`: where it goes; the rest of the address is a secret. */
  webhook: channelState.extend({ host: z.string() }).nullable(),
  /** `token`: its last four characters. */
  telegram: channelState.extend({ token: z.string(), chatId: z.string() }).nullable(),
});
export type NotificationsView = z.infer<typeof notifications>;

/** `webhookSecret`: what the bodies are signed with, shown once; null when it is the one from before. */
export const savedNotifications = notifications.extend({ webhookSecret: z.string().nullable() });
export type SavedNotifications = z.infer<typeof savedNotifications>;

/** What is absent stays as it is; a blank address or token is unchanged (CASES "a blank field on save"). */
export const notificationsRequest = z.strictObject({
  topics: z.array(z.enum(NOTIFICATION_TOPICS)).max(NOTIFICATION_TOPICS.length).optional(),
  webhook: z
    .strictObject({
      /** https only. */
      url: z.union([z.literal(""), z.url()]).default(""),
      enabled: z.boolean().default(true),
      /** Makes a new secret and shows it once. */
      newSecret: z.boolean().default(false),
    })
    .optional(),
  telegram: z
    .strictObject({
      token: z
        .union([z.literal(""), z.string().regex(/^\d{5,20}:[\w-]{20,100}$/, "must be a bot's token")])
        .default(""),
      chatId: z.string().regex(/^(-?\d{1,20}|@\w{4,40})$/, "must be a chat's id or @name"),
      enabled: z.boolean().default(true),
    })
    .optional(),
});
export type NotificationsRequest = z.infer<typeof notificationsRequest>;

export const testNotificationRequest = z.strictObject({ channel: notificationChannel });
export const testNotificationResult = z.object({
  channel: notificationChannel,
  delivered: z.boolean(),
  message: z.string(),
});
export type TestNotificationResult = z.infer<typeof testNotificationResult>;

/** Without a channel: all of them. */
export const removeNotificationsQuery = z.strictObject({ channel: notificationChannel.optional() });

/** The routes of the outgoing channels. Secrets go out and never come back. */
import {
  notifications,
  savedNotifications,
  testNotificationResult,
  type NotificationChannel,
  type NotificationsRequest,
  type NotificationsView,
  type SavedNotifications,
  type TestNotificationResult,
} from "../../../contract/notifications.ts";
import type { Result } from "../../../domain/problem.ts";
import { request } from "./http.ts";

const PATH = "/api/notifications";
/** The other side is asked before the desk answers. */
const TEST_TIMEOUT_MS = 30_000;

export function fetchNotifications(): Promise<Result<NotificationsView>> {
  return request(PATH, notifications);
}

/** What is absent stays as it is. */
export function saveNotifications(wish: NotificationsRequest): Promise<Result<SavedNotifications>> {
  return request(PATH, savedNotifications, { method: "PUT", body: wish });
}

export function testNotifications(channel: NotificationChannel): Promise<Result<TestNotificationResult>> {
  return request(`${PATH}/test`, testNotificationResult, {
    method: "POST",
    body: { channel },
    timeoutMs: TEST_TIMEOUT_MS,
  });
}

export function removeNotifications(channel: NotificationChannel): Promise<Result<NotificationsView>> {
  return request(PATH, notifications, { method: "DELETE", query: { channel } });
}

/** The browser's own notifications: asked for by a button, never at load, and shown only while the page is not looked at. */
import { panelChoice, changePanelChoice } from "./preferences.ts";

export type NotificationState = "unsupported" | "off" | "on" | "refused";

const CHOICE = "browser-notifications";

/** Reactive in the trader's own choice; the browser's permission is read as it is now. */
export function browserNotifications(): NotificationState {
  const isWanted = panelChoice(CHOICE, "off") === "on";
  if (!("Notification" in window)) {
    return "unsupported";
  }
  if (Notification.permission === "denied") {
    return "refused";
  }
  return isWanted && Notification.permission === "granted" ? "on" : "off";
}

/** Asks the browser, which asks the trader. Answers what holds then. */
export async function switchOnNotifications(): Promise<NotificationState> {
  if ("Notification" in window) {
    const permission = await Notification.requestPermission();
    changePanelChoice(CHOICE, permission === "granted" ? "on" : "off");
  }
  return browserNotifications();
}

export function switchOffNotifications(): void {
  changePanelChoice(CHOICE, "off");
}

/** Shows it while the page is in the background; a page that is looked at has its toast. */
export function notifyInBrowser(notice: { readonly title: string; readonly detail: string | null }): void {
  if (!document.hidden || browserNotifications() !== "on") {
    return;
  }
  try {
    const shown = new Notification(notice.title, { body: notice.detail ?? "" });
    shown.addEventListener("click", () => window.focus());
  } catch (error) {
    // Some phones have the name but only let a service worker show one.
    console.warn("The browser showed no notification.", error);
  }
}

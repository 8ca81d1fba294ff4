import { For, Show, createEffect, type JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { useAccount } from "../../data/use-account.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { NoticeIcon } from "../toasts/toasts.tsx";
import { BrowserSwitch } from "./browser-switch.tsx";
import { PriceAlerts } from "./price-alerts.tsx";

/** Price alerts, and everything that was announced, newest first, to be read again. */
export function AlertsPanel(): JSX.Element {
  const { notices } = useStores();
  const account = useAccount();
  createEffect(() => {
    if (notices.unread() > 0) {
      notices.markRead();
    }
  });
  return (
    <div
      class="flex min-h-0 flex-1 flex-col overflow-auto"
      tabindex="0"
      role="region"
      aria-label="Alerts and their history"
    >
      <Show when={account()}>{(owner) => <PriceAlerts account={owner()} />}</Show>
      <div class="flex flex-wrap items-center gap-3 px-3 py-1">
        <BrowserSwitch />
        <a class="text-sm text-accent underline" href="/settings#notifications">
          Webhook and Telegram
        </a>
      </div>
      <Show
        when={notices.all().length > 0}
        fallback={
          <p class="p-4 text-center text-muted">
            Nothing has happened yet. Fills, stops, halts, expiries and warnings are kept here.
          </p>
        }
      >
        <ul aria-label="Alerts">
          <For each={notices.all()}>
            {(notice) => (
              <li class="flex items-start gap-2 border-b px-3 py-1">
                <NoticeIcon tone={notice.tone} />
                <div class="min-w-0 flex-1">
                  {notice.title}
                  <Show when={notice.detail}>
                    <span class="text-muted"> · {notice.detail}</span>
                  </Show>
                </div>
                <TimeText time={notice.time} form="date-time" class="shrink-0 text-sm text-muted" />
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}

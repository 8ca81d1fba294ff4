import { For, Show, createEffect, type JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { PanelContent, type PanelState } from "../../ui/panel.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { NoticeIcon } from "../toasts/toasts.tsx";

/** Everything that was announced, newest first, to be read again. */
export function AlertsPanel(): JSX.Element {
  const { notices } = useStores();
  createEffect(() => {
    if (notices.unread() > 0) {
      notices.markRead();
    }
  });
  const state = (): PanelState =>
    notices.all().length === 0
      ? { type: "empty", message: "Nothing has happened yet. Fills, cancels, expiries and warnings are kept here." }
      : { type: "ready" };
  return (
    <PanelContent state={state()}>
      <ul class="min-h-0 flex-1 overflow-auto" tabindex="0" aria-label="Alerts">
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
    </PanelContent>
  );
}

import { For, Show, type JSX } from "solid-js";
import type { Notice, NoticeTone } from "../../data/notices.ts";
import { useStores } from "../../data/stores.tsx";
import { IconButton } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";

/**
 * The stack of toasts: a polite live region that waits while the pointer or the focus is in it. It grows upwards from
 * `bottom` over the chart, where nothing is pressed; on a phone it hangs under the top bar, away from Buy and Sell, and
 * behind dialogs, which fill the screen there: what it said can be read again in Alerts.
 */
export function Toasts(props: { isPhone: boolean; bottom: number }): JSX.Element {
  const { notices } = useStores();
  return (
    <div
      role="log"
      aria-live="polite"
      aria-label="Notices"
      class={classNames(
        "pointer-events-none fixed flex w-80 max-w-[calc(100vw-1.5rem)] flex-col gap-2",
        props.isPhone ? "inset-x-3 top-24 z-35 mx-auto" : "left-15 z-70",
      )}
      style={props.isPhone ? {} : { bottom: `${props.bottom}px` }}
      onPointerEnter={() => notices.pause(true)}
      onPointerLeave={() => notices.pause(false)}
      onFocusIn={() => notices.pause(true)}
      onFocusOut={() => notices.pause(false)}
    >
      <For each={notices.shown()}>
        {(notice) => <Toast notice={notice} onDismiss={() => notices.dismiss(notice.id)} />}
      </For>
    </div>
  );
}

function Toast(props: { notice: Notice; onDismiss: () => void }): JSX.Element {
  return (
    <div
      class={classNames(
        "pointer-events-auto flex items-start gap-2 rounded-md border border-l-3 border-line-strong bg-raised p-2.5",
        edges[props.notice.tone],
      )}
    >
      <NoticeIcon tone={props.notice.tone} />
      <div class="min-w-0 flex-1">
        <p class="font-medium">{props.notice.title}</p>
        <Show when={props.notice.detail}>
          <p class="text-sm text-muted">{props.notice.detail}</p>
        </Show>
      </div>
      <IconButton size="small" label="Dismiss" onClick={() => props.onDismiss()}>
        <Icon name="close" class="size-3.5" />
      </IconButton>
    </div>
  );
}

const edges: Record<NoticeTone, string> = {
  info: "border-l-accent",
  success: "border-l-up",
  warning: "border-l-warning",
  error: "border-l-danger",
};

const icons: Record<NoticeTone, { readonly name: IconName; readonly class: string; readonly word: string }> = {
  info: { name: "history", class: "text-accent", word: "Notice" },
  success: { name: "check", class: "text-up", word: "Done" },
  warning: { name: "alert", class: "text-warning", word: "Warning" },
  error: { name: "alert", class: "text-danger", word: "Error" },
};

/** The kind of a notice as a sign and, for screen readers, a word. */
export function NoticeIcon(props: { tone: NoticeTone }): JSX.Element {
  return (
    <>
      <Icon name={icons[props.tone].name} class={classNames("mt-0.5 size-4 shrink-0", icons[props.tone].class)} />
      <span class="sr-only">{icons[props.tone].word}:</span>
    </>
  );
}

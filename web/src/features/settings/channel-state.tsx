import { Show, type JSX } from "solid-js";
import type { NotificationsView } from "../../../../contract/notifications.ts";
import { Button } from "../../ui/button.tsx";
import { TimeText } from "../../ui/time-text.tsx";

/** Where a channel goes, what waits, what became of the last message; and the way to try it. */
export function ChannelState(props: {
  name: string;
  where: string;
  state: Omit<NonNullable<NotificationsView["webhook"]>, "host">;
  onTest: () => void;
  onRemove: () => void;
}): JSX.Element {
  return (
    <div class="flex flex-wrap items-center gap-2">
      <p class="min-w-0 flex-1">
        {props.where}
        {props.state.enabled ? "" : ", switched off"}
        <Show when={props.state.waiting > 0}>, {props.state.waiting} waiting</Show>
        <Show when={props.state.last}>
          {(last) => (
            <span class={last().delivered ? "text-muted" : "text-danger"}>
              {" "}
              · last <TimeText time={last().at} form="date-time" />: {last().message}
            </span>
          )}
        </Show>
      </p>
      <Button size="small" aria-label={`Send a test to ${props.name}`} onClick={() => props.onTest()}>
        Send a test
      </Button>
      <Button size="small" aria-label={`Remove ${props.name}`} onClick={() => props.onRemove()}>
        Remove
      </Button>
    </div>
  );
}

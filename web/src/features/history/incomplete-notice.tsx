import { createResource, createSignal, Show, type JSX } from "solid-js";
import { fetchHistoryState, rebuildHistory } from "../../data/session-api.ts";
import { Button } from "../../ui/button.tsx";
import { plural } from "../stop/stop-words.ts";

/** Says that changes of accounts or of the assistant are missing from the history, and sends everything again. */
export function IncompleteNotice(): JSX.Element {
  // Whether it is known or not, the lists below show what there is.
  const [state] = createResource(fetchHistoryState);
  const [note, setNote] = createSignal<string | null>(null);
  const [isSending, setSending] = createSignal(false);
  const parked = (): number => {
    const answer = state();
    return answer?.ok === true ? answer.value.parkedRows : 0;
  };
  const send = async (): Promise<void> => {
    setSending(true);
    const answer = await rebuildHistory();
    setSending(false);
    setNote(
      answer.ok
        ? `${plural(answer.value.queued, "change")} on the way. Reload the page in a minute.`
        : answer.error.message,
    );
  };
  return (
    <Show when={parked() > 0}>
      <div class="flex flex-wrap items-center gap-3 px-3 py-1 text-sm">
        <p role="status" class="text-warning">
          {note() ??
            `The history is incomplete: ${plural(parked(), "change")} of your accounts or of the assistant could not be copied.`}
        </p>
        <Button size="small" blockedReason={isSending() ? "Being sent." : null} onClick={() => void send()}>
          Send everything again
        </Button>
      </div>
    </Show>
  );
}

import { Show, createMemo, createSignal, type JSX, type ParentProps } from "solid-js";
import type { Problem, Result } from "../../../domain/problem.ts";
import { newIntent } from "../data/http.ts";
import { Button, type ButtonTone } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

/**
 * A dialog that does one thing with one button: sends it once per wish, shows a refusal as the answer it is, and closes or
 * shows `done` when it was carried out.
 */
export function ActionDialog<T>(
  props: ParentProps<{
    title: string;
    description?: string;
    action: string;
    tone?: ButtonTone;
    blockedReason?: string | null;
    class?: string;
    /** What is focused first; the close button when left out. */
    initialFocus?: () => HTMLElement | undefined;
    run: (intent: string) => Promise<Result<T>>;
    onDone?: (value: T) => void;
    onClose: () => void;
  }>,
): JSX.Element {
  const [isSending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  let intent = newIntent();

  const blockedReason = createMemo(() => props.blockedReason ?? null);

  const submit = async (): Promise<void> => {
    if (isSending() || blockedReason() !== null) {
      return;
    }
    setSending(true);
    setProblem(null);
    const answer = await props.run(intent);
    setSending(false);
    if (answer.ok) {
      props.onDone?.(answer.value);
      props.onClose();
      return;
    }
    if (answer.error.code !== "TEMPORARILY_UNAVAILABLE") {
      intent = newIntent();
    }
    setProblem(answer.error);
  };

  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      title={props.title}
      description={props.description}
      class={props.class ?? ""}
      initialFocus={() => props.initialFocus?.()}
      footer={
        <>
          <Button onClick={() => props.onClose()}>Leave it</Button>
          <Button
            tone={props.tone ?? "primary"}
            blockedReason={isSending() ? "Being sent" : blockedReason()}
            onClick={() => void submit()}
          >
            {isSending() ? "Sending…" : props.action}
          </Button>
        </>
      }
    >
      <form
        class="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {props.children}
        <Show when={problem()}>
          {(current) => (
            <p role="alert" class="text-danger">
              {current().message}
            </p>
          )}
        </Show>
        {/* Enter in a field submits; the visible button stands in the footer. */}
        <button type="submit" class="hidden" tabindex="-1" aria-hidden="true" />
      </form>
    </Dialog>
  );
}

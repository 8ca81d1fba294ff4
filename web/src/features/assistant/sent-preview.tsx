import { createEffect, createSignal, For, on, onCleanup, Show, type Accessor, type JSX } from "solid-js";
import type { RunPreviewView } from "../../../../contract/assistant.ts";
import type { Result } from "../../../../domain/problem.ts";
import { previewRun } from "../../data/assistant-api.ts";

/** What would be asked; null while that is not known. */
export type Asked = Parameters<typeof previewRun>[0];

/** Long enough that a question in the making is not asked about letter by letter. */
const SETTLES_MS = 400;

/** Every message exactly as it would be sent now, with its size. It follows what is written and chosen. */
export function SentPreview(props: { asked: Asked | null }): JSX.Element {
  const preview = usePreview(() => props.asked);
  const shown = (): RunPreviewView | null => {
    const answer = preview();
    return answer?.ok === true ? answer.value : null;
  };
  const failure = (): string | null => {
    const answer = preview();
    return answer === null || answer.ok ? null : answer.error.message;
  };
  return (
    <section
      class="flex max-h-60 flex-col gap-2 overflow-auto border-t bg-raised p-2 text-xs"
      tabindex="0"
      aria-label="What is sent"
    >
      <Show when={failure()}>{(message) => <p class="text-danger">{message()}</p>}</Show>
      <Show when={shown()} fallback={<Show when={failure() === null}>Reading…</Show>}>
        {(current) => (
          <>
            <p>
              {current().messages.length} messages, {current().characters} characters, at most{" "}
              {current().estimatedTokens} tokens. Prices are of now; they are taken again when you ask.
            </p>
            <For each={current().messages}>
              {(message) => (
                <div>
                  <p class="font-semibold">
                    {message.role}, {message.content.length} characters
                  </p>
                  <pre class="whitespace-pre-wrap [overflow-wrap:anywhere]">{message.content}</pre>
                </div>
              )}
            </For>
          </>
        )}
      </Show>
    </section>
  );
}

/** Asked again a moment after the last change; an answer to what was wished before is not shown. */
function usePreview(asked: Accessor<Asked | null>): Accessor<Result<RunPreviewView> | null> {
  const [answer, setAnswer] = createSignal<Result<RunPreviewView> | null>(null);
  createEffect(
    on(
      () => JSON.stringify(asked()),
      () => {
        const question = asked();
        let isCurrent = true;
        const timer = setTimeout(
          async () => {
            if (question !== null) {
              const told = await previewRun(question);
              if (isCurrent) {
                setAnswer(told);
              }
            }
          },
          answer() === null ? 0 : SETTLES_MS,
        );
        onCleanup(() => {
          isCurrent = false;
          clearTimeout(timer);
        });
      },
    ),
  );
  return answer;
}

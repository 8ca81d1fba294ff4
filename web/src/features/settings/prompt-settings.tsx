import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import type { PromptView } from "../../../../contract/assistant.ts";
import type { Result } from "../../../../domain/problem.ts";
import { fetchPrompts, removePrompt, savePrompt } from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { useStores } from "../../data/stores.tsx";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { PromptVersions } from "./prompt-versions.tsx";
import { SaveNote, Section } from "./section.tsx";

type Note = { readonly text: string; readonly isError: boolean };
type Edited = { readonly id: string | null; readonly name: string; readonly text: string };

const NEW: Edited = { id: null, name: "", text: "" };

/** The user's own system prompts, every version of them. A run names the version that it was asked with. */
export function PromptSettings(): JSX.Element {
  const { session } = useStores();
  return (
    <Show when={session.user() !== null}>
      <Section
        id="prompts"
        title="Prompts"
        description="What is said to a model before your question, beside the built-in prompt: it is always sent, with the rules of what a proposal is. Every save is a new version; each answer names the one it was asked with."
      >
        <Prompts />
      </Section>
    </Show>
  );
}

function Prompts(): JSX.Element {
  const [prompts, setPrompts] = createSignal<readonly PromptView[] | null>(null);
  const [edited, setEdited] = createSignal<Edited | null>(null);
  const [removed, setRemoved] = createSignal<PromptView | null>(null);
  const [note, setNote] = createSignal<Note | null>(null);
  const take = (answer: Result<{ readonly prompts: readonly PromptView[] }>, done: string | null): boolean => {
    if (answer.ok) {
      setPrompts(answer.value.prompts);
    }
    setNote(
      answer.ok
        ? done === null
          ? null
          : { text: done, isError: false }
        : { text: answer.error.message, isError: true },
    );
    return answer.ok;
  };
  const save = async (wish: Edited): Promise<void> => {
    const answer = await savePrompt(wish.id, { name: wish.name.trim(), text: wish.text }, newIntent());
    if (take(answer, `“${wish.name.trim()}” is saved.`)) {
      setEdited(null);
    }
  };
  const load = async (): Promise<void> => {
    take(await fetchPrompts(), null);
  };
  onMount(() => void load());
  return (
    <>
      <Show when={prompts()} fallback={<p class="text-muted">Loading…</p>}>
        {(known) => (
          <Show when={known().length > 0} fallback={<p class="text-muted">None yet: the built-in prompt is used.</p>}>
            <ul class="flex flex-col gap-3" aria-label="Prompts">
              <For each={known()}>
                {(prompt) => (
                  <li class="flex flex-col gap-2 rounded-md border p-3">
                    <p class="flex flex-wrap items-center justify-between gap-2">
                      <strong>{prompt.name}</strong>
                      <span class="flex gap-1">
                        <Button size="small" onClick={() => setEdited(editOf(prompt))}>
                          Change…
                        </Button>
                        <Button size="small" onClick={() => setRemoved(prompt)}>
                          Delete…
                        </Button>
                      </span>
                    </p>
                    <PromptVersions
                      prompt={prompt}
                      onRestore={(text) => void save({ id: prompt.id, name: prompt.name, text })}
                    />
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
      <Show
        when={edited()}
        fallback={
          <div>
            <Button onClick={() => setEdited(NEW)}>New prompt…</Button>
          </div>
        }
        keyed
      >
        {(begin) => <PromptForm begin={begin} onSave={(wish) => void save(wish)} onClose={() => setEdited(null)} />}
      </Show>
      <Show when={note()}>{(current) => <SaveNote text={current().text} isError={current().isError} />}</Show>
      <Show when={removed()}>
        {(prompt) => (
          <ActionDialog
            title={`Delete “${prompt().name}”?`}
            description={`All ${String(prompt().versions.length)} versions go. Answers that were asked with it keep what was sent.`}
            action="Delete the prompt"
            tone="danger"
            run={(intent) => removePrompt(prompt().id, intent)}
            onDone={(list) => take({ ok: true, value: list }, "The prompt is deleted.")}
            onClose={() => setRemoved(null)}
          />
        )}
      </Show>
    </>
  );
}

function PromptForm(props: { begin: Edited; onSave: (wish: Edited) => void; onClose: () => void }): JSX.Element {
  const [wish, setWish] = createSignal({ ...NEW });
  onMount(() => setWish({ ...props.begin }));
  const missing = (): string | null =>
    wish().name.trim() === "" || wish().text.trim() === "" ? "Give it a name and a text." : null;
  return (
    <form
      class="flex flex-col gap-2 rounded-md border p-3"
      aria-label="Prompt"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing() === null) {
          props.onSave(wish());
        }
      }}
    >
      <TextField label="Name" maxlength={80} value={wish().name} onInput={(name) => setWish({ ...wish(), name })} />
      <label class="flex flex-col gap-1">
        <span class="text-sm text-muted">Text</span>
        <textarea
          class="field min-h-32 resize-y"
          rows={6}
          maxlength={8000}
          value={wish().text}
          onInput={(event) => setWish({ ...wish(), text: event.currentTarget.value })}
        />
      </label>
      <div class="flex gap-2">
        <Button type="submit" tone="primary" blockedReason={missing()}>
          {props.begin.id === null ? "Save the prompt" : "Save as a new version"}
        </Button>
        <Button onClick={() => props.onClose()}>Leave it</Button>
      </div>
    </form>
  );
}

function editOf(prompt: PromptView): Edited {
  return { id: prompt.id, name: prompt.name, text: prompt.versions[0]?.text ?? "" };
}

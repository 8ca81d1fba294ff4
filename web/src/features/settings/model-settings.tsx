import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import type { ProviderListView } from "../../../../contract/assistant.ts";
import type { Result } from "../../../../domain/problem.ts";
import { addProvider, fetchProviders } from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { BudgetSettings } from "./budget-settings.tsx";
import { ProviderEntry } from "./provider-entry.tsx";
import { SaveNote, Section } from "./section.tsx";

type Note = { readonly text: string; readonly isError: boolean };

/** Keys of model providers and the user's own endpoints. A key goes in once and is never shown again. */
export function ModelSettings(): JSX.Element {
  const { session } = useStores();
  return (
    <Show when={session.user() !== null}>
      <Section
        id="models"
        title="Models"
        description="The assistant works without any: it then answers by rules. A key of yours is stored encrypted, asked for nothing but answers, and never shown again."
      >
        <Models />
      </Section>
    </Show>
  );
}

function Models(): JSX.Element {
  const [list, setList] = createSignal<ProviderListView | null>(null);
  const [note, setNote] = createSignal<Note | null>(null);
  const take = (answer: Result<ProviderListView>, done: string): void => {
    if (answer.ok) {
      setList(answer.value);
      setNote({ text: done, isError: false });
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  const load = async (done: string | null): Promise<void> => {
    const answer = await fetchProviders();
    if (!answer.ok || done !== null) {
      take(answer, done ?? "");
    } else {
      setList(answer.value);
    }
  };
  // Which providers are ready follows from their keys: the desk is asked for the table.
  const takeKeys = async (answer: Result<unknown>, done: string): Promise<void> => {
    if (answer.ok) {
      await load(done);
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  onMount(() => void load(null));
  return (
    <>
      <Show when={list()} fallback={<p class="text-muted">Loading…</p>}>
        {(known) => (
          <ul class="flex flex-col gap-3" aria-label="Providers of models">
            <For each={known().providers.filter(({ kind }) => kind !== "rules")}>
              {(provider) => (
                <ProviderEntry provider={provider} onAnswer={take} onKeys={(...kept) => void takeKeys(...kept)} />
              )}
            </For>
          </ul>
        )}
      </Show>
      <OwnEndpoint onAnswer={take} />
      <Show when={list()}>{(known) => <BudgetSettings providers={known().providers} />}</Show>
      <Show when={note()}>{(current) => <SaveNote text={current().text} isError={current().isError} />}</Show>
    </>
  );
}

/** Ollama, OpenRouter, a gateway: anything that speaks OpenAI's chat completions. */
function OwnEndpoint(props: { onAnswer: (answer: Result<ProviderListView>, done: string) => void }): JSX.Element {
  const [name, setName] = createSignal("");
  const [address, setAddress] = createSignal("");
  const [model, setModel] = createSignal("");
  const [needsKey, setNeedsKey] = createSignal(true);
  const missing = (): string | null =>
    name() === "" || address() === "" || model() === "" ? "Give a name, an address and a model." : null;
  const add = async (): Promise<void> => {
    if (missing() !== null) {
      return;
    }
    const wish = { name: name(), baseUrl: address(), needsKey: needsKey(), models: [{ id: model() }] };
    const answer = await addProvider(wish, newIntent());
    if (answer.ok) {
      setName("");
      setAddress("");
      setModel("");
    }
    props.onAnswer(answer, "The endpoint is added.");
  };
  return (
    <form
      class="flex flex-col gap-2 rounded-md border p-3"
      aria-label="Add an endpoint"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <p>
        <strong>Another endpoint</strong>{" "}
        <span class="text-muted">OpenAI-compatible, https; http only on this machine and when the desk runs on it</span>
      </p>
      <div class="flex flex-wrap gap-2">
        <TextField label="Name" class="min-w-32 flex-1" value={name()} onInput={setName} />
        <TextField label="Address" class="min-w-48 flex-2" value={address()} onInput={setAddress} />
        <TextField label="Model" class="min-w-32 flex-1" value={model()} onInput={setModel} />
      </div>
      <label class="flex items-center gap-2">
        <input type="checkbox" checked={needsKey()} onChange={(event) => setNeedsKey(event.currentTarget.checked)} />
        It needs a key
      </label>
      <div>
        <Button type="submit" blockedReason={missing()}>
          Add the endpoint
        </Button>
      </div>
    </form>
  );
}

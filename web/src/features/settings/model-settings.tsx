import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import type { KeyTestView, ProviderListView, ProviderView } from "../../../../contract/assistant.ts";
import type { Result } from "../../../../domain/problem.ts";
import {
  addProvider,
  fetchProviders,
  removeModelKey,
  removeProvider,
  saveModelKey,
  testModelKey,
} from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { BudgetSettings } from "./budget-settings.tsx";
import { OwnModels } from "./own-models.tsx";
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
  const load = async (): Promise<void> => {
    const answer = await fetchProviders();
    if (answer.ok) {
      setList(answer.value);
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  onMount(() => void load());
  return (
    <>
      <Show when={list()} fallback={<p class="text-muted">Loading…</p>}>
        {(known) => (
          <ul class="flex flex-col gap-3" aria-label="Providers of models">
            <For each={known().providers.filter(({ kind }) => kind !== "rules")}>
              {(provider) => <Provider provider={provider} onAnswer={take} />}
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

function Provider(props: {
  provider: ProviderView;
  onAnswer: (answer: Result<ProviderListView>, done: string) => void;
}): JSX.Element {
  const [key, setKey] = createSignal("");
  const [test, setTest] = createSignal<KeyTestView | null>(null);
  const [isTesting, setTesting] = createSignal(false);
  const name = (): string => props.provider.name;
  const save = async (): Promise<void> => {
    const typed = key();
    setKey("");
    props.onAnswer(await saveModelKey(props.provider.id, typed, newIntent()), `The key of ${name()} is stored.`);
  };
  const deleteKey = async (): Promise<void> => {
    props.onAnswer(await removeModelKey(props.provider.id, newIntent()), `The key of ${name()} is deleted.`);
  };
  const remove = async (): Promise<void> => {
    props.onAnswer(await removeProvider(props.provider.id, newIntent()), `${name()} is removed.`);
  };
  const tryKey = async (): Promise<void> => {
    setTesting(true);
    const answer = await testModelKey(props.provider.id, newIntent());
    setTesting(false);
    setTest(answer.ok ? answer.value : { outcome: "failed", message: answer.error.message, modelId: null, at: 0 });
  };
  return (
    <li class="flex flex-col gap-2 rounded-md border p-3">
      <p class="flex flex-wrap justify-between gap-2">
        <strong>{name()}</strong>
        <span class="text-sm text-muted">
          {props.provider.credential === null
            ? (props.provider.reason ?? "Ready")
            : `Key ${props.provider.credential.fingerprint} stored`}
        </span>
      </p>
      <Show when={props.provider.needsKey}>
        <form
          class="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField
            label={`Key of ${name()}`}
            class="flex-1"
            type="password"
            autocomplete="off"
            value={key()}
            onInput={setKey}
          />
          <Button type="submit" blockedReason={key() === "" ? "Paste a key first: blank leaves it as it is." : null}>
            Save
          </Button>
        </form>
      </Show>
      <div class="flex flex-wrap gap-2">
        <Button
          size="small"
          blockedReason={
            isTesting() ? "Being tested" : props.provider.ready ? null : (props.provider.reason ?? "Not ready")
          }
          onClick={() => void tryKey()}
        >
          {isTesting() ? "Testing…" : `Test ${name()}`}
        </Button>
        <Show when={props.provider.credential !== null}>
          <Button size="small" onClick={() => void deleteKey()}>
            Delete the key
          </Button>
        </Show>
        <Show when={props.provider.own}>
          <Button size="small" onClick={() => void remove()}>
            Remove {name()}
          </Button>
        </Show>
      </div>
      <OwnModels provider={props.provider} onAnswer={props.onAnswer} />
      <Show when={test()}>
        {(outcome) => <SaveNote text={outcome().message} isError={outcome().outcome !== "works"} />}
      </Show>
    </li>
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

import { createSignal, Show, type JSX } from "solid-js";
import type {
  CredentialListView,
  KeyTestView,
  ModelView,
  ProviderListView,
  ProviderView,
} from "../../../../contract/assistant.ts";
import type { Result } from "../../../../domain/problem.ts";
import { removeModelKey, removeProvider, saveModelKey, testModelKey } from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { OwnModels } from "./own-models.tsx";
import { SaveNote } from "./section.tsx";

/** A provider with its key and the user's own entries of its models. */
export function ProviderEntry(props: {
  provider: ProviderView;
  onAnswer: (answer: Result<ProviderListView>, done: string) => void;
  onKeys: (answer: Result<CredentialListView>, done: string) => void;
}): JSX.Element {
  const [key, setKey] = createSignal("");
  const [test, setTest] = createSignal<KeyTestView | null>(null);
  const [isTesting, setTesting] = createSignal(false);
  const [wished, setWished] = createSignal("");
  const name = (): string => props.provider.name;
  const tested = (): ModelView | undefined => {
    const { models } = props.provider;
    return models.find(({ id }) => id === wished()) ?? models[0];
  };
  const notTestable = (): string | null =>
    isTesting()
      ? "Being tested"
      : !props.provider.ready
        ? (props.provider.reason ?? "Not ready")
        : tested() === undefined
          ? "Add a model first: the key is tested by asking one."
          : null;
  const save = async (): Promise<void> => {
    const typed = key();
    if (typed !== "") {
      setKey("");
      props.onKeys(await saveModelKey(props.provider.id, typed, newIntent()), `The key of ${name()} is stored.`);
    }
  };
  const deleteKey = async (): Promise<void> => {
    props.onKeys(await removeModelKey(props.provider.id, newIntent()), `The key of ${name()} is deleted.`);
  };
  const remove = async (): Promise<void> => {
    props.onAnswer(await removeProvider(props.provider.id, newIntent()), `${name()} is removed.`);
  };
  const tryKey = async (): Promise<void> => {
    const model = tested();
    if (model === undefined) {
      return;
    }
    setTesting(true);
    const answer = await testModelKey(props.provider.id, model.id, newIntent());
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
      <div class="flex flex-wrap items-end gap-2">
        <Show when={props.provider.models.length > 1}>
          <SelectField
            label={`Model of ${name()} to test with`}
            value={tested()?.id ?? ""}
            options={props.provider.models.map((model) => ({ value: model.id, label: model.name }))}
            onChange={setWished}
          />
        </Show>
        <Button size="small" blockedReason={notTestable()} onClick={() => void tryKey()}>
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

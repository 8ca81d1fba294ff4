import { createSignal, onMount, type Accessor, type JSX } from "solid-js";
import type { ProviderView } from "../../../../contract/assistant.ts";
import type { AlertQuestion } from "../../../../domain/alerts/price-alert.ts";
import { fetchProviders } from "../../data/assistant-api.ts";
import { SelectField } from "../../ui/field.tsx";

const NOBODY = "";

export type AskModels = {
  readonly options: Accessor<readonly { readonly value: string; readonly label: string }[]>;
  /** What the model is called; its id where it is not in the table any more. */
  readonly nameOf: (ask: AlertQuestion) => string;
};

/** The models that an alert may ask. Until they are known, or where they cannot be told, an alert asks nobody. */
export function useAskModels(): AskModels {
  const [providers, setProviders] = createSignal<readonly ProviderView[]>([]);
  const refresh = async (): Promise<void> => {
    const answer = await fetchProviders();
    if (answer.ok) {
      setProviders(answer.value.providers);
    }
  };
  onMount(() => void refresh());
  return {
    options: () => [
      { value: NOBODY, label: "Nobody" },
      ...providers().flatMap(({ id, ready, models }) =>
        ready
          ? models.map((model) => ({ value: valueOf({ providerId: id, modelId: model.id }), label: model.name }))
          : [],
      ),
    ],
    nameOf: ({ providerId, modelId }) =>
      providers()
        .find(({ id }) => id === providerId)
        ?.models.find(({ id }) => id === modelId)?.name ?? modelId,
  };
}

/** Whom an alert asks when it fires. One that it asks already stays to be chosen, ready or not. */
export function AskChoice(props: {
  models: AskModels;
  value: AlertQuestion | null;
  class?: string;
  onChange: (ask: AlertQuestion | null) => void;
}): JSX.Element {
  const value = (): string => (props.value === null ? NOBODY : valueOf(props.value));
  const options = () => {
    const ready = props.models.options();
    return props.value === null || ready.some((option) => option.value === value())
      ? ready
      : [...ready, { value: value(), label: props.models.nameOf(props.value) }];
  };
  return (
    <SelectField
      label="When it fires, ask"
      class={props.class ?? ""}
      options={options()}
      value={value()}
      onChange={(chosen) => props.onChange(questionOf(chosen))}
    />
  );
}

/** Neither id holds a space. */
function valueOf({ providerId, modelId }: AlertQuestion): string {
  return `${providerId} ${modelId}`;
}

function questionOf(value: string): AlertQuestion | null {
  const [providerId = "", modelId = ""] = value.split(" ");
  return value === NOBODY ? null : { providerId, modelId };
}

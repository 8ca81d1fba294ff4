import { createSignal, For, Show, untrack, type JSX } from "solid-js";
import type { ModelView, OwnModel, ProviderListView, ProviderView } from "../../../../contract/assistant.ts";
import { isNegative, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Result } from "../../../../domain/problem.ts";
import { changeProvider } from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";

type OnAnswer = (answer: Result<ProviderListView>, done: string) => void;

/** The user's own entries of a provider's models: its name for them, what they cost and can do. */
export function OwnModels(props: { provider: ProviderView; onAnswer: OnAnswer }): JSX.Element {
  const [edited, setEdited] = createSignal<ModelView | "new" | null>(null);
  const own = (): readonly ModelView[] => props.provider.models.filter((model) => model.own);
  const remove = async (model: ModelView): Promise<void> => {
    const models = own()
      .filter(({ id }) => id !== model.id)
      .map(wishOf);
    props.onAnswer(await changeProvider(props.provider.id, { models }, newIntent()), `${model.name} is removed.`);
  };
  return (
    <div class="flex flex-col gap-1 text-sm">
      <For each={own()}>
        {(model) => (
          <div class="flex flex-wrap items-center justify-between gap-2">
            <span>
              {model.name} <span class="text-muted">{wordsOf(model)}</span>
            </span>
            <span class="flex gap-1">
              <Button size="small" onClick={() => setEdited(model)} aria-label={`Change ${model.name}`}>
                Change…
              </Button>
              <Button
                size="small"
                aria-label={`Remove ${model.name}`}
                blockedReason={
                  props.provider.own && own().length === 1 ? "An endpoint needs a model: remove the endpoint." : null
                }
                onClick={() => void remove(model)}
              >
                Remove
              </Button>
            </span>
          </div>
        )}
      </For>
      <div>
        <Button size="small" onClick={() => setEdited("new")}>
          Add a model of {props.provider.name}…
        </Button>
      </div>
      <Show when={edited()} keyed>
        {(model) => (
          <ModelDialog
            provider={props.provider}
            model={model === "new" ? null : model}
            others={own().filter((each) => model === "new" || each.id !== model.id)}
            onAnswer={props.onAnswer}
            onClose={() => setEdited(null)}
          />
        )}
      </Show>
    </div>
  );
}

function ModelDialog(props: {
  provider: ProviderView;
  model: ModelView | null;
  others: readonly ModelView[];
  onAnswer: OnAnswer;
  onClose: () => void;
}): JSX.Element {
  const before = untrack(() => props.model);
  const [id, setId] = createSignal(before?.id ?? "");
  const [name, setName] = createSignal(before?.name ?? "");
  const [context, setContext] = createSignal(String(before?.contextTokens ?? 32_000));
  const [output, setOutput] = createSignal(String(before?.maximumOutputTokens ?? 4_096));
  const [input, setInput] = createSignal<string>(before?.price?.input ?? "");
  const [cached, setCached] = createSignal<string>(before?.price?.cachedInput ?? "");
  const [price, setPrice] = createSignal<string>(before?.price?.output ?? "");
  const [timeout, setTimeout] = createSignal(String(before?.timeoutSeconds ?? 300));
  const [structured, setStructured] = createSignal(before?.supports.structuredOutput ?? false);
  const [tools, setTools] = createSignal(before?.supports.tools ?? false);
  const [usage, setUsage] = createSignal(before?.supports.streamingUsage ?? true);

  const prices = (): readonly (Decimal | null)[] => [input(), cached(), price()].map(amountOf);
  const isPriced = (): boolean => [input(), cached(), price()].some((text) => text !== "");
  const missing = (): string | null =>
    id().trim() === ""
      ? "Name the model as its provider does."
      : [context(), output(), timeout()].some((text) => !/^\d+$/.test(text))
        ? "Context, output and time are whole numbers."
        : isPriced() && prices().includes(null)
          ? "Give all three prices, or none."
          : null;
  const wish = (): Partial<OwnModel> & { readonly id: string } => {
    const [first, second, third] = prices();
    return {
      id: id().trim(),
      ...(name().trim() === "" ? {} : { name: name().trim() }),
      contextTokens: Number(context()),
      maximumOutputTokens: Number(output()),
      timeoutSeconds: Number(timeout()),
      price: first && second && third ? { input: first, cachedInput: second, output: third } : null,
      supports: { structuredOutput: structured(), tools: tools(), streamingUsage: usage() },
    };
  };
  return (
    <ActionDialog
      title={before === null ? `Add a model of ${props.provider.name}` : `Change ${before.name}`}
      action={before === null ? "Add the model" : "Save the model"}
      blockedReason={missing()}
      run={(intent) => changeProvider(props.provider.id, { models: [...props.others.map(wishOf), wish()] }, intent)}
      onDone={(list) => props.onAnswer({ ok: true, value: list }, `${name() === "" ? id() : name()} is saved.`)}
      onClose={() => props.onClose()}
    >
      <div class="grid grid-cols-2 gap-2">
        <TextField label="Model, as the provider names it" value={id()} onInput={setId} />
        <TextField label="Name" maxlength={80} value={name()} onInput={setName} />
        <TextField label="Context, tokens" inputmode="numeric" value={context()} onInput={setContext} />
        <TextField label="Longest answer, tokens" inputmode="numeric" value={output()} onInput={setOutput} />
        <DecimalField label="In, per million" unit="USD" value={input()} onInput={setInput} />
        <DecimalField label="In, from its cache" unit="USD" value={cached()} onInput={setCached} />
        <DecimalField label="Out, per million" unit="USD" value={price()} onInput={setPrice} />
        <TextField label="Patience, seconds" inputmode="numeric" value={timeout()} onInput={setTimeout} />
      </div>
      <p class="text-sm text-muted">Without a price nothing of it counts against the budget.</p>
      <Switch label="Structured output (JSON schema)" checked={structured()} onChange={setStructured} />
      <Switch label="Tool calls" checked={tools()} onChange={setTools} />
      <Switch label="Tells its usage while it streams" checked={usage()} onChange={setUsage} />
    </ActionDialog>
  );
}

function wishOf(model: ModelView): OwnModel {
  const { id, name, contextTokens, maximumOutputTokens, price, supports, timeoutSeconds } = model;
  return { id, name, contextTokens, maximumOutputTokens, price, supports, timeoutSeconds };
}

function wordsOf({ id, contextTokens, price }: ModelView): string {
  const cost = price === null ? "price not known" : `$${price.input} in, $${price.output} out per million`;
  return `${id} · ${String(Math.round(contextTokens / 1_000))}k context · ${cost}`;
}

function amountOf(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value === null || isNegative(value) ? null : value;
}

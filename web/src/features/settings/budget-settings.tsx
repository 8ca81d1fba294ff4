import { createSignal, For, onMount, Show, type JSX } from "solid-js";
import type { BudgetLineView, BudgetRequest, ProviderView, UsageView } from "../../../../contract/assistant.ts";
import { isPositive, parseDecimal, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import { fetchUsage, setBudget } from "../../data/assistant-api.ts";
import { newIntent } from "../../data/http.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField } from "../../ui/field.tsx";
import { formatMoney } from "../../ui/format.ts";
import { SaveNote } from "./section.tsx";

type Note = { readonly text: string; readonly isError: boolean };

/** What models may cost a day, all together and each by itself. A run reserves its most before it is sent. */
export function BudgetSettings(props: { providers: readonly ProviderView[] }): JSX.Element {
  const [usage, setUsage] = createSignal<UsageView | null>(null);
  const [typed, setTyped] = createSignal<Readonly<Record<string, string>>>({});
  const [added, setAdded] = createSignal<readonly BudgetLineView[]>([]);
  const [note, setNote] = createSignal<Note | null>(null);
  const load = async (): Promise<void> => {
    const answer = await fetchUsage();
    if (answer.ok) {
      setUsage(answer.value);
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  onMount(() => void load());
  const lines = (): readonly BudgetLineView[] => {
    const known = usage();
    const told = known === null ? [] : [known.total, ...known.models];
    return [...told, ...added().filter((line) => told.every((other) => nameOf(other) !== nameOf(line)))];
  };
  /** Models without a line of their own. */
  const others = (): readonly BudgetLineView[] =>
    props.providers
      .filter(({ kind }) => kind !== "rules")
      .flatMap((provider) => provider.models.map(({ id, name }) => newLine(provider.id, id, name)))
      .filter((line) => lines().every((other) => nameOf(other) !== nameOf(line)));
  const textOf = (line: BudgetLineView): string => typed()[nameOf(line)] ?? line.limit ?? "";
  const wrong = (line: BudgetLineView): string | null => {
    const text = textOf(line);
    return text === "" || limitOf(text) !== null ? null : "An amount above 0, or nothing for no limit.";
  };
  const blocked = (): string | null =>
    lines().some((line) => wrong(line) !== null)
      ? "One of the amounts is not a number above 0."
      : Object.keys(typed()).length === 0
        ? "Nothing has changed."
        : null;
  const save = async (): Promise<void> => {
    if (blocked() !== null) {
      return;
    }
    const [total, ...models] = lines();
    const wish: BudgetRequest = {
      total: total === undefined ? null : limitOf(textOf(total)),
      models: models.flatMap((line) => {
        const limit = limitOf(textOf(line));
        const { providerId, modelId } = line;
        return limit === null || providerId === null || modelId === null ? [] : [{ providerId, modelId, limit }];
      }),
    };
    const answer = await setBudget(wish, newIntent());
    if (answer.ok) {
      setUsage(answer.value);
      setTyped({});
      setNote({ text: "The budget is saved.", isError: false });
    } else {
      setNote({ text: answer.error.message, isError: true });
    }
  };
  return (
    <form
      class="flex flex-col gap-2 rounded-md border p-3"
      aria-label="Budget of a day"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p>
        <strong>Budget of a day</strong>{" "}
        <span class="text-muted">
          in US dollars, until midnight UTC. It warns at 80 %; at 100 % nothing more is asked. Blank: no limit.
        </span>
      </p>
      <Show when={usage() !== null} fallback={<p class="text-muted">Loading…</p>}>
        <For each={lines().map(nameOf)}>
          {(name) => (
            <Show when={lines().find((line) => nameOf(line) === name)}>
              {(line) => (
                <div class="flex flex-wrap items-end gap-x-3 gap-y-1">
                  <DecimalField
                    class="w-44"
                    label={line().modelId === null ? "All models" : line().name}
                    unit="USD"
                    placeholder="no limit"
                    value={textOf(line())}
                    error={wrong(line())}
                    onInput={(text) => setTyped({ ...typed(), [name]: text })}
                  />
                  <span class="pb-1 text-sm text-muted">
                    Today {formatMoney(line().spent)} spent, {formatMoney(line().reserved)} reserved,{" "}
                    {line().usedPercent === null ? "" : `${line().usedPercent ?? ""} % of it, `}
                    {line().runs} {line().runs === 1 ? "answer" : "answers"}
                  </span>
                </div>
              )}
            </Show>
          )}
        </For>
        <Show when={others().length > 0}>
          <SelectField
            label="Limit one model by itself"
            class="w-64"
            value=""
            options={[
              { value: "", label: "Choose a model" },
              ...others().map((line) => ({ value: nameOf(line), label: line.name })),
            ]}
            onChange={(name) => setAdded([...added(), ...others().filter((line) => nameOf(line) === name)])}
          />
        </Show>
        <div>
          <Button type="submit" blockedReason={blocked()}>
            Save the budget
          </Button>
        </div>
      </Show>
      <Show when={note()}>{(current) => <SaveNote text={current().text} isError={current().isError} />}</Show>
    </form>
  );
}

function nameOf({ providerId, modelId }: BudgetLineView): string {
  return `${providerId ?? ""} ${modelId ?? ""}`;
}

function newLine(providerId: string, modelId: string, name: string): BudgetLineView {
  const nothing = { spent: ZERO, reserved: ZERO, runs: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  return { providerId, modelId, name, limit: null, usedPercent: null, state: "ok", ...nothing };
}

function limitOf(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value !== null && isPositive(value) ? value : null;
}

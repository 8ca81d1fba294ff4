import { diffLines } from "diff";
import { createSignal, For, Show, type JSX } from "solid-js";
import type { PromptView } from "../../../../contract/assistant.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { SelectField } from "../../ui/field.tsx";
import { TimeText } from "../../ui/time-text.tsx";

/** The versions of a prompt: each one's text, and what the newest changed about it. */
export function PromptVersions(props: { prompt: PromptView; onRestore: (text: string) => void }): JSX.Element {
  const [chosen, setChosen] = createSignal("");
  const newest = () => props.prompt.versions[0];
  const shown = () => props.prompt.versions.find(({ version }) => String(version) === chosen()) ?? newest();
  const isOld = (): boolean => shown() !== newest();
  return (
    <div class="flex flex-col gap-2 text-sm">
      <div class="flex flex-wrap items-end gap-2">
        <SelectField
          label="Version"
          class="w-40"
          value={String(shown()?.version ?? "")}
          options={props.prompt.versions.map(({ version }, index) => ({
            value: String(version),
            label: index === 0 ? `${String(version)}, the newest` : String(version),
          }))}
          onChange={setChosen}
        />
        <Show when={shown()}>
          {(version) => (
            <span class="pb-1 text-muted">
              Saved <TimeText time={version().savedAt} form="date-time" />
            </span>
          )}
        </Show>
        <Show when={isOld()}>
          <Button size="small" onClick={() => props.onRestore(shown()?.text ?? "")}>
            Make it the newest again
          </Button>
        </Show>
      </div>
      <Show
        when={isOld()}
        fallback={
          <pre class="max-h-40 overflow-auto rounded-md bg-raised p-2 text-xs whitespace-pre-wrap" tabindex="0">
            {newest()?.text}
          </pre>
        }
      >
        <p class="text-muted">What changed from this version to the newest:</p>
        <Changes before={shown()?.text ?? ""} after={newest()?.text ?? ""} />
      </Show>
    </div>
  );
}

/** Lines that went and lines that came, told by sign as well as by colour. */
function Changes(props: { before: string; after: string }): JSX.Element {
  const lines = () =>
    diffLines(props.before, props.after).flatMap(({ value, added, removed }) =>
      value
        .replace(/\n$/, "")
        .split("\n")
        .map((text) => ({ text, sign: added ? "+" : removed ? "−" : " " })),
    );
  return (
    <ol class="max-h-60 overflow-auto rounded-md bg-raised p-2 font-mono text-xs" aria-label="Changed lines">
      <For each={lines()}>
        {({ text, sign }) => (
          <li
            class={classNames(
              "whitespace-pre-wrap",
              sign === "+" && "text-up",
              sign === "−" && "text-down line-through",
            )}
          >
            <span aria-label={sign === "+" ? "added" : sign === "−" ? "removed" : undefined}>{sign}</span> {text}
          </li>
        )}
      </For>
    </ol>
  );
}

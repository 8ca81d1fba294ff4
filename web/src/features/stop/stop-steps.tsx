import { For, Show, type JSX } from "solid-js";
import type { StopReport, StopStepView } from "../../../../contract/halts.ts";

const OUTCOMES: Readonly<Record<StopStepView["outcome"], { readonly word: string; readonly class: string }>> = {
  done: { word: "✓ Done", class: "text-muted" },
  asked: { word: "… Asked", class: "text-warning" },
  failed: { word: "✕ Failed", class: "text-danger" },
};

/** What Stop did, step by step, and what it could not do. */
export function StopSteps(props: { report: StopReport }): JSX.Element {
  return (
    <For each={props.report.accounts}>
      {(account) => (
        <section aria-label={`What was done in ${account.name}`}>
          <Show when={props.report.accounts.length > 1}>
            <h3 class="font-semibold">{account.name}</h3>
          </Show>
          <Show when={!account.stopped}>
            <p class="text-danger">This account was not stopped. Press Stop again.</p>
          </Show>
          <ul class="flex flex-col gap-1">
            <For each={account.steps}>
              {(step) => (
                <li class="flex gap-2">
                  <span class={`w-18 shrink-0 ${OUTCOMES[step.outcome].class}`}>{OUTCOMES[step.outcome].word}</span>
                  <span class="min-w-0">{step.sentence}</span>
                </li>
              )}
            </For>
          </ul>
        </section>
      )}
    </For>
  );
}

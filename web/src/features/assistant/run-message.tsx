import { A } from "@solidjs/router";
import { createSignal, For, Show, type JSX } from "solid-js";
import type { ProposalView, RunView } from "../../../../contract/assistant.ts";
import { isZero } from "../../../../domain/decimal.ts";
import { Button } from "../../ui/button.tsx";
import { formatDecimal } from "../../ui/format.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { ProposalCard } from "./proposal-card.tsx";
import { extraNotice } from "./proposal-words.ts";
import { TriggerList } from "./trigger-list.tsx";
import { RichText } from "./rich-text.tsx";

/** One question and what came of it: the answer as it is written, its proposals, how it ended. */
export function RunMessage(props: {
  run: RunView;
  proposals: readonly ProposalView[];
  onStop: () => void;
  onRetry: () => void;
  onChanged: (proposal: ProposalView) => void;
}): JSX.Element {
  const [isCopied, setCopied] = createSignal(false);
  const isRunning = (): boolean => props.run.endedAt === null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.run.text);
    setCopied(true);
  };
  return (
    <article class="flex flex-col gap-2" aria-busy={isRunning()}>
      <Show
        when={props.run.triggers}
        fallback={<p class="self-end rounded-md bg-accent-soft px-3 py-2 whitespace-pre-wrap">{props.run.prompt}</p>}
      >
        {(triggers) => <TriggerList triggers={triggers()} />}
      </Show>
      <p class="text-sm text-muted">
        {props.run.modelName}
        <Show when={extraNotice(props.run)}>{(notice) => <> · {notice()}</>}</Show> ·{" "}
        <TimeText time={props.run.createdAt} />
        <Show when={costWords(props.run)}>{(words) => <> · {words()}</>}</Show>
        <Show when={props.run.cached}> · answered from our own cache, nothing was asked</Show>
      </p>
      <Show when={props.run.thinking !== ""}>
        <details class="text-sm text-muted">
          <summary class="cursor-pointer">What it thought aloud</summary>
          <p class="whitespace-pre-wrap">{props.run.thinking}</p>
        </details>
      </Show>
      <div class="flex flex-col gap-2">
        <RichText text={props.run.text} />
        <Show when={props.run.status === "streaming"}>
          <span class="inline-block h-4 w-1.5 animate-pulse bg-accent motion-reduce:animate-none" aria-hidden="true" />
        </Show>
      </div>
      <p role="status" class="text-sm text-muted">
        {statusWords(props.run)}
      </p>
      <For each={props.proposals}>{(proposal) => <ProposalCard proposal={proposal} onChanged={props.onChanged} />}</For>
      <div class="flex gap-2">
        <Show
          when={isRunning()}
          fallback={
            <>
              <Button size="small" onClick={() => void copy()}>
                {isCopied() ? "Copied" : "Copy"}
              </Button>
              <Button size="small" onClick={() => props.onRetry()}>
                Ask again
              </Button>
              <A href={`/assistant/runs/${props.run.id}`} class="self-center text-sm text-accent underline">
                Record
              </A>
            </>
          }
        >
          <Button size="small" onClick={() => props.onStop()}>
            Stop the answer
          </Button>
        </Show>
      </div>
    </article>
  );
}

/** What it cost; null where nothing is charged. */
function costWords({ usage, cached }: RunView): string | null {
  if (usage === null || cached || isZero(usage.cost)) {
    return null;
  }
  return `${usage.estimated ? "about " : ""}$${formatDecimal(usage.cost)}`;
}

function statusWords(run: RunView): string {
  switch (run.status) {
    case "queued":
      return `Queued, number ${run.queuePosition ?? 1}: as many others as may at once wait for their models.`;
    case "waiting":
      return "Asked; nothing has come yet.";
    case "streaming":
      return "Answering…";
    case "finished":
      return run.outcome?.message ?? "";
    case "stopped":
      return "Stopped by you.";
    case "interrupted":
      return "Interrupted by a restart of the desk: what came is kept, it is not asked again by itself.";
    case "failed":
      return run.error?.message ?? "The model did not answer.";
  }
}

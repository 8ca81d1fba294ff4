import { For, Show, type JSX } from "solid-js";
import type { RunTriggerView } from "../../../../contract/assistant.ts";
import { Icon } from "../../ui/icon.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { formatDecimal } from "../../ui/format.ts";

/** Why a run was started without anybody pressing send. */
export function TriggerList(props: { triggers: readonly RunTriggerView[] }): JSX.Element {
  return (
    <div class="flex gap-2 self-end rounded-md bg-accent-soft px-3 py-2">
      <Icon name="bell" class="mt-0.5 size-4 shrink-0" />
      <div class="flex min-w-0 flex-col gap-0.5">
        <p>{props.triggers.length === 1 ? "Asked by your price alert" : "Asked by your price alerts"}</p>
        <ul class="flex flex-col gap-0.5 text-sm">
          <For each={props.triggers}>
            {(trigger) => (
              <li>
                {triggerWords(trigger)} <TimeText time={trigger.firedAt} />
                <Show when={trigger.note}>
                  <span class="text-muted"> · {trigger.note}</span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </div>
    </div>
  );
}

/** "BTC/USD went above 60 000 (traded at 60 010.1)" */
export function triggerWords({ symbol, direction, price, tradePrice, late }: RunTriggerView): string {
  const away = late ? ", while the desk was away" : "";
  return `${symbol} went ${direction} ${formatDecimal(price)} (traded at ${formatDecimal(tradePrice)}${away})`;
}

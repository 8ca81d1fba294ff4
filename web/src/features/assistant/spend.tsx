import { Show, type JSX } from "solid-js";
import type { BudgetLineView, UsageView } from "../../../../contract/assistant.ts";
import { formatMoney } from "../../ui/format.ts";

/** What models cost today, against the budget where there is one. */
export function Spent(props: { usage: UsageView | null }): JSX.Element {
  return (
    <Show when={props.usage?.total}>
      {(total) => (
        <span class="numeric">
          Spent today {formatMoney(total().spent)}
          <Show when={total().limit}>{(limit) => <> of {formatMoney(limit())}</>}</Show>
        </span>
      )}
    </Show>
  );
}

/** A budget that is nearly used up, or is: said before the question is written. */
export function SpendNotice(props: { usage: UsageView | null }): JSX.Element {
  const line = (): BudgetLineView | null => {
    const lines = props.usage === null ? [] : [props.usage.total, ...props.usage.models];
    return lines.find(({ state }) => state === "stopped") ?? lines.find(({ state }) => state === "warning") ?? null;
  };
  return (
    <Show when={line()}>
      {(current) => (
        <p role="status" class={current().state === "stopped" ? "text-sm text-danger" : "text-sm text-warning"}>
          {current().usedPercent} % of today’s budget{current().modelId === null ? "" : ` of ${current().name}`} is
          spent or reserved
          {current().state === "stopped" ? ": no more is asked until midnight UTC, or until you raise it" : ""}.{" "}
          <a class="underline" href="/settings#models">
            Change the budget
          </a>
        </p>
      )}
    </Show>
  );
}

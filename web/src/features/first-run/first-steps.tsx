import { A } from "@solidjs/router";
import { For, Show, createEffect, createMemo, type JSX } from "solid-js";
import { changePreferences, preferences } from "../../data/preferences.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { useStores } from "../../data/stores.tsx";
import { useAccount, useFills, useOpenOrders, useRecentOrders, useTraderReady } from "../../data/use-account.ts";
import { classNames } from "../../ui/class-names.ts";
import { Icon } from "../../ui/icon.tsx";
import { IconButton } from "../../ui/button.tsx";

type Step = {
  readonly id: string;
  readonly label: string;
  readonly isDone: () => boolean;
  readonly action: () => JSX.Element;
};

/** Three steps that tick themselves off; closed for good by the trader or by being done. */
export function FirstSteps(): JSX.Element {
  const { session } = useStores();
  const desk = useDesk();
  const account = useAccount();
  const isReady = useTraderReady();
  const openOrders = useOpenOrders();
  const recentOrders = useRecentOrders();
  const fills = useFills();

  const steps: readonly Step[] = [
    {
      id: "order",
      label: "Place an order",
      isDone: () => openOrders().length + recentOrders().length > 0,
      action: () => (
        <button type="button" class="link" onClick={() => desk.focusOrderForm("buy")}>
          Open the form
        </button>
      ),
    },
    {
      id: "close",
      label: "Close a position",
      isDone: () => fills().some((fill) => fill.side === "sell"),
      action: () => <span class="text-muted">in Positions below</span>,
    },
    {
      id: "keep",
      label: "Keep this desk",
      isDone: () => session.user()?.guest === false,
      action: () => (
        <A href="/sign-up" class="link">
          Sign up
        </A>
      ),
    },
  ];
  const keyOf = (step: Step): string => `${step.id} ${account()?.id ?? ""}`;
  const isDone = (step: Step): boolean => preferences.firstStepsDone.includes(keyOf(step)) || step.isDone();

  // What was done once stays ticked, also when it has left the lists of recent things.
  createEffect(() => {
    const added = isReady()
      ? steps.filter((step) => step.id !== "keep" && step.isDone() && !preferences.firstStepsDone.includes(keyOf(step)))
      : [];
    if (added.length > 0) {
      changePreferences({ firstStepsDone: [...preferences.firstStepsDone, ...added.map(keyOf)].slice(-200) });
    }
  });
  const next = createMemo(() => steps.find((step) => !isDone(step)) ?? null);

  return (
    <Show when={isReady() && account() && !preferences.firstStepsClosed && next() !== null}>
      <aside
        aria-label="First steps"
        class="flex shrink-0 items-center gap-x-4 gap-y-1 border-b bg-accent-soft px-3 py-1"
      >
        <ol class="flex min-w-0 flex-1 flex-wrap items-center gap-x-5 gap-y-1">
          <For each={steps}>
            {(step, index) => (
              <li class={classNames("items-center gap-1.5", next() === step ? "flex" : "hidden md:flex")}>
                <span
                  class={classNames(
                    "grid size-4 place-items-center rounded-full border text-xs",
                    isDone(step) ? "border-up text-up" : "border-line-strong",
                  )}
                  aria-hidden="true"
                >
                  <Show when={isDone(step)} fallback={index() + 1}>
                    <Icon name="check" class="size-3" />
                  </Show>
                </span>
                <span class={isDone(step) ? "text-muted line-through" : undefined}>
                  {step.label}
                  <span class="sr-only">{isDone(step) ? " (done)" : ""}</span>
                </span>
                <Show when={next() === step}>{step.action()}</Show>
              </li>
            )}
          </For>
        </ol>
        <IconButton
          size="small"
          label="Close the first steps for good"
          onClick={() => changePreferences({ firstStepsClosed: true })}
        >
          <Icon name="close" class="size-3.5" />
        </IconButton>
      </aside>
    </Show>
  );
}

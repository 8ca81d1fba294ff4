import { For, Show, createEffect, createMemo, createResource, type JSX } from "solid-js";
import { changePreferences, preferences } from "../../data/preferences.ts";
import { useAccount, useOpenOrders, usePositions, useRecentOrders, useTraderReady } from "../../data/use-account.ts";
import { classNames } from "../../ui/class-names.ts";
import { Icon } from "../../ui/icon.tsx";
import { IconButton } from "../../ui/button.tsx";
import { ASKED, isStepDone, isStepDoneSomewhere, tickSteps } from "./steps-done.ts";

type Step = {
  readonly id: string;
  readonly label: string;
  readonly isDone: () => boolean;
  readonly action: () => JSX.Element;
};

/** Place an order · protect it · ask the assistant: each ticks itself; closed for good by the trader or by being done. */
export function FirstSteps(props: { onOrder: () => void; onAsk: () => void }): JSX.Element {
  const account = useAccount();
  const isReady = useTraderReady();
  const openOrders = useOpenOrders();
  const recentOrders = useRecentOrders();
  const positions = usePositions();

  const isKnown = (): boolean => isReady() && account() !== null;
  // There before the account is, so that the desk is not pushed down when it comes.
  const isShown = (): boolean => !preferences.firstStepsClosed;
  // Asked on another device: this one does not know of it.
  const [askedBefore] = createResource(
    () => isKnown() && isShown() && !isStepDone(ASKED),
    async () => {
      const { fetchChats } = await import("../../data/assistant-api.ts");
      const chats = await fetchChats("");
      return chats.ok && chats.value.rows.some(({ runs }) => runs > 0);
    },
  );
  const steps: readonly Step[] = [
    {
      id: "order",
      label: "Place an order",
      isDone: () => openOrders().length + recentOrders().length > 0,
      action: () => <StepButton onClick={() => props.onOrder()}>Open the form</StepButton>,
    },
    {
      id: "protect",
      label: "Protect it",
      isDone: () => positions().some(({ protection }) => protection.stop !== null),
      action: () => <span class="text-muted">with a stop, in Positions</span>,
    },
    {
      id: ASKED,
      label: "Ask the assistant",
      isDone: () => askedBefore.latest === true,
      action: () => <StepButton onClick={() => props.onAsk()}>Ask</StepButton>,
    },
  ];
  const keyOf = (step: Step): string => (step.id === ASKED ? ASKED : `${step.id} ${account()?.id ?? ""}`);
  const isDone = (step: Step): boolean =>
    isKnown() ? isStepDone(keyOf(step)) || step.isDone() : isStepDoneSomewhere(step.id);

  // What was done once stays ticked, also when it has left the lists of recent things.
  createEffect(() => {
    if (isReady() && account() !== null) {
      tickSteps(steps.filter((step) => step.isDone()).map(keyOf));
    }
  });
  const next = createMemo(() => steps.find((step) => !isDone(step)) ?? null);

  return (
    <Show when={isShown() && next() !== null}>
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

function StepButton(props: { onClick: () => void; children: string }): JSX.Element {
  return (
    <button type="button" class="link" onClick={() => props.onClick()}>
      {props.children}
    </button>
  );
}

import { For, Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { StopReport } from "../../../../contract/halts.ts";
import type { Problem } from "../../../../domain/problem.ts";
import type { StopMode } from "../../../../domain/risk/halts-stop.ts";
import { stopTrading } from "../../data/risk-api.ts";
import { useActiveAccountId, useAccount, useOpenOrders, useTraderReady } from "../../data/use-account.ts";
import { useMarks } from "../../data/use-valuation.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { stopPlan } from "./stop-plan.ts";
import { StopSteps } from "./stop-steps.tsx";
import { plural } from "./stop-words.ts";
import { lazyPart } from "../../ui/lazy-part.tsx";

const CancelExternalDialog = lazyPart(async () => (await import("./cancel-external-dialog.tsx")).CancelExternalDialog);

type Outcome =
  | { readonly type: "asking" }
  | { readonly type: "sending" }
  | { readonly type: "done"; readonly report: StopReport }
  | { readonly type: "failed"; readonly problem: Problem };

const MODES = [
  { value: "keep", label: "Keep" },
  { value: "protect", label: "Protect" },
  { value: "flatten", label: "Flatten" },
] as const;
const ACTIONS: Readonly<Record<StopMode, string>> = {
  keep: "Stop, keep positions",
  protect: "Stop and protect",
  flatten: "Stop and sell everything",
};
const MEANINGS: Readonly<Record<StopMode, string>> = {
  keep: "Cancels every order but protective stops; positions stay.",
  protect: "Cancels every other order, and gives every position a stop.",
  flatten: "Cancels everything of the desk and sells every managed position at the market.",
};

/** Stop, on every screen: asks what becomes of the positions. Needs neither prices nor the socket (TRADING §2). */
export function StopButton(props: { open: boolean; onOpenChange: (isOpen: boolean) => void }): JSX.Element {
  return (
    <>
      <Button
        tone="danger"
        size="small"
        title="Stop: keep, protect or flatten"
        onClick={() => props.onOpenChange(true)}
      >
        <Icon name="stop" class="size-3.5" />
        Stop
      </Button>
      <Show when={props.open}>
        <StopDialog onClose={() => props.onOpenChange(false)} />
      </Show>
    </>
  );
}

function StopDialog(props: { onClose: () => void }): JSX.Element {
  const accountId = useActiveAccountId();
  const account = useAccount();
  const orders = useOpenOrders();
  const isReady = useTraderReady();
  const marks = useMarks();
  const [mode, setMode] = createSignal<StopMode>("keep");
  const [outcome, setOutcome] = createSignal<Outcome>({ type: "asking" });
  const [isByHandAsked, setByHandAsked] = createSignal(false);
  const byHand = () => (account()?.exchange?.externalOrders ?? []).filter(({ strayOf }) => strayOf === undefined);
  const plan = (): readonly string[] => {
    const owner = account();
    return owner === null ? [] : stopPlan(mode(), owner, orders(), marks());
  };

  const stop = async (): Promise<void> => {
    if (outcome().type === "sending") {
      return;
    }
    setOutcome({ type: "sending" });
    // Without the socket nobody has said which account is on screen: then all of them are stopped.
    const answer = await stopTrading(accountId(), mode());
    setOutcome(answer.ok ? { type: "done", report: answer.value } : { type: "failed", problem: answer.error });
  };
  const done = () => {
    const current = outcome();
    return current.type === "done" ? current.report : null;
  };
  const failed = () => {
    const current = outcome();
    return current.type === "failed" ? current.problem : null;
  };
  const title = (): string => {
    const report = done();
    if (report === null) {
      return `Stop ${account()?.name ?? "all accounts"}?`;
    }
    return report.complete ? "Stopped" : "Stopped, but not everything is done yet";
  };

  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      class={isKraken(account()) ? "border-3 border-money" : ""}
      title={title()}
      footer={
        <Show when={done() === null} fallback={<Button onClick={() => props.onClose()}>Close</Button>}>
          <Button onClick={() => props.onClose()}>Go on trading</Button>
          <Button
            tone="danger"
            blockedReason={outcome().type === "sending" ? "Being sent" : null}
            onClick={() => void stop()}
          >
            {outcome().type === "sending" ? "Stopping…" : ACTIONS[mode()]}
          </Button>
        </Show>
      }
    >
      <div aria-live="polite" class="flex flex-col gap-2">
        <Show
          when={done()}
          fallback={<SegmentedChoice label="Positions" options={MODES} value={mode()} onChange={setMode} />}
        >
          {(report) => <StopSteps report={report()} />}
        </Show>
        <Show when={done() === null}>
          <p>{MEANINGS[mode()]}</p>
          <Switch>
            <Match when={!isReady()}>
              <p>The desk has not said yet what is open. Every account is stopped, with whatever it knows of them.</p>
            </Match>
            <Match when={isReady()}>
              <ul class="flex list-disc flex-col gap-1 pl-4" aria-label="What will happen">
                <For each={plan()}>{(sentence) => <li>{sentence}</li>}</For>
              </ul>
            </Match>
          </Switch>
        </Show>
        <Show when={failed()}>
          {(problem) => (
            <>
              <p role="alert" class="text-danger">
                {problem().message}
              </p>
              <p>Press again: what is stopped already stays as it is, however often you ask.</p>
            </>
          )}
        </Show>
        <Show when={byHand().length > 0}>
          <div class="flex flex-wrap items-center gap-2 border-t pt-2">
            <p class="min-w-0 flex-1">
              {plural(byHand().length, "order was", "orders were")} made by hand at Kraken. Stop leaves{" "}
              {byHand().length === 1 ? "it" : "them"} alone.
            </p>
            <Button size="small" onClick={() => setByHandAsked(true)}>
              Cancel {byHand().length === 1 ? "it" : "them"} too…
            </Button>
          </div>
        </Show>
        <Show when={isByHandAsked() && account()}>
          {(owner) => (
            <CancelExternalDialog accountId={owner().id} orders={byHand()} onClose={() => setByHandAsked(false)} />
          )}
        </Show>
      </div>
    </Dialog>
  );
}

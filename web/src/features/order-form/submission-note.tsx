import { For, Match, Show, Switch, type JSX } from "solid-js";
import type { Instrument } from "../../../../domain/market.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import type { OrderView } from "../../../../contract/orders.ts";
import { preferences } from "../../data/preferences.ts";
import { useOpenOrders } from "../../data/use-account.ts";
import { outcomeText } from "../orders/order-words.ts";
import { standingNote } from "../orders/standing-words.ts";
import type { DenialFix } from "./denial-fix.ts";
import type { Submission } from "./submission.ts";

type SubmissionNoteProps = {
  submission: Submission;
  /** What the desk would answer now; shown when nothing else is to be said. */
  denial: Problem | null;
  fixOf: (denial: Problem) => DenialFix | null;
  instrument: Instrument;
  onFix: (fix: DenialFix) => void;
  onRetry: () => void;
  onDismiss: () => void;
};

/** What is known about the order: a denial before it is sent, or the outcome after. */
export function SubmissionNote(props: SubmissionNoteProps): JSX.Element {
  const refused = (): Problem | null => (props.submission.type === "refused" ? props.submission.problem : null);
  const uncertain = (): Problem | null => (props.submission.type === "uncertain" ? props.submission.problem : null);
  const openOrders = useOpenOrders();
  /** Why it waits, what it waits for, what is being checked. */
  const noteOf = (order: OrderView): string | null =>
    standingNote(order, openOrders(), preferences.zone, props.instrument.priceDecimals);
  const placed = () => (props.submission.type === "placed" ? props.submission.placed : null);
  return (
    <div class="min-h-5" aria-live="polite">
      <Switch>
        <Match when={uncertain()}>
          {(problem) => (
            <Note tone="warning">
              <p>
                {problem().message} Whether the order was taken is not known. Trying again asks about the same order: it
                cannot become two.
              </p>
              <div class="mt-1 flex gap-2">
                <Button size="small" tone="primary" onClick={() => props.onRetry()}>
                  Try again
                </Button>
                <Button size="small" onClick={() => props.onDismiss()}>
                  Leave it
                </Button>
              </div>
            </Note>
          )}
        </Match>
        <Match when={placed()}>
          {(answer) => (
            <Note tone={answer().order.status === "rejected" ? "warning" : "neutral"}>
              <p>{outcomeText(answer(), props.instrument)}</p>
              <Show when={answer().order.standing === undefined ? null : noteOf(answer().order)}>
                {(note) => <p class="mt-1 text-muted">{note()}</p>}
              </Show>
              <For each={answer().notices}>{(notice) => <p class="mt-1 text-warning">{notice}</p>}</For>
            </Note>
          )}
        </Match>
        <Match when={refused() ?? (props.submission.type === "idle" ? props.denial : null)}>
          {(problem) => (
            <Note tone="warning">
              <p>
                {refused() === null ? "Would be denied: " : "Denied: "}
                {problem().message}
              </p>
              <Show when={props.fixOf(problem())}>
                {(fix) => (
                  <Button size="small" class="mt-1" onClick={() => props.onFix(fix())}>
                    {fix().label}
                  </Button>
                )}
              </Show>
            </Note>
          )}
        </Match>
      </Switch>
    </div>
  );
}

function Note(props: { tone: "neutral" | "warning"; children: JSX.Element }): JSX.Element {
  return (
    <div
      class={classNames(
        "rounded-md border px-2 py-1.5",
        props.tone === "warning" ? "border-warning bg-warning-soft" : "border-line-strong bg-raised",
      )}
    >
      {props.children}
    </div>
  );
}

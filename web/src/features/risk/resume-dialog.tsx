import { createSignal, For, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import type { ResumeRequest } from "../../../../contract/halts.ts";
import { marketNow } from "../../data/clock.ts";
import { resumeTrading } from "../../data/risk-api.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { untilWords } from "./halt-words.ts";

const WAYS = [
  { value: "baseline", label: "New baseline" },
  { value: "wait", label: "After waiting" },
] as const;

/** Names what tripped, and asks how trading goes on (TRADING §5). */
export function ResumeDialog(props: { account: AccountView; onClose: () => void }): JSX.Element {
  const [how, setHow] = createSignal<ResumeRequest["how"]>("baseline");
  const ended = () => props.account.halts.filter(({ kind }) => kind !== "loss_streak");
  const waiting = () => ended().filter(({ waitUntil }) => waitUntil !== null && waitUntil > marketNow());
  const blocked = (): string | null => {
    const [pause] = props.account.halts.filter(({ kind }) => kind === "loss_streak");
    if (pause !== undefined && ended().length === 0) {
      return `The pause after losses ${untilWords(pause)}; nothing ends it sooner.`;
    }
    const [first] = waiting();
    return how() === "wait" && first !== undefined ? `The waiting time is not over: ${untilWords(first)}.` : null;
  };
  return (
    <ActionDialog
      title={`Resume ${props.account.name}?`}
      action="Resume trading"
      blockedReason={blocked()}
      run={() => resumeTrading(props.account.id, how())}
      onClose={() => props.onClose()}
    >
      <ul class="flex flex-col gap-1" aria-label="What stopped it">
        <For each={props.account.halts}>{(halt) => <li>{halt.reason}</li>}</For>
      </ul>
      <SegmentedChoice label="How it goes on" options={WAYS} value={how()} onChange={setHow} />
      <p class="text-sm text-muted">
        {how() === "baseline"
          ? "At once. Drawdown and the day's loss are measured from what the account is worth now; what was lost before no longer counts."
          : "The loss that was waited out does not halt again; a further one of the same size does."}
      </p>
      <p class="text-sm text-danger" role="status">
        {blocked() ?? ""}
      </p>
    </ActionDialog>
  );
}

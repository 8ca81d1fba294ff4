import { createSignal, For, Show, type JSX } from "solid-js";
import type { ClaimView, ProposalView } from "../../../../contract/assistant.ts";
import { marketNow } from "../../data/clock.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatDecimal, MISSING } from "../../ui/format.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { ExecuteDialog } from "./execute-dialog.tsx";
import { extraNotice, isExecutable, proposalTitle, statusSentence } from "./proposal-words.ts";
import { RejectDialog } from "./reject-dialog.tsx";

/** What a model proposes, to be decided by the trader. The typed proposal is executed, never the text around it. */
export function ProposalCard(props: {
  proposal: ProposalView;
  isReal: boolean;
  onChanged: (proposal: ProposalView) => void;
}): JSX.Element {
  const [isAsking, setAsking] = createSignal(false);
  const [isOverridden, setOverridden] = createSignal(false);
  const [isRejecting, setRejecting] = createSignal(false);
  const wrong = (): readonly ClaimView[] => props.proposal.claims.filter(({ verdict }) => verdict === "contradicted");
  const blocked = (): string | null => {
    if (!isExecutable(props.proposal, marketNow(), props.proposal.expiresAt)) {
      return statusSentence(props.proposal);
    }
    return props.proposal.contradicted && !isOverridden()
      ? "A number in the reply contradicts what the model was shown. Say first that it does not matter."
      : null;
  };
  const isOpen = (): boolean => props.proposal.status === "open" || props.proposal.status === "denied";
  const price = (value: ProposalView["trade"]["stop"]): string => (value === null ? MISSING : formatDecimal(value));
  return (
    <article
      aria-label={`Proposal: ${proposalTitle(props.proposal)}`}
      class={classNames(
        "flex flex-col gap-2 rounded-md border bg-panel p-3",
        props.proposal.trade.action === "buy" && "border-l-4 border-l-up",
        (props.proposal.trade.action === "sell" || props.proposal.trade.action === "close") &&
          "border-l-4 border-l-down",
      )}
    >
      <p class="flex flex-wrap items-center justify-between gap-2">
        <strong>{proposalTitle(props.proposal)}</strong>
        <span class="text-sm text-muted">
          {props.proposal.modelName}
          <Show when={extraNotice(props.proposal)}>{(notice) => <> · {notice()}</>}</Show>
        </span>
      </p>
      <Show when={props.proposal.trade.action !== "hold"}>
        <FigureList>
          <FigureRow label="Stop">{price(props.proposal.trade.stop)}</FigureRow>
          <FigureRow label="Target">{price(props.proposal.trade.target)}</FigureRow>
          <FigureRow label="Reward to risk">
            {props.proposal.rewardToRisk === null ? MISSING : `${props.proposal.rewardToRisk} to 1`}
          </FigureRow>
          <FigureRow label="Good until">
            <TimeText time={props.proposal.expiresAt} />
          </FigureRow>
        </FigureList>
      </Show>
      <Show when={props.proposal.trade.confidence !== null}>
        <p class="text-sm text-muted">Confidence {props.proposal.trade.confidence} of 100, the model's own word</p>
      </Show>
      <p class="text-sm">{props.proposal.trade.reasoning}</p>
      <Show when={props.proposal.trade.invalidation}>
        {(invalidation) => <p class="text-sm text-muted">Wrong if: {invalidation()}</p>}
      </Show>
      <Show when={wrong().length > 0}>
        <div class="border-l-4 border-danger pl-2 text-sm" role="alert">
          <For each={wrong()}>
            {(claim) => (
              <p>
                <Badge>contradicted</Badge> “{claim.quote}”: the model was shown{" "}
                {claim.actual === null ? MISSING : formatDecimal(claim.actual)}.
              </p>
            )}
          </For>
          <Show when={isOpen()}>
            <label class="mt-1 flex items-center gap-2">
              <input
                type="checkbox"
                checked={isOverridden()}
                onChange={(event) => setOverridden(event.currentTarget.checked)}
              />
              It does not matter: let me execute it anyway
            </label>
          </Show>
        </div>
      </Show>
      <p class="text-sm" role="status">
        {statusSentence(props.proposal)}
      </p>
      <Show when={isOpen() && props.proposal.trade.action !== "hold"}>
        <div class="flex gap-2">
          <Button
            tone={props.proposal.trade.action === "buy" ? "buy" : "sell"}
            blockedReason={blocked()}
            onClick={() => setAsking(true)}
          >
            Execute…
          </Button>
          <Button onClick={() => setRejecting(true)}>Reject…</Button>
        </div>
      </Show>
      <p class="text-xs text-muted">Not financial advice.</p>
      <Show when={isRejecting()}>
        <RejectDialog proposal={props.proposal} onChanged={props.onChanged} onClose={() => setRejecting(false)} />
      </Show>
      <Show when={isAsking()}>
        <ExecuteDialog
          proposal={props.proposal}
          isReal={props.isReal}
          overrideClaims={isOverridden()}
          onChanged={props.onChanged}
          onClose={() => setAsking(false)}
        />
      </Show>
    </article>
  );
}

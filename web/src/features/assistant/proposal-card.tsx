import { createSignal, For, Show, type JSX } from "solid-js";
import type { ClaimView, ProposalView } from "../../../../contract/assistant.ts";
import { useActiveAccountId, useDeskAccountOf } from "../../data/use-account.ts";
import { createNow, serverNow } from "../../data/clock.ts";
import { Badge } from "../../ui/badge.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatDecimal, MISSING } from "../../ui/format.ts";
import { formatDuration } from "../../ui/format-time.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { RuleList } from "../order-form/risk-figures.tsx";
import { ProposalDecision } from "./proposal-decision.tsx";
import { ProposalAccount } from "./proposal-figures.tsx";
import { extraNotice, isUndecided, priceWords, proposalTitle, sizeWords, statusSentence } from "./proposal-words.ts";

/** What a model proposes, to be decided by the trader. The typed proposal is executed, never the text around it. */
export function ProposalCard(props: {
  proposal: ProposalView;
  onChanged: (proposal: ProposalView) => void;
}): JSX.Element {
  const [isOverridden, setOverridden] = createSignal(false);
  const desk = useDeskAccountOf(() => props.proposal.accountId);
  const activeId = useActiveAccountId();
  const trade = () => props.proposal.trade;
  const account = () => desk()?.account ?? null;
  const isReal = (): boolean => isKraken(account()) && trade().action !== "hold";
  const wrong = (): readonly ClaimView[] => props.proposal.claims.filter(({ verdict }) => verdict === "contradicted");
  return (
    <article
      aria-label={`Proposal: ${proposalTitle(props.proposal)}`}
      class={classNames(
        "flex flex-col gap-2 rounded-md border bg-panel p-3",
        isReal() && "border-2 border-money",
        !isReal() && trade().action === "buy" && "border-l-4 border-l-up",
        !isReal() && (trade().action === "sell" || trade().action === "close") && "border-l-4 border-l-down",
      )}
    >
      <p class="flex flex-wrap items-center justify-between gap-2">
        <strong>{proposalTitle(props.proposal)}</strong>
        <span class="text-sm text-muted">
          {props.proposal.modelName}
          <Show when={extraNotice(props.proposal)}>{(notice) => <> · {notice()}</>}</Show>
        </span>
      </p>
      <Show when={trade().action !== "hold"}>
        <ProposalAccount live={{ account, isOnScreen: () => activeId() === props.proposal.accountId }} />
        <ProposedFigures proposal={props.proposal} />
      </Show>
      <p class="text-sm">{trade().reasoning}</p>
      <Show when={trade().invalidation}>
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
          <Show when={isUndecided(props.proposal)}>
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
      <Show
        when={isUndecided(props.proposal)}
        fallback={
          <>
            <Show when={props.proposal.verdict}>{(verdict) => <RuleList rules={verdict().rules} />}</Show>
            <p class="text-sm" role="status">
              {statusSentence(props.proposal)}
            </p>
          </>
        }
      >
        <ProposalDecision proposal={props.proposal} isOverridden={isOverridden()} onChanged={props.onChanged} />
      </Show>
      <p class="text-xs text-muted">Not financial advice.</p>
    </article>
  );
}

/** What the model asks for, in its own figures. */
function ProposedFigures(props: { proposal: ProposalView }): JSX.Element {
  const level = (value: ProposalView["trade"]["stop"]): string =>
    value === null ? "not stated" : formatDecimal(value);
  const now = createNow(1_000, serverNow);
  return (
    // The age moves: it is read when one goes to it, and not told by the conversation around it.
    <div class="flex flex-col gap-1" aria-live="off">
      <FigureList>
        <FigureRow label="Size">{sizeWords(props.proposal)}</FigureRow>
        <FigureRow label="Price">{priceWords(props.proposal)}</FigureRow>
        <FigureRow label="Stop">{level(props.proposal.trade.stop)}</FigureRow>
        <FigureRow label="Target">{level(props.proposal.trade.target)}</FigureRow>
        <FigureRow label="Reward to risk">
          {props.proposal.rewardToRisk === null ? MISSING : `${props.proposal.rewardToRisk} to 1`}
        </FigureRow>
        <FigureRow label="Confidence" title="The model's own word">
          {props.proposal.trade.confidence === null ? "not stated" : `${props.proposal.trade.confidence} of 100`}
        </FigureRow>
        <FigureRow label="Made">
          <TimeText time={props.proposal.createdAt} />
          <Show when={isUndecided(props.proposal)}>
            , {formatDuration(Math.max(0, now() - props.proposal.createdAt))} ago
          </Show>
        </FigureRow>
        <FigureRow label="Good until">
          <TimeText time={props.proposal.expiresAt} />
        </FigureRow>
      </FigureList>
      <Show when={props.proposal.status === "rejected" ? null : props.proposal.reason}>
        {(note) => <p class="text-sm text-muted">{note()}</p>}
      </Show>
    </div>
  );
}

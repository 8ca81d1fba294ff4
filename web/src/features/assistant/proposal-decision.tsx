import { createMemo, createSignal, Show, untrack, type JSX } from "solid-js";
import type { ProposalView } from "../../../../contract/assistant.ts";
import { createNow, serverNow } from "../../data/clock.ts";
import { Button } from "../../ui/button.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { ExecuteDialog } from "./execute-dialog.tsx";
import { denialOf } from "./proposal-effect.ts";
import { EffectFigures } from "./proposal-figures.tsx";
import { statusSentence } from "./proposal-words.ts";
import { RejectDialog } from "./reject-dialog.tsx";
import { useProposal } from "./use-proposal.ts";

const NO_EDITS = {};

/** What is to be decided: in which account, what it would do there, what the risk engine says, and the two answers. */
export function ProposalDecision(props: {
  proposal: ProposalView;
  isOverridden: boolean;
  onChanged: (proposal: ProposalView) => void;
}): JSX.Element {
  const [isAsking, setAsking] = createSignal(false);
  const [isRejecting, setRejecting] = createSignal(false);
  const live = useProposal(() => props.proposal);
  const now = createNow(1_000, serverNow);
  const hasBook = createMemo(() => live.market.book() !== null);
  // Once a second is as often as one reads: a chat may show several of these beside a market that moves many times a second.
  const effect = createMemo(() => {
    now();
    hasBook();
    live.account();
    live.market.instrument();
    return untrack(() => live.effect(NO_EDITS));
  });
  const denial = (): string | null => {
    const current = effect();
    return current === null ? null : denialOf(current);
  };
  // What the desk would deny may pass with another size: the question is still asked, and says so.
  const blocked = createMemo(
    () =>
      live.unusable() ??
      (effect()?.type === "nothing" ? denial() : null) ??
      (props.proposal.contradicted && !props.isOverridden
        ? "A number in the reply contradicts what the model was shown. Say first that it does not matter."
        : null),
  );
  const verdict = (): string => {
    const refusal = denial();
    return refusal === null ? "The risk engine would take it." : `The risk engine would deny it: ${refusal}`;
  };
  return (
    <>
      {/* Figures that move are read when one goes to them; the conversation around them is a live region. */}
      <div class="flex flex-col gap-2" aria-live="off">
        <EffectFigures effect={effect()} live={live} proposal={props.proposal} isEdited={false} />
      </div>
      <p class="text-sm" role="status">
        {blocked() ??
          (effect() === null ? statusSentence(props.proposal) : `${statusSentence(props.proposal)} ${verdict()}`)}
      </p>
      <div class="flex flex-wrap gap-2">
        <Button
          tone={props.proposal.trade.action === "buy" ? "buy" : "sell"}
          blockedReason={blocked()}
          onClick={() => setAsking(true)}
        >
          {isKraken(live.account()) ? "Execute on Kraken…" : "Execute…"}
        </Button>
        <Button onClick={() => setRejecting(true)}>Reject…</Button>
      </div>
      <Show when={isRejecting()}>
        <RejectDialog proposal={props.proposal} onChanged={props.onChanged} onClose={() => setRejecting(false)} />
      </Show>
      <Show when={isAsking()}>
        <ExecuteDialog
          proposal={props.proposal}
          overrideClaims={props.isOverridden}
          onChanged={props.onChanged}
          onClose={() => setAsking(false)}
        />
      </Show>
    </>
  );
}

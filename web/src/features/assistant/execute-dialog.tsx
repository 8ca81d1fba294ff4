import { createMemo, createSignal, Show, untrack, type JSX } from "solid-js";
import type { ProposalView } from "../../../../contract/assistant.ts";
import type { ProposalOrderType } from "../../../../domain/assistant/proposal.ts";
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import { nearestPrice } from "../../../../domain/orders/quantise.ts";
import { executeProposal } from "../../data/assistant-api.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { classNames } from "../../ui/class-names.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { freshnessText } from "../freshness-text.ts";
import { begin, readEdits, type EditField, type EditTexts } from "./proposal-edits.ts";
import { denialOf } from "./proposal-effect.ts";
import { EffectFigures, ProposalAccount } from "./proposal-figures.tsx";
import { moneySentence, proposalTitle } from "./proposal-words.ts";
import { useProposal } from "./use-proposal.ts";

/**
 * The question before an order: what the proposal asks for, editable, and what exactly that would do to the account that it is
 * for. What is shown is judged from the order that is sent, letter by letter.
 */
export function ExecuteDialog(props: {
  proposal: ProposalView;
  overrideClaims: boolean;
  onChanged: (proposal: ProposalView) => void;
  onClose: () => void;
}): JSX.Element {
  const live = useProposal(() => props.proposal);
  // As it was when the question was asked: what is edited does not change under the hand.
  const { request, trade } = untrack(() => props.proposal);
  const [texts, setTexts] = createSignal<EditTexts>(begin(request));
  const write = (field: EditField) => (text: string) => setTexts((before) => ({ ...before, [field]: text }));
  /** A limit order begins at the last price that is known: something to start from, on the tick. */
  const chooseType = (orderType: ProposalOrderType): void => {
    const quote = live.market.markets()[trade.symbol]?.quote;
    const instrument = live.market.instrument();
    const last = quote?.lastTrade?.price ?? quote?.mark ?? untrack(() => props.proposal.referencePrice);
    const start = last === null || instrument === null ? "" : nearestPrice(last, instrument);
    setTexts((before) => ({
      ...before,
      orderType,
      limitPrice: orderType === "limit" && before.limitPrice === "" ? start : before.limitPrice,
    }));
  };
  const reading = createMemo(() => readEdits(request, texts()));
  const effect = createMemo(() => {
    const read = reading();
    return read.ok ? live.effect(read.edits) : null;
  });
  /** Of the order as it would be sent. */
  const title = (): string => {
    const current = effect();
    return `${proposalTitle({ trade, request: current?.type === "order" ? current.request : request })}?`;
  };
  const isReal = (): boolean => isKraken(live.account());
  const isBuy = trade.action === "buy";
  const blocked = (): string | null => {
    const read = reading();
    const current = effect();
    return live.unusable() ?? (read.ok ? null : read.reason) ?? (current === null ? null : denialOf(current));
  };
  const errorOf = (field: EditField): string | null => {
    const read = reading();
    return read.ok ? null : (read.errors[field] ?? null);
  };
  const tick = (): Decimal => live.market.instrument()?.tickSize ?? decimal("0.01");
  return (
    <ActionDialog
      title={title()}
      description={`A proposal of ${props.proposal.modelName}. Not financial advice: what happens is your decision.`}
      action={isReal() ? "Execute on Kraken" : "Execute"}
      class={isReal() ? "border-3 border-money" : ""}
      tone={isBuy ? "buy" : "sell"}
      blockedReason={blocked()}
      run={(intent) => {
        const read = reading();
        const edits = read.ok ? read.edits : {};
        return executeProposal(props.proposal.id, { edits, overrideClaims: props.overrideClaims }, intent);
      }}
      onDone={({ proposal }) => props.onChanged(proposal)}
      onClose={() => props.onClose()}
    >
      <ProposalAccount live={live} />
      <Show when={isReal() ? live.account() : null}>
        {(account) => (
          <p class="border-l-4 border-money bg-money-soft px-3 py-2 text-lg font-semibold">
            {moneySentence(effect(), account())}
          </p>
        )}
      </Show>
      <Show when={request !== null} fallback={<p>Sells the whole {trade.symbol} position at the market.</p>}>
        <DecimalField
          label="Size"
          value={texts().quantity}
          step={live.market.instrument()?.minimumQuantity ?? decimal("0.001")}
          unit={live.market.instrument()?.base ?? ""}
          error={errorOf("quantity")}
          onInput={write("quantity")}
        />
        <div class="flex items-start gap-2">
          <div class="flex min-w-0 flex-1 flex-col gap-1">
            <span class="text-sm text-muted" aria-hidden="true">
              Order type
            </span>
            <SegmentedChoice
              label="Order type"
              options={[
                { value: "market", label: "Market" },
                { value: "limit", label: "Limit" },
              ]}
              value={texts().orderType}
              onChange={chooseType}
            />
          </div>
          {/* It keeps its place, so that nothing moves under the hand. */}
          <DecimalField
            label="Limit price"
            class={classNames("flex-1", texts().orderType === "market" && "invisible")}
            value={texts().limitPrice}
            step={tick()}
            error={errorOf("limitPrice")}
            onInput={write("limitPrice")}
          />
        </div>
        <Show when={isBuy}>
          <div class="flex gap-2">
            <DecimalField
              label="Stop"
              class="flex-1"
              value={texts().stop}
              step={tick()}
              error={errorOf("stop")}
              hint={hintOf(texts().stop, request?.stop)}
              onInput={write("stop")}
            />
            <DecimalField
              label="Target"
              class="flex-1"
              value={texts().target}
              step={tick()}
              error={errorOf("target")}
              hint={hintOf(texts().target, request?.target)}
              onInput={write("target")}
            />
          </div>
        </Show>
      </Show>
      <Show when={freshnessText(live.market.freshness())}>{(text) => <p class="text-warning">{text()}</p>}</Show>
      <EffectFigures effect={effect()} live={live} proposal={props.proposal} isEdited />
      <Show when={blocked()}>
        {(reason) => (
          <p class="text-sm text-warning" role="status">
            {reason()}
          </p>
        )}
      </Show>
      <Show when={isEdited(reading())}>
        <p class="text-sm text-muted">What you changed is recorded beside the proposal.</p>
      </Show>
    </ActionDialog>
  );
}

/** What an empty field means: the account's default where the proposal names none, nothing at all where it was taken away. */
function hintOf(text: string, proposed: object | null | undefined): string | null {
  if (text !== "") {
    return null;
  }
  return proposed === undefined ? "Empty: the account's default." : "Empty: none, whatever the account's default is.";
}

function isEdited(reading: ReturnType<typeof readEdits>): boolean {
  return reading.ok && Object.keys(reading.edits).length > 0;
}

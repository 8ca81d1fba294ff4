import { createMemo, createSignal, Show, untrack, type JSX } from "solid-js";
import type { ProposalEdits, ProposalView } from "../../../../contract/assistant.ts";
import { decimal, isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import { factsOfViews } from "../../../../domain/orders/estimate.ts";
import { checkOrder } from "../../../../domain/risk/check.ts";
import { executeProposal } from "../../data/assistant-api.ts";
import { marketNow, serverNow } from "../../data/clock.ts";
import { useAccount, useOpenOrders } from "../../data/use-account.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { RiskFigures } from "../order-form/risk-figures.tsx";
import { useTradingMarket } from "../trading/use-trading-market.ts";
import { proposalTitle } from "./proposal-words.ts";

/** The question before an order: what the proposal asks for, editable, with what the risk engine says of it. */
export function ExecuteDialog(props: {
  proposal: ProposalView;
  isReal: boolean;
  overrideClaims: boolean;
  onChanged: (proposal: ProposalView) => void;
  onClose: () => void;
}): JSX.Element {
  const account = useAccount();
  const openOrders = useOpenOrders();
  const symbol = (): string => props.proposal.trade.symbol;
  const market = useTradingMarket(symbol);
  // As it was when the question was asked: what is edited does not change under the hand.
  const { request, trade } = untrack(() => props.proposal);
  const begin = {
    quantity: request?.quantity ?? trade.quantity ?? "",
    limitPrice: request?.limitPrice ?? trade.limitPrice ?? "",
    stop: trade.stop ?? "",
    target: trade.target ?? "",
  };
  const [quantity, setQuantity] = createSignal<string>(begin.quantity);
  const [limitPrice, setLimitPrice] = createSignal<string>(begin.limitPrice);
  const [stop, setStop] = createSignal<string>(begin.stop);
  const [target, setTarget] = createSignal<string>(begin.target);
  const number = (text: string): Decimal | null => {
    const value = parseDecimal(text);
    return value !== null && isPositive(value) ? value : null;
  };
  const isClose = (): boolean => trade.action === "close";
  const edits = (): ProposalEdits => {
    const size = number(quantity());
    return {
      ...(size === null || quantity() === begin.quantity ? {} : { quantity: size }),
      ...(limitPrice() === begin.limitPrice ? {} : { limitPrice: number(limitPrice()) }),
      ...(stop() === begin.stop ? {} : { stop: number(stop()) }),
      ...(target() === begin.target ? {} : { target: number(target()) }),
    };
  };
  const check = createMemo(() => {
    const owner = account();
    const size = number(quantity());
    if (owner === null || request === null || size === null) {
      return null;
    }
    const limit = number(limitPrice());
    const at = number(stop());
    return checkOrder(
      factsOfViews(owner, openOrders(), serverNow()),
      {
        request: {
          symbol: symbol(),
          side: request.side,
          type: limit === null ? "market" : "limit",
          timeInForce: limit === null ? "ioc" : "gtc",
          postOnly: false,
          quantity: size,
          ...(limit === null ? {} : { limitPrice: limit }),
          ...(at === null ? {} : { stop: { type: "price" as const, price: at } }),
        },
        riskPercent: null,
      },
      { markets: market.markets(), instruments: {}, marketTime: marketNow() },
    );
  });
  const blocked = (): string | null =>
    isClose() || number(quantity()) !== null ? (check()?.denial?.message ?? null) : "Give a size.";
  const tick = (): Decimal => market.instrument()?.tickSize ?? decimal("0.01");
  return (
    <ActionDialog
      title={`${proposalTitle(props.proposal)}?`}
      description={`A proposal of ${props.proposal.modelName}. Not financial advice: what happens is your decision.`}
      action={props.isReal ? "Execute on Kraken" : "Execute"}
      tone={trade.action === "buy" ? "buy" : "sell"}
      blockedReason={blocked()}
      run={(intent) =>
        executeProposal(props.proposal.id, { edits: edits(), overrideClaims: props.overrideClaims }, intent)
      }
      onDone={({ proposal }) => props.onChanged(proposal)}
      onClose={() => props.onClose()}
    >
      <Show when={!isClose()} fallback={<p>Sells the whole {symbol()} position at the market.</p>}>
        <DecimalField
          label="Size"
          value={quantity()}
          step={market.instrument()?.minimumQuantity ?? decimal("0.001")}
          unit={market.instrument()?.base ?? ""}
          onInput={setQuantity}
        />
        <Show when={begin.limitPrice !== ""}>
          <DecimalField label="Limit price" value={limitPrice()} step={tick()} onInput={setLimitPrice} />
        </Show>
        <Show when={trade.action === "buy"}>
          <div class="flex gap-2">
            <DecimalField label="Stop" class="flex-1" value={stop()} step={tick()} onInput={setStop} />
            <DecimalField label="Target" class="flex-1" value={target()} step={tick()} onInput={setTarget} />
          </div>
        </Show>
        <RiskFigures check={check()} isEntry={trade.action === "buy"} reward={props.proposal.rewardToRisk} />
      </Show>
      <Show when={Object.keys(edits()).length > 0}>
        <p class="text-sm text-muted">What you changed is recorded beside the proposal.</p>
      </Show>
    </ActionDialog>
  );
}

import { Match, Show, Switch, type JSX } from "solid-js";
import type { ProposalView } from "../../../../contract/assistant.ts";
import { assetsOf } from "../../../../domain/orders/conversion.ts";
import { formatAmount, formatPercent, formatPrice, MISSING } from "../../ui/format.ts";
import { ModeStrip } from "../account-mode/mode-marks.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { RiskFigures } from "../order-form/risk-figures.tsx";
import { CloseFigures } from "../positions/close-figures.tsx";
import type { ProposalEffect } from "./proposal-effect.ts";
import type { LiveProposal } from "./use-proposal.ts";

/** Whose money the proposal would move. The account of the proposal, which need not be the one on screen. */
export function ProposalAccount(props: { live: Pick<LiveProposal, "account" | "isOnScreen"> }): JSX.Element {
  return (
    <Show
      when={props.live.account()}
      fallback={<p class="text-sm text-warning">For an account that this desk does not know.</p>}
    >
      {(account) => (
        <ModeStrip account={account()} name={account().name} class="rounded-sm border">
          <Show when={!props.live.isOnScreen()}>
            <span class="font-semibold text-text">Not the account on screen</span>
          </Show>
        </ModeStrip>
      )}
    </Show>
  );
}

/** What it would do to the account, and what the risk engine says of it, rule by rule. */
export function EffectFigures(props: {
  effect: ProposalEffect | null;
  live: LiveProposal;
  proposal: ProposalView;
  /** Where what is asked for can be changed, reward to risk is told of the changed order. */
  isEdited: boolean;
}): JSX.Element {
  const order = () => (props.effect?.type === "order" ? props.effect : null);
  const close = () => (props.effect?.type === "close" ? props.effect : null);
  const decimals = () => props.live.market.instrument()?.priceDecimals;
  return (
    <Switch>
      <Match when={order()}>
        {(shown) => (
          <>
            <OrderEffect effect={shown()} priceDecimals={decimals()} />
            <RiskFigures
              check={shown().check}
              isEntry={shown().request.side === "buy"}
              reward={props.isEdited ? shown().reward : null}
            />
          </>
        )}
      </Match>
      <Match when={close()}>
        {(shown) => (
          <CloseFigures
            plan={shown().plan}
            asset={assetsOf(props.proposal.trade.symbol).base}
            priceDecimals={decimals()}
            isReal={isKraken(props.live.account())}
          />
        )}
      </Match>
    </Switch>
  );
}

function OrderEffect(props: {
  effect: Extract<ProposalEffect, { type: "order" }>;
  priceDecimals: number | undefined;
}): JSX.Element {
  const assets = () => assetsOf(props.effect.request.symbol);
  const isBuy = (): boolean => props.effect.request.side === "buy";
  const estimate = () => props.effect.estimate;
  /** Where the stop would be: as asked for, else by the account's default. */
  const stop = (): string => {
    const { check, request } = props.effect;
    const level = check.order?.stop ?? null;
    return level === null
      ? "none"
      : `${formatPrice(level, props.priceDecimals)}${request.stop === undefined ? ", the account's default" : ""}`;
  };
  const exposure = (): string => {
    const { exposure: share } = props.effect.check;
    return share === null
      ? MISSING
      : `${formatPercent(share.beforePercent, { sign: "negative" })} → ${formatPercent(share.afterPercent, { sign: "negative" })}`;
  };
  return (
    <FigureList>
      <FigureRow label="Average price">{formatPrice(estimate()?.averagePrice, props.priceDecimals)}</FigureRow>
      <FigureRow label="Fee">{formatAmount(estimate()?.fee, assets().quote)}</FigureRow>
      <FigureRow label={isBuy() ? "You pay" : "You receive"}>
        <strong>{formatAmount(estimate()?.total, assets().quote)}</strong>
      </FigureRow>
      <FigureRow label={`${assets().quote} after`}>{formatAmount(estimate()?.quoteAfter, assets().quote)}</FigureRow>
      <FigureRow label={`${assets().base} after`}>{formatAmount(estimate()?.baseAfter, assets().base)}</FigureRow>
      <FigureRow label="Exposure" title="Positions and open entries, in percent of equity">
        {exposure()}
      </FigureRow>
      <Show when={isBuy()}>
        <FigureRow label="Stop after">{stop()}</FigureRow>
      </Show>
    </FigureList>
  );
}

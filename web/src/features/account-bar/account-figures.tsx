import { Show, type JSX } from "solid-js";
import { useValuation } from "../../data/use-valuation.ts";
import { useAccount } from "../../data/use-account.ts";
import { formatMoney } from "../../ui/format.ts";
import { NumberCell, ProfitText } from "../../ui/number-cell.tsx";

/** Equity, what can be spent and today's result of the active account, live. */
export function AccountFigures(props: { showAvailable: boolean }): JSX.Element {
  const account = useAccount();
  const figures = useValuation();
  const unvalued = (): readonly string[] => account()?.unvalued ?? [];
  const equityNote = (): string =>
    figures().complete || unvalued().length > 0
      ? "Cash and holdings at their marks"
      : "Incomplete: a holding has no fresh price; last good figures";
  const todayNote = (): string =>
    unvalued().length > 0
      ? `Incomplete: ${unvalued().join(", ")} came, went or was held at the start of the day without a price. Known with its first price.`
      : "Equity now − equity at the start of the account's day − deposits and withdrawals since";
  return (
    <Show when={account()}>
      <dl class="flex items-center gap-4">
        <Figure label={figures().complete ? "Equity" : "Equity (incomplete)"} title={equityNote()}>
          <NumberCell text={formatMoney(figures().equity)} class="font-semibold" />
        </Figure>
        <Show when={props.showAvailable}>
          <Figure label="Available" title="Cash that no open order holds">
            <NumberCell text={formatMoney(figures().available)} />
          </Figure>
        </Show>
        <Figure label={unvalued().length > 0 ? "Today (incomplete)" : "Today"} title={todayNote()}>
          <ProfitText value={figures().todayProfit} percent={figures().todayPercent} class="font-semibold" />
        </Figure>
      </dl>
    </Show>
  );
}

function Figure(props: { label: string; title: string; children: JSX.Element }): JSX.Element {
  return (
    <div class="flex flex-col" title={props.title}>
      <dt class="text-xs leading-3.5 text-muted">{props.label}</dt>
      <dd class="leading-4.5">{props.children}</dd>
    </div>
  );
}

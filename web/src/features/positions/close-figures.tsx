import { For, Show, type JSX } from "solid-js";
import { isPositive } from "../../../../domain/decimal.ts";
import { formatAmount, formatPercent, formatPrice, formatQuantity } from "../../ui/format.ts";
import { ProfitText } from "../../ui/number-cell.tsx";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { remainingQuantity, sideWord } from "../orders/order-words.ts";
import type { ClosePlan } from "./close-plan.ts";

/** What a close sells and brings, what stays, what is cancelled first. */
export function CloseFigures(props: {
  plan: ClosePlan;
  asset: string;
  priceDecimals: number | undefined;
  isReal: boolean;
}): JSX.Element {
  const asset = (): string => props.asset;
  return (
    <>
      <Show when={props.plan.denial === null ? props.plan.estimate : null}>
        {(estimate) => (
          <FigureList>
            <FigureRow label="Sells at market">
              {formatAmount(props.isReal ? estimate().quantity : estimate().takenQuantity, asset())}
            </FigureRow>
            <FigureRow label="Average price">{formatPrice(estimate().averagePrice, props.priceDecimals)}</FigureRow>
            <FigureRow label="Slippage" title="Against the middle of best bid and ask">
              {formatPercent(estimate().slippagePercent, { decimals: 3 })}
            </FigureRow>
            <FigureRow label="Fee">{formatAmount(estimate().fee, estimate().quoteAsset)}</FigureRow>
            <FigureRow label="You receive">{formatAmount(estimate().total, estimate().quoteAsset)}</FigureRow>
            <FigureRow label="Realised P&L">
              <ProfitText value={props.plan.profit} />
            </FigureRow>
            <FigureRow label="Stays">{formatAmount(props.plan.left, asset())}</FigureRow>
          </FigureList>
        )}
      </Show>
      <Show when={props.plan.waits}>
        <p class="text-warning">
          {props.isReal
            ? "Price unknown: there is no fresh price here. The order is sent to Kraken all the same and sells at whatever the market is then."
            : "There is no fresh price. The order is taken and waits: it sells at the first fresh price, whatever that is."}
        </p>
      </Show>
      <Show when={props.plan.denial}>{(denial) => <p class="text-warning">{denial().message}</p>}</Show>
      <Show when={isPositive(props.plan.unfilled) && props.plan.denial === null}>
        <p class="text-warning">
          {props.isReal
            ? `The order book here shows no more. The other ${formatAmount(props.plan.unfilled, asset())} is sold too, at whatever Kraken's market pays then: the figures are without it.`
            : `The order book shows no more: ${formatAmount(props.plan.unfilled, asset())} of it will not be sold.`}
        </p>
      </Show>
      <Show when={props.plan.leavesDust && props.plan.denial === null}>
        <p class="text-warning">
          {formatAmount(props.plan.left, asset())} stays as dust, under the smallest order: close 100 % to leave
          nothing.
        </p>
      </Show>
      <Show when={props.plan.cancels.length > 0}>
        <div>
          <p>
            {props.isReal
              ? "Cancelled first, because they hold what is to be sold; the sale is sent when Kraken has ended them:"
              : "Cancelled first, because they hold what is to be sold:"}
          </p>
          <ul class="list-disc pl-5">
            <For each={props.plan.cancels}>
              {(order) => (
                <li>
                  {sideWord(order.side)} {formatQuantity(remainingQuantity(order))} of {order.symbol} at{" "}
                  {formatPrice(order.limitPrice, undefined)}
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
    </>
  );
}

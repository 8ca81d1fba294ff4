import { Show, type JSX } from "solid-js";
import type { Instrument } from "../../../../domain/market.ts";
import type { Estimate } from "../../../../domain/orders/estimate.ts";
import type { Side } from "../../../../domain/market.ts";
import { formatAmount, formatPercent, formatPrice, formatQuantity, MISSING } from "../../ui/format.ts";
import { isPositive } from "../../../../domain/decimal.ts";
import { FigureList, FigureRow } from "../figure-list.tsx";

/** Cost, fee, slippage and what is left, by the live book. Always the same lines, so nothing jumps while one types. */
export function EstimateFigures(props: {
  estimate: Estimate | null;
  side: Side;
  instrument: Instrument;
  /** There is no fresh price: the order would be taken and wait for one. */
  waits: boolean;
  /** There is no fresh price and the order goes to Kraken all the same. */
  priceUnknown: boolean;
  /** Nothing trades before its trigger. */
  triggered: boolean;
  isPaper: boolean;
}): JSX.Element {
  const quote = (value: Estimate["cost"] | undefined): string =>
    value === undefined ? MISSING : formatAmount(value, props.instrument.quote);
  return (
    <div>
      <FigureList>
        <FigureRow label="Average price" title="Of what is taken from the book now and what would wait at the limit">
          {formatPrice(props.estimate?.averagePrice, props.instrument.priceDecimals)}
        </FigureRow>
        <FigureRow label={props.side === "buy" ? "Cost" : "Value"}>{quote(props.estimate?.cost)}</FigureRow>
        <FigureRow label="Fee" title="Taker's on what is taken at once, maker's on what waits">
          {quote(props.estimate?.fee)}
        </FigureRow>
        <FigureRow label="Slippage" title="Average price of what is taken at once, against the middle of bid and ask">
          {formatPercent(props.estimate?.slippagePercent, { decimals: 3, sign: "always" })}
        </FigureRow>
        <FigureRow label={props.side === "buy" ? "You pay" : "You receive"}>
          <strong>{quote(props.estimate?.total)}</strong>
        </FigureRow>
        <FigureRow label={`${props.instrument.quote} after`}>{quote(props.estimate?.quoteAfter)}</FigureRow>
        <FigureRow label={`${props.instrument.base} after`}>
          {props.estimate === null ? MISSING : formatQuantity(props.estimate.baseAfter)}
        </FigureRow>
      </FigureList>
      <p class="mt-1 min-h-4 text-sm text-muted">
        <Show when={props.estimate}>
          {(estimate) => (
            <>
              <Show when={isPositive(estimate().takenQuantity)}>
                {formatQuantity(estimate().takenQuantity)} trades at once
                <Show when={isPositive(estimate().restQuantity)}>
                  , {formatQuantity(estimate().restQuantity)} waits
                </Show>
                .
              </Show>
              <Show when={props.waits}>There is no fresh price: the order is taken and waits for one.</Show>
              <Show when={props.priceUnknown}>
                Price unknown: Kraken sells it at whatever the market is when it gets there.
              </Show>
              <Show when={props.triggered}>
                It waits {props.isPaper ? "" : "at Kraken "}for its trigger; what is paid or received then can be worse
                than these figures.
              </Show>
              <Show
                when={
                  !props.waits &&
                  !props.triggered &&
                  !isPositive(estimate().takenQuantity) &&
                  isPositive(estimate().restQuantity)
                }
              >
                It waits in the book at its price.
              </Show>
              <Show when={estimate().restReason}>{(reason) => <span class="text-warning"> {reason()}</span>}</Show>
            </>
          )}
        </Show>
      </p>
    </div>
  );
}

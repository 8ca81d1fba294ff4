import { Show, type JSX } from "solid-js";
import { isNegative, negate } from "../../../../domain/decimal.ts";
import type { PositionRisk } from "../../../../domain/risk/position-risk.ts";
import { formatDecimal, formatMoney, formatProfit, MINUS, MISSING } from "../../ui/format.ts";

/** What the position loses if its stop sells, its share of equity, and how many times the risk it has made so far. */
export function RiskCell(props: { risk: PositionRisk | null }): JSX.Element {
  return (
    <Show when={props.risk?.lossAtStop} fallback={MISSING}>
      {(loss) => (
        <span
          title={props.risk?.lossAtStopPercent === null ? undefined : `${props.risk?.lossAtStopPercent} % of equity`}
        >
          {isNegative(loss()) ? formatProfit(negate(loss())) : `${MINUS}${formatMoney(loss())}`}
          <Show when={props.risk?.rMultiple}>
            {(multiple) => <span class="text-muted"> {formatDecimal(multiple(), { sign: "always" })} R</span>}
          </Show>
        </span>
      )}
    </Show>
  );
}

import { For, Show, type JSX } from "solid-js";
import type { AccountView, PositionView } from "../../../../contract/accounts.ts";
import type { RiskView } from "../../../../contract/risk.ts";
import { isNegative, negate, type Decimal } from "../../../../domain/decimal.ts";
import { createNow, marketNow } from "../../data/clock.ts";
import { preferences } from "../../data/preferences.ts";
import { useMarks } from "../../data/use-valuation.ts";
import { useStores } from "../../data/stores.tsx";
import { formatDecimal, formatMoney, formatPercent, formatProfit, MINUS } from "../../ui/format.ts";
import { classNames } from "../../ui/class-names.ts";
import { formatTime } from "../../ui/format-time.ts";
import { protectionSentence } from "../positions/protection-words.ts";
import { nakedLines, nakedSoFar, type NakedLine } from "./naked-words.ts";

type PositionRisks = RiskView["standing"]["positions"];

/** Every position with the net that holds its stop, and what it loses there. */
export function ProtectedList(props: { account: AccountView; risks: PositionRisks }): JSX.Element {
  const { market } = useStores();
  const marks = useMarks();
  const now = createNow(1_000, marketNow);
  const linesOf = ({ asset, symbol, protection }: PositionView): readonly NakedLine[] =>
    nakedLines(protection.naked, asset, marks()[symbol]?.mark ?? null, now());
  const riskOf = (asset: string): PositionRisks[number] | undefined => props.risks.find((risk) => risk.asset === asset);
  return (
    <section aria-label="What is protected">
      <h2 class="text-sm text-muted">What is protected, and by what</h2>
      <Show
        when={props.account.positions.length > 0}
        fallback={<p class="text-muted">No position: there is nothing to protect.</p>}
      >
        <ul class="flex flex-col">
          <For each={props.account.positions}>
            {(position) => (
              <li class="flex flex-wrap gap-x-3 border-b py-1">
                <strong class="w-14">{position.asset}</strong>
                <span
                  class="min-w-48 flex-1"
                  classList={{ "text-warning": position.protection.status === "unprotected" }}
                >
                  {protectionSentence(position.protection, market.instrument(position.symbol)) || "Unprotected."}
                </span>
                <span class="text-muted tabular-nums" title={nakedSoFar(position.protection.naked, position.asset)}>
                  {figures(riskOf(position.asset))}
                </span>
                <For each={linesOf(position)}>
                  {({ words, kind, since }) => (
                    <span
                      class={classNames("basis-full tabular-nums", kind === "late" ? "text-danger" : "text-warning")}
                      title={`Since ${formatTime(since, preferences.zone, "date-time")}`}
                    >
                      {words}
                    </span>
                  )}
                </For>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}

function figures(risk: PositionRisks[number] | undefined): string {
  if (risk === undefined) {
    return "";
  }
  const parts = [
    risk.sharePercent === null ? null : `${formatPercent(risk.sharePercent, { sign: "negative" })} of equity`,
    risk.stopDistancePercent === null
      ? null
      : `stop ${formatPercent(risk.stopDistancePercent, { sign: "negative" })} away`,
    risk.lossAtStop === null ? null : `lose at stop ${signedLoss(risk.lossAtStop)}`,
    risk.rMultiple === null ? null : `${formatDecimal(risk.rMultiple, { sign: "always" })} R`,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

function signedLoss(loss: Decimal): string {
  return isNegative(loss) ? formatProfit(negate(loss)) : `${MINUS}${formatMoney(loss)}`;
}

import type { BoughtCostView } from "../../../../contract/accounts.ts";
import { isPositive, subtract } from "../../../../domain/decimal.ts";
import { formatQuantity } from "../../ui/format.ts";
import { formatTime, type Zone } from "../../ui/format-time.ts";

/** What the history says of the cost, and how far it reaches, in sentences. */
export function boughtWords(found: BoughtCostView, currency: string, zone: Zone, money: string): string {
  const { asset, quantity, trades, since } = found;
  const from = since === null ? "" : ` since ${formatTime(since, zone, "date")}`;
  const said = isPositive(quantity)
    ? `Kraken's history says ${money} ${currency} for the last ${formatQuantity(quantity)} ${asset} bought (${trades} ${trades === 1 ? "trade" : "trades"}${from}), fees included.`
    : "";
  return [said, reachWords(found)].filter((sentence) => sentence !== "").join(" ");
}

function reachWords({ asset, wanted, quantity, reach, stoppedBy, problem, tradesRead }: BoughtCostView): string {
  const rest = `${isPositive(quantity) ? "the other " : ""}${formatQuantity(subtract(wanted, quantity))} ${asset}`;
  switch (reach) {
    case "covered":
      return "";
    case "reading":
      return tradesRead === 0
        ? "Kraken's history is read as soon as its limits leave room for it."
        : `Kraken's history is being read: ${tradesRead} trades so far.`;
    case "ended":
      return stoppedBy === null
        ? `It knows no purchase of ${rest}: deposited, earned, or from elsewhere.`
        : `What ${rest} cost it does not say: the next came by ${stoppedBy}.`;
    case "too_far":
      return `The last ${tradesRead} trades do not reach the purchase of ${rest}.`;
    case "failed":
      return `Kraken's history could not be read${isPositive(quantity) ? " any further" : ""}: ${problem ?? "no answer"}`;
  }
}

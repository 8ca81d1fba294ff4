/** What each way of stopping will do to an account, in numbers, before it is done. Pure. */
import type { AccountView, PositionView } from "../../../../contract/accounts.ts";
import type { OrderView } from "../../../../contract/orders.ts";
import { isPositive } from "../../../../domain/decimal.ts";
import type { StopMode } from "../../../../domain/risk/halts-stop.ts";
import { valuatePosition, type Marks } from "../../../../domain/valuation.ts";
import { formatAmount, formatDecimal, formatMoney } from "../../ui/format.ts";
import { heldAmounts, ordersBySymbol, plural } from "./stop-words.ts";

/** One sentence per thing that will happen. */
export function stopPlan(
  mode: StopMode,
  account: AccountView,
  orders: readonly OrderView[],
  marks: Marks,
): readonly string[] {
  const ended = mode === "flatten" ? orders : orders.filter(({ origin }) => origin !== "stop");
  const held = heldAmounts(account.balances);
  const frees = held === "nothing" ? "" : ` This frees what they hold of ${held}.`;
  const cancels =
    ended.length === 0
      ? "No order has to be cancelled."
      : `Cancels ${plural(ended.length, "order")} of ${account.name}: ${ordersBySymbol(ended)}.${frees}`;
  return [cancels, positionSentence(mode, account, marks), "Nothing is opened until you resume; exits go on."];
}

function positionSentence(mode: StopMode, account: AccountView, marks: Marks): string {
  const positions = account.positions.filter(({ quantity }) => isPositive(quantity));
  if (positions.length === 0) {
    return "There is no position.";
  }
  const bare = positions.filter(({ protection }) => protection.stop === null);
  switch (mode) {
    case "keep":
      return bare.length === 0
        ? `Keeps ${plural(positions.length, "position")} and every stop: ${stopsOf(positions)}.`
        : `Keeps ${plural(positions.length, "position")}. Without a stop, before and after: ${bare.map(({ asset }) => asset).join(", ")}.`;
    case "protect":
      return bare.length === 0
        ? `Every position has its stop already: ${stopsOf(positions)}.`
        : `Puts a stop ${account.limits.defaultStopPercent ?? "5"} % under the price of ${bare.map(amountOf).join(", ")}.`;
    case "flatten":
      return `Sells ${positions.map((position) => `${amountOf(position)} for about ${valueOf(position, account, marks)}`).join(", ")} at the market, before fees.`;
  }
}

function stopsOf(positions: readonly PositionView[]): string {
  return positions.map(({ asset, protection }) => `${asset} at ${formatDecimal(protection.stop?.price)}`).join(", ");
}

function amountOf({ quantity, asset }: PositionView): string {
  return formatAmount(quantity, asset);
}

function valueOf(position: PositionView, account: AccountView, marks: Marks): string {
  const { value } = valuatePosition(position, account.currency, marks);
  return value === null ? "a price that is not known now" : formatMoney(value);
}

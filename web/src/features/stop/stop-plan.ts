/** What each way of stopping will do to an account, in numbers, before it is done. Pure. */
import type { AccountView, PositionView } from "../../../../contract/accounts.ts";
import type { OrderView } from "../../../../contract/orders.ts";
import { isPositive } from "../../../../domain/decimal.ts";
import { keptAtStop } from "../../../../domain/account/kept-at-stop.ts";
import { assetsOf } from "../../../../domain/orders/conversion.ts";
import type { StopMode } from "../../../../domain/risk/halts-stop.ts";
import { valuatePosition, type Marks } from "../../../../domain/valuation.ts";
import { formatAmount, formatDecimal, formatMoney } from "../../ui/format.ts";
import { heldAmounts, ordersBySymbol, plural } from "./stop-words.ts";

/** An order as the account counts it: a sale for its currency takes out, anything else goes in. */
function intentIn({ symbol, side }: OrderView, { currency }: AccountView): "entry" | "exit" {
  return side === "sell" && assetsOf(symbol).quote === currency ? "exit" : "entry";
}

/** One sentence per thing that will happen. */
export function stopPlan(
  mode: StopMode,
  account: AccountView,
  orders: readonly OrderView[],
  marks: Marks,
): readonly string[] {
  const kept = orders.filter((order) => keptAtStop({ ...order, intent: intentIn(order, account) }, mode) !== null);
  const ended = orders.filter((order) => !kept.includes(order));
  // What is kept are sales: what they sell stays held.
  const stillHeld = new Set(kept.map(({ symbol }) => assetsOf(symbol).base));
  const held = heldAmounts(account.balances.filter(({ asset }) => !stillHeld.has(asset)));
  const frees = held === "nothing" ? "" : ` This frees what they hold of ${held}.`;
  const cancels =
    ended.length === 0
      ? "No order has to be cancelled."
      : `Cancels ${plural(ended.length, "order")} of ${account.name}: ${ordersBySymbol(ended)}.${frees}`;
  const stays = `Leaves ${plural(kept.length, "order")} that ${kept.length === 1 ? "protects or sells" : "protect or sell"} a position: ${ordersBySymbol(kept)}.`;
  return [
    cancels,
    ...(kept.length === 0 || mode === "flatten" ? [] : [stays]),
    positionSentence(mode, account, marks),
    "Nothing is opened until you resume; exits go on.",
  ];
}

function positionSentence(mode: StopMode, account: AccountView, marks: Marks): string {
  const positions = account.positions.filter(({ quantity }) => isPositive(quantity));
  if (positions.length === 0) {
    return "There is no position.";
  }
  const bare = positions.filter(isBare);
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

/** Nothing sells it when the price falls: neither a stop of the desk nor stop orders of the trader's own. */
function isBare({ protection: { stop, status } }: PositionView): boolean {
  return stop === null && status !== "protected";
}

function stopsOf(positions: readonly PositionView[]): string {
  return positions
    .map(({ asset, protection }) => `${asset} at ${formatDecimal(protection.stop?.price ?? protection.ownStop)}`)
    .join(", ");
}

function amountOf({ quantity, asset }: PositionView): string {
  return formatAmount(quantity, asset);
}

function valueOf(position: PositionView, account: AccountView, marks: Marks): string {
  const { value } = valuatePosition(position, account.currency, marks);
  return value === null ? "a price that is not known now" : formatMoney(value);
}

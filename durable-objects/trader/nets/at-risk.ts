/** What somebody has to look after although nobody calls the trader. */
import type { Command } from "../../../domain/account/commands.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { hasPosition } from "../../../domain/risk/needs-samples.ts";
import { countLiveOrders } from "../../../domain/account/open-orders.ts";

/** Whether anything is open: a holding, an order, an alert that waits. */
export function isAtRisk(state: AccountState): boolean {
  return hasPosition(state) || countLiveOrders(state.orders) > 0 || Object.keys(state.priceAlerts).length > 0;
}

/**
 * Whether a command may open something. A sale for the account's currency can do nothing but reduce, and an exit never waits for
 * D1 (TRADING §2); one for anything else buys that.
 */
export function mayOpen(state: AccountState, command: Command): boolean {
  switch (command.type) {
    case "place_order":
      return command.request.side === "buy" || !command.request.symbol.endsWith(`/${state.currency}`);
    case "adopt_holding":
    case "set_price_alert":
      return true;
    default:
      return false;
  }
}

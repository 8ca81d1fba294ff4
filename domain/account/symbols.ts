import { isPositive, ZERO } from "../decimal.ts";
import type { Symbol } from "../market.ts";
import { assetsOf, symbolsOfOrder, valuationSymbol } from "../orders/conversion.ts";
import { needsEquity } from "../risk/facts.ts";
import type { Command } from "./commands.ts";
import { isArmed } from "../orders/trigger.ts";
import { totalOf } from "./holdings.ts";
import type { AccountState } from "./state.ts";
import { orderOfRow } from "../triggers/trigger-index.ts";
import { targetOfRow } from "./watched-levels.ts";
import { venueSymbols } from "./venue/symbols.ts";
import { liveOrder } from "./open-orders.ts";

/** Symbols whose market views a decision on the command may look at: what the shell asks the feed for beforehand. */
export function symbolsNeeded(state: AccountState, command: Command): readonly Symbol[] {
  // Also a change of the rules: the one that denies at these prices is not loosened at once.
  const isValued = isEntry(state, command) || changesLimits(command);
  const valued = isValued && needsEquity(state.limits) ? heldSymbols(state) : [];
  return unique([...symbolsNamed(state, command), ...valued]);
}

/** Those among them that the command itself is about: what the others are worth is a matter for the judge. */
export function symbolsNamed(state: AccountState, command: Command): readonly Symbol[] {
  const { currency } = state;
  switch (command.type) {
    case "place_order":
      return symbolsOfOrder(command.request.symbol, currency);
    case "amend_order": {
      const order = liveOrder(state.orders, command.orderId);
      return order === undefined ? [] : symbolsOfOrder(order.symbol, currency);
    }
    case "close_position":
      return [valuationSymbol(command.asset, currency)];
    case "retry_waiting":
      return symbolsOfOrder(command.symbol, currency);
    case "apply_prints":
      // The prints bring their own prices; only what values a quote that is not the account currency is needed.
      // What a print sets off meets the whole book.
      return unique(
        command.deliveries.flatMap(({ orderId, symbol }) =>
          setsOff(state, orderId) ? [symbol] : symbolsOfOrder(symbol, currency).filter((name) => name !== symbol),
        ),
      );
    case "start_day":
      return Object.keys(state.holdings)
        .filter((asset) => asset !== currency)
        .map((asset) => valuationSymbol(asset, currency));
    case "resume_trading":
    case "stop_trading":
      return managedSymbols(state);
    case "set_price_alert":
      return [command.symbol];
    case "sample_equity":
    case "remove_price_alert":
    case "tell_alert_answer":
      return [];
    case "protect_position":
      return [valuationSymbol(command.asset, currency)];
    case "open_account":
    case "deposit":
    case "reset_account":
    case "change_settings":
    case "cancel_order":
    case "cancel_all":
    case "expire_orders":
      return [];
    default:
      return venueSymbols(state, command);
  }
}

/** The pairs of what the desk manages. */
function managedSymbols(state: AccountState): readonly Symbol[] {
  return Object.keys(state.holdings)
    .filter((asset) => asset !== state.currency && isPositive(state.holdings[asset]?.managed ?? ZERO))
    .map((asset) => valuationSymbol(asset, state.currency));
}

/** The pairs that value what the account has: rules in percent of equity need all of them. */
export function heldSymbols({ holdings, currency }: AccountState): readonly Symbol[] {
  return Object.entries(holdings)
    .filter(([asset, holding]) => asset !== currency && isPositive(totalOf(holding)))
    .map(([asset]) => valuationSymbol(asset, currency));
}

function isEntry(state: AccountState, command: Command): boolean {
  switch (command.type) {
    case "place_order": {
      const { side, symbol } = command.request;
      return side === "buy" || assetsOf(symbol).quote !== state.currency;
    }
    case "amend_order":
      return liveOrder(state.orders, command.orderId)?.intent === "entry";
    default:
      return false;
  }
}

function changesLimits(command: Command): boolean {
  return command.type === "change_settings" && (command.limits !== undefined || command.limitChanges !== undefined);
}

function setsOff(state: AccountState, rowId: string): boolean {
  const order = liveOrder(state.orders, orderOfRow(rowId));
  return order === undefined ? targetOfRow(state, rowId) !== null : isArmed(order);
}

function unique(symbols: readonly Symbol[]): readonly Symbol[] {
  return [...new Set(symbols)];
}

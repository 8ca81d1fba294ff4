/**
 * The account's only decision maker: a command and the world as data in, events and work out. It changes nothing itself; the
 * shell appends the events, evolves the state by them and then does the work (DESIGN "The trader is a journal").
 *
 * Before place, amend, cancel, close and expire the shell settles the tape: it hands the owed deliveries over as
 * `apply_prints` first, in the same turn (TRADING §4).
 */
import type { Problem } from "../problem.ts";
import { amendOrder } from "./amend.ts";
import { applyPrints } from "./apply-prints.ts";
import { cancelAll, cancelOne, expireOrders } from "./cancel.ts";
import { closePosition } from "./close.ts";
import { decideCommon, isCommon } from "./common-commands.ts";
import type { Command } from "./commands.ts";
import type { Context } from "./context.ts";
import type { Decision } from "./decision.ts";
import { effectsBetween } from "./effects.ts";
import { changeSettings, deposit, openAccount, resetAccount, startDay } from "./lifecycle.ts";
import { keepProtected } from "./keep-protected.ts";
import { watchHalts } from "../risk/halts-decide.ts";
import { alertNaked } from "./alert-naked.ts";
import { marketProblem, placeOrder } from "./place.ts";
import { protectPosition } from "./protect.ts";
import { retryWaiting } from "./retry.ts";
import { applyDueSettings } from "../risk/change-settings.ts";
import { isOwnMarket } from "./own-market.ts";
import type { AccountState } from "./state.ts";
import { beginTurn, type Outcome, type Turn } from "./turn.ts";
import { openExchangeAccount } from "./venue/connect.ts";
import { decideAtExchange, settleAtExchange } from "./venue/decide.ts";
import { pricesAtHand, valueFlows } from "./venue/value-flows.ts";

/** What follows from the command. Same arguments, same decision. */
export function decide(state: AccountState, command: Command, context: Context): Decision {
  const refused = openness(state, command);
  if (refused !== null) {
    return { type: "denied", problem: refused, events: [] };
  }
  const turn = beginTurn(state, isOwnMarket(state, context) ? context : { ...context, markets: {} });
  applyDueSettings(turn);
  valueFlows(turn, pricesAtHand(turn));
  const due = [...turn.events];
  const outcome = carryOut(turn, command);
  if (outcome !== null) {
    return { type: "denied", problem: outcome.problem, events: [...due, ...outcome.events] };
  }
  watchHalts(turn);
  if (turn.state.venue === null) {
    keepProtected(turn);
  } else {
    settleAtExchange(turn, command);
  }
  alertNaked(turn);
  return {
    type: "accepted",
    events: turn.events,
    effects: effectsBetween(state, turn.state),
    notices: turn.notices,
  };
}

function carryOut(turn: Turn, command: Command): Outcome {
  if (isCommon(command)) {
    return decideCommon(turn, command);
  }
  if (turn.state.venue !== null) {
    return decideAtExchange(turn, command);
  }
  switch (command.type) {
    case "open_account":
      return openAccount(turn, command);
    case "deposit":
      return deposit(turn, command);
    case "reset_account":
      return resetAccount(turn, command);
    case "change_settings":
      return changeSettings(turn, command);
    case "place_order":
      return placeOrder(turn, command.request);
    case "amend_order":
      return amendOrder(turn, command.orderId, command.request);
    case "cancel_order":
      return cancelOne(turn, command.orderId);
    case "cancel_all":
      cancelAll(turn, command.symbol);
      return null;
    case "close_position":
      return closePosition(turn, command);
    case "protect_position":
      return protectPosition(turn, command);
    case "apply_prints":
      return onOwnMarket(turn, () => applyPrints(turn, command.deliveries));
    case "retry_waiting":
      return onOwnMarket(turn, () => retryWaiting(turn, command.symbol));
    case "expire_orders":
      expireOrders(turn);
      return null;
    case "start_day":
      return onOwnMarket(turn, () => startDay(turn));
    case "open_exchange_account":
      return openExchangeAccount(turn, command);
    default:
      // TRADING §1: a paper account has no code path to an exchange.
      return {
        problem: { code: "CONFLICT", message: "This is a paper account: no exchange stands behind it.", details: {} },
        events: [],
      };
  }
}

/** TRADING §1: prices of another market are never applied to the account. */
function onOwnMarket(turn: Turn, act: () => void): Outcome {
  const problem = marketProblem(turn.state, turn.context);
  if (problem !== null) {
    return { problem, events: [] };
  }
  act();
  return null;
}

function openness(state: AccountState, command: Command): Problem | null {
  if (command.type === "open_account" || command.type === "open_exchange_account") {
    return state.opened
      ? { code: "CONFLICT", message: "This account is open already.", details: { accountId: state.accountId } }
      : null;
  }
  return state.opened
    ? null
    : { code: "NOT_FOUND", message: "There is no such account.", details: { accountId: state.accountId } };
}

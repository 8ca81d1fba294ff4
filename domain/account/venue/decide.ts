/** Commands of an account with an exchange key. The paper rules of account/decide never run for it, nor these for paper. */
import type { Problem } from "../../problem.ts";
import type { Command } from "../commands.ts";
import type { CommonCommand } from "../common-commands.ts";
import { changeSettings, startDay } from "../lifecycle.ts";
import { applyPrints } from "../apply-prints.ts";
import { protectPosition } from "../protect.ts";
import type { Outcome, Turn } from "../turn.ts";
import { amendAtExchange, releaseAmends } from "./amend.ts";
import { cancelAllAtExchange, cancelAtExchange } from "./cancel.ts";
import { adoptHolding, findHoldings, learnFees } from "./connect.ts";
import { changeConnection } from "./connection.ts";
import { settleCarriedStop } from "./carry-stop.ts";
import { bookExecutions } from "./executions.ts";
import { keepProtectedAtExchange } from "./keep-protected.ts";
import { bookLedger } from "./ledger.ts";
import { reportAbsence, reportOrders } from "./orders.ts";
import { closeAtExchange, placeAtExchange, releaseExits } from "./place.ts";
import { compareBalances } from "./reconcile.ts";
import { actionAccepted, actionFailed, dropOverdue, recover, sendAction } from "./replies.ts";
import { valueFlows } from "./value-flows.ts";

/** What every accepted command ends with: whatever ended by it may free an exit that waits, and stops stay in line. */
export function settleAtExchange(turn: Turn, command: Command): void {
  releaseExits(turn);
  releaseAmends(turn);
  keepProtectedAtExchange(turn, command.type === "retry_waiting");
}

/** Carries the command out. */
export function decideAtExchange(turn: Turn, command: Exclude<Command, CommonCommand>): Outcome {
  switch (command.type) {
    case "place_order":
      return placeAtExchange(turn, command.request);
    case "amend_order":
      return amendAtExchange(turn, command.orderId, command.request);
    case "cancel_order":
      return cancelAtExchange(turn, command.orderId);
    case "close_position":
      return closeAtExchange(turn, command);
    case "protect_position":
      return protectPosition(turn, command);
    case "change_settings":
      return command.fees === undefined ? changeSettings(turn, command) : notOnPaper("Kraken charges its own fees");
    case "adopt_holding":
      return adoptHolding(turn, command);
    case "send_action":
      return sendAction(turn, command);
    case "open_account":
    case "open_exchange_account":
    case "deposit":
    case "reset_account":
      return notOnPaper("Money comes to this account and leaves it at Kraken");
    default:
      act(turn, command);
      return null;
  }
}

type Asked =
  | "place_order"
  | "amend_order"
  | "cancel_order"
  | "close_position"
  | "protect_position"
  | "change_settings"
  | "adopt_holding"
  | "send_action"
  | "open_account"
  | "open_exchange_account"
  | "deposit"
  | "reset_account";

function act(turn: Turn, command: Exclude<Command, CommonCommand | { type: Asked }>): void {
  switch (command.type) {
    case "cancel_all":
      cancelAllAtExchange(turn, command.symbol);
      return;
    case "change_connection":
      changeConnection(turn, command);
      return;
    case "find_holdings":
      findHoldings(turn, command);
      return;
    case "learn_fees":
      learnFees(turn, command);
      return;
    case "drop_overdue":
      dropOverdue(turn);
      return;
    case "action_accepted":
      actionAccepted(turn, command);
      return;
    case "action_failed":
      actionFailed(turn, command);
      return;
    case "recover":
      recover(turn);
      return;
    case "report_orders":
      reportOrders(turn, command);
      return;
    case "settle_carried_stop":
      settleCarriedStop(turn, command);
      return;
    case "report_absence":
      reportAbsence(turn, command);
      return;
    case "book_executions":
      bookExecutions(turn, command);
      return;
    case "book_ledger":
      bookLedger(turn, command);
      return;
    case "value_flows":
      valueFlows(turn, command.prices);
      return;
    case "compare_balances":
      compareBalances(turn, command);
      return;
    case "start_day":
      startDay(turn);
      return;
    case "apply_prints":
      applyPrints(turn, command.deliveries);
      return;
    case "retry_waiting":
    case "expire_orders":
      // Of paper: the exchange fills and expires its orders itself.
      return;
  }
}

function notOnPaper(why: string): Outcome {
  const problem: Problem = { code: "CONFLICT", message: `${why}: that is for paper accounts only.`, details: {} };
  return { problem, events: [] };
}

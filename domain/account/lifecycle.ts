/** What happens to an account as a whole: opening, deposits, reset, settings, the turn of the day. */
import { add, decimal, isAbove, isPositive, multiply, round, ZERO, type Decimal } from "../decimal.ts";
import type { Milliseconds } from "../market.ts";
import { DEFAULT_RISK } from "../risk/settings.ts";
import { conversionRate } from "../orders/conversion.ts";
import type { Problem } from "../problem.ts";
import { changeRisk, changeSomeRisk } from "../risk/change-settings.ts";
import type { Command } from "./commands.ts";
import { accountDayAt, isZone, nextAccountDay } from "./day.ts";
import { cancelOrder } from "./execute.ts";
import { FEE_SCHEDULES } from "./fees.ts";
import { holdingOf, totalOf } from "./holdings.ts";
import { ACCOUNT_CURRENCY, type AccountState } from "./state.ts";
import { record, stamp, type Outcome, type Turn } from "./turn.ts";
import { liveOrders } from "./open-orders.ts";

type CommandOf<T extends Command["type"]> = Extract<Command, { type: T }>;

/** Kraken's ledger keeps USD with four decimals (PROTOCOL §7): paper money comes in the same grain. */
const CURRENCY_DECIMALS = 4;
/** More play money than this is a slip, and would not fit the wire's decimals for long. */
export const MAXIMUM_BALANCE: Decimal = decimal("1000000000000");

/** Opens the account that the command's turn is about. */
export function openAccount(turn: Turn, command: CommandOf<"open_account">): Outcome {
  const amount = round(command.startingBalance, CURRENCY_DECIMALS, "down");
  const problem = amountProblem(amount, ZERO) ?? zoneProblem(command.zone);
  if (problem !== null) {
    return { problem, events: [] };
  }
  record(turn, {
    type: "account_opened",
    ...stamp(turn.context),
    accountId: turn.state.accountId,
    name: command.name,
    kind: "paper",
    market: turn.context.market,
    currency: ACCOUNT_CURRENCY,
    zone: command.zone,
    startingBalance: amount,
    fees: FEE_SCHEDULES[command.fees],
    limits: DEFAULT_RISK,
  });
  return null;
}

/** Adds paper money. It moves baseline and peak, never profit (TRADING §1 "Baseline"). */
export function deposit(turn: Turn, command: CommandOf<"deposit">): Outcome {
  const { state } = turn;
  const amount = round(command.amount, CURRENCY_DECIMALS, "down");
  const problem = amountProblem(amount, totalOf(holdingOf(state.holdings, state.currency)));
  if (problem !== null) {
    return { problem, events: [] };
  }
  record(turn, { type: "deposited", ...stamp(turn.context), asset: state.currency, amount });
  return null;
}

/** Closes every order and position and starts again. The journal goes on: what was stays in it. */
export function resetAccount(turn: Turn, command: CommandOf<"reset_account">): Outcome {
  const amount = round(command.startingBalance, CURRENCY_DECIMALS, "down");
  const problem = amountProblem(amount, ZERO);
  if (problem !== null) {
    return { problem, events: [] };
  }
  for (const order of liveOrders(turn.state.orders)) {
    cancelOrder(turn, order.id, "Cancelled because the account was reset.");
  }
  const { holdings, currency } = turn.state;
  record(turn, {
    type: "account_reset",
    ...stamp(turn.context),
    currency,
    startingBalance: amount,
    removed: Object.entries(holdings).map(([asset, holding]) => ({ asset, quantity: totalOf(holding) })),
  });
  return null;
}

/** Changes what is given; what is as wished already makes no event. */
export function changeSettings(turn: Turn, command: CommandOf<"change_settings">): Outcome {
  const { state } = turn;
  const problem = command.zone === undefined ? null : zoneProblem(command.zone);
  if (problem !== null) {
    return { problem, events: [] };
  }
  const name = changed(command.name, state.name);
  const zone = changed(command.zone, state.nextZone?.zone ?? state.zone);
  const fees = changed(command.fees === undefined ? undefined : FEE_SCHEDULES[command.fees], state.fees);
  if (name !== null || zone !== null || fees !== null) {
    const from = zone === null || zone === state.zone ? {} : { zoneFrom: nextDayFrom(turn) };
    record(turn, { type: "settings_changed", ...stamp(turn.context), name, zone, ...from, fees, limits: null });
  }
  if (command.limits !== undefined) {
    changeRisk(turn, command.limits);
  }
  return command.limitChanges === undefined ? null : changeSomeRisk(turn, command.limitChanges);
}

/** The first day that begins from now on by the zone that counts: one whose beginning is owed begins before. */
function nextDayFrom({ state, context }: Turn): Milliseconds {
  const started = accountDayAt(state, context.marketTime);
  const day = started > state.day.startedAt ? { ...state.day, startedAt: started } : state.day;
  return nextAccountDay({ ...state, nextZone: null, day });
}

/** Begins a new day when the account's zone has one (TRADING §5). */
export function startDay(turn: Turn): Outcome {
  const { state, context } = turn;
  const startedAt = accountDayAt(state, context.marketTime);
  if (startedAt > state.day.startedAt) {
    const unpriced = unpricedAssets(turn);
    const incomplete = unpriced.length === 0 ? {} : { unpriced };
    record(turn, { type: "day_started", ...stamp(context), startedAt, equity: equityNow(turn), ...incomplete });
  }
  return null;
}

function unpricedAssets({ state, context }: Turn): readonly string[] {
  return Object.entries(state.holdings)
    .filter(
      ([asset, holding]) =>
        isPositive(totalOf(holding)) && conversionRate(asset, state.currency, context.markets) === null,
    )
    .map(([asset]) => asset);
}

/** At the last good marks; a holding that never had a price counts at its cost. */
function equityNow(turn: Turn): Decimal {
  const { state, context } = turn;
  return Object.entries(state.holdings).reduce((equity, [asset, holding]) => {
    const price = conversionRate(asset, state.currency, context.markets);
    const value = price === null ? (holding.cost ?? ZERO) : multiply(totalOf(holding), price.rate);
    return add(equity, value);
  }, ZERO);
}

function changed<T>(wish: T | undefined, is: T): T | null {
  return wish === undefined || JSON.stringify(wish) === JSON.stringify(is) ? null : wish;
}

function amountProblem(amount: Decimal, balance: Decimal): Problem | null {
  if (!isPositive(amount)) {
    return badRequest(`The amount must be at least 0.0001 ${ACCOUNT_CURRENCY}.`, { limit: "0.0001", value: amount });
  }
  if (isAbove(add(amount, balance), MAXIMUM_BALANCE)) {
    return badRequest(`A paper account holds at most ${MAXIMUM_BALANCE} ${ACCOUNT_CURRENCY}.`, {
      limit: MAXIMUM_BALANCE,
      value: add(amount, balance),
    });
  }
  return null;
}

function zoneProblem(zone: AccountState["zone"]): Problem | null {
  return isZone(zone) ? null : badRequest(`There is no time zone called "${zone}".`, { field: "zone", value: zone });
}

function badRequest(message: string, details: Problem["details"]): Problem {
  return { code: "BAD_REQUEST", message, details };
}

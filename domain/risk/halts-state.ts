/** What an account remembers for its halts, and how each event changes that. A part of account/evolve. */
import { divide, multiply, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { AccountEvent } from "../account/events.ts";
import type { AccountState } from "../account/state.ts";
import type { ExternalFillBooked, LedgerBooked } from "../account/venue/events.ts";
import { assetsOf } from "../orders/conversion.ts";
import type { TradingResumed } from "./halts-events.ts";
import { newWatch } from "./halts-watch.ts";
import { withFlow } from "./samples.ts";
import { concluded, withRealised } from "./streak.ts";
import { liveOrder } from "../account/open-orders.ts";

/** Halts and watch after an event that led from `before` to `after`. */
export function evolveHalts(before: AccountState, after: AccountState, event: AccountEvent): AccountState {
  const changed = changeOf(before, after, event);
  const streak = concluded(changed.watch.streak, (orderId) => liveOrder(changed.orders, orderId) !== undefined);
  return streak === changed.watch.streak ? changed : { ...changed, watch: { ...changed.watch, streak } };
}

function changeOf(before: AccountState, state: AccountState, event: AccountEvent): AccountState {
  switch (event.type) {
    case "account_opened":
    case "account_reset":
      return { ...state, halts: [], watch: newWatch(event.startingBalance) };
    case "deposited":
      return flows(state, event.asset === state.currency ? event.amount : ZERO);
    case "holdings_found": {
      const cash = event.holdings.filter(({ asset }) => asset === state.currency).map(({ quantity }) => quantity);
      return { ...state, watch: newWatch(sum(cash)) };
    }
    case "ledger_booked":
      return flows(state, event.managedFlow ?? managedFlow(event));
    case "flow_valued":
      return flows(state, event.managedFlow);
    case "external_fill_booked":
      return flows(state, flowByHand(event, state.currency));
    case "holding_adopted":
      return flows(state, event.worth ?? event.cost);
    case "day_started":
      return { ...state, watch: { ...state.watch, dayBase: null, dailyLossBreaches: 0 } };
    case "fill_booked":
      return event.realisedProfit === null || liveOrder(before.orders, event.orderId) === undefined
        ? state
        : {
            ...state,
            watch: { ...state.watch, streak: withRealised(state.watch.streak, event.orderId, event.realisedProfit) },
          };
    case "equity_sampled":
      return { ...state, watch: { ...event.watch, streak: state.watch.streak } };
    case "trading_halted": {
      const others = state.halts.filter(({ kind }) => kind !== event.halt.kind);
      const { watch } = state;
      const streak = event.halt.kind === "loss_streak" ? { ...watch.streak, losses: 0 } : watch.streak;
      return {
        ...state,
        halts: [...others, event.halt],
        watch: { ...watch, streak, drawdownBreaches: 0, dailyLossBreaches: 0 },
      };
    }
    case "stops_tightened":
      return {
        ...state,
        halts: state.halts.map((halt) => (halt.kind === event.kind ? { ...halt, pending: event.pending } : halt)),
      };
    case "trading_resumed":
      return resumed(state, event);
    default:
      return state;
  }
}

function resumed(state: AccountState, event: TradingResumed): AccountState {
  const halts = state.halts.filter(({ kind }) => !event.kinds.includes(kind));
  const { managed, equity } = event;
  if (managed === null || event.how === "ended") {
    return { ...state, halts };
  }
  const { watch, day } = state;
  const measured = event.how === "baseline" ? { peak: managed, drawdownBase: null } : { drawdownBase: managed };
  const dayBase = equity === null ? watch.dayBase : { equity, flows: day.flows };
  return {
    ...state,
    halts,
    watch: { ...watch, ...measured, dayBase, drawdownBreaches: 0, dailyLossBreaches: 0 },
  };
}

function flows(state: AccountState, flow: Decimal): AccountState {
  const { streak } = state.watch;
  return { ...state, watch: { ...withFlow(state.watch, flow), streak } };
}

/** The part of a ledger row's flow that the desk manages: all of the cash, none of what stays external. */
function managedFlow({ flow, managed, quantity }: LedgerBooked): Decimal {
  if (flow === null || managed === null || quantity === ZERO) {
    return ZERO;
  }
  return managed.quantity === quantity
    ? flow
    : divide(multiply(flow, managed.quantity), quantity, FLOW_DECIMALS, "down");
}

/**
 * A trade made by hand moves money between what the desk manages and what it does not: cash that bought external inventory is
 * no loss of the desk, cash that external inventory was sold for is no profit of it. What it took of a position counts at what it
 * was worth, that is its cost and what was realised; of unknown worth at its cost.
 */
function flowByHand(event: ExternalFillBooked, currency: string): Decimal {
  const { base, quote } = assetsOf(event.symbol);
  return sum(
    event.legs.map(({ asset, quantity, cost, realisedProfit }) => {
      if (asset === currency) {
        return quantity;
      }
      return asset === base && quote === currency
        ? multiply(quantity, event.price)
        : subtract(cost ?? ZERO, realisedProfit ?? ZERO);
    }),
  );
}

const FLOW_DECIMALS = 10;

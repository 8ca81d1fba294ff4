/**
 * Where the stop of a position was when it was entered: what R is measured by, wherever the stop is moved to since. Of several
 * entries it is their mean by quantity. A part of account/evolve.
 */
import { add, divide, isPositive, isZero, multiply, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { assetsOf } from "../orders/conversion.ts";
import { levelOf } from "../risk/stop-level.ts";
import type { AccountEvent, FillBooked } from "./events.ts";
import { instrumentOf } from "./facts.ts";
import { findOrder } from "./order-steps.ts";
import type { AccountState, Holding } from "./state.ts";

const DECIMALS = 10;

/** The holdings with their initial stops, after an event that led from `before` to `after`. */
export function evolveInitialStop(before: AccountState, after: AccountState, event: AccountEvent): AccountState {
  if (event.type === "fill_booked" && event.side === "buy") {
    return entered(before, after, event);
  }
  if (event.type === "protection_changed") {
    const stop = event.protection?.stop?.price ?? null;
    const holding = after.holdings[event.asset];
    const isFirst = stop !== null && holding !== undefined && isPositive(holding.managed) && !holding.initialStop;
    return isFirst ? withHolding(after, event.asset, { ...holding, initialStop: stop }) : after;
  }
  return after;
}

function entered(before: AccountState, after: AccountState, fill: FillBooked): AccountState {
  const { base: asset } = assetsOf(fill.symbol);
  const holding = after.holdings[asset];
  if (holding === undefined) {
    return after;
  }
  const held = before.holdings[asset]?.managed ?? ZERO;
  const { initialStop: known, ...rest } = holding;
  const came = stopOfFill(after, asset, fill);
  const initialStop = isZero(held) ? came : mean(known, held, came, fill.quantity);
  return withHolding(after, asset, initialStop === undefined ? rest : { ...rest, initialStop });
}

/** What had no stop before gets that of the entry: a position has one. */
function mean(
  known: Decimal | undefined,
  held: Decimal,
  came: Decimal | undefined,
  quantity: Decimal,
): Decimal | undefined {
  if (known === undefined || came === undefined) {
    return known ?? came;
  }
  const all = add(held, quantity);
  const sum = add(multiply(known, held), multiply(came, quantity));
  return isPositive(all) ? divide(sum, all, DECIMALS, "half-even") : known;
}

function stopOfFill(state: AccountState, asset: Asset, fill: FillBooked): Decimal | undefined {
  const plan = findOrder(state, fill.orderId)?.protection?.stop ?? null;
  const instrument = instrumentOf(state, asset);
  return plan === null || instrument === undefined
    ? undefined
    : levelOf(plan, multiply(fill.price, fill.conversionRate), instrument, state.currency);
}

function withHolding(state: AccountState, asset: Asset, holding: Holding): AccountState {
  return { ...state, holdings: { ...state.holdings, [asset]: holding } };
}

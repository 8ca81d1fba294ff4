/**
 * Selling a position at the exchange because the desk has to: its target was reached, the price is past its stop, its stop was ended
 * at its trigger, a halt or Stop flattens. What cannot be sold now is tried again, ever more slowly, until nothing is left, the trader
 * sets another level or resumes trading.
 */
import { isBelow, largest, multiply, ONE, subtract, wholeNumber, divide, type Decimal } from "../../decimal.ts";
import type { Asset, Instrument } from "../../market.ts";
import { nearestPrice, quantiseQuantity } from "../../orders/quantise.ts";
import { assetsOf, valuationSymbol } from "../../orders/conversion.ts";
import type { OrderOrigin } from "../../orders/order.ts";
import type { Problem } from "../../problem.ts";
import { exitDueAt, type ExitCause, type ExitWish } from "../../protection/exit-wish.ts";
import { isTooSmall } from "../../protection/too-small.ts";
import { liveExits } from "../../protection/resting-stop.ts";
import { haltsInForce } from "../../risk/halt.ts";
import { DEFAULT_RISK } from "../../risk/settings.ts";
import { holdingOf } from "../holdings.ts";
import { nextId } from "../next-id.ts";
import { protectingPair } from "../protect.ts";
import type { AccountState } from "../state.ts";
import { lastPrice } from "../triggered.ts";
import type { Outcome, Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { changeWish, dropExitReasons, wishFlatten } from "./exit-wish.ts";
import { closeAtExchange } from "./place.ts";
import { connectionSentence } from "./standing.ts";

const SHARE_DECIMALS = 8;
const ORIGINS = {
  target: "target",
  past_stop: "emergency",
  stop_failed: "emergency",
  flatten: "flatten",
} as const satisfies Record<ExitCause, OrderOrigin>;

/** Tries the sale that is wished for, if its time has come and nothing is selling the position already. */
export function pursueExit(turn: Turn, asset: Asset, instrument: Instrument): void {
  const wish = turn.state.protections[asset]?.exit ?? null;
  if (wish === null || !mayLeave(turn.state, asset) || turn.context.marketTime < exitDueAt(wish)) {
    return;
  }
  if (wasSold(turn.state, asset, wish)) {
    changeWish(turn, asset, null); // What is there now was bought since, with a stop and a target of its own.
    return;
  }
  const { managed } = holdingOf(turn.state.holdings, asset);
  if (isUnderSmallest(turn, asset)) {
    changeWish(turn, asset, null);
    const least = `under the smallest order of ${instrument.symbol}, ${instrument.minimumQuantity}`;
    raiseAlert(turn, "warning", `${wish.reason} ${managed} ${asset} is left: ${least}.`, null, undefined, asset);
    return;
  }
  const { orderId, denied } = tryToSell(turn, asset, wish, instrument);
  if (denied === null) {
    if (wish.attempts === 0 && wish.cause !== "target" && wish.cause !== "flatten") {
      raiseAlert(turn, "critical", `${wish.reason} It is sold at the market now.`, orderId, undefined, asset);
    }
  } else if (denied.code !== wish.refusal) {
    const what = `${managed} ${asset} cannot be sold: ${denied.message}`;
    raiseAlert(turn, "critical", `${wish.reason} ${what} It is tried again and again.`, null, undefined, asset);
  }
}

/** What came of a sale that a halt or Stop asks for: its order, or why there is none yet. */
export type Flattened = { readonly orderId: string } | { readonly why: string; readonly isTriedAgain: boolean };

/**
 * Sells a position for a halt or Stop: at once, whatever was tried before, and again from then on until nothing of it is left or
 * trading is resumed. Whoever asks tells what came of it.
 */
export function flattenPosition(turn: Turn, asset: Asset, reason: string): Flattened {
  const instrument = protectingPair(turn, asset);
  if (instrument !== null && isUnderSmallest(turn, asset)) {
    return { why: `it is under the smallest order of ${instrument.minimumQuantity}`, isTriedAgain: false };
  }
  wishFlatten(turn, asset, reason, true);
  const wish = turn.state.protections[asset]?.exit ?? null;
  const [selling] = liveExits(turn.state, asset);
  if (selling !== undefined) {
    return { orderId: selling.id };
  }
  const { venue } = turn.state;
  if (venue !== null && venue.connection.status !== "trading") {
    return { why: connectionSentence(venue.connection), isTriedAgain: true };
  }
  if (instrument === null || wish === null) {
    return {
      why: `The rules of ${valuationSymbol(asset, turn.state.currency)} are not known yet.`,
      isTriedAgain: true,
    };
  }
  const { orderId, denied } = tryToSell(turn, asset, wish, instrument);
  return denied === null ? { orderId } : { why: denied.message, isTriedAgain: true };
}

function tryToSell(
  turn: Turn,
  asset: Asset,
  wish: ExitWish,
  instrument: Instrument,
): { readonly orderId: string; readonly denied: Problem | null } {
  const orderId = nextId(turn);
  const outcome = sell(turn, asset, wish.cause, orderId, instrument);
  const denied = outcome === null ? null : outcome.problem;
  const refusal = denied === null ? null : denied.code;
  changeWish(turn, asset, { ...wish, attempts: wish.attempts + 1, triedAt: turn.context.marketTime, refusal });
  return { orderId, denied };
}

/** Calls off what a halt or Stop was to sell, once nothing flattens any more: trading was resumed before all of it was sold. */
export function dropOldFlatten(turn: Turn, asset: Asset): void {
  const { halts, protections } = turn.state;
  const flattens = haltsInForce(halts, turn.context.marketTime).some(({ positions }) => positions === "flatten");
  if (!flattens && protections[asset]?.exit?.cause === "flatten") {
    dropExitReasons(turn, asset, ["flatten"]);
  }
}

/** The sale that was tried last was for all that was there, and all of it is sold. What a halt flattens comes again with late fills. */
function wasSold(state: AccountState, asset: Asset, wish: ExitWish): boolean {
  const { triedAt, cause } = wish;
  const sale = state.ended.findLast(
    ({ origin, side, symbol, createdAt }) =>
      side === "sell" &&
      origin === ORIGINS[cause] &&
      createdAt >= (triedAt ?? Infinity) &&
      assetsOf(symbol).base === asset,
  );
  return cause !== "flatten" && sale?.status === "filled";
}

/** True where what is managed cannot be sold on its own, by quantity or by worth; false while the pair's rules are not known. */
export function isUnderSmallest(turn: Turn, asset: Asset): boolean {
  const instrument = protectingPair(turn, asset);
  const { managed } = holdingOf(turn.state.holdings, asset);
  if (instrument === null) {
    return false;
  }
  const price = lastKnown(turn, instrument);
  return price === null
    ? isBelow(quantiseQuantity(managed, instrument), instrument.minimumQuantity)
    : isTooSmall(managed, price, instrument);
}

/** When the sale has to be tried again; null: nothing is wished, or something else has to happen first. */
export function exitDue(state: AccountState, asset: Asset): number | null {
  const wish = state.protections[asset]?.exit ?? null;
  return wish === null || !mayLeave(state, asset) ? null : exitDueAt(wish);
}

function mayLeave(state: AccountState, asset: Asset): boolean {
  return state.venue?.connection.status === "trading" && liveExits(state, asset).length === 0;
}

/** At the market; where the pair takes limit orders only, at the far end of the collar, which takes what bids there are. */
function sell(turn: Turn, asset: Asset, cause: ExitCause, orderId: string, instrument: Instrument): Outcome {
  const origin = ORIGINS[cause];
  const atMarket = closeAtExchange(turn, { asset, percent: 100 }, origin, orderId);
  const last = lastKnown(turn, instrument);
  const status = turn.context.markets[instrument.symbol]?.instrument.status ?? instrument.status;
  if (atMarket === null || status !== "limit_only" || last === null) {
    return atMarket;
  }
  const collar = turn.state.limits.priceCollarPercent ?? DEFAULT_RISK.priceCollarPercent ?? wholeNumber(1);
  const share = divide(collar, wholeNumber(100), SHARE_DECIMALS, "half-even");
  const edge = nearestPrice(multiply(last, subtract(ONE, share)), instrument);
  const limitPrice = largest(instrument.tickSize, edge);
  return closeAtExchange(turn, { asset, percent: 100, limitPrice, timeInForce: "ioc" }, origin, orderId);
}

function lastKnown(turn: Turn, { symbol }: Instrument): Decimal | null {
  const view = turn.context.markets[symbol];
  return view === undefined ? null : (view.quote.mark ?? lastPrice(view));
}

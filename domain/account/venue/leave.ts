/**
 * Selling a position at the exchange because the desk has to: its target was reached, the price is past its stop, its stop was ended
 * at its trigger. What cannot be sold now is tried again, ever more slowly, until nothing is left or the trader sets another level.
 */
import { isBelow, largest, multiply, ONE, subtract, wholeNumber, divide, type Decimal } from "../../decimal.ts";
import type { Asset, Instrument } from "../../market.ts";
import { nearestPrice, quantiseQuantity } from "../../orders/quantise.ts";
import { exitDueAt, type ExitCause } from "../../protection/exit-wish.ts";
import { liveExits } from "../../protection/resting-stop.ts";
import { DEFAULT_RISK } from "../../risk/settings.ts";
import { holdingOf } from "../holdings.ts";
import { nextId } from "../next-id.ts";
import type { AccountState } from "../state.ts";
import { lastPrice } from "../triggered.ts";
import type { Outcome, Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import { changeWish } from "./exit-wish.ts";
import { closeAtExchange } from "./place.ts";

const SHARE_DECIMALS = 8;

/** Tries the sale that is wished for, if its time has come and nothing is selling the position already. */
export function pursueExit(turn: Turn, asset: Asset, instrument: Instrument): void {
  const wish = turn.state.protections[asset]?.exit ?? null;
  if (wish === null || !mayLeave(turn.state, asset) || turn.context.marketTime < exitDueAt(wish)) {
    return;
  }
  const { managed } = holdingOf(turn.state.holdings, asset);
  if (isBelow(quantiseQuantity(managed, instrument), instrument.minimumQuantity)) {
    changeWish(turn, asset, null);
    const least = `under the smallest order of ${instrument.symbol}, ${instrument.minimumQuantity}`;
    raiseAlert(turn, "warning", `${wish.reason} ${managed} ${asset} is left: ${least}.`, null, undefined, asset);
    return;
  }
  const orderId = nextId(turn);
  const denied = sell(turn, asset, wish.cause, orderId, instrument);
  const refusal = denied === null ? null : denied.problem.code;
  changeWish(turn, asset, {
    ...wish,
    attempts: wish.attempts + 1,
    triedAt: turn.context.marketTime,
    refusal,
  });
  if (denied === null) {
    if (wish.attempts === 0 && wish.cause !== "target") {
      raiseAlert(turn, "critical", `${wish.reason} It is sold at the market now.`, orderId, undefined, asset);
    }
  } else if (refusal !== wish.refusal) {
    const what = `${managed} ${asset} cannot be sold: ${denied.problem.message}`;
    raiseAlert(turn, "critical", `${wish.reason} ${what} It is tried again and again.`, null, undefined, asset);
  }
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
  const origin = cause === "target" ? "target" : "emergency";
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

/** What halts and Stop do with orders and positions, on paper and at an exchange alike. Never a denial: what cannot be done is said. */
import { compare, decimal, isPositive, largest, smallest, sum, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { cancelOrder } from "../account/execute.ts";
import { exitPosition } from "../account/exit-position.ts";
import { instrumentOf, isDust } from "../account/facts.ts";
import { change, protectingPair } from "../account/protect.ts";
import { isOwnMarket } from "../account/own-market.ts";
import type { AccountState } from "../account/state.ts";
import { lastPrice } from "../account/triggered.ts";
import type { Turn } from "../account/turn.ts";
import { ordersHolding } from "../account/cancel.ts";
import { requestCancel } from "../account/venue/cancel.ts";
import { wishFlatten } from "../account/venue/exit-wish.ts";
import { flattenPosition, isUnderSmallest } from "../account/venue/leave.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import { stopAt } from "../protection/plan.ts";
import type { ProtectiveStop } from "../protection/protection.ts";
import { isProtectiveStop, liveExits, ownStops } from "../protection/resting-stop.ts";
import type { StopStep } from "./halts-stop.ts";

/** Where the account has switched its default off and still wants to be protected (TRADING §5 "stop 5 %"). */
const USUAL_STOP_PERCENT = decimal("5");

/** Assets of which the desk manages something, without the account currency. */
export function managedAssets(state: AccountState): readonly Asset[] {
  return Object.keys(state.holdings)
    .filter((asset) => asset !== state.currency && isPositive(state.holdings[asset]?.managed ?? ZERO))
    .toSorted();
}

/** Ends an order, or asks the exchange to. */
export function cancelLive(turn: Turn, orderId: string, reason: string): void {
  if (turn.state.venue === null) {
    cancelOrder(turn, orderId, reason);
  } else {
    requestCancel(turn, orderId, reason);
  }
}

/** Why a position is sold, after "because". */
export type WhySold = "you stopped trading" | "the account was halted" | "it came by a fill after trading was stopped";

/** Sells all of a managed position at the market, as closing it does. One that is being sold already is left to that. */
export function sellPosition(turn: Turn, asset: Asset, because: WhySold): StopStep {
  const [selling] = liveExits(turn.state, asset);
  const managed = managedOf(turn, asset);
  if (selling !== undefined) {
    if (turn.state.venue !== null) {
      flattenPosition(turn, asset, wishReason(asset, because)); // Should that sale end with something left.
    }
    return step(turn, asset, "sell", "done", selling.id, `${asset} is being sold already.`);
  }
  if (isDust(turn.state, asset)) {
    const least = instrumentOf(turn.state, asset)?.minimumQuantity ?? "the smallest order";
    return step(
      turn,
      asset,
      "sell",
      "failed",
      null,
      `${managed} ${asset} stays: it is under the smallest order of ${least}.`,
    );
  }
  if (!isOwnMarket(turn.state, turn.context)) {
    const sentence = `${asset} stays: this account trades on the ${turn.state.market} market, which is not the one now.`;
    return step(turn, asset, "sell", "failed", null, sentence);
  }
  return turn.state.venue === null
    ? sellOnPaper(turn, asset, `Sold because ${because}.`)
    : sellAtExchange(turn, asset, because);
}

/**
 * Goes on with what a flattening halt has still to sell. At the exchange a wish does that at its own pace, told once for each reason;
 * what came by a fill just now is tried at once.
 */
export function goOnSelling(turn: Turn, asset: Asset, because: WhySold, cameNow: boolean): void {
  if (turn.state.venue === null) {
    sellPosition(turn, asset, because);
  } else if (!isUnderSmallest(turn, asset)) {
    wishFlatten(turn, asset, wishReason(asset, because), cameNow);
  }
}

/** Moves a position's stop up to so many percent under the price; never down. */
export function tightenStop(turn: Turn, asset: Asset, percent: Decimal): StopStep {
  const before = turn.state.protections[asset]?.stop ?? null;
  const level = stopUnderPrice(turn, asset, percent);
  if (level === null) {
    return noPrice(turn, asset);
  }
  const stop = tighter(before, level.stop, percent);
  const target = turn.state.protections[asset]?.target ?? null;
  change(turn, asset, level.instrument, { stop, target }, "Tightened because the account was halted.");
  return step(turn, asset, "protect", "done", null, `${asset}: stop at ${stop.price}.`);
}

/** Makes sure that a position has a stop: its own, else the account's default under the price now. */
export function ensureStop(turn: Turn, asset: Asset): StopStep {
  const protection = turn.state.protections[asset];
  const stop = protection?.stop ?? null;
  if (stop !== null) {
    return step(turn, asset, "protect", "done", null, `${asset} keeps its stop at ${stop.price}.`);
  }
  if (isDust(turn.state, asset)) {
    return step(turn, asset, "protect", "failed", null, `${asset} is unprotected: too small for an order.`);
  }
  const own = ownStops(turn.state, asset);
  if (own.length > 0 && compare(sum(own.map(({ hold }) => hold.amount)), managedOf(turn, asset)) >= 0) {
    return step(turn, asset, "protect", "done", own[0]?.id ?? null, `${asset} is covered by a stop order of yours.`);
  }
  const level = stopUnderPrice(turn, asset, turn.state.limits.defaultStopPercent ?? USUAL_STOP_PERCENT);
  if (level === null) {
    return noPrice(turn, asset);
  }
  const target = protection?.target ?? null;
  change(turn, asset, level.instrument, { stop: level.stop, target }, "Protected because you stopped trading.");
  return step(turn, asset, "protect", "done", null, `${asset} has a stop at ${level.stop.price} now.`);
}

function managedOf({ state }: Turn, asset: Asset): Decimal {
  return state.holdings[asset]?.managed ?? ZERO;
}

function sellOnPaper(turn: Turn, asset: Asset, reason: string): StopStep {
  for (const order of ordersHolding(turn.state.orders, asset)) {
    if (!isProtectiveStop(order)) {
      cancelOrder(turn, order.id, reason);
    }
  }
  const orderId = exitPosition(turn, asset, "flatten", reason);
  if (orderId === null) {
    return step(turn, asset, "sell", "failed", null, `${asset} cannot be sold: the rules of its pair are not known.`);
  }
  const left = turn.state.holdings[asset]?.managed ?? null;
  return left === null || !isPositive(left)
    ? step(turn, asset, "sell", "done", orderId, `${asset} is sold.`)
    : step(turn, asset, "sell", "asked", orderId, `${left} ${asset} is sold as soon as the market takes it.`);
}

function sellAtExchange(turn: Turn, asset: Asset, because: WhySold): StopStep {
  const managed = managedOf(turn, asset);
  const sale = flattenPosition(turn, asset, wishReason(asset, because));
  if ("orderId" in sale) {
    const sentence = `The sale of all ${asset} of this desk is on its way to Kraken.`;
    return step(turn, asset, "sell", "asked", sale.orderId, sentence);
  }
  const sentence = sale.isTriedAgain
    ? `${managed} ${asset} cannot be sold yet: ${sale.why} It is tried again and again until it is sold or you resume.`
    : `${managed} ${asset} stays: ${sale.why}.`;
  return step(turn, asset, "sell", "failed", null, sentence);
}

function wishReason(asset: Asset, because: WhySold): string {
  return `${asset} is to be sold because ${because}.`;
}

function stopUnderPrice(turn: Turn, asset: Asset, percent: Decimal) {
  const instrument = protectingPair(turn, asset);
  const view = instrument === null ? undefined : turn.context.markets[instrument.symbol];
  const price = view === undefined ? null : (view.quote.mark ?? lastPrice(view));
  return instrument === null || price === null
    ? null
    : { instrument, stop: stopAt({ type: "percent", percent }, price, instrument) };
}

function tighter(before: ProtectiveStop | null, wanted: ProtectiveStop, percent: Decimal): ProtectiveStop {
  if (before === null) {
    return wanted;
  }
  const price = largest(before.price, wanted.price);
  return before.type === "trailing"
    ? { type: "trailing", price, percent: smallest(before.percent, percent) }
    : { type: "fixed", price };
}

function noPrice(turn: Turn, asset: Asset): StopStep {
  const sentence = `${asset} has no price just now, so its stop could not be moved.`;
  return step(turn, asset, "protect", "failed", null, sentence);
}

function step(
  turn: Turn,
  asset: Asset,
  what: StopStep["what"],
  outcome: StopStep["outcome"],
  orderId: string | null,
  sentence: string,
): StopStep {
  return { what, outcome, orderId, asset, symbol: valuationSymbol(asset, turn.state.currency), sentence };
}

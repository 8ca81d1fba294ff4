/** From what an entry wishes to what is wanted for the position: levels, merging, refusals (TRADING §4, ADR 0011). */
import {
  compare,
  decimal,
  divide,
  isAbove,
  isBelow,
  isPositive,
  largest,
  multiply,
  ONE,
  subtract,
  add,
  wholeNumber,
  type Decimal,
} from "../decimal.ts";
import type { Intent } from "../account/state.ts";
import type { Instrument } from "../market.ts";
import type { OrderRequest } from "../orders/request.ts";
import { nearestPrice } from "../orders/quantise.ts";
import { trailedTrigger } from "../orders/trigger.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { EntryProtection, Protection, ProtectiveStop, StopPlan, TargetPlan } from "./protection.ts";

/** A stop closer than this fires on the spread; one farther than this protects nothing. */
export const STOP_PERCENT_LEAST = decimal("0.1");
export const STOP_PERCENT_MOST = decimal("50");
/** A target in percent over the entry. */
export const TARGET_PERCENT_MOST = decimal("1000");

const SHARE_DECIMALS = 8;

/** The stop at its level for a fill at `entry`, both in account currency per unit. */
export function stopAt(plan: StopPlan, entry: Decimal, instrument: Instrument): ProtectiveStop {
  switch (plan.type) {
    case "price":
      return { type: "fixed", price: nearestPrice(plan.price, instrument) };
    case "percent":
      return { type: "fixed", price: trailedTrigger("sell", entry, plan.percent, instrument) };
    case "trailing":
      return {
        type: "trailing",
        percent: plan.percent,
        price: trailedTrigger("sell", entry, plan.percent, instrument),
      };
  }
}

/** The target's level for a fill at `entry`. */
export function targetAt(plan: TargetPlan, entry: Decimal, instrument: Instrument): Decimal {
  if (plan.type === "price") {
    return nearestPrice(plan.price, instrument);
  }
  const share = divide(plan.percent, wholeNumber(100), SHARE_DECIMALS, "half-even");
  return nearestPrice(multiply(entry, add(ONE, share)), instrument);
}

/**
 * What protects the position once an entry with `wish` begins to fill at `entry`. A stop that the trader named takes the place
 * of the one before; the account's default never lowers one that is there and never replaces one that trails.
 */
export function mergedProtection(
  before: Pick<Protection, "stop" | "target"> | null,
  wish: EntryProtection,
  entry: Decimal,
  instrument: Instrument,
): Pick<Protection, "stop" | "target"> {
  const came = wish.stop === null ? null : stopAt(wish.stop, entry, instrument);
  const aim = before?.target ?? null;
  const keepsAim = wish.target === null || (wish.isDefaultTarget === true && aim !== null);
  const target = wish.target === null || keepsAim ? aim : targetAt(wish.target, entry, instrument);
  const known = before?.stop ?? null;
  if (came === null || known === null) {
    return { stop: came ?? known, target };
  }
  if (!wish.isDefault) {
    return { stop: followedOn(known, came), target };
  }
  return { stop: known.type === "trailing" ? known : { ...known, price: largest(known.price, came.price) }, target };
}

/** The stop that takes the place of `before`. One that trails at the same distance trails on: its level never falls (TRADING §4). */
export function followedOn(before: ProtectiveStop | null, stop: ProtectiveStop): ProtectiveStop {
  const trailsOn = before?.type === "trailing" && stop.type === "trailing" && before.percent === stop.percent;
  return trailsOn ? { ...stop, price: largest(before.price, stop.price) } : stop;
}

/** What an entry brings: what it names, else the account's defaults; null for an order that adds to no position. */
export function entryProtection(
  defaults: { readonly defaultStopPercent: Decimal | null; readonly defaultTargetPercent: Decimal | null },
  request: OrderRequest,
  intent: Intent,
): EntryProtection | null {
  if (intent === "exit") {
    return null;
  }
  const { defaultStopPercent, defaultTargetPercent } = defaults;
  // A conditional close is a stop or a target already: a second one would sell the same inventory.
  const none = request.conditionalClose !== undefined;
  const usual = none || defaultStopPercent === null ? null : percentAway(defaultStopPercent);
  const aim = none || defaultTargetPercent === null ? null : percentAway(defaultTargetPercent);
  // Selling ETH/BTC buys bitcoin: a price named for it would be of another pair, a distance holds for what is bought.
  const isSale = request.side === "sell";
  const stop = request.stop === undefined || isSale ? usual : request.stop;
  const target = request.target === undefined || isSale ? aim : request.target;
  return stop === null && target === null
    ? null
    : {
        stop,
        target,
        isDefault: request.stop === undefined,
        isDefaultTarget: request.target === undefined,
      };
}

function percentAway(percent: Decimal): { readonly type: "percent"; readonly percent: Decimal } {
  return { type: "percent", percent };
}

/** Refuses what could not protect: a stop at or over the entry, a target at or under it, a distance out of range. */
export function checkEntryProtection(
  wish: { readonly stop: StopPlan | null; readonly target: TargetPlan | null },
  entry: Decimal | null,
): Result<null> {
  const stop = wish.stop === null ? ok(null) : checkStop(wish.stop, entry);
  if (!stop.ok || wish.target === null) {
    return stop;
  }
  return checkTarget(wish.target, entry);
}

function checkStop(plan: StopPlan, entry: Decimal | null): Result<null> {
  if (plan.type === "price") {
    return entry !== null && compare(plan.price, entry) >= 0
      ? refuse(
          "PRICE_INVALID",
          `A stop at ${plan.price} is not below the entry at about ${entry}: it would sell at once. Put it lower.`,
          { field: "stop", value: plan.price, limit: entry },
        )
      : ok(null);
  }
  return isBelow(plan.percent, STOP_PERCENT_LEAST) || isAbove(plan.percent, STOP_PERCENT_MOST)
    ? refuse(
        "PRICE_INVALID",
        `A stop lies ${STOP_PERCENT_LEAST} to ${STOP_PERCENT_MOST} % under, not ${plan.percent} %.`,
        {
          field: "stop",
          value: plan.percent,
        },
      )
    : ok(null);
}

function checkTarget(plan: TargetPlan, entry: Decimal | null): Result<null> {
  if (plan.type === "price") {
    return entry !== null && compare(plan.price, entry) <= 0
      ? refuse(
          "PRICE_INVALID",
          `A target at ${plan.price} is not above the entry at about ${entry}: it would sell at once. Put it higher.`,
          { field: "target", value: plan.price, limit: entry },
        )
      : ok(null);
  }
  return !isPositive(plan.percent) || isAbove(plan.percent, TARGET_PERCENT_MOST)
    ? refuse(
        "PRICE_INVALID",
        `A target lies over 0 and at most ${TARGET_PERCENT_MOST} % above, not ${plan.percent} %.`,
        {
          field: "target",
          value: plan.percent,
        },
      )
    : ok(null);
}

/** The loss per unit, before fees, of a position entered at `entry` that its stop sells at its level; zero above the entry. */
export function lossPerUnit(entry: Decimal, stop: Pick<ProtectiveStop, "price">): Decimal {
  return isAbove(entry, stop.price) ? subtract(entry, stop.price) : decimal("0");
}

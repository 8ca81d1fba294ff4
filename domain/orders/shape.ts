import type { Milliseconds } from "../market.ts";
import { refuse, ok, type Problem, type Result } from "../problem.ts";
import { decimal, isAbove, isBelow } from "../decimal.ts";
import { hasLimitPrice, isTriggered, type ConditionalClose } from "./order.ts";
import type { OrderRequest } from "./request.ts";

/** Kraken takes an expiry from 5 seconds to one month ahead (PROTOCOL §2.4). */
export const MINIMUM_EXPIRY_MS = 5_000;
export const MAXIMUM_EXPIRY_MS = 31 * 24 * 60 * 60 * 1_000;

/** What is wrong with a request on its own, before any market is looked at; null when it makes sense. */
export function shapeProblem(request: OrderRequest, marketTime: Milliseconds): Problem | null {
  const checked = checkShape(request, marketTime);
  return checked.ok ? null : checked.error;
}

function checkShape(request: OrderRequest, marketTime: Milliseconds): Result<null> {
  const { type, side, quantity, cost, limitPrice, timeInForce, postOnly, expiresAt } = request;
  const triggers = checkTriggers(request);
  if (!triggers.ok) {
    return triggers;
  }
  if ((quantity === undefined) === (cost === undefined)) {
    return refuse("BAD_REQUEST", "Say either a quantity or a cost, not both and not neither.", { field: "quantity" });
  }
  if (cost !== undefined && (type !== "market" || side !== "buy")) {
    return refuse("BAD_REQUEST", "A cost can be given for a market buy only; say a quantity.", { field: "cost" });
  }
  if (!hasLimitPrice(type) && limitPrice !== undefined) {
    return refuse("PRICE_INVALID", `A ${type} order has no limit price.`, { field: "limitPrice" });
  }
  if (hasLimitPrice(type) && limitPrice === undefined) {
    return refuse("PRICE_INVALID", `A ${type} order needs a limit price.`, { field: "limitPrice" });
  }
  if (isTriggered(type) && timeInForce !== "gtc") {
    return refuse("BAD_REQUEST", "A triggered order is good till cancelled.", { field: "timeInForce" });
  }
  if (postOnly && (type !== "limit" || timeInForce === "ioc")) {
    return refuse("BAD_REQUEST", "Only a limit order that may rest can be post-only.", { field: "postOnly" });
  }
  return checkExpiry(type === "limit" && timeInForce === "gtd", expiresAt, marketTime);
}

/** A trailing stop follows by 0.1 to 50 %: closer it would fire on the spread, farther it protects nothing. */
const TRAILING_LEAST = decimal("0.1");
const TRAILING_MOST = decimal("50");

function checkTriggers(request: OrderRequest): Result<null> {
  const { type, triggerPrice, trailingPercent, conditionalClose } = request;
  const trails = type === "trailing-stop";
  if (trails !== (trailingPercent !== undefined)) {
    return refuse(
      "PRICE_INVALID",
      trails ? "A trailing stop needs its distance in percent." : `A ${type} order does not trail.`,
      { field: "trailingPercent" },
    );
  }
  if (
    trailingPercent !== undefined &&
    (isBelow(trailingPercent, TRAILING_LEAST) || isAbove(trailingPercent, TRAILING_MOST))
  ) {
    return refuse(
      "PRICE_INVALID",
      `A trailing stop follows by ${TRAILING_LEAST} to ${TRAILING_MOST} %, not ${trailingPercent} %.`,
      {
        field: "trailingPercent",
        value: trailingPercent,
      },
    );
  }
  const needsTrigger = isTriggered(type) && !trails;
  if (needsTrigger !== (triggerPrice !== undefined)) {
    return refuse(
      "PRICE_INVALID",
      needsTrigger ? `A ${type} order needs a trigger price.` : `A ${type} order has no trigger price.`,
      { field: "triggerPrice" },
    );
  }
  if (conditionalClose !== undefined && isTriggered(type)) {
    return refuse("BAD_REQUEST", "Only a market or limit order can carry a conditional close.", {
      field: "conditionalClose",
    });
  }
  return conditionalClose === undefined ? ok(null) : checkClose(conditionalClose);
}

function checkClose({ type, triggerPrice, limitPrice }: ConditionalClose): Result<null> {
  const field = { field: "conditionalClose" };
  if (type === "trailing-stop") {
    return refuse("BAD_REQUEST", "A conditional close cannot trail: place a trailing stop after the fill.", field);
  }
  if (isTriggered(type) !== (triggerPrice !== null)) {
    const says = isTriggered(type) ? "needs a trigger price" : "has no trigger price";
    return refuse("PRICE_INVALID", `A conditional ${type} order ${says}.`, field);
  }
  if (hasLimitPrice(type) !== (limitPrice !== null)) {
    const says = hasLimitPrice(type) ? "needs a limit price" : "has no limit price";
    return refuse("PRICE_INVALID", `A conditional ${type} order ${says}.`, field);
  }
  return ok(null);
}

function checkExpiry(wanted: boolean, expiresAt: Milliseconds | undefined, marketTime: Milliseconds): Result<null> {
  if (!wanted) {
    return expiresAt === undefined
      ? ok(null)
      : refuse("EXPIRY_INVALID", "Only a good-till-date limit order has an expiry.", { field: "expiresAt" });
  }
  if (expiresAt === undefined) {
    return refuse("EXPIRY_INVALID", "A good-till-date order needs an expiry.", { field: "expiresAt" });
  }
  const ahead = expiresAt - marketTime;
  if (ahead < MINIMUM_EXPIRY_MS || ahead > MAXIMUM_EXPIRY_MS) {
    return refuse("EXPIRY_INVALID", "The expiry must lie between 5 seconds and 31 days ahead.", {
      field: "expiresAt",
      value: String(expiresAt),
      earliest: String(marketTime + MINIMUM_EXPIRY_MS),
      latest: String(marketTime + MAXIMUM_EXPIRY_MS),
    });
  }
  return ok(null);
}

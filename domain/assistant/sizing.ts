/**
 * From a proposal to the order that it wishes for. A size by risk is left to the risk engine, which counts fees, the book and the
 * account's own stop: `sizeByRisk` puts its figure in. What comes out is judged like any other wish: nothing here grants anything.
 */
import {
  compare,
  decimal,
  divide,
  HUNDRED,
  isAbove,
  isPositive,
  isZero,
  multiply,
  ONE,
  smallest,
  subtract,
  type Decimal,
} from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { nearestPrice, quantiseQuantity, quantisePrice } from "../orders/quantise.ts";
import type { OrderRequest } from "../orders/request.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { CheckedOrder, RiskCheck } from "../risk/check.ts";
import type { Proposal } from "./proposal.ts";

/** What the order depends on. Prices in quote. */
export type SizingFacts = {
  readonly instrument: Instrument;
  /** Price at which a market order would be filled now; null without a fresh one. */
  readonly price: Decimal | null;
  /** Managed holding of the base asset. */
  readonly held: Decimal;
};

/**
 * `equity` of the shadow and of the trader then, in account currency, which is also the pair's quote; null: not known.
 * `traderHeld`: what the trader held of the base asset when the model was asked; null: the model was not told.
 */
export type ShadowFacts = SizingFacts & {
  readonly equity: Decimal | null;
  readonly traderEquity: Decimal | null;
  readonly traderHeld: Decimal | null;
};

/** `notes` say what was made of the proposal, as sentences. */
export type Order = { readonly kind: "order"; readonly request: OrderRequest; readonly notes: readonly string[] };
/** An order without a quantity yet. */
export type OrderByRisk = {
  readonly kind: "by_risk";
  readonly request: OrderRequest;
  /** Percent of equity that it may lose. */
  readonly riskPercent: Decimal;
  /** The proposal said so; else it is ours, and gives way to an account that risks less. */
  readonly isStated: boolean;
};
export type Wish =
  | Order
  | OrderByRisk
  /** There is nothing to do: hold, or nothing to sell. It is recorded, and no order is made. */
  | { readonly kind: "nothing"; readonly reason: string };

/** Of a buy that states no size. Half of the account's default, so that a price that moves a little does not deny it. */
export const UNSTATED_RISK_PERCENT = ONE;
/** Under so much of its risk a size was held back by something else. */
const NEARLY_ALL_PERCENT = decimal("99");

/** The wish of a proposal for the trader's own account. */
export function sizeProposal(proposal: Proposal, facts: SizingFacts): Result<Wish> {
  return wishOf(proposal, facts, null);
}

/**
 * The wish of a proposal for a model's shadow account. A stated quantity of a buy is taken as the share of the trader's equity that
 * it was, of a sale as the share of his holding, at most what the shadow holds; nothing to sell is a recorded no-op.
 */
export function sizeForShadow(proposal: Proposal, facts: ShadowFacts): Result<Wish> {
  return wishOf(proposal, facts, facts);
}

/** Puts the engine's size into an order that is sized by its risk. `check`: its answer to the order without a size. */
export function sizeByRisk(
  { request, isStated }: OrderByRisk,
  {
    sizing,
    order,
    denial,
  }: Pick<RiskCheck, "sizing" | "denial"> & { readonly order: Pick<CheckedOrder, "loss"> | null },
): Result<Order> {
  if (sizing === null) {
    // Without a size the order itself cannot be read: that is no reason of its own.
    return denial === null || denial.code === "BAD_REQUEST"
      ? refuse("QUOTE_STALE", "A size by risk needs a fresh price and an equity that is complete.")
      : { ok: false, error: denial };
  }
  const { quantity, riskPercent, riskAmount } = sizing;
  if (!isPositive(quantity)) {
    return refuse("QUANTITY_TOO_SMALL", `With ${riskPercent} % of equity at risk, nothing of ${request.symbol} fits.`, {
      quantity,
    });
  }
  const loss = order?.loss ?? null;
  const isHeldBack = loss !== null && isAbove(multiply(riskAmount, NEARLY_ALL_PERCENT), multiply(loss, HUNDRED));
  return ok({
    kind: "order",
    request: { ...request, quantity },
    notes: [
      ...(isStated ? [] : [`No size was stated: sized to risk ${riskPercent} % of equity.`]),
      ...(isHeldBack ? ["Capped at what the account can pay."] : []),
    ],
  });
}

function wishOf(proposal: Proposal, facts: SizingFacts, shadow: ShadowFacts | null): Result<Wish> {
  switch (proposal.action) {
    case "hold":
      return ok({ kind: "nothing", reason: "The proposal is to hold." });
    case "close":
      return ok(closing(proposal, facts));
    case "sell":
      return sizeSale(proposal, facts, shadow);
    case "buy":
      return sizePurchase(proposal, facts, shadow);
  }
}

/** Reward divided by risk, two decimals; null where entry, stop or target leave none to be told. */
export function rewardToRisk(
  proposal: Pick<Proposal, "action" | "limitPrice" | "stop" | "target">,
  price: Decimal | null,
): Decimal | null {
  const { action, limitPrice, stop, target } = proposal;
  const entry = limitPrice ?? price;
  if (
    action !== "buy" ||
    entry === null ||
    stop === null ||
    target === null ||
    !isAbove(entry, stop) ||
    !isAbove(target, entry)
  ) {
    return null;
  }
  return divide(subtract(target, entry), subtract(entry, stop), 2, "half-even");
}

function closing({ symbol }: Proposal, { instrument, held }: SizingFacts): Wish {
  const quantity = quantiseQuantity(held, instrument);
  return isZero(quantity)
    ? { kind: "nothing", reason: `There is no ${instrument.base} to close.` }
    : { kind: "order", request: { ...plain(symbol, "sell"), type: "market", quantity }, notes: [] };
}

function sizeSale(proposal: Proposal, facts: SizingFacts, shadow: ShadowFacts | null): Result<Wish> {
  const { instrument, held } = facts;
  if (shadow !== null && !isPositive(quantiseQuantity(held, instrument))) {
    return ok({ kind: "nothing", reason: `The shadow account holds no ${instrument.base} to sell.` });
  }
  const stated = proposal.quantity ?? held;
  const { quantity: wished, notes: sized } =
    shadow === null || proposal.quantity === null ? { quantity: stated, notes: [] } : shareSold(stated, shadow);
  const quantity = quantiseQuantity(shadow === null ? wished : smallest(wished, held), instrument);
  if (isZero(quantity)) {
    return refuse("QUANTITY_TOO_SMALL", `The proposal sells less than one lot of ${instrument.base}.`, {
      quantity: wished,
    });
  }
  const isCapped = compare(quantity, wished) < 0 && isAbove(wished, held);
  const notes = isCapped ? [`Capped at the holding of ${held} ${instrument.base}.`] : sized;
  return ok({
    kind: "order",
    request: { ...plain(proposal.symbol, "sell"), ...priced(proposal, "sell", instrument), quantity },
    notes,
  });
}

function sizePurchase(proposal: Proposal, facts: SizingFacts, shadow: ShadowFacts | null): Result<Wish> {
  const { instrument } = facts;
  const { stop, target, riskPercent } = proposal;
  const entry = proposal.limitPrice === null ? facts.price : quantisePrice(proposal.limitPrice, "buy", instrument);
  if (entry === null || !isPositive(entry)) {
    return refuse("QUOTE_STALE", `There is no fresh price of ${proposal.symbol} to size the order with.`);
  }
  if (stop !== null && !isAbove(entry, stop)) {
    return refuse("PRICE_INVALID", `The stop of a buy stands below its entry; ${stop} is not below ${entry}.`, {
      stop,
      entry,
    });
  }
  if (target !== null && !isAbove(target, entry)) {
    return refuse("PRICE_INVALID", `The target of a buy stands above its entry; ${target} is not above ${entry}.`, {
      target,
      entry,
    });
  }
  const request: OrderRequest = {
    ...plain(proposal.symbol, "buy"),
    ...priced(proposal, "buy", instrument),
    ...(stop === null ? {} : { stop: { type: "price", price: nearestPrice(stop, instrument) } }),
    ...(target === null ? {} : { target: { type: "price", price: nearestPrice(target, instrument) } }),
  };
  if (proposal.quantity === null) {
    const isStated = riskPercent !== null;
    return ok({ kind: "by_risk", request, riskPercent: riskPercent ?? UNSTATED_RISK_PERCENT, isStated });
  }
  const wished =
    shadow === null ? ok({ quantity: proposal.quantity, notes: [] }) : shareOf(proposal.quantity, shadow, entry);
  if (!wished.ok) {
    return wished;
  }
  const quantity = quantiseQuantity(wished.value.quantity, instrument);
  if (isZero(quantity)) {
    return refuse("QUANTITY_TOO_SMALL", `The size of the proposal is less than one lot of ${instrument.base}.`, {
      quantity: wished.value.quantity,
    });
  }
  return ok({ kind: "order", request: { ...request, quantity }, notes: wished.value.notes });
}

type Quantity = { readonly quantity: Decimal; readonly notes: readonly string[] };

/**
 * What a sale that was meant for the trader's holding is of a shadow's. The shadow holds what its model proposed, clicked or not,
 * so a share of the holding is what the model decided: who sells a fifth keeps four fifths, who sells all is out.
 */
function shareSold(quantity: Decimal, { held, traderHeld, equity, traderEquity }: ShadowFacts): Quantity {
  if (traderHeld !== null && isPositive(traderHeld)) {
    const notes = ["Sized as the same share of the holding."];
    return compare(quantity, traderHeld) >= 0
      ? { quantity: held, notes }
      : { quantity: divide(multiply(quantity, held), traderHeld, 18, "down"), notes };
  }
  // The trader had none of it: all that is known is what share of his equity it would have been.
  if (equity !== null && isPositive(equity) && traderEquity !== null && isPositive(traderEquity)) {
    return {
      quantity: divide(multiply(quantity, equity), traderEquity, 18, "down"),
      notes: ["Sized as the same share of equity."],
    };
  }
  return { quantity, notes: ["Taken as stated: the holding that it was meant for is not known."] };
}

/** What a quantity that was meant for the trader's account is in a shadow's. */
function shareOf(quantity: Decimal, { equity, traderEquity }: ShadowFacts, entry: Decimal): Result<Quantity> {
  if (equity === null || !isPositive(equity)) {
    return refuse("QUOTE_STALE", "The size as a share of equity needs an equity that is complete.");
  }
  if (traderEquity !== null && isPositive(traderEquity)) {
    return ok({
      quantity: divide(multiply(quantity, equity), traderEquity, 18, "down"),
      notes: ["Sized as the same share of equity."],
    });
  }
  // Asked without the context, or of an account that could not be valued: no share is known.
  const most = divide(equity, entry, 18, "down");
  return ok({
    quantity: smallest(quantity, most),
    notes: ["Taken as stated, at most the whole equity: the equity that it was meant for is not known."],
  });
}

function priced(
  { orderType, limitPrice }: Proposal,
  side: "buy" | "sell",
  instrument: Instrument,
): Pick<OrderRequest, "type" | "limitPrice"> {
  return orderType === "limit" && limitPrice !== null
    ? { type: "limit", limitPrice: quantisePrice(limitPrice, side, instrument) }
    : { type: "market" };
}

function plain(
  symbol: string,
  side: "buy" | "sell",
): Pick<OrderRequest, "symbol" | "side" | "timeInForce" | "postOnly"> {
  return { symbol, side, timeInForce: "gtc", postOnly: false };
}

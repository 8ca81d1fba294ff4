/** From a proposal to the order that it wishes for. What comes out is judged like any other wish: nothing here grants anything. */
import {
  add,
  compare,
  divide,
  HUNDRED,
  isAbove,
  isPositive,
  isZero,
  multiply,
  smallest,
  subtract,
  type Decimal,
} from "../decimal.ts";
import type { Instrument } from "../market.ts";
import { nearestPrice, quantiseQuantity, quantisePrice } from "../orders/quantise.ts";
import type { OrderRequest } from "../orders/request.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { Proposal } from "./proposal.ts";

/** What the size depends on. Prices in quote; equity and `rate` in account currency. */
export type SizingFacts = {
  readonly instrument: Instrument;
  /** Price at which a market order would be filled now; null without a fresh one. */
  readonly price: Decimal | null;
  readonly equity: Decimal | null;
  /** Account currency for one unit of the pair's quote. */
  readonly rate: Decimal;
  /** Managed holding of the base asset. */
  readonly held: Decimal;
  /** Risk in percent of equity of a buy that states no size; null: such a buy is refused. */
  readonly defaultRiskPercent: Decimal | null;
  /** Stop of a buy without one, in percent under the entry; null: the account's default is left to the account. */
  readonly defaultStopPercent: Decimal | null;
};

export type SizedOrder =
  /** `notes` say what was made of the proposal, as sentences. */
  | { readonly kind: "order"; readonly request: OrderRequest; readonly notes: readonly string[] }
  /** There is nothing to do: hold, or nothing to sell. It is recorded, and no order is made. */
  | { readonly kind: "nothing"; readonly reason: string };

/** The order of a proposal for the trader's own account. */
export function sizeProposal(proposal: Proposal, facts: SizingFacts): Result<SizedOrder> {
  switch (proposal.action) {
    case "hold":
      return ok({ kind: "nothing", reason: "The proposal is to hold." });
    case "close":
      return ok(closing(proposal, facts));
    case "sell":
      return sizeSale(proposal, facts, false);
    case "buy":
      return sizePurchase(proposal, facts, null);
  }
}

/**
 * The order of a proposal for a model's shadow account. A stated quantity is taken as the share of the trader's equity that it
 * was; a sale is capped at what the shadow holds; nothing to sell is a recorded no-op.
 */
export function sizeForShadow(
  proposal: Proposal,
  facts: SizingFacts,
  traderEquity: Decimal | null,
): Result<SizedOrder> {
  switch (proposal.action) {
    case "hold":
      return ok({ kind: "nothing", reason: "The proposal is to hold." });
    case "close":
      return ok(closing(proposal, facts));
    case "sell":
      return sizeSale(proposal, facts, true);
    case "buy":
      return sizePurchase(proposal, facts, traderEquity);
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

function closing({ symbol }: Proposal, { instrument, held }: SizingFacts): SizedOrder {
  const quantity = quantiseQuantity(held, instrument);
  return isZero(quantity)
    ? { kind: "nothing", reason: `There is no ${instrument.base} to close.` }
    : { kind: "order", request: { ...plain(symbol, "sell"), type: "market", quantity }, notes: [] };
}

function sizeSale(proposal: Proposal, facts: SizingFacts, isShadow: boolean): Result<SizedOrder> {
  const { instrument, held } = facts;
  if (isShadow && !isPositive(quantiseQuantity(held, instrument))) {
    return ok({ kind: "nothing", reason: `The shadow account holds no ${instrument.base} to sell.` });
  }
  const wished = proposal.quantity ?? held;
  const quantity = quantiseQuantity(isShadow ? smallest(wished, held) : wished, instrument);
  if (isZero(quantity)) {
    return refuse("QUANTITY_TOO_SMALL", `The proposal sells less than one lot of ${instrument.base}.`, {
      quantity: wished,
    });
  }
  const notes =
    compare(quantity, wished) < 0 && isAbove(wished, held)
      ? [`Capped at the holding of ${held} ${instrument.base}.`]
      : [];
  return ok({
    kind: "order",
    request: { ...plain(proposal.symbol, "sell"), ...priced(proposal, "sell", instrument), quantity },
    notes,
  });
}

function sizePurchase(proposal: Proposal, facts: SizingFacts, traderEquity: Decimal | null): Result<SizedOrder> {
  const { instrument } = facts;
  const entry = proposal.limitPrice === null ? facts.price : quantisePrice(proposal.limitPrice, "buy", instrument);
  if (entry === null || !isPositive(entry)) {
    return refuse("QUOTE_STALE", `There is no fresh price of ${proposal.symbol} to size the order with.`);
  }
  const stop = stopOf(proposal, facts, entry);
  if (stop !== null && !isAbove(entry, stop)) {
    return refuse("PRICE_INVALID", `The stop of a buy stands below its entry; ${stop} is not below ${entry}.`, {
      stop,
      entry,
    });
  }
  if (proposal.target !== null && !isAbove(proposal.target, entry)) {
    return refuse(
      "PRICE_INVALID",
      `The target of a buy stands above its entry; ${proposal.target} is not above ${entry}.`,
      {
        target: proposal.target,
        entry,
      },
    );
  }
  const wished = purchaseQuantity(proposal, facts, entry, stop, traderEquity);
  if (!wished.ok) {
    return wished;
  }
  const quantity = quantiseQuantity(wished.value.quantity, instrument);
  if (isZero(quantity)) {
    return refuse("QUANTITY_TOO_SMALL", `The size of the proposal is less than one lot of ${instrument.base}.`, {
      quantity: wished.value.quantity,
    });
  }
  const request: OrderRequest = {
    ...plain(proposal.symbol, "buy"),
    ...priced(proposal, "buy", instrument),
    quantity,
    ...(stop === null ? {} : { stop: { type: "price", price: nearestPrice(stop, instrument) } }),
    ...(proposal.target === null
      ? {}
      : { target: { type: "price", price: nearestPrice(proposal.target, instrument) } }),
  };
  return ok({ kind: "order", request, notes: wished.value.notes });
}

function stopOf({ stop }: Proposal, { defaultStopPercent }: SizingFacts, entry: Decimal): Decimal | null {
  if (stop !== null || defaultStopPercent === null) {
    return stop;
  }
  return divide(multiply(entry, subtract(HUNDRED, defaultStopPercent)), HUNDRED, 12, "half-even");
}

type Quantity = { readonly quantity: Decimal; readonly notes: readonly string[] };

function purchaseQuantity(
  { quantity, riskPercent, symbol }: Proposal,
  facts: SizingFacts,
  entry: Decimal,
  stop: Decimal | null,
  traderEquity: Decimal | null,
): Result<Quantity> {
  const { equity, rate } = facts;
  if (quantity !== null) {
    if (traderEquity === null) {
      return ok({ quantity, notes: [] });
    }
    if (equity === null || !isPositive(traderEquity)) {
      return refuse("QUOTE_STALE", "The size as a share of equity needs an equity that is complete.");
    }
    return ok({
      quantity: divide(multiply(quantity, equity), traderEquity, 18, "down"),
      notes: ["Sized as the same share of equity."],
    });
  }
  const risk = riskPercent ?? facts.defaultRiskPercent;
  if (risk === null) {
    return refuse("UNREALISABLE_SIZE", `The proposal for ${symbol} states no size.`);
  }
  if (equity === null) {
    return refuse(
      "QUOTE_STALE",
      "The size by risk needs an equity that is complete; one of the holdings has no fresh price.",
    );
  }
  if (!isPositive(equity)) {
    return refuse("INSUFFICIENT_FUNDS", "The account has no equity to risk.");
  }
  // Without a stop the whole cost is at risk (TRADING §5).
  const lossPerUnit = multiply(stop === null ? entry : subtract(entry, stop), rate);
  const allowedLoss = divide(multiply(equity, risk), HUNDRED, 18, "down");
  const byRisk = divide(allowedLoss, lossPerUnit, 18, "down");
  // A stop close by makes a size by risk larger than the account: spot buys with what is there.
  const byEquity = divide(equity, multiply(entry, rate), 18, "down");
  const capped = isAbove(byRisk, byEquity);
  return ok({
    quantity: smallest(byRisk, byEquity),
    notes: [
      ...(riskPercent === null ? [`No size was stated: sized to risk ${risk} % of equity.`] : []),
      ...(capped ? ["Capped at the whole equity."] : []),
    ],
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

/** What the account would lose at the stop, in account currency, fees left out; null without a stop. */
export function lossAtStop(request: OrderRequest, entry: Decimal, rate: Decimal): Decimal | null {
  const { quantity, stop } = request;
  return quantity === undefined || stop === undefined || stop === null || stop.type !== "price"
    ? null
    : multiply(multiply(quantity, subtract(entry, stop.price)), rate);
}

/** The holding after the order filled whole. */
export function holdingAfter(request: OrderRequest, held: Decimal): Decimal {
  const quantity = request.quantity ?? null;
  return quantity === null ? held : request.side === "buy" ? add(held, quantity) : subtract(held, quantity);
}

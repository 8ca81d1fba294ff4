import type { Engine } from "./engine.ts";
import type { Switches } from "../switches.ts";
import { parseUnits } from "../units.ts";
import type { Account } from "./accounts.ts";
import { paysWith, type AccountBook } from "./account-book.ts";
import type { Market } from "./market.ts";
import { crosses, opposite } from "./order-book.ts";
import { isTriggered, type Order, type OrderTerms } from "./orders.ts";
import { openOrdersPerPair } from "./rate-counters.ts";

export interface CheckContext {
  readonly engine: Engine;
  readonly switches: Switches;
  readonly book: AccountBook;
}

/** Price that the minimum cost is judged at: the limit, the trigger, or the far touch. */
function judgedPrice(market: Market, terms: OrderTerms): number {
  return (
    terms.limit ?? terms.trigger?.price ?? market.book.side(opposite(terms.side)).best?.price ?? market.lastPrice ?? 0
  );
}

/** Whether the market takes orders of this kind now (PROTOCOL §4: the Market-in-mode errors). */
export function checkStatus(
  context: CheckContext,
  market: Market,
  terms: Pick<OrderTerms, "type" | "postOnly">,
): string | undefined {
  for (const status of [context.engine.systemStatus, market.status]) {
    if (status === "maintenance" || status === "delisted") {
      return "EService:Unavailable";
    }
    if (status === "cancel_only" || status === "reduce_only") {
      return "EService:Market in cancel_only mode";
    }
    if (status === "post_only" && !(terms.type === "limit" && terms.postOnly)) {
      return "EService:Market in post_only mode";
    }
    if (status === "limit_only" && terms.type === "market") {
      return "EService:Market in limit_only mode";
    }
  }
  return undefined;
}

/** Size rules of the pair: order minimum, then cost minimum. */
export function checkMinimums(context: CheckContext, market: Market, terms: OrderTerms): string | undefined {
  const { pair, quantity } = terms;
  const tooSmall =
    context.switches.value("minimumErrorText") === "order"
      ? "EOrder:Order minimum not met"
      : "EGeneral:Invalid arguments:volume minimum not met";
  const price = judgedPrice(market, terms);
  if (terms.inQuote ? quantity < pair.minimumQuantity * BigInt(price) : quantity < pair.minimumQuantity) {
    return tooSmall;
  }
  const least = parseUnits(pair.costMinimum, pair.priceDecimals + pair.quantityDecimals) ?? 0n;
  const cost = terms.inQuote ? quantity : quantity * BigInt(price);
  return cost < least ? "EOrder:Cost minimum not met" : undefined;
}

export function wouldCross(market: Market, terms: Pick<OrderTerms, "side">, limit: number): boolean {
  const best = market.book.side(opposite(terms.side)).best?.price;
  return best !== undefined && crosses(terms.side, limit, best);
}

/** How many orders an account may have open in one pair. */
export function checkOpenOrders(account: Account, terms: OrderTerms, more = 1): string | undefined {
  let open = 0;
  for (const order of account.live.values()) {
    open += order.terms.pair === terms.pair ? 1 : 0;
  }
  return open + more > openOrdersPerPair[account.tier] ? "EOrder:Orders limit exceeded" : undefined;
}

/** A client order id is unique among the account's open orders, not for life (PROTOCOL §2.5). */
export function checkClientOrderId(
  context: CheckContext,
  account: Account,
  clientOrderId: string | undefined,
): string | undefined {
  const scope = context.switches.value("clientOrderIdScope") === "open orders" ? account.live : account.orders;
  const isTaken =
    clientOrderId !== undefined && [...scope.values()].some((order) => order.terms.clientOrderId === clientOrderId);
  return isTaken ? "EGeneral:Invalid arguments:cl_ord_id not unique" : undefined;
}

/** Funds, counting fees and what other orders hold; `except` is the order that these terms replace. */
export function checkFunds(
  context: CheckContext,
  market: Market,
  account: Account,
  terms: OrderTerms,
  except?: Order,
): string | undefined {
  const { book, switches } = context;
  const asset = paysWith(terms.pair, terms.side);
  const refuse = "EOrder:Insufficient funds";
  const price = BigInt(judgedPrice(market, terms));
  if (isTriggered(terms.type) && !switches.value("stopOrdersHold")) {
    const needed = book.needed(account, terms, terms.quantity, terms.quantity * price, asset, true);
    return needed > book.balance(account, asset) ? refuse : undefined;
  }
  let quantity = terms.quantity;
  let cost = terms.inQuote ? terms.quantity : quantity * price;
  if (terms.type === "market" && !terms.inQuote) {
    const taken = market.preview({ side: terms.side, limit: undefined, quantity, orderType: "market" });
    quantity = taken.quantity;
    cost = taken.cost;
  }
  const needed = book.needed(account, terms, quantity, cost, asset, true);
  return needed > book.available(account, asset, except) ? refuse : undefined;
}

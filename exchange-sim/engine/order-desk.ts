import type { Micros } from "../clock.ts";
import type { Pair } from "../instruments.ts";
import { formatUnits, parseUnits } from "../units.ts";
import type { Account } from "./accounts.ts";
import type { Engine } from "./engine.ts";
import type { Market } from "./market.ts";
import {
  checkClientOrderId,
  checkFunds,
  checkMinimums,
  checkOpenOrders,
  checkStatus,
  wouldCross,
} from "./order-checks.ts";
import { readAmendPrice } from "./order-prices.ts";
import { readTerms, type OrderInput } from "./order-terms.ts";
import { isLimitType, isTriggered, type Amend, type Order, type OrderTerms } from "./orders.ts";
import { addCost, batchAddCost, matchingCost, type MatchingCounters } from "./rate-counters.ts";
import { orderReplaced, type Trading } from "./trading.ts";

export interface Refusal {
  readonly error: string;
}

export type Added = { readonly order: Order | undefined; readonly terms: OrderTerms } | Refusal;

/** What an amend asks to change; texts as the client sent them. */
export interface AmendInput {
  readonly quantity: string | undefined;
  readonly limitPrice: string | undefined;
  readonly triggerPrice: string | undefined;
  readonly postOnly: boolean | undefined;
}

/** What an edit asks to change. */
export interface EditInput {
  readonly volume: string | undefined;
  readonly price: string | undefined;
  readonly price2: string | undefined;
  readonly flags: readonly string[] | undefined;
  readonly userref: string | undefined;
}

export type OrderReference = { readonly id: string } | { readonly clientOrderId: string };

const refused = (error: string): Refusal => ({ error });
const rateExceeded = refused("EOrder:Rate limit exceeded");

/** The counter where orders are handed in: rate limits and checks, then trading. REST and WebSocket share it. */
export class OrderDesk {
  readonly #engine: Engine;
  readonly #trading: Trading;
  readonly counters: MatchingCounters;

  constructor(engine: Engine, trading: Trading, counters: MatchingCounters) {
    this.#engine = engine;
    this.#trading = trading;
    this.counters = counters;
  }

  /** Checks an order and, unless it is only to be validated, places it. */
  add(account: Account, input: OrderInput, validateOnly: boolean): Added {
    // The fixed cost is charged even if validation fails (PROTOCOL §3.2).
    if (!validateOnly && !this.#take(account, input.pair, addCost)) {
      return rateExceeded;
    }
    const checked = this.#check(account, input);
    if ("error" in checked) {
      return checked;
    }
    const shortOf = this.#checkFunds(account, checked.terms);
    if (shortOf !== undefined) {
      return refused(shortOf);
    }
    return { terms: checked.terms, order: validateOnly ? undefined : this.#trading.place(account, checked.terms) };
  }

  /** A validation failure refuses the whole batch, a lack of funds only that order (PROTOCOL §2.6). */
  addBatch(account: Account, inputs: readonly OrderInput[], validateOnly: boolean): readonly Added[] | Refusal {
    const first = inputs[0];
    if (first === undefined || inputs.length < 2 || inputs.length > 15) {
      return refused("EGeneral:Invalid arguments:orders");
    }
    if (!validateOnly && !this.#take(account, first.pair, batchAddCost(inputs.length))) {
      return rateExceeded;
    }
    const all: OrderTerms[] = [];
    for (const input of inputs) {
      const checked = this.#check(account, input, inputs.length);
      if ("error" in checked) {
        return checked;
      }
      all.push(checked.terms);
    }
    const names = all.map((terms) => terms.clientOrderId).filter((name) => name !== undefined);
    if (new Set(names).size < names.length) {
      return refused("EGeneral:Invalid arguments:cl_ord_id not unique");
    }
    return all.map((terms) => {
      const shortOf = this.#checkFunds(account, terms);
      if (shortOf !== undefined) {
        return refused(shortOf);
      }
      return { terms, order: validateOnly ? undefined : this.#trading.place(account, terms) };
    });
  }

  /** Finds a live order. The error tells an id that is gone from one that never was (PROTOCOL §2.6). */
  find(account: Account, reference: OrderReference): Order | Refusal {
    if ("clientOrderId" in reference) {
      const found = [...account.live.values()].find((order) => order.terms.clientOrderId === reference.clientOrderId);
      return found ?? refused("EOrder:Unknown order");
    }
    const live = account.live.get(reference.id);
    if (live !== undefined) {
      return live;
    }
    const never = this.#trading.context.switches.value("neverIssuedIdError");
    return refused(account.orders.has(reference.id) ? "EOrder:Unknown order" : `EOrder:${never}`);
  }

  amend(account: Account, reference: OrderReference, input: AmendInput): Amend | Refusal {
    const order = this.find(account, reference);
    if ("error" in order) {
      return order;
    }
    const { pair } = order.terms;
    if (!this.#take(account, pair, matchingCost("amend", this.#age(order)))) {
      return rateExceeded;
    }
    const changed = this.#amendedTerms(order, input);
    if ("error" in changed) {
      return changed;
    }
    const { terms, trigger } = changed;
    if (terms.quantity <= order.filled) {
      if (this.#trading.context.switches.value("amendBelowFilled") === "refused") {
        return refused("EOrder:Not enough leaves qty");
      }
      const record = this.#trading.amend(account, order, { ...terms, quantity: order.filled }, trigger);
      this.#trading.cancel(account, order);
      return record;
    }
    const market = this.#market(pair);
    const rest = { ...terms, quantity: terms.quantity - order.filled };
    const crossing =
      terms.postOnly &&
      order.limit !== terms.limit &&
      terms.limit !== undefined &&
      wouldCross(market, terms, terms.limit);
    const error =
      checkStatus(this.#trading.context, market, terms) ??
      checkMinimums(this.#trading.context, market, terms) ??
      (crossing ? "EOrder:Post only order" : undefined) ??
      checkFunds(this.#trading.context, market, account, rest, order);
    return error === undefined ? this.#trading.amend(account, order, terms, trigger) : refused(error);
  }

  #amendedTerms(
    order: Order,
    input: AmendInput,
  ): { readonly terms: OrderTerms; readonly trigger: number | undefined } | Refusal {
    const { terms } = order;
    const last = this.#market(terms.pair).lastPrice ?? 0;
    let changed = terms;
    if (input.quantity !== undefined) {
      const quantity = parseUnits(input.quantity, terms.pair.quantityDecimals, "down");
      if (quantity === undefined || quantity <= 0n) {
        return refused("EGeneral:Invalid arguments:order_qty");
      }
      changed = { ...changed, quantity };
    }
    if (input.limitPrice !== undefined && this.#mayHaveLimit(terms)) {
      const limit = readAmendPrice(terms.pair, input.limitPrice, terms.side, last, "limit_price");
      if (typeof limit !== "number") {
        return limit;
      }
      const text = formatUnits(BigInt(limit), terms.pair.priceDecimals);
      changed = { ...changed, limit, ...(terms.type === "limit" ? { priceText: text } : { price2Text: text }) };
    } else if (
      input.limitPrice !== undefined &&
      this.#trading.context.switches.value("limitPriceOnPlainStop") === "refused"
    ) {
      return refused("EOrder:Invalid limit price");
    }
    let trigger: number | undefined;
    if (input.triggerPrice !== undefined) {
      if (order.trigger === undefined || order.trigger.triggeredAt !== undefined) {
        return refused("EOrder:Invalid price");
      }
      const price = readAmendPrice(terms.pair, input.triggerPrice, terms.side, last, "trigger_price");
      if (typeof price !== "number") {
        return price;
      }
      trigger = price;
      changed = { ...changed, priceText: formatUnits(BigInt(price), terms.pair.priceDecimals) };
    }
    if (input.postOnly !== undefined) {
      changed = { ...changed, postOnly: input.postOnly && terms.type === "limit" };
    }
    return { terms: changed, trigger };
  }

  #mayHaveLimit(terms: OrderTerms): boolean {
    return isLimitType(terms.type);
  }

  /** Cancels an order and places a changed one under a new id; loses the client order id (PROTOCOL §2.6). */
  edit(
    account: Account,
    reference: OrderReference,
    input: EditInput,
    validateOnly: boolean,
  ): { readonly original: Order; readonly order: Order | undefined; readonly terms: OrderTerms } | Refusal {
    const original = this.find(account, reference);
    if ("error" in original) {
      return original;
    }
    const { terms } = original;
    if (!validateOnly && !this.#take(account, terms.pair, matchingCost("edit", this.#age(original)))) {
      return rateExceeded;
    }
    if (terms.close !== undefined || original.trigger?.triggeredAt !== undefined || terms.inQuote) {
      return refused("EOrder:Order not editable");
    }
    const checked = this.#check(account, editedInput(terms, input), 0);
    if ("error" in checked) {
      return checked;
    }
    const shortOf = this.#checkFunds(account, checked.terms, original);
    if (shortOf !== undefined) {
      return refused(shortOf);
    }
    if (validateOnly) {
      return { original, order: undefined, terms: checked.terms };
    }
    this.#trading.cancel(
      account,
      original,
      this.#trading.context.switches.value("editedOrderReason") === "replaced" ? orderReplaced : "User requested",
    );
    return { original, order: this.#trading.place(account, checked.terms), terms: checked.terms };
  }

  cancel(account: Account, reference: OrderReference): Order | Refusal {
    const order = this.find(account, reference);
    if ("error" in order) {
      return order;
    }
    const status = this.#engine.systemStatus === "maintenance" ? "maintenance" : this.#market(order.terms.pair).status;
    if (status === "maintenance") {
      return refused("EService:Unavailable");
    }
    if (!this.#take(account, order.terms.pair, matchingCost("cancel", this.#age(order)))) {
      return rateExceeded;
    }
    this.#trading.cancel(account, order);
    return order;
  }

  /** Batch cancels are taken even when the counter passes its threshold (PROTOCOL §3.2). */
  cancelBatch(account: Account, references: readonly OrderReference[]): number {
    let count = 0;
    for (const reference of references) {
      const order = this.find(account, reference);
      if (!("error" in order)) {
        const cost = matchingCost("cancel", this.#age(order));
        this.counters.take(account.id, order.terms.pair.symbol, account.tier, cost, this.#engine.clock.wall(), true);
        this.#trading.cancel(account, order);
        count += 1;
      }
    }
    return count;
  }

  cancelAll(account: Account): number {
    return this.#trading.cancelAll(account);
  }

  cancelAllAfter(account: Account, seconds: number): Micros | undefined {
    return this.#trading.cancelAllAfter(account, seconds);
  }

  #check(account: Account, input: OrderInput, together = 1): { readonly terms: OrderTerms } | Refusal {
    const { context } = this.#trading;
    const market = this.#market(input.pair);
    const read = readTerms(input, {
      switches: context.switches,
      lastPrice: market.lastPrice ?? 0,
      now: this.#engine.now,
    });
    if ("error" in read) {
      return read;
    }
    const { terms, offTick } = read;
    const tick = offTick ? "EOrder:Tick size check failed" : undefined;
    const tickFirst = context.switches.value("validationOrder") === "tick first";
    const crossing = terms.postOnly && terms.limit !== undefined && wouldCross(market, terms, terms.limit);
    const error =
      checkStatus(context, market, terms) ??
      (tickFirst ? tick : undefined) ??
      checkMinimums(context, market, terms) ??
      tick ??
      checkClientOrderId(context, account, terms.clientOrderId) ??
      checkOpenOrders(account, terms, together) ??
      (terms.trigger?.reference === "index" && !context.switches.value("indexAvailable")
        ? "EGeneral:Invalid arguments:Index unavailable"
        : undefined) ??
      (crossing && context.switches.value("postOnlyCrossing") === "refused" ? "EOrder:Post only order" : undefined);
    return error === undefined ? { terms } : refused(error);
  }

  #checkFunds(account: Account, terms: OrderTerms, except?: Order): string | undefined {
    return checkFunds(this.#trading.context, this.#market(terms.pair), account, terms, except);
  }

  #age(order: Order): Micros {
    return (this.#engine.now - order.touchedAt) / this.#engine.clock.speed;
  }

  #take(account: Account, pair: Pair, cost: number): boolean {
    return this.counters.take(account.id, pair.symbol, account.tier, cost, this.#engine.clock.wall());
  }

  #market(pair: Pair): Market {
    const market = this.#engine.markets.get(pair.symbol);
    if (market === undefined) {
      throw new Error(`no market for ${pair.symbol}`);
    }
    return market;
  }
}

/** The input that would give the original's terms, with the changes of an edit. */
function editedInput(terms: OrderTerms, input: EditInput): OrderInput {
  const { pair } = terms;
  return {
    pair,
    side: terms.side,
    type: terms.type,
    volume: input.volume ?? formatUnits(terms.quantity, pair.quantityDecimals),
    price: input.price ?? (terms.type === "market" ? undefined : terms.priceText),
    price2: input.price2 ?? (terms.price2Text === "0" ? undefined : terms.price2Text),
    trigger: isTriggered(terms.type) ? terms.trigger?.reference : undefined,
    timeInForce: terms.timeInForce,
    startAt: terms.startAt,
    expireAt: terms.expireAt,
    flags: input.flags ?? terms.flags,
    selfTrade: terms.selfTrade,
    close: undefined,
    userref: input.userref ?? terms.userref?.toString(),
    clientOrderId: undefined,
    leverage: undefined,
    reduceOnly: false,
  };
}

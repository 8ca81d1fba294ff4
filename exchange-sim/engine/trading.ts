import type { Micros } from "../clock.ts";
import type { Ids } from "../ids.ts";
import type { Pair } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import type { AccountBook, AccountJournal } from "./account-book.ts";
import type { Account } from "./accounts.ts";
import type { Engine } from "./engine.ts";
import type { Fill, Market, MarketListener } from "./market.ts";
import { checkFunds, wouldCross, type CheckContext } from "./order-checks.ts";
import { opposite, type BookOrder } from "./order-book.ts";
import { amendRecord, closeTerms, newOrder } from "./new-order.ts";
import {
  isLimitType,
  isLive,
  isTriggered,
  remainingQuantity,
  type Amend,
  type Order,
  type OrderTerms,
  type UserTrade,
} from "./orders.ts";
import type { Trade } from "./tape.ts";
import { TriggerDesk } from "./triggers.ts";

export type ExecutionKind =
  | "pending_new"
  | "new"
  | "trade"
  | "filled"
  | "amended"
  | "restated"
  | "canceled"
  | "expired"
  | "status";

export interface ExecutionEvent {
  readonly kind: ExecutionKind;
  readonly order: Order;
  readonly trade?: UserTrade;
  readonly reason?: string;
  readonly time: Micros;
}

export interface ExecutionListener {
  executed(account: Account, event: ExecutionEvent): void;
}

export const userRequested = "User requested";
export const orderReplaced = "Order replaced";
const postOnlyReason = "Post only order";
const unlimited = 2n ** 62n;

interface Spawn {
  readonly account: Account;
  readonly parent: Order;
  readonly quantity: bigint;
}

/** The life of accounts' orders: accepted, matched, triggered, amended, ended. */
export class Trading implements MarketListener {
  readonly context: CheckContext;
  readonly ids: Ids;
  readonly #engine: Engine;
  readonly #book: AccountBook;
  readonly #switches: Switches;
  readonly #journal: AccountJournal;
  readonly #triggers: TriggerDesk;
  readonly #listeners: ExecutionListener[] = [];
  readonly #spawns: Spawn[] = [];
  #orderNumber = 1;

  constructor(engine: Engine, book: AccountBook, switches: Switches, ids: Ids, journal: AccountJournal) {
    this.#engine = engine;
    this.#book = book;
    this.#switches = switches;
    this.#journal = journal;
    this.ids = ids;
    this.context = { engine, switches, book };
    this.#triggers = new TriggerDesk(engine, (order, price) => {
      this.#triggered(order, price);
    });
    engine.addListener(this);
    engine.afterStep(() => {
      this.#settle();
    });
  }

  addListener(listener: ExecutionListener): void {
    this.#listeners.push(listener);
  }

  /** Accepts an order whose checks have passed. */
  place(account: Account, terms: OrderTerms, parent?: string): Order {
    const order = this.#create(account, terms, parent);
    this.#emit(account, { kind: "pending_new", order, time: this.#engine.now });
    if (order.status === "pending" && terms.startAt !== undefined) {
      this.#engine.scheduler.at(terms.startAt, () => {
        if (order.status === "pending") {
          this.#open(account, order);
        }
      });
    } else {
      this.#open(account, order);
    }
    this.#watchExpiry(account, order);
    return order;
  }

  #create(account: Account, terms: OrderTerms, parent: string | undefined): Order {
    const order = newOrder(this.ids, this.#orderNumber, account.id, terms, parent, this.#engine.now);
    this.#orderNumber += 1;
    account.orders.set(order.id, order);
    account.live.set(order.id, order);
    this.#journal.orderChanged(order);
    return order;
  }

  /** Puts an order of an earlier run back where it was. */
  restore(account: Account, order: Order): void {
    account.orders.set(order.id, order);
    this.#orderNumber = Math.max(this.#orderNumber, order.number + 1);
    if (!isLive(order)) {
      return;
    }
    account.live.set(order.id, order);
    this.#watchExpiry(account, order);
    const { terms } = order;
    if (order.status === "pending" && terms.startAt !== undefined) {
      this.#engine.scheduler.at(terms.startAt, () => {
        if (order.status === "pending") {
          this.#open(account, order);
        }
      });
    } else if (isTriggered(terms.type) && order.trigger?.triggeredAt === undefined) {
      this.#triggers.watch(order);
    } else if (order.limit !== undefined) {
      this.#rest(order, order.limit);
    }
  }

  #open(account: Account, order: Order): void {
    order.status = "open";
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: "new", order, time: this.#engine.now });
    if (isTriggered(order.terms.type)) {
      this.#triggers.watch(order);
    } else {
      this.#match(account, order);
    }
  }

  #watchExpiry(account: Account, order: Order): void {
    const { expireAt } = order.terms;
    if (expireAt !== undefined) {
      this.#engine.scheduler.at(expireAt, () => {
        if (isLive(order)) {
          this.#end(account, order, "expired", "Order expired");
        }
      });
    }
  }

  /** Sends a live order to the market; what is left rests or ends. */
  #match(account: Account, order: Order): void {
    const market = this.#market(order.terms.pair);
    const { terms, limit } = order;
    const isMarketOrder = !isLimitType(terms.type);
    if (limit !== undefined && terms.postOnly && wouldCross(market, terms, limit)) {
      this.#end(account, order, "canceled", postOnlyReason);
      return;
    }
    const taker = {
      side: terms.side,
      limit: isMarketOrder ? undefined : limit,
      quantity: terms.inQuote ? unlimited : remainingQuantity(order),
      ...(terms.inQuote ? { budget: terms.quantity - order.exactCost } : {}),
      orderType: isMarketOrder ? ("market" as const) : ("limit" as const),
      orderId: order.id,
      account: account.id,
    };
    if (terms.timeInForce === "FOK" && market.preview(taker).quantity < taker.quantity) {
      this.#end(account, order, "canceled", "Fill or kill order could not be filled");
      return;
    }
    const result = market.execute(taker, this.#engine.now, {
      filled: (fill: Fill) => {
        this.#booked(account, order, fill.trade, false);
      },
      metItself: (maker) => this.#metItself(account, order, maker),
    });
    if (!isLive(order)) {
      return;
    }
    if (
      terms.inQuote
        ? order.filled > 0n && !result.stopped && this.#budgetIsSpent(market, order)
        : remainingQuantity(order) === 0n
    ) {
      this.#finish(account, order);
    } else if (result.stopped) {
      this.#end(account, order, "canceled", "Self trade prevention");
    } else if (isMarketOrder) {
      this.#end(account, order, "canceled", "Insufficient liquidity");
    } else if (terms.timeInForce === "IOC") {
      this.#end(account, order, "canceled", "Immediate or cancel order");
    } else if (limit !== undefined) {
      this.#rest(order, limit);
    }
  }

  /** Whether what is left of a budget buys nothing more at the best price. */
  #budgetIsSpent(market: Market, order: Order): boolean {
    const best = market.book.side(opposite(order.terms.side)).best?.price ?? market.lastPrice ?? 1;
    return order.terms.quantity - order.exactCost < BigInt(best);
  }

  #rest(order: Order, limit: number): void {
    const resting: BookOrder = {
      side: order.terms.side,
      price: limit,
      remaining: remainingQuantity(order),
      orderId: order.id,
      account: order.account,
    };
    order.resting = resting;
    this.#market(order.terms.pair).rest(resting, this.#engine.now);
  }

  #metItself(account: Account, order: Order, maker: BookOrder): "stop" | "resting cancelled" {
    const { selfTrade } = order.terms;
    const other = maker.orderId === undefined ? undefined : account.orders.get(maker.orderId);
    if (selfTrade === "cancel-newest" || other === undefined) {
      return "stop";
    }
    this.#end(account, other, "canceled", "Self trade prevention");
    return selfTrade === "cancel-oldest" ? "resting cancelled" : "stop";
  }

  /** Books a fill and tells the owner: a trade, then the end if nothing is left. */
  #booked(account: Account, order: Order, trade: Trade, maker: boolean): void {
    const userTrade = this.#book.bookFill(account, order, trade, maker);
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: "trade", order, trade: userTrade, time: trade.time });
    if (order.terms.close !== undefined) {
      this.#spawns.push({ account, parent: order, quantity: trade.quantity });
    }
  }

  makerFilled(_market: Market, maker: BookOrder, trade: Trade): void {
    const account = maker.account === undefined ? undefined : this.#book.accounts.get(maker.account);
    const order = maker.orderId === undefined ? undefined : account?.orders.get(maker.orderId);
    if (account !== undefined && order !== undefined) {
      this.#booked(account, order, trade, true);
      if (maker.remaining <= 0n) {
        this.#finish(account, order);
      }
    }
  }

  #finish(account: Account, order: Order): void {
    order.status = "closed";
    order.closedAt = this.#engine.now;
    order.resting = undefined;
    account.live.delete(order.id);
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: "filled", order, time: this.#engine.now });
  }

  #end(account: Account, order: Order, status: "canceled" | "expired", reason: string): void {
    if (order.resting !== undefined) {
      this.#market(order.terms.pair).withdraw(order.resting, this.#engine.now);
      order.resting = undefined;
    }
    this.#triggers.forget(order);
    order.status = status;
    order.reason = reason;
    order.closedAt = this.#engine.now;
    account.live.delete(order.id);
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: status, order, reason, time: this.#engine.now });
  }

  cancel(account: Account, order: Order, reason: string = userRequested): void {
    this.#end(account, order, "canceled", reason);
  }

  cancelAll(account: Account, reason: string = userRequested): number {
    const orders = [...account.live.values()];
    orders.forEach((order) => {
      this.cancel(account, order, reason);
    });
    return orders.length;
  }

  /** Changes a live order under its id. It keeps its place in the queue if only its quantity shrinks. */
  amend(account: Account, order: Order, terms: OrderTerms, triggerPrice: number | undefined): Amend {
    const now = this.#engine.now;
    const market = this.#market(terms.pair);
    const before = order.terms;
    const keepsPlace = order.resting !== undefined && terms.limit === before.limit && terms.quantity <= before.quantity;
    order.terms = terms;
    order.amended = true;
    order.touchedAt = now;
    if (order.trigger?.triggeredAt === undefined || terms.limit !== before.limit) {
      order.limit = terms.limit;
    }
    if (order.trigger !== undefined && triggerPrice !== undefined) {
      order.trigger.price = triggerPrice;
    }
    const record = amendRecord(this.ids, order, "user", userRequested, now);
    order.amends.push(record);
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: "amended", order, reason: userRequested, time: now });
    if (order.resting !== undefined && keepsPlace) {
      const less = before.quantity - terms.quantity;
      if (less > 0n) {
        market.withdraw(order.resting, now, less);
      }
    } else if (order.resting !== undefined) {
      market.withdraw(order.resting, now);
      order.resting = undefined;
      this.#match(account, order);
    } else {
      this.#triggers.check(order);
    }
    return record;
  }

  /** Arms the dead man's switch, or disarms it with 0. Times are the wall's (PROTOCOL §2.6). */
  cancelAllAfter(account: Account, seconds: number): Micros | undefined {
    account.deadline?.timer.cancel();
    account.deadline = undefined;
    if (seconds === 0) {
      return undefined;
    }
    const market = this.#engine.now + seconds * 1_000_000 * this.#engine.clock.speed;
    const timer = this.#engine.scheduler.at(market, () => {
      account.deadline = undefined;
      this.cancelAll(account, "Cancel all orders after timeout");
    });
    account.deadline = { at: market, timer };
    return this.#engine.clock.wall() + seconds * 1_000_000;
  }

  levelChanged(): void {
    // Orders react to trades, not to quotes.
  }

  bookSettled(market: Market): void {
    this.#triggers.indexMayHaveMoved(market);
  }

  traded(market: Market, trades: readonly Trade[]): void {
    this.#triggers.traded(market, trades);
  }

  #triggered(order: Order, price: number): void {
    const account = this.#book.accounts.get(order.account);
    if (account === undefined || order.trigger === undefined) {
      return;
    }
    const now = this.#engine.now;
    const market = this.#market(order.terms.pair);
    const asLimit = order.limit !== undefined;
    const terms: OrderTerms = { ...order.terms, type: asLimit ? "limit" : "market", limit: order.limit };
    const shortOf = checkFunds(this.context, market, account, terms, order);
    order.trigger.triggeredAt = now;
    order.trigger.triggeredPrice = price;
    this.#journal.orderChanged(order);
    this.#emit(account, { kind: "status", order, time: now });
    if (shortOf !== undefined) {
      this.#end(account, order, "canceled", "Insufficient funds");
    } else {
      this.#match(account, order);
    }
  }

  /** Triggers and conditional closes, until nothing follows from anything any more. */
  #settle(): void {
    for (;;) {
      const spawn = this.#spawns.shift();
      if (spawn !== undefined) {
        this.#spawn(spawn);
      } else if (!this.#triggers.fireNext()) {
        return;
      }
    }
  }

  #spawn({ account, parent, quantity }: Spawn): void {
    const { pair } = parent.terms;
    const market = this.#market(pair);
    const terms = closeTerms(parent.terms, quantity, market.lastPrice ?? 0);
    const isDropped = quantity < pair.minimumQuantity && this.#switches.value("closeBelowMinimum") === "dropped";
    if (terms !== undefined && !isDropped && checkFunds(this.context, market, account, terms) === undefined) {
      this.place(account, terms, parent.id);
    }
  }

  #market(pair: Pair): Market {
    const market = this.#engine.markets.get(pair.symbol);
    if (market === undefined) {
      throw new Error(`no market for ${pair.symbol}`);
    }
    return market;
  }

  #emit(account: Account, event: ExecutionEvent): void {
    this.#listeners.forEach((listener) => {
      listener.executed(account, event);
    });
  }
}

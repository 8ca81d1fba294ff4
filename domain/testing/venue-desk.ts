/**
 * An account with an exchange key for tests, driven by commands as its shell would. After every event it checks what must always
 * hold: postings sum to zero, the holds equal what live orders hold, no hold is below zero, ended orders stay as they ended.
 */
import type { Command } from "../account/commands.ts";
import type { Context } from "../account/context.ts";
import type { Decision } from "../account/decision.ts";
import { decide } from "../account/decide.ts";
import type { AccountEvent } from "../account/events.ts";
import { evolve } from "../account/evolve.ts";
import { imbalance } from "../account/postings.ts";
import { unopenedAccount, type AccountState, type Holding, type OpenOrder } from "../account/state.ts";
import type { AlertRaised, VenueAction } from "../account/venue/events.ts";
import { EMPTY_HOLDING } from "../account/holdings.ts";
import { venueWork, type VenueWork } from "../account/venue/work.ts";
import { add, decimal, divide, isNegative, multiply, TWO, ZERO, type Decimal } from "../decimal.ts";
import type { MarketView } from "../market.ts";
import type { Order } from "../orders/order.ts";
import { isTerminal } from "../orders/transitions.ts";
import type { OrderRequest } from "../orders/request.ts";
import type { VenueFailureClass } from "../venue/failure.ts";
import { tradeKeyOf, type VenueExecution, type VenueLedgerRow, type VenueOrder } from "../venue/reports.ts";
import { orderRequest, START } from "./desk.ts";
import { INSTRUMENTS } from "./instruments.ts";
import { WIDE_RISK } from "./wide-risk.ts";
import { liveOrder, liveOrders } from "../account/open-orders.ts";

export class VenueDesk {
  state: AccountState = unopenedAccount("account-1");
  readonly events: AccountEvent[] = [];
  readonly markets: Record<string, MarketView> = {};
  /** Ids that the journal has: the shell looks them up for each command. */
  readonly booked = new Set<string>();
  readonly pastOrders: Record<string, Order> = {};
  now = START;
  notices: readonly string[] = [];
  #commands = 0;
  #rows = 0;

  /** Opened, its holdings read, its fees known: ready to trade unless told otherwise. */
  constructor(holdings: Readonly<Record<string, string>> | null = { USD: "10000" }) {
    this.do({ type: "open_exchange_account", name: "Kraken", zone: "UTC" });
    this.price("BTC/USD", "100").price("ETH/USD", "10").price("ETH/BTC", "0.1").price("DOGE/USD", "0.1");
    this.do({ type: "change_settings", limits: WIDE_RISK });
    if (holdings !== null) {
      const balances = Object.entries(holdings).map(([asset, total]) => ({ asset, total: decimal(total) }));
      this.do({ type: "find_holdings", balances });
      const percents = { takerPercent: decimal("0.4"), makerPercent: decimal("0.25") };
      this.do({ type: "learn_fees", fees: Object.keys(INSTRUMENTS).map((symbol) => ({ symbol, ...percents })) });
    }
  }

  /** A fresh market with that mid, deep on both sides. */
  price(symbol: string, mid: string, depth = "1000000"): this {
    const instrument = INSTRUMENTS[symbol];
    if (instrument === undefined) {
      throw new Error(`no such test pair: ${symbol}`);
    }
    const middle = decimal(mid);
    const ask = [add(middle, instrument.tickSize), decimal(depth)] as const;
    const bid = [add(middle, multiply(instrument.tickSize, decimal("-1"))), decimal(depth)] as const;
    this.markets[symbol] = {
      instrument,
      quote: {
        symbol,
        bid,
        ask,
        lastTrade: null,
        mark: divide(add(ask[0], bid[0]), TWO, 10, "down"),
        markTime: this.now,
        fresh: true,
        staleSince: null,
        staleReason: null,
        at: this.now,
      },
      book: { symbol, version: 1, bids: [bid], asks: [ask], at: this.now },
      tapeTradeId: 1,
    };
    return this;
  }

  stale(symbol: string): this {
    const view = this.markets[symbol];
    if (view !== undefined) {
      this.markets[symbol] = { ...view, book: null, quote: { ...view.quote, fresh: false, staleReason: "no_data" } };
    }
    return this;
  }

  context(): Context {
    this.#commands += 1;
    return {
      now: this.now,
      marketTime: this.now,
      market: "sim",
      id: `order-${this.#commands}`,
      origin: "manual",
      markets: { ...this.markets },
      instruments: {},
      booked: this.booked,
      pastOrders: this.pastOrders,
    };
  }

  do(command: Command): Decision {
    const decision = decide(this.state, command, this.context());
    for (const event of decision.events) {
      this.#apply(event);
    }
    this.notices = decision.type === "accepted" ? decision.notices : [];
    return decision;
  }

  codeOf(decision: Decision): string {
    return decision.type === "denied" ? decision.problem.code : "accepted";
  }

  tryPlace(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): Decision {
    return this.do({ type: "place_order", request: orderRequest(request) });
  }

  /** Places an order that must be accepted; answers its id. */
  place(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): string {
    return submittedIn(this.tryPlace(request));
  }

  close(asset: string, percent = 100): string {
    return submittedIn(this.do({ type: "close_position", asset, percent }));
  }

  send(orderId: string, action: VenueAction = "place"): Decision {
    return this.do({ type: "send_action", action, orderId, nonce: null });
  }

  accept(orderId: string, action: VenueAction = "place"): Decision {
    return this.do({
      type: "action_accepted",
      action,
      orderId,
      venueOrderId: action === "place" ? `O-${orderId}` : null,
    });
  }

  fail(
    orderId: string,
    how: VenueFailureClass,
    action: VenueAction = "place",
    retryAt: number | null = null,
  ): Decision {
    const failure = { class: how, text: how, message: `Kraken says ${how}.`, retryAt };
    return this.do({ type: "action_failed", action, orderId, failure });
  }

  /** Placed, sent and taken by the exchange. */
  open(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): string {
    const id = this.place(request);
    this.send(id);
    this.accept(id);
    return id;
  }

  /** The desk buys that much, filled at the price: managed inventory. */
  buy(quantity: string, price = "100", symbol = "BTC/USD"): string {
    const id = this.open({ side: "buy", symbol, quantity: decimal(quantity), limitPrice: decimal(price) });
    this.book([this.execution(id, quantity, price)]);
    return id;
  }

  /** An execution of an own order; the fee is 0.4 % in quote unless said otherwise. */
  execution(orderId: string, quantity: string, price: string, more: Partial<VenueExecution> = {}): VenueExecution {
    const order = this.order(orderId);
    const cost = multiply(decimal(quantity), decimal(price));
    const quote = order.symbol.split("/")[1] ?? "";
    return {
      executionId: `T-${orderId}-${this.events.length}`,
      venueOrderId: `O-${orderId}`,
      clientOrderId: orderId,
      symbol: order.symbol,
      side: order.side,
      price: decimal(price),
      quantity: decimal(quantity),
      cost,
      fees: [{ asset: quote, amount: multiply(cost, decimal("0.004")) }],
      liquidity: "taker",
      tradeId: null,
      time: this.now,
      ...more,
    };
  }

  book(executions: readonly VenueExecution[], orders: readonly VenueOrder[] = []): Decision {
    return this.do({ type: "book_executions", executions, orders });
  }

  /** How the exchange shows an own order, with what differs from the desk's belief. */
  shown(orderId: string, more: Partial<VenueOrder> = {}): VenueOrder {
    const { symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice } = this.order(orderId);
    const times = { openedAt: this.now, closedAt: null, expiresAt: null };
    const name = { venueOrderId: `O-${orderId}`, clientOrderId: orderId, parentVenueOrderId: null };
    const terms = { symbol, side, type, quantity, filledQuantity, limitPrice, triggerPrice };
    return { ...name, ...terms, ...times, status: "open", reason: null, ...more };
  }

  report(
    orders: readonly VenueOrder[],
    more: { readonly complete?: boolean; readonly readAt?: number } = {},
  ): Decision {
    return this.do({
      type: "report_orders",
      orders,
      complete: more.complete ?? false,
      readAt: more.readAt ?? this.now,
    });
  }

  ledger(asset: string, amount: string, type = "deposit", more: Partial<VenueLedgerRow> = {}): VenueLedgerRow {
    this.#rows += 1;
    const id = `L-${this.#rows}`;
    const row = { ledgerId: id, referenceId: `R-${id}`, time: this.now, type, subtype: "", asset, wallet: "spot" };
    return { ...row, amount: decimal(amount), fee: ZERO, ...more };
  }

  bookLedger(...rows: readonly VenueLedgerRow[]): Decision {
    return this.do({ type: "book_ledger", rows });
  }

  compare(balances: Readonly<Record<string, string>>): Decision {
    const list = Object.entries(balances).map(([asset, total]) => ({ asset, total: decimal(total) }));
    return this.do({ type: "compare_balances", balances: list, readAt: this.now });
  }

  work(): readonly VenueWork[] {
    return venueWork(this.state);
  }

  /** Work in short: "send place order-3". */
  todo(): readonly string[] {
    return this.work().map((item) =>
      item.type === "send"
        ? `send ${item.action} ${item.orderId}`
        : `${item.type} ${item.type === "cancel_stray" ? item.venueOrderId : item.orderId}`,
    );
  }

  order(id: string): OpenOrder | Order {
    const found =
      liveOrder(this.state.orders, id) ?? this.state.ended.find((order) => order.id === id) ?? this.pastOrders[id];
    if (found === undefined) {
      throw new Error(`no such order: ${id}`);
    }
    return found;
  }

  live(id: string): OpenOrder {
    const found = liveOrder(this.state.orders, id);
    if (found === undefined) {
      throw new Error(`not live: ${id}`);
    }
    return found;
  }

  holding(asset: string): Holding {
    return this.state.holdings[asset] ?? EMPTY_HOLDING;
  }

  alerts(): readonly AlertRaised[] {
    return this.events.filter((event) => event.type === "alert_raised");
  }

  #apply(event: AccountEvent): void {
    const before = this.state;
    this.events.push(event);
    this.state = evolve(this.state, event, this.events.length);
    remember(event, this.booked);
    check(before, this.state, event);
  }
}

function submittedIn(decision: Decision): string {
  if (decision.type === "denied") {
    throw new Error(`denied: ${decision.problem.code} ${decision.problem.message}`);
  }
  const submitted = decision.events.find((event) => event.type === "order_submitted");
  if (submitted === undefined) {
    throw new Error("nothing was submitted");
  }
  return submitted.orderId;
}

function remember(event: AccountEvent, booked: Set<string>): void {
  if ((event.type === "fill_booked" && event.executionId !== null) || event.type === "external_fill_booked") {
    booked.add(event.executionId ?? "");
    booked.add(tradeKeyOf(event) ?? "");
  } else if (event.type === "execution_also_named") {
    booked.add(event.executionId);
  } else if (event.type === "ledger_booked") {
    booked.add(event.ledgerId);
  } else if (event.type === "ledger_settled") {
    event.rows.forEach(({ ledgerId }) => booked.add(ledgerId));
  }
}

function check(before: AccountState, state: AccountState, event: AccountEvent): void {
  const wrong = imbalance(event);
  if (wrong.length > 0) {
    throw new Error(`${event.type} does not balance: ${JSON.stringify(wrong)}`);
  }
  const held = new Map<string, Decimal>();
  for (const { id, hold } of liveOrders(state.orders)) {
    if (isNegative(hold.amount)) {
      throw new Error(`${id} holds ${hold.amount} after ${event.type}`);
    }
    held.set(hold.asset, add(held.get(hold.asset) ?? ZERO, hold.amount));
  }
  for (const asset of new Set([...held.keys(), ...Object.keys(state.holdings)])) {
    const believed = state.holdings[asset]?.held ?? ZERO;
    if (believed !== (held.get(asset) ?? ZERO)) {
      throw new Error(`held ${asset} after ${event.type}: ${believed}, orders hold ${held.get(asset) ?? ZERO}`);
    }
  }
  for (const { id, status } of before.ended) {
    const now = liveOrder(state.orders, id)?.status ?? state.ended.find((order) => order.id === id)?.status ?? status;
    if (isTerminal(status) && now !== status) {
      throw new Error(`${id} had ended as ${status} and is ${now} after ${event.type}`);
    }
  }
  const [fault] = state.faults;
  if (fault !== undefined) {
    throw new Error(`fault: ${fault.message}`);
  }
}

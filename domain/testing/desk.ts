/**
 * A paper account for tests, with markets that the test sets. After every single event it checks what must always hold:
 * postings sum to zero per asset, the ledgers equal the holdings, holds equal what the live orders hold, no fault.
 */
import type { Command } from "../account/commands.ts";
import type { Context } from "../account/context.ts";
import type { Decision } from "../account/decision.ts";
import { decide } from "../account/decide.ts";
import type { AccountEvent, FillBooked } from "../account/events.ts";
import { evolve } from "../account/evolve.ts";
import type { FeeSchedule } from "../account/fees.ts";
import { freeOf } from "../account/holdings.ts";
import { imbalance, postings } from "../account/postings.ts";
import { unopenedAccount, type AccountState, type OpenOrder } from "../account/state.ts";
import { add, compare, decimal, divide, isNegative, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { Level, MarketView, Trade, TriggerDelivery } from "../market.ts";
import { isBestRow } from "../triggers/trigger-index.ts";
import { triggerRows } from "../account/effects.ts";
import type { OrderRequest } from "../orders/request.ts";
import { INSTRUMENTS } from "./instruments.ts";
import { WIDE_RISK } from "./wide-risk.ts";
import { liveOrder, liveOrders } from "../account/open-orders.ts";

export type DeskOptions = {
  readonly balance?: string;
  readonly taker?: string;
  readonly maker?: string;
  readonly limits?: Partial<RiskSettings>;
};

type Ladder = readonly (readonly [price: string, quantity: string])[];

export const START = 1_700_000_000_000;

export class Desk {
  state: AccountState = unopenedAccount("account-1");
  readonly events: AccountEvent[] = [];
  readonly markets: Record<string, MarketView> = {};
  now = START;
  market: Context["market"] = "sim";
  notices: readonly string[] = [];
  effects: Extract<Decision, { type: "accepted" }>["effects"] = [];
  /** Sizes of all prints so far, by id. */
  readonly tape = new Map<number, Decimal>();
  #commands = 0;
  #tradeId = 1000;
  readonly #ledger = new Map<string, Decimal>();

  constructor(options: DeskOptions = {}) {
    const fees: FeeSchedule = {
      takerPercent: decimal(options.taker ?? "0.4"),
      makerPercent: decimal(options.maker ?? "0.25"),
    };
    this.#apply({
      type: "account_opened",
      time: this.now,
      marketTime: this.now,
      accountId: "account-1",
      name: "Test",
      kind: "paper",
      market: "sim",
      currency: "USD",
      zone: "UTC",
      startingBalance: decimal(options.balance ?? "10000"),
      fees,
      limits: { ...WIDE_RISK, ...options.limits },
    });
  }

  /** Sets the verified book of a symbol; the mark is its mid unless given. */
  book(symbol: string, bids: Ladder, asks: Ladder, mark?: string): this {
    const instrument = INSTRUMENTS[symbol];
    if (instrument === undefined) {
      throw new Error(`no such test pair: ${symbol}`);
    }
    const bidLevels = bids.map(toLevel);
    const askLevels = asks.map(toLevel);
    const [bid = null] = bidLevels;
    const [ask = null] = askLevels;
    const mid =
      bid === null || ask === null ? (bid ?? ask)?.[0] : divide(add(bid[0], ask[0]), decimal("2"), 10, "down");
    this.markets[symbol] = {
      instrument,
      quote: {
        symbol,
        bid,
        ask,
        lastTrade: null,
        mark: mark === undefined ? (mid ?? null) : decimal(mark),
        markTime: this.now,
        fresh: true,
        staleSince: null,
        staleReason: null,
        at: this.now,
      },
      book: { symbol, version: 1, bids: bidLevels, asks: askLevels, at: this.now },
      tapeTradeId: this.#tradeId,
    };
    return this;
  }

  /** The symbol's price is no longer known to be good. */
  stale(symbol: string): this {
    const view = this.markets[symbol];
    if (view !== undefined) {
      const quote = { ...view.quote, fresh: false, staleSince: this.now, staleReason: "no_data" as const };
      this.markets[symbol] = { ...view, quote, book: null };
    }
    return this;
  }

  status(symbol: string, status: MarketView["instrument"]["status"]): this {
    const view = this.markets[symbol];
    if (view !== undefined) {
      this.markets[symbol] = { ...view, instrument: { ...view.instrument, status } };
    }
    return this;
  }

  do(command: Command): Decision {
    const decision = decide(this.state, command, this.context());
    for (const event of decision.events) {
      this.#apply(event);
    }
    this.notices = decision.type === "accepted" ? decision.notices : [];
    this.effects = decision.type === "accepted" ? decision.effects : [];
    return decision;
  }

  context(): Context {
    this.#commands += 1;
    return {
      now: this.now,
      marketTime: this.now,
      market: this.market,
      id: `order-${this.#commands}`,
      origin: "manual",
      markets: { ...this.markets },
      instruments: {},
      booked: new Set(),
      pastOrders: {},
    };
  }

  /** Places an order that must be accepted; answers its id. */
  place(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): string {
    const decision = this.tryPlace(request);
    if (decision.type === "denied") {
      throw new Error(`denied: ${decision.problem.code} ${decision.problem.message}`);
    }
    const submitted = decision.events.find((event) => event.type === "order_submitted");
    if (submitted?.type !== "order_submitted") {
      throw new Error("nothing was submitted");
    }
    return submitted.orderId;
  }

  tryPlace(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): Decision {
    return this.do({ type: "place_order", request: orderRequest(request) });
  }

  /** The code of a denial, or "accepted". */
  codeOf(decision: Decision): string {
    return decision.type === "denied" ? decision.problem.code : "accepted";
  }

  /** A print of the tape, delivered to every order that it reaches, as the feed would. */
  print(symbol: string, price: string, quantity: string, late = false): Decision {
    return this.do({ type: "apply_prints", deliveries: this.deliveries([this.trade(symbol, price, quantity)], late) });
  }

  trade(symbol: string, price: string, quantity: string): Trade {
    this.#tradeId += 1;
    this.tape.set(this.#tradeId, decimal(quantity));
    const view = this.markets[symbol];
    if (view !== undefined) {
      this.markets[symbol] = { ...view, tapeTradeId: this.#tradeId };
    }
    return {
      id: this.#tradeId,
      symbol,
      price: decimal(price),
      quantity: decimal(quantity),
      side: "sell",
      time: this.now,
    };
  }

  deliveries(trades: readonly Trade[], late = false): readonly TriggerDelivery[] {
    return triggerRows(this.state).flatMap((row, index) => {
      const ofSymbol = trades.filter(({ symbol }) => symbol === row.symbol);
      const first = ofSymbol.findIndex((trade) => reaches(row, trade));
      const reached = isBestRow(row.orderId)
        ? ofSymbol.slice(first < 0 ? ofSymbol.length : first)
        : ofSymbol.filter((trade) => reaches(row, trade));
      return reached.length === 0
        ? []
        : {
            deliveryId: index,
            orderId: row.orderId,
            version: row.version,
            symbol: row.symbol,
            trades: reached,
            bid: null,
            ask: null,
            late,
          };
    });
  }

  order(id: string): OpenOrder | AccountState["ended"][number] {
    const found = liveOrder(this.state.orders, id) ?? this.state.ended.find((order) => order.id === id);
    if (found === undefined) {
      throw new Error(`no such order: ${id}`);
    }
    return found;
  }

  open(id: string): OpenOrder {
    const found = liveOrder(this.state.orders, id);
    if (found === undefined) {
      throw new Error(`not open: ${id}`);
    }
    return found;
  }

  fills(orderId?: string): readonly FillBooked[] {
    return this.events.filter(
      (event): event is FillBooked =>
        event.type === "fill_booked" && (orderId === undefined || event.orderId === orderId),
    );
  }

  total(asset: string): Decimal {
    const holding = this.state.holdings[asset];
    return holding === undefined ? ZERO : add(holding.managed, holding.external);
  }

  free(asset: string): Decimal {
    const holding = this.state.holdings[asset];
    return holding === undefined ? ZERO : freeOf(holding);
  }

  #apply(event: AccountEvent): void {
    this.events.push(event);
    this.state = evolve(this.state, event, this.events.length);
    checkEvent(this.state, event, this.#ledger);
  }
}

/** Throws when the state after an event breaks one of the rules that always hold. `ledger` carries the sums so far. */
export function checkEvent(state: AccountState, event: AccountEvent, ledger: Map<string, Decimal>): void {
  const wrong = imbalance(event);
  if (wrong.length > 0) {
    throw new Error(`${event.type} does not balance: ${JSON.stringify(wrong)}`);
  }
  for (const { ledger: name, asset, amount } of postings(event)) {
    const key = `${name} ${asset}`;
    ledger.set(key, add(ledger.get(key) ?? ZERO, amount));
  }
  const held = new Map<string, Decimal>();
  for (const { hold } of liveOrders(state.orders)) {
    held.set(hold.asset, add(held.get(hold.asset) ?? ZERO, hold.amount));
  }
  const assets = new Set([...ledger.keys()].map((key) => key.split(" ")[1] ?? ""));
  for (const asset of assets) {
    const holding = state.holdings[asset];
    const isHeld = holding?.held ?? ZERO;
    const free = holding === undefined ? ZERO : freeOf(holding);
    same(`free ${asset} after ${event.type}`, free, ledger.get(`free ${asset}`) ?? ZERO);
    same(`held ${asset} after ${event.type}`, isHeld, ledger.get(`held ${asset}`) ?? ZERO);
    same(`holds of ${asset} after ${event.type}`, isHeld, held.get(asset) ?? ZERO);
    if (isNegative(free) || isNegative(isHeld) || (holding?.cost ?? ZERO).startsWith("-")) {
      throw new Error(`${asset} is below zero after ${event.type}`);
    }
  }
  for (const order of liveOrders(state.orders)) {
    if (compare(order.filledQuantity, order.quantity) >= 0) {
      throw new Error(`${order.id} is live with nothing left to fill`);
    }
  }
  const [fault] = state.faults;
  if (fault !== undefined) {
    throw new Error(`fault: ${fault.message}`);
  }
}

export function orderRequest(request: Partial<OrderRequest> & { readonly side: "buy" | "sell" }): OrderRequest {
  return {
    symbol: "BTC/USD",
    type: request.limitPrice === undefined ? "market" : "limit",
    timeInForce: "gtc",
    postOnly: false,
    ...request,
  };
}

function same(what: string, left: Decimal, right: Decimal): void {
  if (left !== right) {
    throw new Error(`${what}: ${left} is not ${right} (off by ${subtract(left, right)})`);
  }
}

function reaches(row: { readonly direction: "below" | "above"; readonly level: Decimal }, trade: Trade): boolean {
  const order = compare(trade.price, row.level);
  return row.direction === "below" ? order <= 0 : order >= 0;
}

function toLevel([price, quantity]: readonly [string, string]): Level {
  return [decimal(price), decimal(quantity)];
}

/** A small exchange for property tests: orders, executions, a ledger that rounds for itself, balances. It never lies about itself. */
import { add, compare, decimal, multiply, negate, round, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { OpenOrder } from "../account/state.ts";
import type { Side } from "../market.ts";
import type { VenueBalance, VenueExecution, VenueLedgerRow, VenueOrder } from "../venue/reports.ts";

const FEE_RATE = decimal("0.004");
const COST_DECIMALS = 5;
const LEDGER_DECIMALS = 4;

export class ModelExchange {
  readonly orders = new Map<string, VenueOrder>();
  readonly executions: VenueExecution[] = [];
  readonly rows: VenueLedgerRow[] = [];
  readonly balances = new Map<string, Decimal>();
  /** Client ids of every order that was ever taken: one intent makes one order. */
  readonly taken = new Set<string>();
  #ids = 0;
  now = 0;

  constructor(balances: Readonly<Record<string, string>>) {
    for (const [asset, total] of Object.entries(balances)) {
      this.balances.set(asset, decimal(total));
    }
  }

  /** Takes an order of the desk. Throws when it has had it before: that is the fault which costs money. */
  place(order: OpenOrder, part: number): VenueOrder {
    if (this.taken.has(order.id)) {
      throw new Error(`${order.id} was sent twice`);
    }
    this.taken.add(order.id);
    const made = this.#open(order.id, order.side, order.symbol, order.quantity, order.limitPrice);
    if (order.type === "market" || order.timeInForce === "ioc") {
      this.fill(made.venueOrderId, part);
      this.cancel(made.venueOrderId);
    }
    return made;
  }

  /** A trade made by hand, filled at once. */
  hand(side: Side, symbol: string, quantity: Decimal): void {
    const made = this.#open(null, side, symbol, quantity, null);
    this.fill(made.venueOrderId, 4);
    this.cancel(made.venueOrderId);
  }

  /** Money or assets come or, negative, go. */
  transfer(asset: string, amount: Decimal): void {
    const left = add(this.balances.get(asset) ?? ZERO, amount);
    if (!left.startsWith("-")) {
      this.#row(amount.startsWith("-") ? "withdrawal" : "deposit", "", asset, amount, ZERO, "spot");
    }
  }

  /** All of an asset goes to flexible earn, or some of it: two rows that cancel out. */
  allocate(asset: string): void {
    const half = multiply(this.balances.get(asset) ?? ZERO, decimal("0.5"));
    this.#row("earn", "autoallocation", asset, negate(half), ZERO, "spot");
    this.#row("earn", "autoallocation", asset, half, ZERO, "flex");
  }

  /** Fills quarters of what is left, at a price near its own. Without the means the order is cancelled. */
  fill(venueOrderId: string, quarters: number): void {
    const order = this.orders.get(venueOrderId);
    if (order === undefined || order.status !== "open" || quarters === 0) {
      return;
    }
    const [base = "", quote = ""] = order.symbol.split("/");
    const rest = subtract(order.quantity, order.filledQuantity);
    const share = multiply(rest, decimal(["0", "0.25", "0.5", "0.75", "1"][quarters] ?? "1"));
    const quantity = quarters === 4 ? rest : round(share, 8, "down");
    const price = order.limitPrice ?? decimal(order.symbol === "BTC/USD" ? "100.3" : "10.07");
    const cost = round(multiply(price, quantity), COST_DECIMALS, "half-even");
    const fee = round(multiply(cost, FEE_RATE), COST_DECIMALS, "half-even");
    const bought = order.side === "buy";
    const spent = bought ? add(cost, fee) : quantity;
    if (quantity === ZERO || compare(this.balances.get(bought ? quote : base) ?? ZERO, spent) < 0) {
      this.cancel(venueOrderId);
      return;
    }
    const filledQuantity = add(order.filledQuantity, quantity);
    const status = filledQuantity === order.quantity ? "closed" : "open";
    this.orders.set(venueOrderId, { ...order, filledQuantity, status });
    const executionId = this.#id("T");
    const { clientOrderId, symbol, side } = order;
    const identity = { executionId, venueOrderId, clientOrderId, symbol, side, price, quantity, cost };
    this.executions.push({
      ...identity,
      fees: [{ asset: quote, amount: fee }],
      liquidity: "taker",
      tradeId: null,
      time: this.now,
    });
    const amount = round(cost, LEDGER_DECIMALS, "half-even");
    this.#row("trade", "", base, bought ? quantity : negate(quantity), ZERO, "spot", executionId);
    const charged = round(fee, LEDGER_DECIMALS, "half-even");
    this.#row("trade", "", quote, bought ? negate(amount) : amount, charged, "spot", executionId);
  }

  cancel(venueOrderId: string): boolean {
    const order = this.orders.get(venueOrderId);
    if (order === undefined || order.status !== "open") {
      return false;
    }
    this.orders.set(venueOrderId, { ...order, status: "cancelled", reason: "User requested", closedAt: this.now });
    return true;
  }

  amend(venueOrderId: string, quantity: Decimal, limitPrice: Decimal | null): "done" | "gone" | "refused" {
    const order = this.orders.get(venueOrderId);
    if (order === undefined || order.status !== "open") {
      return "gone";
    }
    if (compare(quantity, order.filledQuantity) <= 0) {
      return "refused";
    }
    this.orders.set(venueOrderId, { ...order, quantity, limitPrice });
    return "done";
  }

  byClient(clientOrderId: string): VenueOrder | undefined {
    return [...this.orders.values()].find((order) => order.clientOrderId === clientOrderId);
  }

  openOrders(): readonly VenueOrder[] {
    return [...this.orders.values()].filter(({ status }) => status === "open");
  }

  balanceList(): readonly VenueBalance[] {
    return [...this.balances].map(([asset, total]) => ({ asset, total }));
  }

  #open(
    clientOrderId: string | null,
    side: Side,
    symbol: string,
    quantity: Decimal,
    limitPrice: Decimal | null,
  ): VenueOrder {
    const order: VenueOrder = {
      venueOrderId: this.#id("O"),
      clientOrderId,
      parentVenueOrderId: null,
      symbol,
      side,
      type: limitPrice === null ? "market" : "limit",
      status: "open",
      quantity,
      filledQuantity: ZERO,
      limitPrice,
      triggerPrice: null,
      reason: null,
      openedAt: this.now,
      closedAt: null,
      expiresAt: null,
    };
    this.orders.set(order.venueOrderId, order);
    return order;
  }

  #row(
    type: string,
    subtype: string,
    asset: string,
    amount: Decimal,
    fee: Decimal,
    wallet: string,
    referenceId = this.#id("R"),
  ): void {
    this.rows.push({ ledgerId: this.#id("L"), referenceId, time: this.now, type, subtype, asset, wallet, amount, fee });
    this.balances.set(asset, add(this.balances.get(asset) ?? ZERO, subtract(amount, fee)));
  }

  #id(letter: string): string {
    this.#ids += 1;
    return `${letter}${this.#ids}`;
  }
}

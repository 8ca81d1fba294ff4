/** Whatever the network and the exchange do, belief ends as the exchange's truth. The desk checks every event as it is booked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, decimal, multiply, sum, wholeNumber, ZERO, type Decimal } from "../../decimal.ts";
import { ModelExchange } from "../../testing/model-exchange.ts";
import { VenueDesk } from "../../testing/venue-desk.ts";
import { haltsInForce } from "../../risk/halt.ts";
import type { OpenOrder } from "../state.ts";
import { evolve } from "../evolve.ts";
import { unopenedAccount } from "../state.ts";
import type { VenueWork } from "./work.ts";
import { liveOrder, liveOrders } from "../open-orders.ts";

const RUNS = Number(process.env["VENUE_RUNS"] ?? 150);
const START_WITH = { USD: "5000", BTC: "3", ETH: "20" } as const;

/** How a message to the exchange fares. */
const FATES = ["answered", "answered late", "answer lost", "lost", "in transit", "refused", "wait"] as const;
type Fate = (typeof FATES)[number];

class World {
  readonly desk = new VenueDesk({ ...START_WITH });
  readonly exchange = new ModelExchange({ ...START_WITH });
  /** Answers, reads and sends that have not arrived yet. */
  readonly onTheWay: (() => void)[] = [];

  constructor() {
    this.exchange.now = this.desk.now;
    this.desk.do({ type: "adopt_holding", asset: "BTC", quantity: decimal("2"), cost: decimal("190") });
  }

  pass(milliseconds: number): void {
    this.desk.now += milliseconds;
    this.exchange.now = this.desk.now;
    this.desk.do({ type: "drop_overdue" });
  }

  live(index: number): OpenOrder | undefined {
    const orders = liveOrders(this.desk.state.orders);
    return orders[index % Math.max(orders.length, 1)];
  }

  /** Whether something was told that nobody asked for: inventory that is gone, an order that came late. */
  wasTold(): boolean {
    return this.desk.alerts().some(({ about }) => about === undefined);
  }

  /** One item of work, as the shell would do it. */
  work(index: number, fate: Fate, part: number): void {
    const items = this.desk.work().filter(({ notBefore }) => notBefore <= this.desk.now);
    const item = items[index % Math.max(items.length, 1)];
    if (item !== undefined) {
      this.#carryOut(item, fate, part);
    }
  }

  #carryOut(item: VenueWork, fate: Fate, part: number): void {
    if (item.type === "send") {
      this.#send(item, fate, part);
    } else if (item.type === "cancel_stray") {
      this.exchange.cancel(item.venueOrderId);
    } else {
      this.read(item.orderId);
    }
  }

  read(orderId: string): void {
    const shown = this.exchange.byClient(orderId);
    const readAt = this.desk.now;
    if (shown === undefined) {
      this.desk.do({ type: "report_absence", orderId, readAt });
      return;
    }
    this.desk.do({ type: "report_orders", orders: [shown], complete: false, readAt });
    const executions = this.exchange.executions.filter(({ clientOrderId }) => clientOrderId === orderId);
    this.desk.do({ type: "book_executions", executions, orders: [shown] });
  }

  /** A look at all orders, delivered now or much later. */
  look(later: boolean, complete: boolean): void {
    const orders = complete ? this.exchange.openOrders() : [...this.exchange.orders.values()];
    const readAt = this.desk.now;
    const deliver = (): void => void this.desk.do({ type: "report_orders", orders, complete, readAt });
    if (later) {
      this.onTheWay.push(deliver);
    } else {
      deliver();
    }
  }

  executions(from: number, count: number): void {
    const { executions, orders } = this.exchange;
    const start = executions.length === 0 ? 0 : from % executions.length;
    const batch = executions.slice(start, start + count).toReversed();
    this.desk.do({ type: "book_executions", executions: batch, orders: [...orders.values()] });
  }

  rows(from: number, count: number): void {
    const { rows } = this.exchange;
    const start = rows.length === 0 ? 0 : from % rows.length;
    this.desk.do({ type: "book_ledger", rows: rows.slice(start, start + count).toReversed() });
  }

  arrive(index: number): void {
    const [message] = this.onTheWay.splice(index % Math.max(this.onTheWay.length, 1), 1);
    message?.();
  }

  /** The network mends, the exchange ends every order, everything is read. */
  calm(): void {
    while (this.onTheWay.length > 0) {
      this.arrive(0);
    }
    for (let round = 0; round < 40; round += 1) {
      this.exchange.openOrders().forEach(({ venueOrderId }) => this.exchange.cancel(venueOrderId));
      this.pass(61_000);
      this.desk.work().forEach((item) => {
        this.#carryOut(item, "answered", 4);
      });
      this.look(false, false);
      this.executions(0, this.exchange.executions.length);
      this.rows(0, this.exchange.rows.length);
      this.look(false, true);
    }
    for (let read = 0; read < 2; read += 1) {
      this.pass(31_000);
      this.desk.do({ type: "compare_balances", balances: this.exchange.balanceList(), readAt: this.desk.now });
    }
  }

  #send(item: Extract<VenueWork, { type: "send" }>, fate: Fate, part: number): void {
    const { orderId, action } = item;
    if (this.desk.send(orderId, action).type === "denied") {
      return;
    }
    const order = this.desk.live(orderId);
    const attempt =
      action === "place"
        ? order.venue?.attempts
        : action === "cancel"
          ? order.venue?.cancel?.attempts
          : order.venue?.amend?.attempts;
    const managed = this.desk.holding(order.symbol.split("/")[0] ?? "").managed;
    const tooMuch = order.intent === "exit" && compare(order.quantity, managed) > 0;
    if (action === "place" && tooMuch && !this.wasTold()) {
      throw new Error(`${orderId} sells ${order.quantity} of ${managed}`);
    }
    const fail = (how: "refused" | "wait" | "ambiguous" | "gone"): void => {
      const failure = { class: how, text: how, message: `Kraken says ${how}.`, retryAt: null };
      this.desk.do({ type: "action_failed", action, orderId, failure, attempt });
    };
    const execute = (): (() => void) => this.#execute(order, action, part, attempt, fail);
    switch (fate) {
      case "answered":
        execute()();
        return;
      case "answered late":
        this.onTheWay.push(execute());
        return;
      case "answer lost":
        execute();
        fail("ambiguous");
        return;
      case "lost":
        fail("ambiguous");
        return;
      case "in transit":
        fail("ambiguous");
        this.onTheWay.push(() => void execute());
        return;
      case "refused":
      case "wait":
        fail(fate);
        fail(fate);
    }
  }

  /** Does it at the exchange; answers how the desk learns of it. */
  #execute(
    order: OpenOrder,
    action: "place" | "amend" | "cancel",
    part: number,
    attempt: number | undefined,
    fail: (how: "refused" | "gone") => void,
  ): () => void {
    const { id: orderId } = order;
    const accept = (venueOrderId: string | null) => () =>
      void this.desk.do({ type: "action_accepted", action, orderId, venueOrderId, attempt });
    if (action === "place") {
      return accept(this.exchange.place(order, part).venueOrderId);
    }
    const venueOrderId = this.exchange.byClient(orderId)?.venueOrderId ?? "none";
    if (action === "cancel") {
      return this.exchange.cancel(venueOrderId) ? accept(null) : () => fail("gone");
    }
    const amend = order.venue?.amend;
    // The engine refuses what comes after its deadline.
    const inTime = amend !== null && amend !== undefined && this.exchange.now <= amend.deadline;
    const done = inTime ? this.exchange.amend(venueOrderId, amend.quantity, amend.limitPrice) : "refused";
    return done === "done" ? accept(null) : () => fail(done);
  }
}

type Act = (world: World) => void;

const index = fc.nat({ max: 1000 });
const part = fc.nat({ max: 4 });
const symbol = fc.constantFrom("BTC/USD", "ETH/USD");
const side = fc.constantFrom("buy" as const, "sell" as const);
const lots = fc.integer({ min: 1, max: 4000 }).map((value) => multiply(wholeNumber(value), decimal("0.00037")));

function priceOf(name: string, step: number): Decimal {
  return multiply(wholeNumber(1000 + step), decimal(name === "BTC/USD" ? "0.1" : "0.01"));
}

const place: fc.Arbitrary<Act> = fc
  .record({ symbol, side, quantity: lots, step: fc.option(fc.integer({ min: -30, max: 30 })), ioc: fc.boolean() })
  .map(({ symbol: name, side: way, quantity, step, ioc }) => ({ desk }: World) => {
    const limit =
      step === null ? {} : { limitPrice: priceOf(name, step), timeInForce: ioc ? ("ioc" as const) : ("gtc" as const) };
    desk.tryPlace({ symbol: name, side: way, quantity, ...limit });
  });
const work: fc.Arbitrary<Act> = fc
  .record({
    which: index,
    fate: fc.oneof(
      { weight: 3, arbitrary: fc.constant("answered" as const) },
      { weight: 2, arbitrary: fc.constantFrom(...FATES) },
    ),
    how: part,
  })
  .map(
    ({ which, fate, how }) =>
      (world: World) =>
        world.work(which, fate, how),
  );
const wishes: fc.Arbitrary<Act> = fc.oneof(
  index.map((which) => (world: World) => {
    const order = world.live(which);
    if (order !== undefined) {
      world.desk.do({ type: "cancel_order", orderId: order.id });
    }
  }),
  fc
    .record({ which: index, quantity: lots, step: fc.option(fc.integer({ min: -30, max: 30 })) })
    .map(({ which, quantity, step }): Act => (world) => {
      const order = world.live(which);
      if (order !== undefined) {
        const limit = step === null ? {} : { limitPrice: priceOf(order.symbol, step) };
        world.desk.do({ type: "amend_order", orderId: order.id, request: { quantity, ...limit } });
      }
    }),
  fc.record({ asset: fc.constantFrom("BTC", "ETH"), percent: fc.constantFrom(30, 100) }).map(
    ({ asset, percent }): Act =>
      ({ desk }) =>
        void desk.do({ type: "close_position", asset, percent }),
  ),
);
const exchangeActs: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ which: index, how: part }).map(({ which, how }) => ({ exchange }: World) => {
    const open = exchange.openOrders();
    exchange.fill(open[which % Math.max(open.length, 1)]?.venueOrderId ?? "none", how);
  }),
  index.map((which) => ({ exchange }: World) => {
    const open = exchange.openOrders();
    exchange.cancel(open[which % Math.max(open.length, 1)]?.venueOrderId ?? "none");
  }),
  fc.record({ side, symbol, quantity: lots }).map((trade) => ({ exchange }: World) => {
    exchange.hand(trade.side, trade.symbol, trade.quantity);
  }),
  fc.constantFrom<Act>(
    ({ exchange }) => exchange.transfer("USD", decimal("250.1234")),
    ({ exchange }) => exchange.transfer("BTC", decimal("-0.7")),
    ({ exchange }) => exchange.transfer("BTC", decimal("0.4")),
    ({ exchange }) => exchange.allocate("BTC"),
  ),
);
const news: fc.Arbitrary<Act> = fc.oneof(
  index.map((which) => (world: World) => world.arrive(which)),
  fc.record({ later: fc.boolean(), complete: fc.boolean() }).map(({ later, complete }) => (world: World) => {
    world.look(later, complete);
  }),
  fc.record({ from: index, count: fc.nat({ max: 5 }) }).map(({ from, count }) => (world: World) => {
    world.executions(from, count);
  }),
  fc.record({ from: index, count: fc.nat({ max: 5 }) }).map(({ from, count }) => (world: World) => {
    world.rows(from, count);
  }),
);
const time: fc.Arbitrary<Act> = fc.oneof(
  fc
    .constantFrom(200, 200, 1_000, 2_000, 6_000, 40_000)
    .map((milliseconds) => (world: World) => world.pass(milliseconds)),
  fc.constant<Act>(({ desk }) => void desk.do({ type: "recover" })),
  // Whoever is not found by then counts as absent; it may arrive later all the same.
  fc.constant<Act>((world) => {
    for (const wait of [95_000, 2_000]) {
      world.pass(wait);
      liveOrders(world.desk.state.orders)
        .map(({ id }) => id)
        .forEach((id) => world.read(id));
    }
  }),
);
const halting: fc.Arbitrary<Act> = fc.oneof(
  fc.integer({ min: 60, max: 110 }).map((percent): Act => ({ desk }) => {
    desk.now += 1_000;
    const value = wholeNumber(percent * 100);
    desk.do({ type: "sample_equity", samples: [{ time: desk.now, managed: value, equity: value }] });
  }),
  // Not "protect": its stops are placed again for as long as there is a position, so nothing would ever end.
  fc.constantFrom("keep", "flatten").map((mode): Act => ({ desk }) => {
    desk.do({ type: "stop_trading", mode, alert: true, others: [] });
  }),
  fc.constant<Act>(({ desk }) => {
    const value = decimal("10000");
    desk.do({ type: "resume_trading", how: "baseline", now: { time: desk.now, managed: value, equity: value } });
  }),
);
const acts = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: place },
    { weight: 10, arbitrary: work },
    { weight: 6, arbitrary: wishes },
    { weight: 2, arbitrary: halting },
    { weight: 5, arbitrary: exchangeActs },
    { weight: 6, arbitrary: news },
    { weight: 3, arbitrary: time },
  ),
  // Small arrays are the default; a fault here needs a story.
  { minLength: 10, maxLength: 70, size: "max" },
);

function heldBySales({ desk }: World, asset: string): Decimal {
  const sales = liveOrders(desk.state.orders).filter(({ side: way, hold }) => way === "sell" && hold.asset === asset);
  return sum(sales.map(({ hold }) => hold.amount));
}

describe("an account at an exchange, under any interleaving", () => {
  it("ends with the exchange's truth, each intent at most one order, and never sells more than it manages", () => {
    fc.assert(
      fc.property(acts, (list) => {
        const world = new World();
        const { desk, exchange } = world;
        for (const act of list) {
          act(world);
          // What is sold or withdrawn by hand can leave a sale without its inventory; that is told.
          for (const asset of world.wasTold() ? [] : ["BTC", "ETH"]) {
            expect(compare(heldBySales(world, asset), desk.holding(asset).managed)).toBeLessThanOrEqual(0);
          }
          for (const item of desk.work()) {
            const placing = item.type === "send" && item.action === "place";
            expect(placing && desk.live(item.orderId).status !== "submitting").toBe(false);
          }
        }
        world.calm();
        expect(liveOrders(desk.state.orders)).toEqual([]);
        for (const [asset, total] of exchange.balances) {
          const { managed, external, held } = desk.holding(asset);
          expect([asset, add(managed, external), held]).toEqual([asset, total, ZERO]);
        }
        const booked = desk.events.flatMap((event) =>
          event.type === "fill_booked" || event.type === "external_fill_booked" ? (event.executionId ?? []) : [],
        );
        expect(booked.toSorted()).toEqual(exchange.executions.map(({ executionId }) => executionId).toSorted());
        expect(desk.state.venue).toMatchObject({ unsettled: {}, differences: {}, externalOrders: {} });
        for (const order of desk.state.ended) {
          const shown = exchange.byClient(order.id);
          expect([order.id, order.filledQuantity]).toEqual([order.id, shown?.filledQuantity ?? ZERO]);
          if (shown?.status === "closed" && order.status !== "rejected") {
            expect([order.id, order.status]).toEqual([order.id, "filled"]);
          }
        }
        const alerts = desk.alerts().map(({ alertId }) => alertId);
        expect(new Set(alerts).size).toBe(alerts.length);
        const replayed = desk.events.reduce(
          (state, event, at) => evolve(state, event, at + 1),
          unopenedAccount("account-1"),
        );
        expect(replayed).toEqual(desk.state);
      }),
      { numRuns: RUNS },
    );
  });

  it("sends nothing that opens while it is halted, and asks for the end of what is open", () => {
    fc.assert(
      fc.property(acts, fc.constantFrom("keep" as const, "tighten" as const, "flatten" as const), (list, onHalt) => {
        const world = new World();
        const { desk } = world;
        const limits = { ...desk.state.limits, drawdownPercent: decimal("20"), onHalt };
        desk.do({ type: "change_settings", limits });
        let state = unopenedAccount("account-1");
        let done = 0;
        for (const act of list) {
          act(world);
          for (const event of desk.events.slice(done)) {
            done += 1;
            const halted = haltsInForce(state.halts, event.marketTime).length > 0;
            const opens = event.type === "order_submitted" && event.intent === "entry";
            const sends =
              event.type === "action_sent" &&
              event.action === "place" &&
              liveOrder(state.orders, event.orderId)?.intent === "entry";
            expect(halted && (opens || sends)).toBe(false);
            state = evolve(state, event, done);
          }
        }
        if (haltsInForce(desk.state.halts, desk.now).length > 0) {
          const entries = liveOrders(desk.state.orders).filter(({ intent }) => intent === "entry");
          expect(entries.filter(({ venue }) => venue?.cancel === null && venue.ending === null)).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

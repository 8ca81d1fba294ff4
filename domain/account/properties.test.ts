/** What must hold whatever a trader does and however the market moves. The desk checks every event as it is booked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, compare, decimal, isNegative, isZero, multiply, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import type { Trade } from "../market.ts";
import { isTerminal, nextStatus, ORDER_STEPS } from "../orders/transitions.ts";
import type { OrderStatus } from "../orders/order.ts";
import { Desk } from "../testing/desk.ts";
import { valuate } from "../valuation.ts";
import { heldByStops } from "../protection/resting-stop.ts";
import { haltsInForce } from "../risk/halt.ts";
import type { RiskSettings } from "../risk/settings.ts";
import type { StopPlan } from "../protection/protection.ts";
import { protectionStanding } from "../protection/standing.ts";
import { effectsBetween, expiries, triggerRows, waitingSymbols } from "./effects.ts";
import type { AccountEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { postings } from "./postings.ts";
import { unopenedAccount, type AccountState } from "./state.ts";
import { accountView } from "./views.ts";
import { liveOrder, liveOrders } from "./open-orders.ts";

type Act = (desk: Desk) => void;

const SYMBOLS = ["BTC/USD", "ETH/USD", "ETH/BTC", "DOGE/USD"] as const;
/** A price of each pair around which books and prints move, and a size worth some tens of dollars. */
const SCALE = {
  "BTC/USD": { price: 50_000, places: 1, lots: 200_000 },
  "ETH/USD": { price: 2_500, places: 2, lots: 4_000_000 },
  "ETH/BTC": { price: 0.05, places: 5, lots: 4_000_000 },
  "DOGE/USD": { price: 0.2, places: 7, lots: 50_000_000_000 },
} as const;

const symbol = fc.constantFrom(...SYMBOLS);
const step = fc.integer({ min: -12, max: 12 });

/** The symbol's base price moved by some thousandths. */
function priceAt(name: (typeof SYMBOLS)[number], thousandths: number): Decimal {
  const { price, places } = SCALE[name];
  const units = Math.round(price * 10 ** places * (1 + thousandths / 1000));
  return fixed(units, places);
}

function fixed(units: number, places: number): Decimal {
  const digits = String(units).padStart(places + 1, "0");
  return decimal(`${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

const quantity = fc.integer({ min: 1, max: 4000 });

function sizeOf(name: (typeof SYMBOLS)[number], thousandths: number): Decimal {
  return fixed(Math.round((SCALE[name].lots * thousandths) / 1000) + (thousandths % 7), 8);
}

/** A stop of some kind, as a function of the pair that it is for. */
const stopWish: fc.Arbitrary<(name: (typeof SYMBOLS)[number]) => StopPlan> = fc.oneof(
  step.map((at) => (name: (typeof SYMBOLS)[number]): StopPlan => ({ type: "price", price: priceAt(name, at - 6) })),
  fc.constantFrom("0.3", "1").map((percent) => (): StopPlan => ({ type: "percent", percent: decimal(percent) })),
  fc.constant((): StopPlan => ({ type: "trailing", percent: decimal("0.4") })),
);

const place: fc.Arbitrary<Act> = fc
  .record({
    symbol,
    side: fc.constantFrom("buy" as const, "buy" as const, "sell" as const),
    size: quantity,
    at: fc.option(step, { freq: 3 }),
    how: fc.constantFrom("gtc" as const, "ioc" as const, "gtd" as const, "post" as const, "cost" as const),
    stop: fc.option(stopWish, { freq: 1 }),
    target: fc.option(step, { freq: 1 }),
  })
  .map(({ symbol: name, side, size, at, how, stop, target }) => (desk: Desk) => {
    const isLimit = at !== null;
    const byCost = how === "cost" && !isLimit && side === "buy";
    desk.tryPlace({
      symbol: name,
      side,
      ...(byCost ? { cost: fixed(size * 7, 2) } : { quantity: sizeOf(name, size) }),
      ...(isLimit ? { limitPrice: priceAt(name, at), timeInForce: how === "ioc" || how === "gtd" ? how : "gtc" } : {}),
      ...(isLimit && how === "gtd" ? { expiresAt: desk.now + 30_000 } : {}),
      ...(isLimit && how === "post" ? { postOnly: true } : {}),
      ...(stop === null ? {} : { stop: stop(name) }),
      ...(target === null ? {} : { target: { type: "price", price: priceAt(name, target) } }),
    });
  });

const TRIGGERED = ["stop-loss", "take-profit", "stop-loss-limit", "take-profit-limit", "trailing-stop"] as const;
const placeTriggered: fc.Arbitrary<Act> = fc
  .record({ symbol, side: fc.constantFrom("buy" as const, "sell" as const), size: quantity, at: step, limit: step })
  .chain((wish) => fc.constantFrom(...TRIGGERED).map((type) => ({ ...wish, type })))
  .map(({ symbol: name, side, size, at, limit, type }) => (desk: Desk) => {
    desk.tryPlace({
      symbol: name,
      side,
      type,
      quantity: sizeOf(name, size),
      ...(type === "trailing-stop" ? { trailingPercent: decimal("0.5") } : { triggerPrice: priceAt(name, at) }),
      ...(type.endsWith("-limit") ? { limitPrice: priceAt(name, limit) } : {}),
    });
  });

const protect: fc.Arbitrary<Act> = fc
  .record({
    asset: fc.constantFrom("BTC", "ETH", "DOGE"),
    stop: fc.option(stopWish, { freq: 4 }),
    target: fc.option(step, { freq: 2 }),
  })
  .map(({ asset, stop, target }) => (desk: Desk) => {
    const name = SYMBOLS.find((candidate) => candidate === `${asset}/USD`);
    if (name !== undefined) {
      desk.do({
        type: "protect_position",
        asset,
        stop: stop === null ? null : stop(name),
        target: target === null ? null : { type: "price", price: priceAt(name, target) },
      });
    }
  });

const book: fc.Arbitrary<Act> = fc
  .record({ symbol, at: step, sizes: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 0, maxLength: 4 }) })
  .map(({ symbol: name, at, sizes }) => (desk: Desk) => {
    desk.book(
      name,
      sizes.map((size, index) => [priceAt(name, at - 1 - index), sizeOf(name, size)]),
      sizes.map((size, index) => [priceAt(name, at + 1 + index), sizeOf(name, 3001 - size)]),
      priceAt(name, at),
    );
  });

const prints: fc.Arbitrary<Act> = fc
  .record({
    symbol,
    trades: fc.array(fc.tuple(step, quantity), { minLength: 1, maxLength: 4 }),
    repeat: fc.boolean(),
    late: fc.boolean(),
    split: fc.boolean(),
  })
  .map(({ symbol: name, trades, repeat, late, split }) => (desk: Desk) => {
    const printed: Trade[] = trades.map(([at, size]) => desk.trade(name, priceAt(name, at), sizeOf(name, size)));
    const deliveries = desk.deliveries(printed, late);
    const commands = split ? deliveries.map((delivery) => [delivery]) : [deliveries];
    for (const part of repeat ? [...commands, ...commands] : commands) {
      desk.do({ type: "apply_prints", deliveries: part });
    }
  });

function nth<T>(values: readonly T[], index: number): T | undefined {
  return values[index % Math.max(values.length, 1)];
}

const pick = fc.integer({ min: 0, max: 1000 });
const cancel: fc.Arbitrary<Act> = pick.map((index) => (desk: Desk) => {
  const ids = [...liveOrders(desk.state.orders).map(({ id }) => id), ...desk.state.ended.map(({ id }) => id)];
  desk.do({ type: "cancel_order", orderId: nth(ids, index) ?? "nobody" });
});
const amend: fc.Arbitrary<Act> = fc
  .record({ index: pick, size: fc.option(quantity), at: fc.option(step) })
  .map(({ index, size, at }) => (desk: Desk) => {
    const order = nth(liveOrders(desk.state.orders), index);
    const name = SYMBOLS.find((candidate) => candidate === order?.symbol);
    if (order !== undefined && name !== undefined) {
      desk.do({
        type: "amend_order",
        orderId: order.id,
        request: {
          ...(size === null ? {} : { quantity: sizeOf(name, size) }),
          ...(at === null ? {} : { limitPrice: priceAt(name, at) }),
        },
      });
    }
  });
const close: fc.Arbitrary<Act> = fc
  .record({ asset: fc.constantFrom("BTC", "ETH", "DOGE", "USD"), percent: fc.constantFrom(25, 50, 75, 100) })
  .map(({ asset, percent }) => (desk: Desk) => {
    desk.do({ type: "close_position", asset, percent });
  });
const others: fc.Arbitrary<Act> = fc.oneof(
  symbol.map((name) => (desk: Desk) => void desk.stale(name)),
  symbol.map((name) => (desk: Desk) => void desk.do({ type: "retry_waiting", symbol: name })),
  fc.integer({ min: 1, max: 40_000 }).map((ms) => (desk: Desk) => {
    desk.now += ms;
    desk.do({ type: "expire_orders" });
    desk.do({ type: "start_day" });
  }),
  fc.constantFrom<Act>(
    (desk) => void desk.do({ type: "cancel_all", symbol: "BTC/USD" }),
    (desk) => void desk.do({ type: "deposit", amount: decimal("250.1234") }),
    (desk) => void desk.do({ type: "change_settings", fees: "new-customer" }),
    (desk) => void desk.do({ type: "change_settings", fees: "standard" }),
  ),
);
/** Samples of equity that fall and recover, Stop, resuming, price alerts. */
const halting: fc.Arbitrary<Act> = fc.oneof(
  fc.integer({ min: 80, max: 110 }).map((percent) => (desk: Desk) => {
    desk.now += 1_000;
    const value = fixed(percent * 2_000, 2);
    desk.do({ type: "sample_equity", samples: [{ time: desk.now, managed: value, equity: value }] });
  }),
  fc.constantFrom("keep", "protect", "flatten").map((mode) => (desk: Desk) => {
    desk.do({ type: "stop_trading", mode, alert: true, others: [] });
  }),
  fc.constantFrom("baseline", "wait").map((how) => (desk: Desk) => {
    const value = decimal("2000");
    desk.do({ type: "resume_trading", how, now: { time: desk.now, managed: value, equity: value } });
  }),
  fc
    .record({ symbol, at: step, direction: fc.constantFrom("above" as const, "below" as const) })
    .map(({ symbol: name, at, direction }) => (desk: Desk) => {
      desk.do({ type: "set_price_alert", symbol: name, direction, price: priceAt(name, at), note: null, ask: null });
    }),
  pick.map((index) => (desk: Desk) => {
    const priceAlertId = nth(Object.keys(desk.state.priceAlerts), index) ?? "nobody";
    desk.do({ type: "remove_price_alert", priceAlertId });
  }),
);
const reset: fc.Arbitrary<Act> = fc.constant((desk: Desk) => {
  desk.do({ type: "reset_account", startingBalance: decimal("7000") });
});

const acts = fc.array(
  fc.oneof(
    { weight: 16, arbitrary: place },
    { weight: 4, arbitrary: placeTriggered },
    { weight: 4, arbitrary: protect },
    { weight: 6, arbitrary: book },
    { weight: 12, arbitrary: prints },
    { weight: 2, arbitrary: cancel },
    { weight: 8, arbitrary: amend },
    { weight: 3, arbitrary: close },
    { weight: 6, arbitrary: others },
    { weight: 3, arbitrary: halting },
    { weight: 1, arbitrary: reset },
  ),
  { minLength: 20, maxLength: 80, size: "max" },
);

function startDesk(limits: Partial<RiskSettings> = {}): Desk {
  const desk = new Desk({ balance: "2000", limits });
  for (const name of SYMBOLS) {
    desk.book(
      name,
      [1, 2, 3].map((level) => [priceAt(name, -level), sizeOf(name, 900 * level)]),
      [1, 2, 3].map((level) => [priceAt(name, level), sizeOf(name, 900 * level)]),
      priceAt(name, 0),
    );
  }
  for (const name of ["BTC/USD", "ETH/USD", "DOGE/USD"] as const) {
    desk.place({ symbol: name, side: "buy", quantity: sizeOf(name, 2000) });
  }
  return desk;
}

function run(steps: readonly Act[]): Desk {
  const desk = startDesk();
  for (const act of steps) {
    act(desk); // throws when an event breaks what the desk checks: balance, holds, negatives, faults
  }
  return desk;
}

describe("whatever a trader does", () => {
  it("every event balances, no balance or hold goes wrong, no step leaves the table", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = run(steps);
        expect(desk.state.faults).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it("resting stops are never for more than the position, and never for less while its market is there", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = startDesk();
        let state: AccountState = unopenedAccount("account-1");
        let done = 0;
        for (const act of steps) {
          act(desk);
          for (const event of desk.events.slice(done)) {
            done += 1;
            state = evolve(state, event, done);
            for (const asset of ["BTC", "ETH", "DOGE"]) {
              const held = compare(heldByStops(state, asset), state.holdings[asset]?.managed ?? ZERO);
              expect(held <= 0).toBe(true);
            }
          }
          for (const { asset, symbol: name } of Object.values(desk.state.protections)) {
            const { status } = protectionStanding(desk.state, asset);
            expect(status === "pending" && desk.markets[name]?.quote.fresh === true).toBe(false);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("a halted account opens nothing, whatever halted it, until it is resumed", () => {
    fc.assert(
      fc.property(acts, fc.constantFrom("keep" as const, "tighten" as const, "flatten" as const), (steps, onHalt) => {
        const lossStreak = { losses: 2, minutes: 1 };
        const desk = startDesk({ drawdownPercent: decimal("8"), dailyLossPercent: decimal("9"), lossStreak, onHalt });
        let state: AccountState = unopenedAccount("account-1");
        let done = 0;
        for (const act of steps) {
          act(desk);
          for (const event of desk.events.slice(done)) {
            done += 1;
            const halted = haltsInForce(state.halts, event.marketTime).length > 0;
            expect(halted && event.type === "order_submitted" && event.intent === "entry").toBe(false);
            expect(halted && event.type === "fill_booked" && event.side === "buy").toBe(false);
            state = evolve(state, event, done);
          }
          if (haltsInForce(state.halts, desk.now).length > 0) {
            expect(liveOrders(state.orders).filter(({ intent }) => intent === "entry")).toEqual([]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it("replaying the events gives the same state, after any number of them", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = run(steps);
        expect(replay(desk.events)).toEqual(desk.state);
        expect(JSON.parse(JSON.stringify(desk.state))).toEqual(desk.state);
      }),
      { numRuns: 60 },
    );
  });

  it("money is conserved: what the account has is what came in, less fees, plus what the market gave", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = run(steps);
        const ledgers = new Map<string, Decimal>();
        for (const event of desk.events) {
          for (const { ledger, asset, amount } of postings(event)) {
            ledgers.set(`${ledger} ${asset}`, add(ledgers.get(`${ledger} ${asset}`) ?? ZERO, amount));
          }
        }
        for (const asset of ["USD", "BTC", "ETH", "DOGE"]) {
          const all = ["free", "held", "market", "fees", "world"].map(
            (name) => ledgers.get(`${name} ${asset}`) ?? ZERO,
          );
          expect(isZero(sum(all))).toBe(true);
          expect(desk.total(asset)).toBe(
            add(ledgers.get(`free ${asset}`) ?? ZERO, ledgers.get(`held ${asset}`) ?? ZERO),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("realised and unrealised profit together are what the account gained", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(place, place, book, prints, prints, close, amend), {
          minLength: 20,
          maxLength: 60,
          size: "max",
        }),
        (steps) => {
          const desk = run(steps);
          const marks = Object.fromEntries(Object.entries(desk.markets).map(([name, { quote }]) => [name, quote]));
          const value = valuate(accountView(desk.state), marks);
          if (value.unrealisedProfit !== null && value.totalProfit !== null) {
            // Every amount of every fill is exact or rounded once and kept, so the sum is exact too.
            expect(add(desk.state.realisedProfit, value.unrealisedProfit)).toBe(value.totalProfit);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("equity moves by the fee and the distance of the price from the mark, and by nothing else", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = run(steps);
        let state: AccountState = unopenedAccount("account-1");
        const marks = new Map([
          ["USD", decimal("1")],
          ["BTC", decimal("50000")],
          ["ETH", decimal("2500")],
          ["DOGE", decimal("0.2")],
        ]);
        for (const [index, event] of desk.events.entries()) {
          const after = evolve(state, event, index + 1);
          const change = subtract(equityAt(after, marks), equityAt(state, marks));
          expect(change).toBe(explained(event, marks));
          state = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it("each print fills at most its size, and each order at most its quantity", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = run(steps);
        const byPrint = new Map<number, Decimal>();
        const byOrder = new Map<string, Decimal>();
        for (const { tradeId, orderId, quantity: filled, side, price, printPrice } of desk.fills()) {
          byOrder.set(orderId, add(byOrder.get(orderId) ?? ZERO, filled));
          if (tradeId !== null) {
            byPrint.set(tradeId, add(byPrint.get(tradeId) ?? ZERO, filled));
            const distance = compare(printPrice ?? ZERO, price);
            expect(side === "buy" ? distance <= 0 : distance >= 0).toBe(true);
          }
        }
        for (const [orderId, filled] of byOrder) {
          const order = liveOrder(desk.state.orders, orderId) ?? desk.state.ended.find(({ id }) => id === orderId);
          expect(order === undefined || order.filledQuantity === filled).toBe(true);
        }
        for (const [tradeId, filled] of byPrint) {
          expect(isNegative(subtract(desk.tape.get(tradeId) ?? ZERO, filled))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("effects, followed one by one, lead to what the state says must be watched", () => {
    fc.assert(
      fc.property(acts, (steps) => {
        const desk = startDesk();
        const triggers = new Map<string, number>();
        const timers = new Set<string>();
        const awaited = new Set<string>();
        for (const act of steps) {
          const before = desk.state;
          act(desk);
          for (const effect of effectsBetween(before, desk.state)) {
            if (effect.type === "set_trigger") {
              triggers.set(effect.row.orderId, effect.row.version);
            } else if (effect.type === "remove_trigger") {
              triggers.delete(effect.orderId);
            } else if (effect.type === "schedule_expiry") {
              timers.add(effect.orderId);
            } else if (effect.type === "clear_expiry") {
              timers.delete(effect.orderId);
            } else if (effect.type === "await_fresh_price") {
              awaited.add(effect.symbol);
            } else {
              awaited.delete(effect.symbol);
            }
          }
        }
        expect([...triggers].sort()).toEqual(
          triggerRows(desk.state)
            .map((row) => [row.orderId, row.version])
            .sort(),
        );
        expect([...timers].sort()).toEqual(
          expiries(desk.state)
            .map(({ orderId }) => orderId)
            .sort(),
        );
        expect([...awaited].sort()).toEqual([...waitingSymbols(desk.state)].sort());
      }),
      { numRuns: 60 },
    );
  });

  it("the cost of a holding is what came in less the shares that left, and gone when the last of it is", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(place, prints, close), { minLength: 1, maxLength: 30, size: "max" }), (steps) => {
        const desk = run(steps);
        for (const asset of ["BTC", "ETH", "DOGE"]) {
          desk.book(`${asset}/USD`, [["1", "999999999999"]], [["1000000", "1"]], "1");
          desk.do({ type: "close_position", asset, percent: 100 });
          const legs = desk.fills().flatMap((fill) => fill.legs.filter((leg) => leg.asset === asset));
          const kept = sum(legs.map(({ cost }) => cost ?? ZERO));
          expect(desk.state.holdings[asset]?.cost ?? ZERO).toBe(kept);
          expect(desk.total(asset) === ZERO ? kept : ZERO).toBe(ZERO);
        }
        const realised = sum(desk.fills().flatMap(({ realisedProfit }) => realisedProfit ?? []));
        expect(desk.state.realisedProfit).toBe(realised);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the table of transitions", () => {
  it("leads every walk through it to a terminal status or leaves it alive, never back from the dead", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ORDER_STEPS), { maxLength: 30 }), (steps) => {
        let status: OrderStatus = "submitting";
        for (const how of steps) {
          const next = nextStatus(status, how);
          const was: OrderStatus = status;
          status = next.ok ? next.value : status;
          expect(isTerminal(was) ? status : was).toBe(was);
          expect(status === "submitting" && was !== "submitting").toBe(false);
        }
      }),
    );
  });
});

function replay(events: readonly AccountEvent[]): AccountState {
  return events.reduce((state, event, index) => evolve(state, event, index + 1), unopenedAccount("account-1"));
}

function equityAt(state: AccountState, marks: ReadonlyMap<string, Decimal>): Decimal {
  return sum(
    Object.entries(state.holdings).map(([asset, holding]) => multiply(holding.managed, marks.get(asset) ?? ZERO)),
  );
}

/** What an event may do to equity at constant marks: flows, and what a fill pays or gets against the mark. */
function explained(event: AccountEvent, marks: ReadonlyMap<string, Decimal>): Decimal {
  const worth = (asset: string, amount: Decimal) => multiply(amount, marks.get(asset) ?? ZERO);
  if (event.type === "account_opened") {
    return event.startingBalance;
  }
  if (event.type === "deposited") {
    return event.amount;
  }
  if (event.type === "account_reset") {
    return subtract(event.startingBalance, sum(event.removed.map(({ asset, quantity: gone }) => worth(asset, gone))));
  }
  if (event.type !== "fill_booked") {
    return ZERO;
  }
  const [base = "", quote = ""] = event.symbol.split("/");
  const asset = worth(base, event.quantity);
  const money = worth(quote, event.cost);
  const gain = event.side === "buy" ? subtract(asset, money) : subtract(money, asset);
  return subtract(gain, worth(quote, event.fee));
}

import { FaultBoard } from "./admin/faults.ts";
import { createVirtualClock, MILLISECOND, type VirtualClock } from "./clock.ts";
import { forgetfulJournal } from "./engine/account-book.ts";
import type { Account } from "./engine/accounts.ts";
import type { Added } from "./engine/order-desk.ts";
import type { OrderInput } from "./engine/order-terms.ts";
import type { Order } from "./engine/orders.ts";
import type { ExecutionEvent } from "./engine/trading.ts";
import { assetByName, pairBySymbol } from "./instruments.ts";
import { virtualStart } from "./exchange.ts";
import { Switches, type SwitchValues } from "./switches.ts";
import { parseUnits } from "./units.ts";
import { createVenue, type Venue } from "./venue.ts";

/** A venue without doors in virtual time, for tests of what happens behind them. */
export interface Bench {
  readonly venue: Venue;
  readonly clock: VirtualClock;
  readonly events: ExecutionEvent[];
  account(id: string, deposits: Readonly<Record<string, string>>): Account;
  advance(milliseconds: number): void;
  add(account: Account, input: Partial<OrderInput> & { readonly side: string; readonly type: string }): Added;
  /** Adds an order that must be accepted. */
  place(account: Account, input: Partial<OrderInput> & { readonly side: string; readonly type: string }): Order;
}

export interface BenchOptions {
  readonly seed?: string;
  readonly switches?: Partial<SwitchValues>;
  /** Whether the crowd trades by itself. */
  readonly isLively?: boolean;
  /** Whether it has a past; costs a tenth of a second. */
  readonly hasPast?: boolean;
}

/** BTC/USD opens at 64000.0 with about 140 levels a side. */
export function openBench({
  seed = "bench",
  switches = {},
  isLively = false,
  hasPast = false,
}: BenchOptions = {}): Bench {
  const clock = createVirtualClock(virtualStart);
  const chosen = new Switches();
  chosen.setAll(switches);
  const venue = createVenue({
    clock,
    seed,
    run: "0",
    startAt: virtualStart,
    symbols: undefined,
    feePreset: "standard",
    journal: forgetfulJournal,
    keyChanged: () => undefined,
    switches: chosen,
    faults: new FaultBoard(),
  });
  const { engine, book, desk, trading } = venue;
  if (hasPast) {
    engine.inventPast();
  }
  engine.openBooks();
  if (!hasPast) {
    for (const crowd of engine.crowds.values()) {
      crowd.walkTo(Math.round(crowd.fair), crowd.takerQuantity(), engine.now, false);
      crowd.requote(engine.now);
    }
  }
  engine.addListener(venue.publicChannels);
  if (isLively) {
    engine.startCrowd(true);
  }
  const events: ExecutionEvent[] = [];
  trading.addListener({
    executed: (_account, event) => {
      events.push(event);
    },
  });
  const bench: Bench = {
    venue,
    clock,
    events,
    account(id, deposits) {
      const account = book.open(id, "pro");
      for (const [name, amount] of Object.entries(deposits)) {
        const asset = assetByName(name);
        if (asset !== undefined) {
          book.deposit(account, asset, parseUnits(amount, asset.decimals) ?? 0n);
        }
      }
      return account;
    },
    advance(milliseconds) {
      clock.set(clock.market() + milliseconds * MILLISECOND);
      engine.catchUp();
    },
    add(account, input) {
      return engine.turn(() => desk.add(account, orderInput(input), false));
    },
    place(account, input) {
      const added = bench.add(account, input);
      if ("error" in added || added.order === undefined) {
        throw new Error("error" in added ? added.error : "the order was only validated");
      }
      return added.order;
    },
  };
  return bench;
}

function orderInput(input: Partial<OrderInput>): OrderInput {
  const pair = pairBySymbol("BTC/USD");
  if (pair === undefined) {
    throw new Error("BTC/USD is not listed");
  }
  return {
    pair,
    side: undefined,
    type: undefined,
    volume: "0.1",
    price: undefined,
    price2: undefined,
    trigger: undefined,
    timeInForce: undefined,
    startAt: undefined,
    expireAt: undefined,
    flags: [],
    selfTrade: undefined,
    close: undefined,
    userref: undefined,
    clientOrderId: undefined,
    leverage: undefined,
    reduceOnly: false,
    ...input,
  };
}

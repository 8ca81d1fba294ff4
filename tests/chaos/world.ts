/** One seed's story: a desk and an exchange, a user who trades, and everything that can go wrong. Checked after every step. */
import { imbalance } from "../../domain/account/postings.ts";
import { holdingOf, totalOf } from "../../domain/account/holdings.ts";
import {
  add,
  compare,
  decimal,
  isAbove,
  isBelow,
  multiply,
  roundToStep,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../../domain/decimal.ts";
import type { MarketView } from "../../domain/market.ts";
import type { OrderRequest } from "../../domain/orders/request.ts";
import type { StopPlan } from "../../domain/protection/protection.ts";
import { restingStops } from "../../domain/protection/resting-stop.ts";
import { protectionStanding } from "../../domain/protection/standing.ts";
import type { NameTable } from "../../domain/venue/names.ts";
import type { Transport } from "../../durable-objects/trader/kraken/rest/api.ts";
import { readNames } from "../../durable-objects/trader/kraken/rest/public.ts";
import { decodeSecret } from "../../durable-objects/trader/kraken/rest/sign.ts";
import { resumeFrames } from "../../durable-objects/trader/frames.ts";
import type { Recorded } from "../../durable-objects/trader/turn.ts";
import { tradingPermissions } from "../../exchange-sim/keys.ts";
import { createRandom, type Random } from "../../exchange-sim/random.ts";
import { formatTrimmed } from "../../exchange-sim/units.ts";
import { TestDesk } from "./desk.ts";
import { DeadInstance, Disk, type Life } from "./storage.ts";
import { VirtualTime } from "./time.ts";
import { instrumentOf, ModelExchange, short, SYMBOLS } from "./venue.ts";

const START = 1_790_856_000_000;
const STORY_LINES = 40;
/** So long everything goes wrong, so long may it take until belief and exchange agree afterwards. */
const STORM_MS = 150_000;
const QUIET_LIMIT_MS = 900_000;
/** TRADING §6 “Absent”. */
const ABSENT_AFTER_MS = 60_000;

export class Broken extends Error {}

export type Outcome = {
  readonly seed: string;
  /** Null: every invariant held. */
  readonly broken: string | null;
  readonly story: readonly string[];
  readonly orders: number;
  readonly fills: number;
  readonly lives: number;
};

/** Plays one seed to its end. The same seed plays the same story. */
export async function playSeed(seed: string): Promise<Outcome> {
  const world = new World(seed);
  let broken: string | null = null;
  try {
    await world.play();
  } catch (error) {
    broken =
      error instanceof Error
        ? error instanceof Broken
          ? error.message
          : (error.stack ?? error.message)
        : String(error);
  }
  const orders = world.exchange.account.orders.size;
  const fills = world.exchange.account.trades.length;
  world.close();
  return { seed, broken, story: world.story.slice(-STORY_LINES), orders, fills, lives: world.lives };
}

class World {
  readonly story: string[] = [];
  readonly exchange: ModelExchange;
  lives = 0;
  readonly #time = new VirtualTime(START);
  readonly #random: Random;
  readonly #ids: Random;
  /** Draws of its own, so that stories from before protection was drawn stay what they were. */
  readonly #protection: Random;
  readonly #disk = new Disk();
  #desk: TestDesk | null = null;
  #life: Life = { state: "dead", gateClosed: false };
  #names: NameTable | null = null;
  #lastNonce = 0n;
  #crashChance = 0;
  #skew = 0;
  #frozenAt: number | null = null;
  #feed: "good" | "dead" | "stale" | "lying" = "good";
  #broken: Error | null = null;
  #storm = true;
  /** Entries that had not left yet when the user stopped everything. */
  readonly #stopped = new Set<string>();
  #troubledAt = START;
  #exits = new Map<string, { readonly at: number; readonly orderId: string }>();

  constructor(seed: string) {
    this.#random = createRandom(`${seed}/world`);
    this.#ids = createRandom(`${seed}/ids`);
    this.#protection = createRandom(`${seed}/protection`);
    this.exchange = new ModelExchange(seed, this.#time, (text) => {
      this.#tell(text);
    });
  }

  close(): void {
    this.#life.state = "dead";
    this.#disk.close();
  }

  async play(): Promise<void> {
    this.exchange.deposit("USD", "20000");
    this.exchange.deposit("BTC", "0.5");
    this.exchange.deposit("ETH", "3");
    const names = readNames({
      base: "https://exchange",
      transport: (request) => this.exchange.call(request),
      clock: { now: () => this.#time.now, after: (ms, run) => this.#time.after(ms, run) },
    });
    await this.#run(START + 2_000);
    const table = await names;
    if (!table.ok) {
      throw new Error("no names");
    }
    this.#names = table.value;
    this.#bringUp();
    await this.#run(START + 6_000);
    this.#storm = true;
    const harsh = this.#random.integer(3);
    this.exchange.weather.faults = [0.03, 0.12, 0.3][harsh] ?? 0;
    this.#crashChance = [0, 0.002, 0.006][this.#random.integer(3)] ?? 0;
    for (const end = this.#time.now + STORM_MS; this.#time.now < end;) {
      this.#happen();
      await this.#run(this.#time.now + 200 + Math.round(this.#random.exponential(2_500)));
    }
    await this.#becomeQuiet();
  }

  /** Runs everything up to a time, and looks at the invariants after every step. */
  async #run(until: number): Promise<void> {
    let steps = 0;
    while (await this.#time.step(until)) {
      this.exchange.venue.engine.catchUp();
      this.#check();
      steps += 1;
      if (steps > 200_000) {
        throw new Broken("it does not come to an end: 200,000 steps without virtual time to show for it");
      }
    }
    this.#check();
  }

  // What happens

  #happen(): void {
    const random = this.#random;
    const desk = this.#desk;
    const draw = random.integer(100);
    if (draw < 62) {
      if (desk !== null && this.#life.state === "alive") {
        this.#act(desk, random.integer(100));
      }
    } else if (draw < 66) {
      const [asset, amount] = random.integer(2) === 0 ? ["USD", "350.25"] : ["BTC", "0.0123"];
      const out = random.integer(3) === 0;
      if (this.exchange.deposit(asset, out ? `-${amount}` : amount)) {
        this.#tell(`${out ? "withdrawal" : "deposit"} of ${amount} ${asset} at the exchange`);
      }
    } else if (draw < 71) {
      this.#byHand();
    } else if (draw < 76) {
      this.#crash("is evicted");
    } else if (draw < 80) {
      this.#replace();
    } else if (draw < 85) {
      this.#feed = (["good", "dead", "stale", "lying"] as const)[random.integer(4)] ?? "good";
      this.#tell(`feed: ${this.#feed}`);
    } else if (draw < 88) {
      this.#bendClock();
    } else if (draw < 91) {
      this.#revoke();
    } else if (draw < 94) {
      this.#restate();
    } else {
      const { engine } = this.exchange.venue;
      const crowd = engine.crowds.get(SYMBOLS[random.integer(2)] ?? "BTC/USD");
      const factor = 0.985 + random.next() * 0.03;
      if (crowd !== undefined) {
        engine.turn(() => {
          crowd.walkTo(Math.round(crowd.fair * factor), crowd.takerQuantity(), engine.now, false);
        });
        this.#tell(`market moves by ${((factor - 1) * 100).toFixed(2)} %`);
      }
    }
  }

  /** What the user does at the desk. */
  #act(desk: TestDesk, draw: number): void {
    const { state } = desk;
    if (state === null || state.venue?.foundAt === null) {
      return;
    }
    const random = this.#random;
    const live = Object.values(state.orders);
    const some = live[random.integer(Math.max(1, live.length))];
    if (draw < 52) {
      const request = this.#request();
      const decision = desk.apply({ type: "place_order", request });
      this.#tell(
        `user: ${request.side} ${request.quantity ?? ""} ${request.symbol} ${request.type} ${request.limitPrice ?? ""} → ${decision.type === "accepted" ? "accepted" : decision.problem.code}`,
      );
    } else if (draw < 66 && some !== undefined) {
      desk.apply({ type: "cancel_order", orderId: some.id });
      this.#tell(`user: cancel ${short(some.id)}`);
    } else if (draw < 78 && some !== undefined) {
      const quantity = roundToStep(multiply(some.quantity, decimal("0.8")), decimal("0.0001"), "down");
      const decision = desk.apply({ type: "amend_order", orderId: some.id, request: { quantity } });
      this.#tell(`user: amend ${short(some.id)} to ${quantity} → ${decision.type}`);
    } else if (draw < 82) {
      // Pressed in the very moment in which something was wished.
      desk.apply({ type: "place_order", request: this.#request() });
      this.#stop(desk);
      this.#tell("user: stop");
    } else if (draw < 92) {
      const asset = random.integer(2) === 0 ? "BTC" : "ETH";
      const decision = desk.apply(
        { type: "close_position", asset, percent: random.integer(2) === 0 ? 100 : 50 },
        "close",
      );
      this.#tell(`user: close ${asset} → ${decision.type}`);
    } else {
      const asset = random.integer(2) === 0 ? "BTC" : "ETH";
      const quantity = asset === "BTC" ? decimal("0.02") : decimal("0.3");
      const decision = desk.apply({ type: "adopt_holding", asset, quantity, cost: decimal("1000") });
      this.#tell(`user: adopt ${quantity} ${asset} → ${decision.type}`);
    }
    this.#protect(desk);
    desk.wake();
  }

  /** Now and then the user changes what protects a position. */
  #protect(desk: TestDesk): void {
    if (this.#protection.integer(5) > 0) {
      return;
    }
    const asset = this.#protection.integer(2) === 0 ? "BTC" : "ETH";
    const stop = this.#stopPlan(`${asset}/USD`);
    const target =
      this.#protection.integer(4) === 0
        ? { type: "price" as const, price: this.#near(`${asset}/USD`, 0.2 + this.#protection.next()) }
        : undefined;
    const decision = desk.apply({ type: "protect_position", asset, stop, target });
    this.#tell(`user: protect ${asset} by ${stop?.type ?? "nothing"} → ${decision.type}`);
  }

  #stopPlan(symbol: string): StopPlan | null {
    switch (this.#protection.integer(6)) {
      case 0:
        return null;
      case 1:
        return { type: "trailing", percent: decimal("0.5") };
      case 2:
        return { type: "percent", percent: decimal("0.4") };
      default:
        return { type: "price", price: this.#near(symbol, -0.1 - this.#protection.next()) };
    }
  }

  #near(symbol: string, percent: number): Decimal {
    const mark = this.exchange.view(symbol, true).quote.mark ?? ZERO;
    const factor = decimal((1 + percent / 100).toFixed(5).replace(/0+$/u, "").replace(/\.$/u, ""));
    return roundToStep(multiply(mark, factor), instrumentOf(symbol).tickSize, "down");
  }

  #stop(desk: TestDesk): void {
    for (const order of Object.values(desk.state?.orders ?? {})) {
      if (order.intent === "entry" && order.venue?.placement === "queued") {
        this.#stopped.add(order.id);
      }
    }
    desk.apply({ type: "cancel_all", symbol: null });
  }

  #request(): OrderRequest {
    const random = this.#random;
    const symbol = SYMBOLS[random.integer(SYMBOLS.length)] ?? "BTC/USD";
    const side = random.integer(5) < 3 ? "buy" : "sell";
    const { tickSize } = instrumentOf(symbol);
    const mark = this.exchange.view(symbol, true).quote.mark ?? ZERO;
    const near = (percent: number): Decimal =>
      roundToStep(
        multiply(mark, decimal((1 + percent / 100).toFixed(5).replace(/0+$/u, "").replace(/\.$/u, ""))),
        tickSize,
        "down",
      );
    const size = symbol === "BTC/USD" ? 0.002 : 0.03;
    const quantity = decimal((size * (1 + random.integer(5))).toFixed(3).replace(/0+$/u, "").replace(/\.$/u, ""));
    const brought = side === "buy" && this.#protection.integer(2) === 0 ? { stop: this.#stopPlan(symbol) } : {};
    const plain = { symbol, side, quantity, postOnly: false, timeInForce: "gtc", ...brought } as const;
    const away = side === "buy" ? -1 : 1;
    const passive = near(away * random.next() * 0.6);
    switch (random.integer(8)) {
      case 0:
      case 1:
        return { ...plain, type: "market", timeInForce: "ioc" };
      case 2:
        return { ...plain, type: "limit", limitPrice: near(-away * 0.3), timeInForce: "ioc" };
      case 3:
        return { ...plain, type: "limit", limitPrice: passive, postOnly: true };
      case 4:
        return { ...plain, type: "stop-loss", triggerPrice: near(-away * (0.2 + random.next())) };
      case 5:
        return { ...plain, type: "limit", limitPrice: passive, timeInForce: "gtd", expiresAt: this.#now() + 40_000 };
      default:
        return { ...plain, type: "limit", limitPrice: passive };
    }
  }

  /** An order that the user makes at the exchange itself. */
  #byHand(): void {
    const { venue, account } = this.exchange;
    const side = this.#random.integer(2) === 0 ? "buy" : "sell";
    const pair = venue.engine.markets.get("BTC/USD")?.pair;
    const rests = this.#random.integer(2) === 0;
    if (pair === undefined) {
      return;
    }
    const price = this.exchange.view("BTC/USD", true).quote.mark ?? ZERO;
    const limit = roundToStep(multiply(price, decimal(side === "buy" ? "0.998" : "1.002")), decimal("0.1"), "down");
    const nothing = undefined;
    const added = venue.engine.turn(() =>
      venue.desk.add(
        account,
        {
          pair,
          side,
          type: rests ? "limit" : "market",
          volume: "0.003",
          price: rests ? limit : nothing,
          price2: nothing,
          trigger: nothing,
          timeInForce: nothing,
          startAt: nothing,
          expireAt: nothing,
          flags: ["fciq"],
          selfTrade: nothing,
          close: nothing,
          userref: nothing,
          clientOrderId: nothing,
          leverage: nothing,
          reduceOnly: false,
        },
        false,
      ),
    );
    this.#tell(
      `by hand: ${side} 0.003 BTC/USD${rests ? ` at ${limit}` : ""} → ${"error" in added ? added.error : "taken"}`,
    );
  }

  /** The exchange changes an order of ours by itself. */
  #restate(): void {
    const { venue, account } = this.exchange;
    const order = [...account.live.values()].find(
      ({ terms }) => terms.type === "limit" && terms.clientOrderId !== undefined,
    );
    if (order !== undefined) {
      const rest = (order.terms.quantity - order.filled) / 2n + order.filled;
      const quantity = formatTrimmed(rest, order.terms.pair.quantityDecimals);
      const none = undefined;
      const input = { quantity, limitPrice: none, triggerPrice: none, postOnly: none };
      venue.engine.turn(() => venue.desk.amend(account, { id: order.id }, input));
      this.#tell(`exchange: restates ${short(order.terms.clientOrderId ?? "")} to ${quantity}`);
    }
  }

  #revoke(): void {
    const { key } = this.exchange;
    key.permissions =
      this.#random.integer(2) === 0 ? [] : tradingPermissions.filter((each) => each !== "modify-trades");
    this.#tell("exchange: the key loses permissions");
    this.#time.after(this.#random.integer(20_000), () => {
      key.permissions = tradingPermissions;
      this.#tell("exchange: the key has them back");
    });
  }

  #bendClock(): void {
    const frozen = this.#random.integer(2) === 0;
    this.#frozenAt = frozen ? this.#now() : null;
    this.#skew = frozen ? this.#skew : -this.#random.integer(8_000);
    this.#tell(frozen ? "clock: stands still" : `clock: steps to ${String(this.#skew)} ms`);
    this.#time.after(this.#random.integer(6_000), () => {
      this.#frozenAt = null;
      this.#skew = 0;
    });
  }

  // Lives of the trader

  #bringUp(): void {
    const life: Life = { state: "alive", gateClosed: false };
    this.#life = life;
    this.lives += 1;
    const dead = <T>(): Promise<T> => new Promise(() => undefined);
    /** Every await of a port: the seed may end the life on either side of it. */
    const await_ = async <T>(run: () => Promise<T>): Promise<T> => {
      this.#maybeCrash(life);
      if (life.state === "dead") {
        return dead<T>();
      }
      const value = await run();
      this.#maybeCrash(life);
      return isDead(life) ? dead<T>() : value;
    };
    const transport: Transport = (request) =>
      await_(() => {
        if (life.gateClosed) {
          this.#tell("gate: stops what a replaced instance would send");
          return dead();
        }
        this.#sees(request.body ?? "");
        return this.exchange.call(request);
      });
    const desk = new TestDesk({
      disk: this.#disk,
      life,
      now: () => this.#now(),
      after: (milliseconds, run) =>
        this.#time.after(milliseconds, () => {
          if (life.state !== "dead") {
            run();
          }
        }),
      transport,
      credentials: () =>
        await_(async () => ({
          key: this.exchange.key.key,
          secretBytes: decodeSecret(this.exchange.key.secret) ?? new Uint8Array(),
        })),
      names: () => this.#names ?? { symbols: {}, assets: {}, pairs: {} },
      newId: () => this.#newId(),
      markets: () => this.#markets(),
      committed: (recorded) => {
        if (life.state === "alive") {
          this.#committed(recorded);
        }
      },
      failed: (error) => {
        if (!(error instanceof DeadInstance) && life.state === "alive") {
          this.#broken ??= error instanceof Error ? error : new Error(String(error));
        }
      },
    });
    this.#desk = desk;
    desk.start();
  }

  #maybeCrash(life: Life): void {
    if (life.state === "alive" && life === this.#life && this.#storm && this.#random.next() < this.#crashChance) {
      this.#crash("crashes at an await");
    }
  }

  #crash(how: string): void {
    if (this.#life.state !== "alive" || this.lives > 12) {
      return;
    }
    this.#troubledAt = this.#time.now;
    this.#tell(`desk: ${how}`);
    this.#life.state = "dead";
    // The alarm may come late.
    this.#time.after(this.#random.integer(this.#random.integer(4) === 0 ? 30_000 : 2_000), () => {
      this.#troubledAt = this.#time.now;
      this.#tell("desk: starts");
      this.#bringUp();
    });
  }

  /** A second instance starts while the first still runs and does not know. */
  #replace(): void {
    if (this.#life.state !== "alive" || this.lives > 12) {
      return;
    }
    this.#troubledAt = this.#time.now;
    this.#tell("desk: is replaced, and does not know it");
    const old = this.#life;
    old.state = "replaced";
    this.#time.after(2_000 + this.#random.integer(8_000), () => {
      old.state = "dead";
    });
    this.#bringUp();
  }

  // Invariants

  /** Of every signed call that leaves: its nonce is above every one before, whichever instance sends it. */
  #sees(body: string): void {
    const nonce = new URLSearchParams(body).get("nonce");
    if (nonce !== null) {
      if (BigInt(nonce) <= this.#lastNonce) {
        this.#broken ??= new Broken(`nonce ${nonce} does not rise above ${String(this.#lastNonce)}`);
      }
      this.#lastNonce = BigInt(nonce);
    }
  }

  #committed(recorded: readonly Recorded[]): void {
    for (const { seq, event, before, after } of recorded) {
      const uneven = imbalance(event)[0];
      if (uneven !== undefined) {
        this.#broken ??= new Broken(
          `event ${String(seq)} ${event.type} is out of balance by ${uneven.amount} ${uneven.asset}`,
        );
      }
      const fault = after.faults.at(-1);
      if (fault?.seq === seq) {
        this.#broken ??= new Broken(`event ${String(seq)} ${event.type} does not fit its account: ${fault.message}`);
      }
      if (event.type === "order_rejected") {
        const { status, venue } = before.orders[event.orderId] ?? { status: null, venue: null };
        if (status === "unknown" && venue !== null && event.time < venue.deadline + ABSENT_AFTER_MS) {
          this.#broken ??= new Broken(`order ${short(event.orderId)} is taken for absent too soon`);
        }
      }
      if (event.type === "action_sent" && event.action === "place") {
        this.#judgeSending(event.orderId, before);
      }
      if (event.type !== "reconciled") {
        const about = "orderId" in event && typeof event.orderId === "string" ? ` ${short(event.orderId)}` : "";
        this.#tell(`desk: ${String(seq)} ${event.type}${about}`);
      }
      const order = "orderId" in event && typeof event.orderId === "string" ? after.orders[event.orderId] : undefined;
      const released = event.type === "order_submitted" || event.type === "exit_released";
      if (released && order?.intent === "exit" && order.venue?.waitsFor.length === 0) {
        this.#exits.set(order.id, { at: this.#time.now, orderId: order.id });
      }
    }
  }

  /** At the fence: what is sold is managed and not sold already, and nothing from before a stop goes out after it. */
  #judgeSending(orderId: string, state: Recorded["before"]): void {
    const order = state.orders[orderId];
    if (order === undefined) {
      return;
    }
    if (order.side === "sell") {
      const base = order.symbol.split("/")[0] ?? "";
      let selling = order.quantity;
      for (const other of Object.values(state.orders)) {
        const counts = other.id !== orderId && other.side === "sell" && other.symbol.startsWith(`${base}/`);
        if (counts && other.venue?.placement !== "queued") {
          selling = add(selling, subtract(other.quantity, other.filledQuantity));
        }
      }
      const { managed } = holdingOf(state.holdings, base);
      if (isAbove(order.quantity, managed) || (isAbove(selling, managed) && order.hold.amount !== order.quantity)) {
        this.#broken ??= new Broken(
          `order ${short(orderId)} sells ${order.quantity} ${base} of ${managed} managed, ${selling} with all others`,
        );
      }
    }
    if (this.#stopped.has(orderId)) {
      this.#broken ??= new Broken(`entry ${short(orderId)} from before the stop is sent after it`);
    }
  }

  #check(): void {
    if (this.#broken !== null) {
      throw this.#broken;
    }
    for (const [name, count] of this.exchange.accepted) {
      if (count > 1) {
        throw new Broken(`one intent, ${String(count)} orders at the exchange: ${short(name)}`);
      }
    }
    if (this.exchange.rateRefusals > 0) {
      throw new Broken("the exchange answered that a rate limit was exceeded");
    }
    this.#checkExits();
  }

  /** In good weather an exit is at the exchange within 5 s of the wish (TRADING §2). */
  #checkExits(): void {
    const now = this.#time.now;
    const calm = this.exchange.weather.faults === 0 && this.#feed !== "dead";
    for (const [id, { at }] of this.#exits) {
      const gone = this.#desk?.state?.orders[id] === undefined;
      if (this.exchange.arrived.has(id) || gone || at < this.#troubledAt || !calm) {
        this.#exits.delete(id);
      } else if (now > at + 5_500 && this.#frozenAt === null && this.#skew === 0) {
        throw new Broken(`exit ${short(id)} has not reached the exchange within 5 s`);
      }
    }
  }

  /** The storm is over: belief and exchange agree within bounded time, to the last digit. */
  async #becomeQuiet(): Promise<void> {
    this.#tell("the storm is over");
    this.#storm = false;
    this.exchange.weather.faults = 0;
    this.exchange.faults.clear();
    this.exchange.key.permissions = tradingPermissions;
    this.exchange.venue.keys.unlock();
    this.#feed = "good";
    this.#skew = 0;
    this.#frozenAt = null;
    this.#troubledAt = this.#time.now;
    if (this.#desk !== null && this.#life.state === "alive") {
      this.#stop(this.#desk);
    }
    this.#cancelByHand();
    const limit = this.#time.now + QUIET_LIMIT_MS;
    let differs = "it never looked";
    // What the exchange holds back comes within 160 s; only then does agreement mean anything.
    await this.#run(this.#time.now + 180_000);
    this.#checkProtection();
    while (this.#time.now < limit) {
      if (
        this.#desk !== null &&
        this.#life.state === "alive" &&
        Object.keys(this.#desk.state?.orders ?? {}).length > 0
      ) {
        this.#desk.apply({ type: "cancel_all", symbol: null });
        // Stops stay with their positions until the user takes them away.
        for (const asset of Object.keys(this.#desk.state?.protections ?? {})) {
          this.#desk.apply({ type: "protect_position", asset, stop: null });
        }
      }
      this.#cancelByHand();
      await this.#run(this.#time.now + 20_000);
      differs = this.#difference() ?? "";
      if (differs === "") {
        this.#verify();
        return;
      }
    }
    throw new Broken(`no agreement ${String(QUIET_LIMIT_MS / 1_000)} s after the storm: ${differs}`);
  }

  /** The user cancels at the exchange what was made there. What turns up after it was taken for absent the desk cancels. */
  #cancelByHand(): void {
    const { venue, account } = this.exchange;
    for (const order of Array.from(account.live.values())) {
      if (order.terms.clientOrderId === undefined) {
        venue.engine.turn(() => venue.desk.cancel(account, { id: order.id }));
      }
    }
  }

  /**
   * Every position that wants a stop has it at the exchange, for what it can cover and no more, once nothing is in its way any
   * longer (TRADING §4).
   */
  #checkProtection(): void {
    const state = this.#desk?.state;
    if (state === null || state === undefined || this.#life.state !== "alive") {
      return;
    }
    for (const asset of Object.keys(state.protections)) {
      const { status, reason } = protectionStanding(state, asset);
      if (status === "pending") {
        throw new Broken(`the stop of ${asset} never came to rest: ${reason ?? ""}`);
      }
      const stops = restingStops(state, asset);
      const resting = sum(
        stops.map(({ id }) => {
          const there = [...this.exchange.account.live.values()].find(({ terms }) => terms.clientOrderId === id);
          return there === undefined
            ? ZERO
            : decimal(formatTrimmed(there.terms.quantity - there.filled, there.terms.pair.quantityDecimals));
        }),
      );
      const { managed } = holdingOf(state.holdings, asset);
      if (isAbove(resting, managed)) {
        throw new Broken(`stops for ${resting} ${asset} rest at the exchange and ${managed} is managed`);
      }
      if (status === "protected" && isBelow(resting, sum(stops.map(({ hold }) => hold.amount)))) {
        throw new Broken(`the desk counts on a stop of ${asset} that is not at the exchange`);
      }
    }
  }

  #difference(): string | null {
    const state = this.#desk?.state;
    if (this.#desk === null || state === null || state === undefined || this.#life.state !== "alive") {
      return "the desk is not up";
    }
    const alive = Object.values(state.orders)[0];
    if (alive !== undefined) {
      return `order ${short(alive.id)} is still ${alive.status}`;
    }
    if (!this.#desk.isQuiet) {
      return "the desk is still busy";
    }
    if (this.exchange.account.live.size > 0) {
      return "orders rest at the exchange";
    }
    for (const [asset, actual] of this.exchange.balances()) {
      const believed = totalOf(holdingOf(state.holdings, asset));
      if (compare(believed, actual) !== 0) {
        return `${asset}: the desk counts ${believed}, the exchange ${actual}`;
      }
      const { held } = holdingOf(state.holdings, asset);
      if (held !== ZERO) {
        return `${asset}: ${held} is held for nothing`;
      }
    }
    return this.#fillsDiffer();
  }

  #fillsDiffer(): string | null {
    const booked = this.#bookedFills();
    const { trades } = this.exchange.account;
    for (const trade of trades) {
      if (!booked.has(trade.id)) {
        return `execution ${trade.id} was never booked`;
      }
    }
    return booked.size === trades.length ? null : `${String(booked.size)} fills booked, ${String(trades.length)} made`;
  }

  #bookedFills(): ReadonlySet<string> {
    const rows = this.#desk?.desk.store.journalAfter(0, 100_000) ?? [];
    const ids = rows.flatMap(({ type, data }) => {
      const id =
        type === "fill_booked" || type === "external_fill_booked"
          ? /"executionId":"([^"]+)"/u.exec(data)?.[1]
          : undefined;
      return id === undefined ? [] : [id];
    });
    if (new Set(ids).size < ids.length) {
      throw new Broken("an execution was booked twice");
    }
    return new Set(ids);
  }

  /** Replay, projections and a client that resumes from the beginning all say what the desk believes. */
  #verify(): void {
    const desk = this.#desk?.desk;
    if (desk === undefined || !desk.verify().matches) {
      throw new Broken("the replayed journal differs from what the desk believes");
    }
    const frames = resumeFrames(desk, { type: "resume", epoch: null, seq: 0 }, this.#time.now, this.#time.now);
    const snapshot = frames.find((frame) => frame.type === "snapshot");
    if (snapshot?.seq !== desk.seq || snapshot.accounts.length !== 1) {
      throw new Broken("a client that connects anew is not told what the journal says");
    }
  }

  // Help

  #now(): number {
    return Math.floor(this.#frozenAt ?? this.#time.now + this.#skew);
  }

  #markets(): Readonly<Record<string, MarketView>> {
    if (this.#feed === "dead") {
      return {};
    }
    const lie = this.#feed === "lying" ? 1.03 : 1;
    return Object.fromEntries(
      SYMBOLS.map((symbol) => [symbol, this.exchange.view(symbol, this.#feed !== "stale", lie)]),
    );
  }

  #newId(): string {
    const word = (length: number): string => Array.from({ length }, () => this.#ids.integer(16).toString(16)).join("");
    return `${word(8)}-${word(4)}-4${word(3)}-8${word(3)}-${word(12)}`;
  }

  #tell(text: string): void {
    const seconds = ((this.#time.now - START) / 1_000).toFixed(3);
    this.story.push(`${seconds.padStart(9)} s  ${text}`);
  }
}

function isDead(life: Life): boolean {
  return life.state === "dead";
}

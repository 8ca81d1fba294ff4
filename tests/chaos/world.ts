/** One seed's story: a desk and an exchange, a user who trades, and everything that can go wrong. Checked after every step. */
import { readNames } from "../../durable-objects/trader/kraken/rest/public.ts";
import { tradingPermissions } from "../../exchange-sim/keys.ts";
import { Client } from "./client.ts";
import { cancelByHand } from "./draw/exchange-side.ts";
import { drawWeather, happen, happenBesides } from "./draw/storm.ts";
import { TargetFeed } from "./draw/targets.ts";
import { User } from "./draw/user.ts";
import { drawFeatures, type Feature } from "./features.ts";
import { checkProjections, difference } from "./invariants/agreement.ts";
import { CommitJudge } from "./invariants/commits.ts";
import { checkExchange } from "./invariants/exchange.ts";
import { OversoldWatch } from "./invariants/oversold.ts";
import { ExitWatch } from "./invariants/exits.ts";
import { LimitJudge } from "./invariants/limits.ts";
import { checkHistory } from "./invariants/history.ts";
import { protectionProblem } from "./invariants/protection.ts";
import { StopWatch } from "./invariants/stops.ts";
import { Lives } from "./lives.ts";
import { Broken } from "./story.ts";
import { START, Surroundings } from "./surroundings.ts";
import { countLiveOrders, NO_ORDERS } from "../../domain/account/open-orders.ts";

const STORY_LINES = 40;
/** So long everything goes wrong, so long may it take until belief and exchange agree afterwards. */
const STORM_MS = 150_000;
const QUIET_LIMIT_MS = 900_000;
/** What the exchange holds back comes within 160 s; only then does agreement mean anything. */
const HELD_BACK_MS = 180_000;
/** A stop that was just filled is read within two polls. */
const PROTECTED_WITHIN_MS = 70_000;
/** So long after it was wrong, a clock may have misled the counters. */
const CLOCK_COUNTS_MS = 40_000;
/** Until a channel of which frames were missed is asked for anew: one that misses them again and again rests for 30 s at most. */
const HOLE_MENDED_MS = 35_000;
const MOST_STEPS = 200_000;

export type Outcome = {
  readonly seed: string;
  readonly features: readonly Feature[];
  /** Null: every invariant held. */
  readonly broken: string | null;
  /** The desk, or this simulation, threw what nobody expected; `broken` says what. */
  readonly threw: boolean;
  readonly story: readonly string[];
  readonly orders: number;
  readonly fills: number;
  readonly lives: number;
};

/** Plays one seed to its end. The same seed plays the same story. */
export async function playSeed(seed: string, features = drawFeatures(seed)): Promise<Outcome> {
  const play = new Play(seed, features);
  let broken: string | null = null;
  let threw = false;
  try {
    await play.run();
  } catch (error) {
    broken = wordsOf(error);
    threw = !(error instanceof Broken);
  }
  const outcome = { seed, features, broken, threw, ...play.counts() };
  play.close();
  return outcome;
}

class Play {
  readonly #world: Surroundings;
  readonly #user: User;
  readonly #exits: ExitWatch;
  readonly #stops: StopWatch;
  readonly #oversold: OversoldWatch;
  readonly #lives: Lives;
  readonly #client: Client | null;

  constructor(seed: string, features: readonly Feature[]) {
    this.#world = new Surroundings(seed, features);
    this.#user = new User(this.#world);
    this.#exits = new ExitWatch(this.#world);
    this.#stops = new StopWatch(this.#world);
    this.#oversold = new OversoldWatch(this.#world);
    const limits = new LimitJudge(this.#world);
    const judge = new CommitJudge(this.#world.story, this.#user, [this.#exits, this.#oversold, limits]);
    this.#lives = new Lives(this.#world, {
      sent: (body) => {
        judge.sent(body);
      },
      committed: (recorded) => {
        judge.committed(recorded);
        this.#client?.committed(recorded);
      },
    });
    const draws = this.#world.drawsOf("client");
    this.#client = draws === null ? null : new Client(this.#world, draws, () => this.#lives.alive?.desk ?? null);
  }

  counts(): Pick<Outcome, "story" | "orders" | "fills" | "lives"> {
    const { orders, trades } = this.#world.exchange.account;
    const story = this.#world.story.lines.slice(-STORY_LINES);
    return { story, orders: orders.size, fills: trades.length, lives: this.#lives.count };
  }

  close(): void {
    this.#lives.close();
    this.#world.history?.close();
  }

  async run(): Promise<void> {
    await this.#begin();
    await this.#storm();
    await this.#becomeQuiet();
  }

  async #begin(): Promise<void> {
    const { exchange, time } = this.#world;
    exchange.deposit("USD", "20000");
    exchange.deposit("BTC", "0.5");
    exchange.deposit("ETH", "3");
    const names = readNames({
      base: "https://exchange",
      transport: (request) => exchange.call(request),
      clock: { now: () => time.now, after: (ms, run) => time.after(ms, run) },
    });
    await this.#until(START + 2_000);
    const table = await names;
    if (!table.ok) {
      throw new Error("no names");
    }
    this.#world.names = table.value;
    this.#lives.bringUp();
    this.#client?.start();
    await this.#until(START + 6_000);
  }

  async #storm(): Promise<void> {
    const { time, random } = this.#world;
    drawWeather(this.#world, this.#lives);
    const targets = new TargetFeed(this.#world, this.#lives);
    targets.start();
    for (const end = time.now + STORM_MS; time.now < end;) {
      happen(this.#world, this.#lives, this.#user);
      happenBesides(this.#world, this.#lives, this.#user);
      await this.#until(time.now + 200 + Math.round(random.exponential(2_500)));
    }
  }

  /** The storm is over: belief and exchange agree within bounded time, to the last digit. */
  async #becomeQuiet(): Promise<void> {
    const { time } = this.#world;
    this.#calm();
    if (this.#lives.alive !== null) {
      this.#user.cancelAll(this.#lives.alive);
    }
    cancelByHand(this.#world);
    const limit = time.now + QUIET_LIMIT_MS;
    let differs = "it never looked";
    await this.#until(time.now + HELD_BACK_MS);
    await this.#becomeProtected();
    while (time.now < limit) {
      this.#cancelEverything();
      await this.#until(time.now + 20_000);
      differs = this.#difference() ?? "";
      if (differs === "" && this.#lives.alive !== null) {
        checkProjections(this.#lives.alive.desk, time.now);
        if (this.#lives.alive.state !== null) {
          this.#oversold.checkBelief(this.#lives.alive.state);
        }
        if (this.#world.history !== null) {
          checkHistory(this.#lives.alive.desk, this.#world.history);
        }
        return;
      }
    }
    throw new Broken(`no agreement ${String(QUIET_LIMIT_MS / 1_000)} s after the storm: ${differs}`);
  }

  async #becomeProtected(): Promise<void> {
    const { time, exchange } = this.#world;
    const problem = (): string | null => {
      const state = this.#lives.alive?.state ?? null;
      return state === null ? null : protectionProblem(state, exchange);
    };
    for (const limit = time.now + PROTECTED_WITHIN_MS; problem() !== null && time.now < limit;) {
      await this.#until(time.now + 5_000);
    }
    const left = problem();
    if (left !== null) {
      throw new Broken(left);
    }
  }

  #difference(): string | null {
    const { alive } = this.#lives;
    const differs = difference(alive, this.#world.exchange);
    return differs ?? (alive === null ? null : (this.#client?.difference(alive.desk) ?? null));
  }

  #calm(): void {
    const { exchange, story, feed, clock, time } = this.#world;
    story.tell("the storm is over");
    this.#world.storm = false;
    exchange.weather.faults = 0;
    exchange.faults.clear();
    exchange.key.permissions = tradingPermissions;
    exchange.venue.keys.unlock();
    exchange.openMarkets();
    this.#world.lines?.mend();
    if (this.#world.history !== null) {
      this.#world.history.state = "good";
    }
    feed.state = "good";
    clock.mend();
    this.#world.troubledAt = time.now;
  }

  #cancelEverything(): void {
    const desk = this.#lives.alive;
    if (desk !== null && countLiveOrders(desk.state?.orders ?? NO_ORDERS) > 0) {
      desk.apply({ type: "cancel_all", symbol: null });
      // Stops stay with their positions until the user takes them away.
      for (const asset of Object.keys(desk.state?.protections ?? {})) {
        desk.apply({ type: "protect_position", asset, stop: null });
      }
    }
    cancelByHand(this.#world);
  }

  /** Runs everything up to a time, and looks at the invariants after every step. */
  async #until(until: number): Promise<void> {
    const { time, exchange } = this.#world;
    let steps = 0;
    while (await time.step(until)) {
      exchange.venue.engine.catchUp();
      this.#check();
      steps += 1;
      if (steps > MOST_STEPS) {
        throw new Broken(`it does not come to an end: ${String(MOST_STEPS)} steps without virtual time to show for it`);
      }
    }
    this.#check();
  }

  #check(): void {
    this.#world.story.check();
    const { exchange, clock, lines, time } = this.#world;
    if (lines !== null && clock.bentAt > time.now - CLOCK_COUNTS_MS) {
      // A clock that jumps ahead lets our counters decay faster than the exchange's, and with the tier known there is no slack.
      exchange.rateRefusals = 0;
    }
    checkExchange(exchange);
    this.#oversold.check();
    if ((lines?.longestHole() ?? 0) > HOLE_MENDED_MS) {
      throw new Broken("frames of a private channel were missed, and it is read on as if nothing were");
    }
    const { last } = this.#lives;
    this.#exits.check(last?.state ?? null, (symbol, points) => last?.hasRoom(symbol, points) ?? true);
    this.#stops.check(this.#lives.alive?.state ?? null);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Broken
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
}

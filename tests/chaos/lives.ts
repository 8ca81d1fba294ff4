/** The lives of the trader: it is evicted, crashes at an await, is replaced without knowing it, and starts again. */
import type { LinkSocket } from "../../durable-objects/market-feed/venue/link.ts";
import type { Transport } from "../../durable-objects/trader/kraken/rest/api.ts";
import { decodeSecret } from "../../durable-objects/trader/kraken/rest/sign.ts";
import type { Recorded } from "../../durable-objects/trader/turn.ts";
import { Alarm } from "./alarm.ts";
import { TestDesk } from "./desk.ts";
import { DeadInstance, Disk, type Life } from "./storage.ts";
import type { Surroundings } from "./surroundings.ts";

/** After so many lives nothing kills it any more. */
const MOST_LIVES = 12;

export type Witness = {
  /** The living instance has committed. */
  readonly committed: (recorded: readonly Recorded[]) => void;
  /** A call leaves, of whichever instance. */
  readonly sent: (body: string) => void;
};

export class Lives {
  count = 0;
  /** Chance of each await of a port to be the last. */
  crashChance = 0;
  readonly #world: Surroundings;
  readonly #witness: Witness;
  readonly #disk = new Disk();
  #desk: TestDesk | null = null;
  #life: Life = { state: "dead", gateClosed: false };

  constructor(world: Surroundings, witness: Witness) {
    this.#world = world;
    this.#witness = witness;
  }

  /** The instance that counts, while it is up. */
  get alive(): TestDesk | null {
    return this.#life.state === "alive" ? this.#desk : null;
  }

  /** The last instance, dead or alive: what it believed at last. */
  get last(): TestDesk | null {
    return this.#desk;
  }

  close(): void {
    this.#life.state = "dead";
    this.#disk.close();
  }

  bringUp(): void {
    const { clock, time, exchange, feed, story, history, lines } = this.#world;
    const life: Life = { state: "alive", gateClosed: false };
    this.#life = life;
    this.count += 1;
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
          story.tell("gate: stops what a replaced instance would send");
          return dead();
        }
        this.#witness.sent(request.body ?? "");
        return exchange.call(request);
      });
    const alarm = new Alarm(this.#world, () => {
      if (life.state !== "dead") {
        desk.wake();
      }
    });
    const desk: TestDesk = new TestDesk({
      disk: this.#disk,
      life,
      now: () => clock.now(),
      after: (milliseconds, run) =>
        time.after(milliseconds, () => {
          if (life.state !== "dead") {
            run();
          }
        }),
      transport,
      credentials: () =>
        await_(async () => ({
          key: exchange.key.key,
          secretBytes: decodeSecret(exchange.key.secret) ?? new Uint8Array(),
        })),
      names: () => this.#world.names,
      newId: () => this.#world.newId(),
      markets: () => feed.markets(),
      committed: (recorded) => {
        if (life.state === "alive") {
          this.#witness.committed(recorded);
        }
      },
      dial:
        lines === null
          ? null
          : () =>
              await_(async () =>
                gated(life, await lines.dial({ isGone: () => isDead(life), isAlive: () => life.state === "alive" })),
              ),
      watched: () => this.#world.watched,
      alarm: (inMs) => {
        alarm.set(inMs);
      },
      history:
        history === null
          ? null
          : {
              prepare: (query) => history.prepare(query),
              batch: async (statements) => {
                // Not in the middle of the commit that it follows.
                await Promise.resolve();
                return await_(() => (life.gateClosed ? dead() : history.batch(statements)));
              },
            },
      failed: (error) => {
        if (!(error instanceof DeadInstance) && life.state === "alive") {
          story.fails(error);
        }
      },
    });
    this.#desk = desk;
    desk.start();
  }

  crash(how: string): void {
    if (this.#life.state !== "alive" || this.count > MOST_LIVES) {
      return;
    }
    const { random, story, time } = this.#world;
    this.#disturbed(`desk: ${how}`);
    this.#life.state = "dead";
    // The alarm may come late.
    time.after(random.integer(random.integer(4) === 0 ? 30_000 : 2_000), () => {
      this.#world.troubledAt = time.now;
      story.tell("desk: starts");
      this.bringUp();
    });
  }

  /** A second instance starts while the first still runs and does not know. */
  replace(): void {
    if (this.#life.state !== "alive" || this.count > MOST_LIVES) {
      return;
    }
    this.#disturbed("desk: is replaced, and does not know it");
    const old = this.#life;
    old.state = "replaced";
    this.#world.time.after(2_000 + this.#world.random.integer(8_000), () => {
      old.state = "dead";
    });
    this.bringUp();
  }

  #maybeCrash(life: Life): void {
    const { storm, random } = this.#world;
    if (life.state === "alive" && life === this.#life && storm && random.next() < this.crashChance) {
      this.crash("crashes at an await");
    }
  }

  #disturbed(text: string): void {
    this.#world.troubledAt = this.#world.time.now;
    this.#world.story.tell(text);
  }
}

/** What a replaced instance would send does not leave, once it has written. */
function gated(life: Life, socket: LinkSocket): LinkSocket {
  return {
    send: (text) => {
      if (!life.gateClosed) {
        socket.send(text);
      }
    },
    close: () => {
      socket.close();
    },
    onMessage: (listener) => {
      socket.onMessage(listener);
    },
    onClose: (listener) => {
      socket.onClose(listener);
    },
  };
}

function isDead(life: Life): boolean {
  return life.state === "dead";
}

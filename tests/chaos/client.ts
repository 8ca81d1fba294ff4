/**
 * A browser beside the desk: it takes the frames as they come, counts sequences, reads anew where one is missing, and says after
 * every loss of the line where it stands. What it shows is what the page's own code makes of the frames.
 */
import type { TraderServerFrame } from "../../contract/trader-socket.ts";
import { accountStateView, eventFrames, resumeFrames } from "../../durable-objects/trader/frames.ts";
import type { Desk } from "../../durable-objects/trader/desk.ts";
import type { Recorded } from "../../durable-objects/trader/turn.ts";
import type { Random } from "../../exchange-sim/random.ts";
import { applyEvent, emptyTraderState, fromSnapshot, type TraderState } from "../../web/src/data/trader-state.ts";
import { Broken } from "./story.ts";
import type { Surroundings } from "./surroundings.ts";

const RECONNECT_MS = 1_500;
const BROKEN_FOUND_MS = 45_000;

export class Client {
  readonly #world: Surroundings;
  readonly #draws: Random;
  readonly #desk: () => Desk | null;
  #state: TraderState = emptyTraderState();
  /** Counts connections: frames of an earlier one are lost with it. Null while there is none. */
  #line: number | null = null;
  #lines = 0;
  #deliverAt = 0;
  /** A hole that stays after a resume is one of the journal as it is shown. */
  #resumedAt = -1;

  constructor(world: Surroundings, draws: Random, desk: () => Desk | null) {
    this.#world = world;
    this.#draws = draws;
    this.#desk = desk;
  }

  start(): void {
    this.#connect();
  }

  committed(recorded: readonly Recorded[]): void {
    const { storm } = this.#world;
    const epoch = this.#desk()?.epoch ?? "";
    for (const frame of eventFrames(recorded, epoch)) {
      if (storm && this.#draws.integer(40) === 0) {
        this.#world.story.tell("client: a frame is lost");
        this.#breakLater();
      } else {
        this.#deliver(frame);
      }
    }
    if (storm && this.#draws.integer(60) === 0) {
      this.drop();
    }
  }

  /** A line that loses something is broken, and found to be by its ping, should no later frame show the hole before. */
  #breakLater(): void {
    const line = this.#line;
    this.#world.time.after(BROKEN_FOUND_MS, () => {
      if (line !== null && line === this.#line) {
        this.drop();
      }
    });
  }

  /** The line is gone, with what is on it. */
  drop(): void {
    this.#line = null;
    this.#world.time.after(this.#draws.integer(2) === 0 ? RECONNECT_MS : this.#draws.integer(40_000), () => {
      this.#connect();
    });
  }

  /** What differs from the desk; null: nothing. */
  difference(desk: Desk): string | null {
    if (this.#line === null || this.#state.seq !== desk.seq || this.#state.epoch !== desk.epoch) {
      return `the client stands at ${String(this.#state.seq)}, the journal at ${String(desk.seq)}`;
    }
    for (const state of desk.accounts()) {
      const shown = this.#state.accounts[state.accountId];
      const told = accountStateView(desk, state);
      // The account's own sequence is the one at which it was last told as a whole.
      const wrong = firstDifference({ ...shown?.account, seq: 0 }, { ...told.account, seq: 0 });
      if (wrong !== null) {
        throw new Broken(`the client shows another account than the journal: ${wrong}`);
      }
      const ids = (orders: readonly { readonly id: string }[]): string =>
        orders
          .map(({ id }) => id)
          .toSorted()
          .join();
      if (ids(shown?.openOrders ?? []) !== ids(told.openOrders)) {
        throw new Broken("the client shows other open orders than the journal");
      }
    }
    return null;
  }

  #connect(): void {
    const desk = this.#desk();
    if (this.#line !== null) {
      return;
    }
    if (desk === null) {
      this.#world.time.after(RECONNECT_MS, () => {
        this.#connect();
      });
      return;
    }
    this.#lines += 1;
    this.#line = this.#lines;
    const { epoch, seq } = this.#state;
    const { now } = this.#world.time;
    for (const frame of resumeFrames(desk, { type: "resume", epoch, seq }, now, now)) {
      this.#deliver(frame);
    }
  }

  /** In the order of the line. */
  #deliver(frame: TraderServerFrame): void {
    const line = this.#line;
    if (line === null) {
      return;
    }
    const text = JSON.stringify(frame);
    const { time } = this.#world;
    this.#deliverAt = Math.max(this.#deliverAt, time.now + this.#draws.integer(300));
    time.after(this.#deliverAt - time.now, () => {
      if (line === this.#line) {
        this.#read(JSON.parse(text));
      }
    });
  }

  #read(frame: TraderServerFrame): void {
    if (frame.type === "snapshot") {
      this.#state = fromSnapshot(this.#state, frame);
    } else if (frame.type === "event") {
      const { event, changes } = frame;
      const isOld = event.epoch === this.#state.epoch && event.seq <= this.#state.seq;
      const hasHole = event.epoch !== this.#state.epoch || event.seq !== this.#state.seq + 1;
      if (!isOld && hasHole && this.#resumedAt !== this.#state.seq) {
        this.#resumedAt = this.#state.seq;
        this.drop();
      } else {
        applyEvent(this.#state, event, changes);
      }
    }
  }
}

/** Members in one order, so that only values count. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  if (typeof value === "object" && value !== null) {
    const entries: [string, unknown][] = Object.entries(value);
    return Object.fromEntries(
      entries.toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([name, part]) => [name, sorted(part)]),
    );
  }
  return value;
}

function firstDifference(shown: object, told: object): string | null {
  const members = (value: object): ReadonlyMap<string, string> =>
    new Map(Object.entries(value).map(([name, part]: [string, unknown]) => [name, JSON.stringify(sorted(part))]));
  const left = members(shown);
  const found = [...members(told)].find(([name, part]) => left.get(name) !== part);
  return found === undefined ? null : `${found[0]} is ${left.get(found[0]) ?? "missing"}, not ${found[1]}`;
}

/**
 * The one line to the venue: signed calls of a key leave it one after the other, the most urgent first (TRADING §6 "Lanes",
 * PROTOCOL §1.3). What comes back is told as it is; what it means is the client's business.
 */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueAction } from "../../../../domain/venue/errors.ts";
import type { VenueFailure } from "../../../../domain/venue/failure.ts";
import { isMoreUrgent, nextCall, type Lane, type LaneCall } from "../../../../domain/venue/lanes.ts";
import { nextNonce } from "../../../../domain/venue/nonce.ts";
import type { RateCost } from "../../../../domain/venue/rate-counters.ts";
import type { VenueUrgency } from "../../../../domain/venue/wishes.ts";
import { type Fence, type KrakenRestPorts, type RestAnswer, type RestCredentials, type RestRequest } from "./api.ts";
import { LONGEST_TRAVEL_MS } from "./rate-keeper.ts";
import { calledOff, keyNotRead, noKey, rateLimited, tooLate } from "./not-sent.ts";
import { signCall } from "./sign.ts";

export type CallBody = { readonly text: string; readonly contentType: string };

export type Call = {
  /** Kraken's name, for example AddOrder. */
  readonly method: string;
  readonly action: VenueAction;
  readonly lane: Lane;
  readonly urgency: VenueUrgency;
  /** Asked when it is about to leave: orders grow older. */
  readonly cost: () => RateCost;
  /** Not sent after this; null for reads. */
  readonly deadline: Milliseconds | null;
  readonly body: (nonce: string, deadline: Milliseconds) => CallBody;
  readonly beforeSend: ((fence: Fence) => boolean) | null;
};

export type Outcome =
  | { readonly kind: "answered"; readonly answer: RestAnswer }
  /** It was sent. */
  | { readonly kind: "no answer"; readonly text: "timeout" | "no answer" }
  | { readonly kind: "not sent"; readonly failure: VenueFailure };

/** Why a call on its way is given up: its time is over, or something more urgent has to go and it is sent again later. */
type Stop = "timeout" | "way";

type Waiting = LaneCall & {
  readonly call: Call;
  readonly number: number;
  readonly since: Milliseconds;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
};

type Flight = {
  readonly waiting: Waiting;
  readonly controller: AbortController;
  readonly stopped: Promise<Stop>;
  readonly stop: (reason: Stop) => void;
  /** Tells the counters that it has arrived; nothing before it was sent. */
  landed: () => void;
};

const READ_TIMEOUT_MS = 5_000;
/** Longer than for a read, because giving up leaves an unknown order behind. */
const WRITE_TIMEOUT_MS = 10_000;
/**
 * A call that takes longer holds up nobody: the next may leave. Its own nonce has long arrived by then; if not, the venue refuses
 * it without executing it, which is no harm.
 */
const OVERTAKE_MS = 2_000;
/** Calls on their way at once: the runtime allows six connections, of which two are kept for protective calls. */
const MOST_FLYING = 4;
const MOST_FLYING_PROTECTIVE = 6;
/** Protective reads wait so long for room in the counters. */
const PROTECTIVE_READ_WAIT_MS = 5_000;
/** Kraken takes deadlines from 2 s to 60 s ahead (PROTOCOL §2.4, one source); half a second is for the way. */
const SOONEST_DEADLINE_MS = 2_500;
const LATEST_DEADLINE_MS = 59_000;
const USER_AGENT = "tradewithai";

export class CallLine {
  readonly #ports: KrakenRestPorts;
  #waiting: readonly Waiting[] = [];
  readonly #flying = new Set<Flight>();
  /** The call that the next one has to wait for. */
  #busy: Flight | null = null;
  #numbers = 0;
  #cancelWakeUp: () => void = nothing;
  #lockedBy: VenueFailure | null = null;

  constructor(ports: KrakenRestPorts) {
    this.#ports = ports;
  }

  get length(): number {
    return this.#waiting.length + this.#flying.size;
  }

  /** Sends the call when its turn comes. Rejects only with what `beforeSend`, the nonce store or a broken wish threw. */
  submit(call: Call): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#numbers += 1;
      const since = this.#ports.clock.now();
      const writes = call.action !== "read";
      this.#wait({ call, lane: call.lane, writes, number: this.#numbers, since, resolve, reject });
      this.#step();
    });
  }

  /** The key is locked out: nothing is sent before `failure.retryAt`, because each try may extend it (PROTOCOL §4). */
  lock(failure: VenueFailure): void {
    this.#lockedBy = failure;
  }

  /** Sends what may be sent now, and looks again when more may. */
  #step(): void {
    this.#cancelWakeUp();
    this.#cancelWakeUp = nothing;
    const held = new Map<Waiting, Milliseconds>();
    for (;;) {
      const next = nextCall(this.#waiting, (waiting) => !held.has(waiting));
      if (next === null || (this.#busy !== null && !this.#clearsTheWay(next))) {
        break;
      }
      const verdict = this.#judge(next);
      if (verdict === "go") {
        if (this.#busy !== null) {
          this.#busy.stop("way");
          break;
        }
        if (this.#flying.size >= (next.lane === "protective" ? MOST_FLYING_PROTECTIVE : MOST_FLYING)) {
          break;
        }
        this.#remove(next);
        void this.#fly(next);
      } else if (typeof verdict === "number") {
        held.set(next, verdict);
      } else {
        this.#remove(next);
        next.resolve({ kind: "not sent", failure: verdict });
      }
    }
    if (held.size > 0) {
      const soonest = Math.min(...held.values());
      const delay = Math.max(1, soonest - this.#ports.clock.now());
      this.#cancelWakeUp = this.#ports.clock.after(delay, () => {
        this.#step();
      });
    }
  }

  /** A read gives way to a more urgent protective call: also one of a saga to a write (TRADING §6). */
  #clearsTheWay(waiting: Waiting): boolean {
    const busy = this.#busy?.waiting;
    return busy !== undefined && !busy.writes && waiting.lane === "protective" && isMoreUrgent(waiting, busy);
  }

  /** Whether the call may leave now: the time to look again when it has to wait, the failure when it will not. */
  #judge({ call, since }: Waiting): "go" | Milliseconds | VenueFailure {
    const now = this.#ports.clock.now();
    const locked = this.#lockedBy;
    if (locked !== null && locked.retryAt !== null && now < locked.retryAt) {
      return locked;
    }
    if (call.deadline !== null && now > call.deadline) {
      return tooLate();
    }
    const cost = call.cost();
    const at = this.#ports.rates.waitUntil(cost, call.urgency);
    if (at !== null && at <= now) {
      return "go";
    }
    const latest = call.deadline ?? since + PROTECTIVE_READ_WAIT_MS;
    return call.urgency === "protective" && at !== null && at <= latest ? at : rateLimited(at, now);
  }

  async #fly(waiting: Waiting): Promise<void> {
    const flight = takeOff(waiting);
    this.#busy = flight;
    this.#flying.add(flight);
    const limit = waiting.call.action === "read" ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS;
    const cancelTimeout = this.#ports.clock.after(limit, () => {
      flight.stop("timeout");
    });
    const cancelOvertaking = this.#ports.clock.after(OVERTAKE_MS, () => {
      this.#free(flight);
    });
    try {
      const outcome = await this.#attempt(flight);
      if (outcome === "again") {
        this.#wait(waiting);
      } else {
        waiting.resolve(outcome);
      }
    } catch (error) {
      waiting.reject(error);
    } finally {
      cancelTimeout();
      cancelOvertaking();
      this.#flying.delete(flight);
      this.#free(flight);
    }
  }

  async #attempt(flight: Flight): Promise<Outcome | "again"> {
    const { waiting, stopped, controller } = flight;
    const { call } = waiting;
    const reading = this.#credentials(call.method);
    const credentials = await Promise.race([stopped, reading]);
    if (credentials === "way" || credentials === "timeout") {
      void reading.then((late) => late?.secretBytes.fill(0));
      return credentials === "way" ? "again" : { kind: "not sent", failure: keyNotRead() };
    }
    if (credentials === null) {
      return { kind: "not sent", failure: noKey() };
    }
    // From here to the transport there is no await: what is judged and fenced is what is sent.
    const request = this.#prepare(flight, credentials);
    if (typeof request === "string" || "class" in request) {
      return request === "again" ? request : { kind: "not sent", failure: request };
    }
    const answer = await Promise.race([stopped, quietly(() => this.#ports.transport(request, controller.signal))]);
    if (answer === "way" || answer === "timeout" || answer === null) {
      // Nobody knows whether it is still on its way.
      this.#ports.clock.after(LONGEST_TRAVEL_MS, flight.landed);
    } else {
      flight.landed();
    }
    if (answer === "way") {
      return "again";
    }
    if (answer === "timeout" || answer === null) {
      return { kind: "no answer", text: answer ?? "no answer" };
    }
    return { kind: "answered", answer };
  }

  /** The signed request, with its fence written and its cost charged; or why it does not leave. */
  #prepare(flight: Flight, { key, secretBytes }: RestCredentials): RestRequest | VenueFailure | "again" {
    const { waiting, controller } = flight;
    const { call } = waiting;
    const { clock, nonces, rates, base } = this.#ports;
    try {
      const verdict = controller.signal.aborted ? "again" : this.#judge(waiting);
      if (verdict !== "go") {
        return typeof verdict === "number" ? "again" : verdict;
      }
      const path = `/0/private/${call.method}`;
      const sentAt = clock.now();
      const deadline = engineDeadline(call.deadline, sentAt);
      const nonce = nextNonce(nonces.last(), sentAt);
      nonces.save(nonce);
      const { text, contentType } = call.body(nonce, deadline);
      const headers = {
        "API-Key": key,
        "API-Sign": signCall(secretBytes, path, nonce, text),
        "User-Agent": USER_AGENT,
        "Content-Type": contentType,
      };
      if (call.beforeSend?.({ nonce, sentAt, deadline }) === false) {
        return calledOff();
      }
      flight.landed = rates.depart(call.cost());
      return { url: base + path, method: "POST", headers, body: text };
    } finally {
      secretBytes.fill(0);
    }
  }

  async #credentials(method: string): Promise<RestCredentials | null> {
    return quietly(() => this.#ports.credentials(method));
  }

  /** The next call need not wait for this one any longer. */
  #free(flight: Flight): void {
    if (this.#busy === flight) {
      this.#busy = null;
    }
    this.#step();
  }

  /** In order of arrival, also when it comes back. */
  #wait(waiting: Waiting): void {
    this.#waiting = [...this.#waiting, waiting].toSorted((left, right) => left.number - right.number);
  }

  #remove(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
  }
}

function takeOff(waiting: Waiting): Flight {
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<Stop>();
  return {
    waiting,
    controller,
    stopped,
    stop: (reason) => {
      resolve(reason);
      controller.abort();
    },
    landed: nothing,
  };
}

function engineDeadline(deadline: Milliseconds | null, now: Milliseconds): Milliseconds {
  const wished = deadline ?? now;
  return Math.min(Math.max(wished, now + SOONEST_DEADLINE_MS), now + LATEST_DEADLINE_MS);
}

/** Null instead of an error: its text could hold anything, and means nothing more than that there was no answer. */
async function quietly<T>(run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch {
    return null;
  }
}

function nothing(): void {
  // There is no wake-up to cancel, nothing that was sent.
}

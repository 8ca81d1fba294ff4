/** Things that go wrong on purpose (PROTOCOL §8). */

export const faultKinds = {
  dropRequest: "the connection closes before the request is executed; over WebSocket: no reply, nothing done",
  dropAnswer: "the request is executed, then the connection closes without an answer; over WebSocket: no reply",
  html520: "an HTML page with status 520; `executed` says whether the request was",
  error: "answers `text`; `executed` says whether the request was (EService:Unavailable, EService:Deadline elapsed, …)",
  delay: "waits `milliseconds` before it executes",
  delayAnswer: "executes, then waits `milliseconds` before it answers",
  invalidNonce: "answers EAPI:Invalid nonce; nothing is executed",
  tooManyRequests: "an HTML page with status 429; nothing is executed",
  readsLag: "OpenOrders, ClosedOrders and QueryOrders show what was `milliseconds` ago",
  duplicateFrame: "a private frame arrives twice",
  reorderFrames: "private frames of one moment arrive in reverse order",
  dropFrame: "a private frame is lost",
  sequenceGap: "the next private frame skips a sequence number",
  corruptChecksum: "a book update carries a wrong checksum",
  silentChannel: "no data of a channel, while heartbeats go on",
  noHeartbeats: "no heartbeats, while data goes on",
  ackFailure: "a subscription is refused",
  refuseConnections: "WebSocket upgrades get HTTP `status` (429, or 403 as Cloudflare's 1015 page)",
} as const;

export type FaultKind = keyof typeof faultKinds;

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(faultKinds, text);
}

export interface FaultWish {
  readonly kind: FaultKind;
  /** Endpoint (`AddOrder`), method (`add_order`) or channel (`book`); any when absent. */
  readonly target?: string;
  readonly symbol?: string;
  /** How often it strikes before it is used up; for ever when absent. */
  readonly times?: number;
  readonly milliseconds?: number;
  readonly text?: string;
  readonly executed?: boolean;
  readonly status?: number;
}

export interface Fault extends FaultWish {
  readonly id: number;
}

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** The faults that are armed. */
export class FaultBoard {
  #armed: Armed[] = [];
  #nextId = 1;

  /** Arms a fault; it stays until it is used up or cleared. */
  add(wish: FaultWish): Fault {
    const fault: Fault = { ...wish, id: this.#nextId };
    this.#nextId += 1;
    this.#armed.push({ fault, left: wish.times ?? Number.POSITIVE_INFINITY });
    return fault;
  }

  clear(id?: number): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((each) => each.fault.id !== id);
  }

  list(): readonly Fault[] {
    return this.#armed.map((each) => each.fault);
  }

  /** The fault that strikes here, if any, without using it up. */
  active(kind: FaultKind, target?: string, symbol?: string): Fault | undefined {
    return this.#find(kind, target, symbol)?.fault;
  }

  /** The fault that strikes here, if any; it is used up once more. */
  take(kind: FaultKind, target?: string, symbol?: string): Fault | undefined {
    const armed = this.#find(kind, target, symbol);
    if (armed !== undefined) {
      armed.left -= 1;
      if (armed.left <= 0) {
        this.#armed = this.#armed.filter((each) => each !== armed);
      }
    }
    return armed?.fault;
  }

  #find(kind: FaultKind, target: string | undefined, symbol: string | undefined): Armed | undefined {
    return this.#armed.find(
      ({ fault }) =>
        fault.kind === kind &&
        (fault.target === undefined || fault.target === target) &&
        (fault.symbol === undefined || fault.symbol === symbol),
    );
  }
}

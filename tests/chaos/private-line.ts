/**
 * The exchange's private endpoint in process and in virtual time: its own door and channels behind a line that keeps the order of
 * what it carries, and drops, falls silent, loses, doubles and reorders frames as it is told.
 */
import type { LinkSocket } from "../../durable-objects/market-feed/venue/link.ts";
import type { FaultBoard } from "../../exchange-sim/admin/faults.ts";
import type { Random } from "../../exchange-sim/random.ts";
import type { Venue } from "../../exchange-sim/venue.ts";
import { Connection, type Wire } from "../../exchange-sim/ws/connection.ts";
import { isParsedObject, parseJson } from "../../exchange-sim/ws/json.ts";
import { integerParam, textParam, textsParam, type Request } from "../../exchange-sim/ws/messages.ts";
import type { ReplyFate } from "../../exchange-sim/ws/server.ts";
import type { VirtualTime } from "./time.ts";

const HEARTBEAT_MS = 1_000;
const HEARTBEAT = '{"channel":"heartbeat"}';
const OPEN = 1;
const CLOSED = 3;
const REFUSED = ["EService:Unavailable", "EGeneral:Internal error", "EService:Busy"];

export const LINE_FAULTS = ["drop", "silence", "lose a frame", "double a frame", "reorder", "gap", "farewell"] as const;
export type LineFault = (typeof LINE_FAULTS)[number];

export type LinePorts = {
  readonly venue: Venue;
  readonly faults: FaultBoard;
  /** How often a request meets a fault, as with REST. */
  readonly weather: { readonly faults: number };
  readonly time: VirtualTime;
  readonly draws: Random;
  readonly tell: (text: string) => void;
  readonly arrived: Set<string>;
  readonly astray: Set<string>;
};

/** A call about one order, by either of its names: REST's name for it, over whichever door it came. */
export function callKey(method: string, name: string): string {
  return `${method} ${name}`;
}

export class PrivateLines {
  readonly #ports: LinePorts;
  readonly #lines = new Set<Line>();
  #count = 0;

  constructor(ports: LinePorts) {
    this.#ports = ports;
    const { engine, privateChannels } = ports.venue;
    engine.afterTurn(() => {
      privateChannels.deliver();
      for (const line of this.#lines) {
        line.connection.flush();
      }
    });
  }

  async dial(owner: Owner): Promise<LinkSocket> {
    const { time, draws, weather, venue } = this.#ports;
    await time.sleep(20 + draws.integer(200));
    if (draws.next() < weather.faults) {
      throw new Error("429");
    }
    this.#count += 1;
    const line = new Line(this.#ports, String(this.#count), owner, (closed) => {
      this.#lines.delete(closed);
      venue.door.forget(closed.connection);
    });
    this.#lines.add(line);
    line.begin();
    return line;
  }

  strike(fault: LineFault): void {
    const { faults, tell } = this.#ports;
    const channel = this.#ports.draws.integer(3) === 0 ? "balances" : "executions";
    if (this.#lines.size === 0) {
      return;
    }
    tell(`line: ${fault}`);
    switch (fault) {
      case "drop":
      case "silence":
        for (const line of Array.from(this.#lines)) {
          line.lose(fault === "drop");
        }
        return;
      case "lose a frame":
        faults.add({ kind: "dropFrame", target: channel, times: 1 });
        return;
      case "double a frame":
        faults.add({ kind: "duplicateFrame", target: channel, times: 1 });
        return;
      case "reorder":
        faults.add({ kind: "reorderFrames", times: 1 });
        return;
      case "gap":
        faults.add({ kind: "sequenceGap", target: channel, times: 1 });
        return;
      case "farewell":
        for (const line of this.#lines) {
          line.say("CloudFlare WebSocket proxy restarting");
        }
    }
  }

  /** A channel of which frames were missed is asked for anew (TRADING §6): so long ago one is still read on, or null. */
  longestHole(): number | null {
    const since = Array.from(this.#lines, (line) => line.holeSince).filter((at) => at !== null);
    return since.length === 0 ? null : this.#ports.time.now - Math.min(...since);
  }

  /** Lines that fell silent stay so; the desk has to notice by itself. */
  mend(): void {
    this.#ports.faults.clear();
  }
}

export type Owner = {
  /** Whoever dialled is no more: nothing reaches it. */
  readonly isGone: () => boolean;
  /** It may act: it was not replaced. */
  readonly isAlive: () => boolean;
};

/** What the desk was told on one channel: the number to come next, and since when one is missing. */
type Told = { next: number; holeSince: number | null; asked: boolean };

class Line implements LinkSocket, Wire {
  readonly OPEN = OPEN;
  readonly bufferedAmount = 0;
  readyState = OPEN;
  readonly connection: Connection;
  readonly #ports: LinePorts;
  readonly #owner: Owner;
  readonly #told = new Map<string, Told>();
  readonly #closed: (line: Line) => void;
  #hear: (text: string) => void = () => undefined;
  #lost: (reason: string) => void = () => undefined;
  /** When the last frame of each direction arrives: none overtakes another. */
  #down = 0;
  #up = 0;
  #isSilent = false;

  constructor(ports: LinePorts, id: string, owner: Owner, closed: (line: Line) => void) {
    this.#ports = ports;
    this.#owner = owner;
    this.#closed = closed;
    this.connection = new Connection(id, "private", this.exchangeSide(), ports.time.now);
  }

  begin(): void {
    this.say(
      '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":1}]}',
    );
    this.#beat();
  }

  // The exchange's side

  exchangeSide(): Wire {
    return {
      OPEN,
      bufferedAmount: 0,
      readyState: OPEN,
      send: (text) => {
        this.say(text);
      },
      close: () => {
        this.lose(true);
      },
      terminate: () => {
        this.lose(true);
      },
    };
  }

  say(text: string): void {
    const { time, draws } = this.#ports;
    this.#down = Math.max(this.#down, time.now + 2 + draws.integer(80));
    time.after(this.#down - time.now, () => {
      if (this.readyState === OPEN && !this.#isSilent && !this.#owner.isGone()) {
        this.#count(text);
        this.#hear(text);
      }
    });
  }

  /** Since when a channel of it is read on although a number is missing. */
  get holeSince(): number | null {
    const holes = Array.from(this.#told.values(), ({ holeSince }) => holeSince).filter((at) => at !== null);
    return this.#isSilent || !this.#owner.isAlive() || holes.length === 0 ? null : Math.min(...holes);
  }

  #count(text: string): void {
    const [, channel, type] = /^\{"channel":"(executions|balances)","type":"(snapshot|update)"/u.exec(text) ?? [];
    const sequence = Number(/"sequence":(\d+)\}$/u.exec(text)?.[1]);
    if (channel === undefined) {
      return;
    }
    const told = this.#told.get(channel);
    if (told === undefined || type === "snapshot") {
      this.#told.set(channel, { next: sequence + 1, holeSince: null, asked: false });
    } else if (!told.asked && sequence >= told.next) {
      told.holeSince ??= sequence > told.next ? this.#ports.time.now : null;
      told.next = sequence + 1;
    }
  }

  /** The desk asks for the channel anew, or does not want it any more: what still comes of the old count says nothing. */
  #asks({ method, params }: Request): void {
    const told = this.#told.get(textParam(params["channel"]) ?? "");
    if (told !== undefined && (method === "subscribe" || method === "unsubscribe")) {
      told.asked = true;
      told.holeSince = null;
    }
  }

  /** The line is gone; `told`: the desk hears of it, else it has to notice the silence. */
  lose(told: boolean): void {
    if (!told) {
      this.#isSilent = true;
      return;
    }
    if (this.readyState === OPEN) {
      this.readyState = CLOSED;
      this.#closed(this);
      if (!this.#owner.isGone()) {
        this.#lost("1006");
      }
    }
  }

  // The desk's side

  onMessage(listener: (text: string) => void): void {
    this.#hear = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.#lost = listener;
  }

  send(text: string): void {
    if (this.readyState !== OPEN) {
      throw new Error("closed");
    }
    const { time, draws } = this.#ports;
    this.#up = Math.max(this.#up, time.now + 2 + draws.integer(80));
    time.after(this.#up - time.now, () => {
      this.#take(text);
    });
  }

  close(): void {
    if (this.readyState === OPEN) {
      this.readyState = CLOSED;
      this.#closed(this);
    }
  }

  terminate(): void {
    this.close();
  }

  #take(text: string): void {
    const { venue, time } = this.#ports;
    const message = parseJson(text);
    if (!isParsedObject(message)) {
      return;
    }
    const params = message["params"];
    const request: Request = {
      method: textParam(message["method"]) ?? "",
      requestId: integerParam(message["req_id"]),
      params: isParsedObject(params) ? params : {},
      timeIn: Math.round(time.now * 1_000),
    };
    this.#asks(request);
    const keys = keysOf(request);
    if (this.#isSilent || this.readyState !== OPEN) {
      keys.forEach((key) => this.#ports.astray.add(key));
      return;
    }
    if (request.method === "ping") {
      this.say(`{"method":"pong","req_id":${String(request.requestId)}}`);
      return;
    }
    const fate = keys.length === 0 ? {} : this.#drawFate(request.method);
    if (fate === null) {
      keys.forEach((key) => this.#ports.astray.add(key));
      return;
    }
    keys.forEach((key) => this.#ports.arrived.add(key));
    venue.engine.turn(() => {
      venue.door.handle(this.connection, request, fate);
    });
  }

  /** Null: the request is lost. */
  #drawFate(method: string): ReplyFate | null {
    const { draws, weather, tell } = this.#ports;
    if (draws.next() >= weather.faults) {
      return {};
    }
    switch (draws.integer(4)) {
      case 0:
        tell(`line: ${method} lost`);
        return null;
      case 1:
        tell(`line: answer to ${method} lost`);
        return { isDropped: true };
      case 2:
        return { error: REFUSED[draws.integer(REFUSED.length)] ?? "EService:Busy", isExecuted: draws.integer(2) === 0 };
      default:
        tell(`line: goes with ${method}`);
        this.lose(draws.integer(2) === 0);
        return null;
    }
  }

  #beat(): void {
    this.#ports.time.after(HEARTBEAT_MS, () => {
      if (this.readyState === OPEN && !this.#owner.isGone()) {
        if (this.connection.subscribed) {
          this.say(HEARTBEAT);
        }
        this.#beat();
      } else {
        this.close();
      }
    });
  }
}

const METHODS: Readonly<Record<string, string>> = {
  add_order: "AddOrder",
  amend_order: "AmendOrder",
  cancel_order: "CancelOrder",
};

/** Of a trading request; a subscription has none. */
function keysOf({ method, params }: Request): readonly string[] {
  const name = METHODS[method];
  const names = [...(textsParam(params["cl_ord_id"]) ?? []), ...(textsParam(params["order_id"]) ?? [])];
  return name === undefined ? [] : names.map((each) => callKey(name, each));
}

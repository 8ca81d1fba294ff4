import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decimal } from "../../../../domain/decimal.ts";
import { BTC_USD } from "../../../../domain/testing/instruments.ts";
import type { LinkSocket } from "../../../market-feed/venue/link.ts";
import { RateKeeper } from "../rest/rate-keeper.ts";
import { PrivateSocket } from "./private-socket.ts";

/**
 * A venue of a few lines that numbers its frames, forgets tokens, loses, doubles and holds back frames, drops connections and
 * refuses dials as it is told, in virtual time. Whatever it did, once it stops the socket has to be live again, every fill told
 * once, every reply settled, with few timers and one connection.
 */
const START = Date.UTC(2026, 10, 25, 12);

const request = z.object({
  method: z.string(),
  req_id: z.number(),
  params: z.object({ channel: z.string().optional(), token: z.string().optional() }).default({}),
});

type Fault =
  | {
      readonly kind: "fill" | "place" | "drop" | "text" | "garbage" | "expire" | "lose" | "double" | "hold" | "release";
    }
  | { readonly kind: "refuse dials" | "refuse tokens" | "mute"; readonly on: boolean }
  | { readonly kind: "pass"; readonly milliseconds: number };

const plain = fc.constantFrom(
  ...(["fill", "place", "drop", "text", "garbage", "expire", "lose", "double", "hold", "release"] as const),
);
const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: plain.map((kind): Fault => ({ kind })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("refuse dials" as const, "refuse tokens" as const, "mute" as const), fc.boolean())
        .map(([kind, on]): Fault => ({ kind, on })),
    },
    {
      weight: 3,
      arbitrary: fc.integer({ min: 0, max: 40_000 }).map((milliseconds): Fault => ({ kind: "pass", milliseconds })),
    },
  ),
  { maxLength: 40 },
);

class Line implements LinkSocket {
  readonly sequences = new Map<string, number>();
  isOpen = true;
  receive: (text: string) => void = () => undefined;
  closed: (reason: string) => void = () => undefined;
  readonly onSend: (line: Line, text: string) => void;

  constructor(onSend: (line: Line, text: string) => void) {
    this.onSend = onSend;
  }

  send(text: string): void {
    if (!this.isOpen) {
      throw new Error("closed");
    }
    this.onSend(this, text);
  }

  close(): void {
    this.isOpen = false;
  }

  onMessage(listener: (text: string) => void): void {
    this.receive = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.closed = listener;
  }
}

function makeWorld() {
  const world = {
    now: START,
    timers: new Set<{ readonly at: number; readonly run: () => void }>(),
    rings: 0,
    lines: [] as Line[],
    fills: [] as string[],
    told: [] as string[],
    placed: 0,
    settled: 0,
    tokens: 0,
    oldestToken: 0,
    refusesDials: false,
    refusesTokens: false,
    isMute: false,
    next: "as it is" as "as it is" | "lose" | "double" | "hold",
    held: [] as (() => void)[],
  };

  function row(id: string): string {
    return `{"order_id":"O-${id}","exec_id":"${id}","exec_type":"trade","trade_id":1,"symbol":"BTC/USD","side":"buy","last_qty":0.1,"last_price":60000.0,"liquidity_ind":"m","cost":6000.0,"order_status":"filled","order_type":"limit","timestamp":"2026-11-25T12:00:00.000Z","fees":[{"asset":"USD","qty":15.0}]}`;
  }

  function deliver(line: Line, text: string): void {
    if (line.isOpen && !world.isMute) {
      line.receive(text);
    }
  }

  function frame(line: Line, channel: string, type: string, rows: readonly string[]): string {
    const sequence = (line.sequences.get(channel) ?? 0) + 1;
    line.sequences.set(channel, sequence);
    return `{"channel":"${channel}","type":"${type}","sequence":${sequence},"data":[${rows.join(",")}]}`;
  }

  function answer(line: Line, text: string): void {
    const { method, req_id: requestId, params } = request.parse(JSON.parse(text));
    const reply = (body: string): void => {
      deliver(line, `{"method":"${method}","req_id":${requestId},${body}}`);
    };
    if (method === "ping") {
      deliver(line, `{"method":"pong","req_id":${requestId}}`);
      return;
    }
    const token = Number(params.token);
    if (!(token >= world.oldestToken)) {
      reply('"error":"ESession:Invalid session","success":false');
      return;
    }
    const channel = params.channel ?? "";
    if (method === "unsubscribe") {
      line.sequences.delete(channel);
      reply('"result":{},"success":true');
    } else if (method === "subscribe") {
      line.sequences.set(channel, 0);
      reply(`"result":{"channel":"${channel}"},"success":true`);
      const rows = channel === "executions" ? world.fills.slice(-50).map(row) : [];
      deliver(line, frame(line, channel, "snapshot", rows));
    } else {
      reply(`"result":{"order_id":"P-${requestId}"},"success":true`);
      update(pendingRow(`P-${requestId}`));
    }
  }

  function pendingRow(id: string): string {
    return `{"order_id":"${id}","symbol":"BTC/USD","order_qty":0.1,"exec_type":"pending_new","side":"buy","order_type":"limit","order_status":"pending_new","timestamp":"2026-11-25T12:00:00.000Z"}`;
  }

  /** Sends a row to whoever listens, or does with its frame what was ordered. */
  function update(text: string): void {
    const mood = world.next;
    world.next = "as it is";
    for (const line of world.lines) {
      if (line.isOpen && line.sequences.has("executions")) {
        const whole = frame(line, "executions", "update", [text]);
        if (mood === "hold") {
          world.held.push(() => {
            deliver(line, whole);
          });
        } else if (mood !== "lose") {
          deliver(line, whole);
          if (mood === "double") {
            deliver(line, whole);
          }
        }
      }
    }
  }

  function fill(): void {
    const id = `T${world.fills.length}`;
    world.fills.push(id);
    update(row(id));
  }

  const socket = new PrivateSocket(
    {
      url: "wss://venue/v2",
      dial: async () => {
        if (world.refusesDials) {
          throw new Error("429");
        }
        const line = new Line(answer);
        world.lines.push(line);
        world.timers.add({
          at: world.now,
          run: () => {
            deliver(line, '{"channel":"status","type":"update","data":[{"system":"online"}]}');
          },
        });
        return line;
      },
      now: () => world.now,
      random: () => 0.5,
      schedule: (at, run) => {
        const timer = {
          at,
          run: () => {
            world.rings += 1;
            run();
          },
        };
        world.timers.add(timer);
        return () => world.timers.delete(timer);
      },
      token: async () => {
        if (world.refusesTokens) {
          return {
            ok: false,
            failure: { class: "wait", text: "EAPI:Rate limit exceeded", message: "", retryAt: null },
          };
        }
        world.tokens += 1;
        return { ok: true, value: { token: String(world.tokens), expiresAt: world.now + 900_000 } };
      },
      takeDial: async () => 0,
      rates: new RateKeeper({ now: () => world.now, save: () => undefined, saved: null }),
    },
    {
      facts: (list) => {
        world.told.push(...list.flatMap((fact) => (fact.type === "execution" ? [fact.execution.executionId] : [])));
      },
      live: () => undefined,
      down: () => undefined,
      gap: () => undefined,
      systemStatus: () => undefined,
      refused: () => undefined,
    },
  );

  function place(): void {
    const isLive = socket.state === "live";
    const reply = socket.place(
      {
        clientOrderId: "6d1b345e-2821-40e2-ad83-4ecb18a06876",
        instrument: BTC_USD,
        side: "buy",
        type: "limit",
        timeInForce: "gtc",
        postOnly: false,
        quantity: decimal("0.1"),
        limitPrice: decimal("60000"),
        triggerPrice: null,
        trailingPercent: null,
        expiresAt: null,
        conditionalClose: null,
        selfTrade: "cancel-newest",
        deadline: world.now + 5_000,
      },
      { beforeSend: () => true },
    );
    expect(reply !== null).toBe(isLive);
    if (reply !== null) {
      world.placed += 1;
      void reply.then(() => {
        world.settled += 1;
      });
    }
  }

  async function pass(milliseconds: number): Promise<void> {
    const end = world.now + milliseconds;
    for (;;) {
      for (let turn = 0; turn < 12; turn += 1) {
        await Promise.resolve();
      }
      const [next] = [...world.timers].filter(({ at }) => at <= end).toSorted((left, right) => left.at - right.at);
      if (next === undefined) {
        break;
      }
      world.timers.delete(next);
      world.now = Math.max(world.now, next.at);
      next.run();
      if (world.rings > 20_000) {
        throw new Error("timers ring without end");
      }
    }
    world.now = end;
  }

  async function strike(fault: Fault): Promise<void> {
    const line = world.lines.at(-1);
    switch (fault.kind) {
      case "fill":
        fill();
        return;
      case "place":
        place();
        return;
      case "drop":
        if (line?.isOpen === true) {
          line.isOpen = false;
          line.closed("1006");
        }
        return;
      case "text":
        line?.receive("CloudFlare WebSocket proxy restarting");
        return;
      case "garbage":
        line?.receive('{"channel":"executions","type":"update","sequence":"?","data":[]}');
        return;
      case "expire":
        world.oldestToken = world.tokens + 1;
        return;
      case "lose":
      case "double":
      case "hold":
        world.next = fault.kind;
        return;
      case "release":
        for (const release of world.held.splice(0)) {
          release();
        }
        return;
      case "refuse dials":
        world.refusesDials = fault.on;
        return;
      case "refuse tokens":
        world.refusesTokens = fault.on;
        return;
      case "mute":
        world.isMute = fault.on;
        return;
      case "pass":
        await pass(fault.milliseconds);
        return;
    }
  }

  return { world, socket, strike, pass };
}

describe("whatever the venue and the network do", () => {
  it("the socket is live again when they stop, with every fill told once, every reply settled, and one connection", async () => {
    const property = fc.asyncProperty(faults, async (list) => {
      const { world, socket, strike, pass } = makeWorld();
      socket.open();
      await pass(0);
      for (const fault of list) {
        await strike(fault);
      }
      Object.assign(world, { refusesDials: false, refusesTokens: false, isMute: false, next: "as it is" });
      await pass(300_000);
      // A frame that was the last can not be missed by anybody: the next one tells.
      await strike({ kind: "fill" });
      await pass(120_000);
      await strike({ kind: "place" });
      await pass(6_000);
      expect(socket.state).toBe("live");
      expect(world.told.toSorted()).toEqual(world.fills.toSorted());
      expect(world.settled).toBe(world.placed);
      expect(world.lines.filter(({ isOpen }) => isOpen)).toHaveLength(1);
      expect(world.timers.size).toBe(1);
      const minutes = (world.now - START) / 60_000;
      expect(world.rings / minutes).toBeLessThan(40);
      socket.close("done");
      expect(world.timers.size).toBe(0);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

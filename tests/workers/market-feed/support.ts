import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, inject } from "vitest";
import {
  marketServerFrame,
  type MarketServerFrame,
  type MarketUpdate,
  type Topic,
} from "../../../contract/market-socket.ts";
import type { Level, TriggerDelivery } from "../../../domain/market.ts";
import type { Result } from "../../../domain/problem.ts";
import type { MarketFeed } from "../../../durable-objects/market-feed/market-feed.ts";
import { feedPort } from "../../../durable-objects/market-feed/stub.ts";

/** Makes feeds of this file talk to the exchange that may be made to misbehave. */
export function useFaultyExchange(): void {
  Object.assign(env, { KRAKEN_REST_URL: inject("faultyExchangeUrl"), KRAKEN_WS_URL: inject("faultyExchangeWsUrl") });
}

/** The exchange's admin API. */
export async function admin(method: "GET" | "POST" | "DELETE", path: string, body: object = {}): Promise<unknown> {
  const response = await fetch(`${env.KRAKEN_REST_URL}/admin/${path}`, {
    method,
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

/** Faults of one test, so that tests which use different symbols can run at the same time. */
export class Faults {
  #ids: number[] = [];

  async add(wish: object): Promise<void> {
    const { id } = (await admin("POST", "faults", wish)) as { id: number };
    this.#ids.push(id);
  }

  async clear(): Promise<void> {
    for (const id of this.#ids) {
      await admin("DELETE", "faults", { id });
    }
    this.#ids = [];
  }
}

/** A feed object of its own for a test, or another stub of the same. */
export function makeFeed(name: string = crypto.randomUUID()) {
  const raw = () => env.MARKET_FEED.getByName(name);
  return { name, raw, port: () => feedPort(raw()) };
}
export type TestFeed = ReturnType<typeof makeFeed>;

/** Ends the object as a crash does: memory, sockets and the venue's link are gone, storage stays. */
export async function kill(feed: TestFeed): Promise<void> {
  await runInDurableObject(feed.raw(), (_: MarketFeed, state) => {
    state.abort("killed by the test");
  }).catch(() => "the call dies with the object");
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(`refused: ${JSON.stringify(result.error)}`);
  }
  return result.value;
}

/** Asks until the answer satisfies; fails after `limit` milliseconds with the last answer. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  isRight: (value: T) => boolean,
  limit = 12_000,
): Promise<T> {
  const until = Date.now() + limit;
  for (;;) {
    const value = await ask();
    if (isRight(value)) {
      return value;
    }
    if (Date.now() > until) {
      throw new Error(`not within ${limit} ms; last: ${JSON.stringify(value).slice(0, 1_500)}`);
    }
    await scheduler.wait(50);
  }
}

const originalTraders = env.TRADER;

async function acknowledgeAll(deliveries: readonly TriggerDelivery[]): Promise<readonly number[]> {
  return deliveries.map(({ deliveryId }) => deliveryId);
}

/** A trader that records what it is sent and acknowledges only when told to. */
export class RecordingTrader {
  readonly id = `trader-${crypto.randomUUID()}`;
  readonly received: TriggerDelivery[] = [];
  acknowledges = true;

  /** Takes the place of its trader object; other traders acknowledge everything. */
  install(): void {
    const others = { deliverTriggers: acknowledgeAll };
    const getByName = (id: string): object => (id === this.id ? this : others);
    const replaced = new Proxy(originalTraders, {
      get: (target, key) => {
        const value: unknown = key === "getByName" ? getByName : Reflect.get(target, key);
        return typeof value === "function" && key !== "constructor" ? value.bind(target) : value;
      },
    });
    Reflect.set(env, "TRADER", replaced);
  }

  async deliverTriggers(deliveries: readonly TriggerDelivery[]): Promise<readonly number[]> {
    this.received.push(...deliveries);
    return this.acknowledges ? acknowledgeAll(deliveries) : [];
  }

  tradeIds(): number[] {
    return this.received.flatMap(({ trades }) => trades.map(({ id }) => id));
  }
}

/** A client of /ws/market that keeps every frame, checks each against the contract and rebuilds books from deltas. */
export class MarketClient {
  readonly frames: MarketServerFrame[] = [];
  readonly seqs = new Map<string, number>();
  readonly books = new Map<string, { bids: Map<string, string>; asks: Map<string, string> }>();
  gaps = 0;
  closed: { code: number; reason: string } | null = null;
  #acknowledging: boolean;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, acknowledging: boolean) {
    this.#socket = socket;
    this.#acknowledging = acknowledging;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      if (data !== "pong") {
        this.#take(marketServerFrame.parse(JSON.parse(String(data))));
      }
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      socket.close();
    });
  }

  static async connect(feed: TestFeed, acknowledging = true): Promise<MarketClient> {
    const response = await feed.raw().fetch("https://feed/ws/market", { headers: { upgrade: "websocket" } });
    const socket = response.webSocket;
    if (socket === null) {
      throw new Error(`no socket: ${response.status}`);
    }
    return new MarketClient(socket, acknowledging);
  }

  send(frame: object | string): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  subscribe(...topics: Topic[]): void {
    this.send({ type: "subscribe", id: 1, topics });
  }

  close(): void {
    this.#socket.close(1000, "done");
  }

  updates(): MarketUpdate[] {
    return this.frames.flatMap((frame) => (frame.type === "frame" ? frame.updates : []));
  }

  of<T extends MarketUpdate["channel"]>(channel: T): Extract<MarketUpdate, { channel: T }>[] {
    return this.updates().filter(
      (update): update is Extract<MarketUpdate, { channel: T }> => update.channel === channel,
    );
  }

  #take(frame: MarketServerFrame): void {
    this.frames.push(frame);
    if (frame.type !== "frame") {
      return;
    }
    for (const update of frame.updates) {
      const key = `${update.channel} ${update.symbol}${"interval" in update ? update.interval : ""}`;
      const isSnapshot = "kind" in update && update.kind === "snapshot";
      const before = this.seqs.get(key);
      if (before !== undefined && !isSnapshot && update.seq !== before + 1 && update.seq !== before) {
        this.gaps += 1;
      }
      this.seqs.set(key, update.seq);
      if (update.channel === "book") {
        this.#applyBook(update.symbol, isSnapshot, update.bids, update.asks);
      }
    }
    if (this.#acknowledging) {
      this.send({ type: "acknowledge", frame: frame.frame });
    }
  }

  #applyBook(symbol: string, isSnapshot: boolean, bids: readonly Level[], asks: readonly Level[]): void {
    const book = isSnapshot ? undefined : this.books.get(symbol);
    const sides = book ?? { bids: new Map(), asks: new Map() };
    for (const [side, levels] of [
      [sides.bids, bids],
      [sides.asks, asks],
    ] as const) {
      for (const [price, quantity] of levels) {
        if (quantity === "0") {
          side.delete(price);
        } else {
          side.set(price, quantity);
        }
      }
    }
    this.books.set(symbol, sides);
  }
}

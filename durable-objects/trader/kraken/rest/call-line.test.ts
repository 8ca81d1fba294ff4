import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { BTC_USD } from "../../../../domain/testing/instruments.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import { NO_NAMES } from "../../../../domain/venue/names.ts";
import type { RateCounters } from "../../../../domain/venue/rate-counters.ts";
import type { VenueCancelWish, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import { NOT_SENT, type Fence, type KrakenRest, type RestAnswer, type RestCredentials } from "./api.ts";
import { krakenRest } from "./client.ts";
import { RateKeeper } from "./rate-keeper.ts";

const START = 1_790_000_000_000;
const PLACED = '{"error":[],"result":{"descr":{"order":"x"},"txid":["OAAAAA"]}}';
const CANCELLED = '{"error":[],"result":{"count":1}}';
const NOTHING_OPEN = '{"error":[],"result":{"open":{}}}';
const NO_LEDGER = '{"error":[],"result":{"ledger":{}}}';
const bodies: Readonly<Record<string, string>> = {
  AddOrder: PLACED,
  CancelOrder: CANCELLED,
  OpenOrders: NOTHING_OPEN,
  Ledgers: NO_LEDGER,
};

type Sent = {
  readonly method: string;
  readonly at: number;
  readonly nonce: string;
  readonly params: URLSearchParams;
  readonly signal: AbortSignal;
  answer(body?: string): Promise<void>;
};

/** A venue that answers when the test says so, and a clock that moves when the test says so. */
class Bench {
  now = START;
  readonly sent: Sent[] = [];
  nonce: string | null = null;
  saved: RateCounters | null = null;
  credentials: () => Promise<RestCredentials | null> = () =>
    Promise.resolve({ key: "k", secretBytes: Uint8Array.of(1, 2, 3) });
  readonly rates = new RateKeeper({
    now: () => this.now,
    saved: null,
    save: (counters) => {
      this.saved = counters;
    },
  });
  readonly rest: KrakenRest = this.another();
  readonly #timers: { readonly at: number; readonly run: () => void }[] = [];

  /** A second client of the same key, as after a restart or in a replaced instance. */
  another(): KrakenRest {
    return krakenRest({
      base: "https://exchange.example",
      clock: {
        now: () => this.now,
        after: (milliseconds, run) => {
          const timer = { at: this.now + milliseconds, run };
          this.#timers.push(timer);
          return () => {
            const index = this.#timers.indexOf(timer);
            if (index >= 0) {
              this.#timers.splice(index, 1);
            }
          };
        },
      },
      nonces: {
        last: () => this.nonce,
        save: (nonce) => {
          this.nonce = nonce;
        },
      },
      credentials: () => this.credentials(),
      names: () => NO_NAMES,
      rates: this.rates,
      transport: ({ url, body }, signal) => {
        const { promise, resolve } = Promise.withResolvers<RestAnswer>();
        const params = new URLSearchParams(body ?? "");
        const method = url.split("/").at(-1) ?? "";
        this.sent.push({
          method,
          at: this.now,
          nonce: params.get("nonce") ?? "",
          params,
          signal,
          answer: (text = bodies[method] ?? "") => {
            resolve({ status: 200, body: text });
            return settle();
          },
        });
        return promise;
      },
    });
  }

  get methods(): readonly string[] {
    return this.sent.map(({ method }) => method);
  }

  /** Moves the clock, running what falls due on the way. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    for (;;) {
      await settle();
      const [next] = this.#timers.toSorted((left, right) => left.at - right.at);
      if (next === undefined || next.at > until) {
        break;
      }
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
    await settle();
  }

  order(changes: Partial<VenueOrderWish> = {}): VenueOrderWish {
    return {
      clientOrderId: "6d1b345e-2821-40e2-ad83-4ecb18a06876",
      instrument: BTC_USD,
      side: "buy",
      type: "market",
      timeInForce: "gtc",
      postOnly: false,
      quantity: decimal("1"),
      limitPrice: null,
      triggerPrice: null,
      trailingPercent: null,
      expiresAt: null,
      conditionalClose: null,
      selfTrade: "cancel-newest",
      deadline: this.now + 5_000,
      ...changes,
    };
  }

  cancel(): VenueCancelWish {
    const { clientOrderId } = this.order();
    return { venueOrderId: "OAAAAA", clientOrderId, symbol: "BTC/USD", deadline: this.now + 5_000, touchedAt: 0 };
  }
}

/** Nothing here takes longer than promises do. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function textOf(reply: VenueReply<unknown>): string {
  return reply.ok ? "ok" : `${reply.failure.class}: ${reply.failure.text}`;
}

describe("the order of calls", () => {
  it("is by lane and, in a lane, by arrival; one waits for the answer of the one before", async () => {
    const bench = new Bench();
    const { rest } = bench;
    const calls = [
      rest.addOrder(bench.order()),
      rest.ledgers({}),
      rest.addOrder(bench.order()),
      rest.openOrders(null, { lane: "resolving" }),
      rest.cancelOrder(bench.cancel()),
      rest.addOrder(bench.order({ side: "sell" }), { lane: "protective" }),
    ];
    await settle();
    expect(bench.methods).toEqual(["AddOrder"]);
    for (let index = 0; index < calls.length; index += 1) {
      expect(bench.sent).toHaveLength(index + 1);
      await bench.sent[index]?.answer();
    }
    expect(bench.methods).toEqual(["AddOrder", "CancelOrder", "AddOrder", "OpenOrders", "AddOrder", "Ledgers"]);
    expect(bench.sent[2]?.params.get("type")).toBe("sell");
    expect((await Promise.all(calls)).map((reply) => textOf(reply))).toEqual(Array(6).fill("ok"));
    expect(bench.rest.waiting).toBe(0);
  });

  it("rises by nonce, across clients of the same key and a clock that stands still", async () => {
    const bench = new Bench();
    for (const rest of [bench.rest, bench.another(), bench.another()]) {
      void rest.openOrders();
      await settle();
      await bench.sent.at(-1)?.answer();
    }
    expect(bench.sent.map(({ nonce }) => BigInt(nonce) - BigInt(START) * 1_000n)).toEqual([0n, 1n, 2n]);
  });
});

describe("a read in the way of a protective call", () => {
  it("is cut off, and asked again afterwards with a nonce of its own", async () => {
    const bench = new Bench();
    const reading = bench.rest.ledgers({});
    await settle();
    const cancelling = bench.rest.cancelOrder(bench.cancel());
    await settle();
    expect(bench.methods).toEqual(["Ledgers", "CancelOrder"]);
    expect(bench.sent[0]?.signal.aborted).toBe(true);
    // What the first one still answers is not listened to.
    await bench.sent[0]?.answer('{"error":["EAPI:Invalid nonce"]}');
    await bench.sent[1]?.answer();
    expect(textOf(await cancelling)).toBe("ok");
    await bench.sent[2]?.answer();
    expect(textOf(await reading)).toBe("ok");
    expect(bench.methods).toEqual(["Ledgers", "CancelOrder", "Ledgers"]);
    expect(new Set(bench.sent.map(({ nonce }) => nonce)).size).toBe(3);
  });

  it("is not even sent when it was only about to be", async () => {
    const bench = new Bench();
    void bench.rest.ledgers({});
    void bench.rest.cancelOrder(bench.cancel());
    await settle();
    expect(bench.methods).toEqual(["CancelOrder"]);
  });

  it("is not sent either when its key was just being read, whose secret is overwritten, and it keeps its place", async () => {
    const bench = new Bench();
    const { promise: read, resolve } = Promise.withResolvers<RestCredentials | null>();
    const quick = bench.credentials;
    bench.credentials = () => read;
    void bench.rest.ledgers({});
    await settle();
    void bench.rest.openOrders();
    bench.credentials = quick;
    void bench.rest.cancelOrder(bench.cancel());
    const secretBytes = Uint8Array.of(1, 2, 3);
    resolve({ key: "k", secretBytes });
    await settle();
    await bench.sent[0]?.answer();
    await bench.sent[1]?.answer();
    expect(bench.methods).toEqual(["CancelOrder", "Ledgers", "OpenOrders"]);
    expect([...secretBytes]).toEqual([0, 0, 0]);
  });

  it("gives way also to a read of a saga; a read of a saga only to a write", async () => {
    const bench = new Bench();
    void bench.rest.ledgers({});
    await settle();
    void bench.rest.openOrders(null, { lane: "protective" });
    await settle();
    expect(bench.methods).toEqual(["Ledgers", "OpenOrders"]);
    void bench.rest.queryOrders(["O"], { lane: "protective" });
    await settle();
    expect(bench.sent).toHaveLength(2);
    void bench.rest.addOrder(bench.order(), { lane: "protective" });
    await settle();
    expect(bench.methods).toEqual(["Ledgers", "OpenOrders", "AddOrder"]);
  });

  it("stays when the call in a hurry is an entry", async () => {
    const bench = new Bench();
    void bench.rest.ledgers({});
    await settle();
    void bench.rest.addOrder(bench.order());
    await settle();
    expect(bench.methods).toEqual(["Ledgers"]);
  });
});

describe("a write that hangs", () => {
  it("is never cut off, but holds up the next call for two seconds only", async () => {
    const bench = new Bench();
    const hanging = bench.rest.addOrder(bench.order());
    await settle();
    const exit = bench.rest.addOrder(bench.order({ side: "sell" }), { lane: "protective" });
    await bench.advance(1_900);
    expect(bench.sent).toHaveLength(1);
    await bench.advance(200);
    expect(bench.sent).toHaveLength(2);
    expect(bench.sent[0]?.signal.aborted).toBe(false);
    await bench.sent[1]?.answer();
    expect(textOf(await exit)).toBe("ok");
    await bench.sent[0]?.answer();
    expect(textOf(await hanging)).toBe("ok");
  });

  it("is not known after ten seconds", async () => {
    const bench = new Bench();
    const hanging = bench.rest.addOrder(bench.order());
    await bench.advance(9_999);
    expect(bench.rest.waiting).toBe(1);
    await bench.advance(1);
    expect(textOf(await hanging)).toBe("ambiguous: timeout");
    expect(bench.sent).toHaveLength(1);
  });

  it("leaves room for protective calls even when many hang", async () => {
    const bench = new Bench();
    for (let count = 0; count < 5; count += 1) {
      void bench.rest.addOrder(bench.order({ deadline: START + 30_000 }));
    }
    await bench.advance(8_500);
    expect(bench.sent).toHaveLength(4);
    void bench.rest.addOrder(bench.order({ side: "sell" }), { lane: "protective" });
    await settle();
    expect(bench.sent).toHaveLength(5);
    expect(bench.sent[4]?.params.get("type")).toBe("sell");
  });
});

describe("deadlines", () => {
  it("stop an entry that waited too long, before its fence is written", async () => {
    const bench = new Bench();
    let fenced = 0;
    const late = { ...bench.order(), deadline: START + 1_000 };
    void bench.rest.addOrder(bench.order());
    await settle();
    const waiting = bench.rest.addOrder(late, {
      beforeSend: () => {
        fenced += 1;
        return true;
      },
    });
    await bench.advance(1_001);
    await bench.sent[0]?.answer();
    expect(textOf(await waiting)).toBe(`refused: ${NOT_SENT.deadline}`);
    expect([bench.sent.length, fenced]).toEqual([1, 0]);
  });

  it("stop an order whose key took too long to read", async () => {
    const bench = new Bench();
    bench.credentials = async () => {
      bench.now += 5_001;
      return { key: "k", secretBytes: Uint8Array.of(1) };
    };
    expect(textOf(await bench.rest.addOrder(bench.order()))).toBe(`refused: ${NOT_SENT.deadline}`);
    expect(bench.sent).toEqual([]);
  });

  it("are told to the engine as wished, as far as Kraken takes them", async () => {
    const bench = new Bench();
    const fences: Fence[] = [];
    for (const ahead of [500, 20_000, 300_000]) {
      const order = { ...bench.order(), deadline: START + ahead };
      void bench.rest.addOrder(order, {
        beforeSend: (fence) => {
          fences.push(fence);
          return true;
        },
      });
      await settle();
      await bench.sent.at(-1)?.answer();
    }
    const told = bench.sent.map(({ params }) => Date.parse(params.get("deadline") ?? "") - START);
    expect(told).toEqual([2_500, 20_000, 59_000]);
    expect(fences.map(({ deadline, sentAt }) => [deadline - START, sentAt])).toEqual(told.map((each) => [each, START]));
  });
});

describe("a key that can not be read", () => {
  it("in time holds up the line for its time only", async () => {
    const bench = new Bench();
    const good = bench.credentials;
    bench.credentials = () => new Promise(() => undefined);
    const reading = bench.rest.openOrders();
    await settle();
    bench.credentials = good;
    const next = bench.rest.ledgers({});
    await bench.advance(5_000);
    expect(textOf(await reading)).toBe(`wait: ${NOT_SENT.keyNotRead}`);
    expect(bench.methods).toEqual(["Ledgers"]);
    await bench.sent[0]?.answer();
    expect(textOf(await next)).toBe("ok");
  });

  it("at all stops trading, and what the vault said is not repeated", async () => {
    const bench = new Bench();
    bench.credentials = () => Promise.reject(new Error("the secret was hunter2"));
    const reply = await bench.rest.openOrders();
    expect(textOf(reply)).toBe(`suspended: ${NOT_SENT.noKey}`);
    expect(JSON.stringify(reply)).not.toContain("hunter2");
  });
});

describe("a full counter", () => {
  const symbol = "BTC/USD";

  it("lets a protective call wait for room, while others of other pairs pass", async () => {
    const bench = new Bench();
    bench.rates.charge({ calls: 0, matching: [{ symbol, points: 60 }] });
    const stop = bench.rest.addOrder(bench.order(), { lane: "protective" });
    const elsewhere = bench.order({ instrument: { ...BTC_USD, symbol: "ETH/USD", restName: "XETHZUSD" } });
    const entry = bench.rest.addOrder(elsewhere);
    await settle();
    expect(bench.sent.map(({ params }) => params.get("pair"))).toEqual(["XETHZUSD"]);
    await bench.sent[0]?.answer();
    expect(textOf(await entry)).toBe("ok");
    await bench.advance(1_100);
    expect(bench.sent.map(({ params }) => params.get("pair"))).toEqual(["XETHZUSD", "XXBTZUSD"]);
    await bench.sent[1]?.answer();
    expect(textOf(await stop)).toBe("ok");
  });

  it("tells a protective call when there is room, if that is after its deadline", async () => {
    const bench = new Bench();
    bench.rates.charge({ calls: 0, matching: [{ symbol, points: 67 }] });
    const reply = await bench.rest.addOrder(bench.order(), { lane: "protective" });
    expect(reply).toMatchObject({ ok: false, failure: { class: "wait", text: NOT_SENT.rateLimit } });
    const at = reply.ok ? 0 : (reply.failure.retryAt ?? 0);
    expect(Math.round((at - START) / 100) / 10).toBe(8);
  });

  it("tells an entry at once, below the reserve", async () => {
    const bench = new Bench();
    bench.rates.charge({ calls: 0, matching: [{ symbol, points: 40 }] });
    const reply = await bench.rest.addOrder(bench.order());
    expect(reply.ok ? "" : reply.failure.message).toContain("Wait 2 s.");
    void bench.rest.addOrder(bench.order(), { lane: "protective" });
    await settle();
    expect(bench.sent).toHaveLength(1);
  });

  it("is charged when the call leaves, and kept for the next life", async () => {
    const bench = new Bench();
    void bench.rest.addOrder(bench.order());
    void bench.rest.addOrder(bench.order(), { beforeSend: () => false });
    await settle();
    await bench.sent[0]?.answer();
    await settle();
    expect(bench.saved?.matching[symbol]?.units).toBe(100_000);
    const next = new RateKeeper({ now: () => bench.now, saved: bench.saved, save: () => undefined });
    expect(next.counters).toEqual(bench.rates.counters);
  });

  it("does not count an age that the order has only by our clock", () => {
    const bench = new Bench();
    const costs = [5_500, 6_000].map((age) => bench.rates.costOf("cancel", bench.now - age));
    expect(costs).toEqual([8, 6]);
    expect(bench.rates.costOf("cancel", undefined)).toBe(8);
    expect(bench.rates.costOf("amend", bench.now + 10_000)).toBe(4);
  });
});

describe("the account's tier", () => {
  it("is the slowest until the venue tells its maximum", () => {
    const bench = new Bench();
    expect(bench.rates.counters.tier).toBe("starter");
    bench.rates.observeMaximum(77);
    expect(bench.rates.counters.tier).toBe("starter");
    bench.rates.observeMaximum(180);
    expect(bench.rates.counters.tier).toBe("pro");
    bench.rates.observe("BTC/USD", 170);
    expect(
      bench.rates.waitUntil({ calls: 0, matching: [{ symbol: "BTC/USD", points: 1 }] }, "ordinary"),
    ).toBeGreaterThan(START);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import type { FaultWish } from "../../exchange-sim/admin/faults.ts";
import type { VenueFailureClass } from "../../domain/venue/failure.ts";
import { NOT_SENT, type Fence, type RestRequest } from "../../durable-objects/trader/kraken/rest/api.ts";
import { fetchTransport } from "../../durable-objects/trader/kraken/rest/transport.ts";
import type { ApiKey } from "../../exchange-sim/keys.ts";
import { connect, ETH, failureIn, soon, valueOf, wish, type TestClient } from "./support/kraken-rest.ts";

let exchange: Exchange;
let key: ApiKey;
let client: TestClient;
let account = 0;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "kraken rest faults" });
});
afterAll(async () => {
  await exchange.stop();
});
beforeEach(async () => {
  account += 1;
  key = exchange.admin.createKey({ account: `faults ${account}`, tier: "pro", deposits: { USD: "1000000", BTC: "5" } });
  client = await connect(exchange, key);
});
afterEach(() => {
  exchange.faults.clear();
});

/** What the venue itself has open, past every fault. */
function openAtVenue(): number {
  return exchange.venue.book.accounts.get(`faults ${account}`)?.live.size ?? 0;
}

function nonceOf({ body }: RestRequest): bigint {
  return BigInt(new URLSearchParams(body ?? "").get("nonce") ?? "0");
}

describe("an order whose answer goes wrong", () => {
  it.each<[string, FaultWish, VenueFailureClass, string, number]>([
    ["is not known when the answer is lost", { kind: "dropAnswer" }, "ambiguous", "no answer", 1],
    ["is not known when the request is lost", { kind: "dropRequest" }, "ambiguous", "no answer", 0],
    ["is not known behind a page of HTML, placed", { kind: "html520" }, "ambiguous", "HTTP 520", 1],
    [
      "is not known behind a page of HTML, not placed",
      { kind: "html520", executed: false },
      "ambiguous",
      "HTTP 520",
      0,
    ],
    ["is not known behind a page that says 429", { kind: "tooManyRequests" }, "ambiguous", "HTTP 429", 0],
    [
      "is not known when the engine is unavailable, placed",
      { kind: "error", text: "EService:Unavailable", executed: true },
      "ambiguous",
      "EService:Unavailable",
      1,
    ],
    [
      "is not known when the engine is unavailable, not placed",
      { kind: "error", text: "EService:Unavailable", executed: false },
      "ambiguous",
      "EService:Unavailable",
      0,
    ],
    [
      "is not known after a deadline that elapsed, placed",
      { kind: "error", text: "EService:Deadline elapsed", executed: true },
      "ambiguous",
      "EService:Deadline elapsed",
      1,
    ],
    [
      "is not known after an error of tomorrow, placed",
      { kind: "error", text: "EGeneral:Moon not full", executed: true },
      "ambiguous",
      "EGeneral:Moon not full",
      1,
    ],
    ["may be sent again after a refused nonce", { kind: "invalidNonce" }, "wait", "EAPI:Invalid nonce", 0],
    [
      "is refused for want of funds",
      { kind: "error", text: "EOrder:Insufficient funds", executed: false },
      "refused",
      "EOrder:Insufficient funds",
      0,
    ],
    [
      "stops trading when the key is locked out",
      { kind: "error", text: "EGeneral:Temporary lockout", executed: false },
      "suspended",
      "EGeneral:Temporary lockout",
      0,
    ],
  ])("%s", async (_, fault, expected, text, open) => {
    exchange.faults.add({ target: "AddOrder", times: 1, ...fault });
    const failure = failureIn(await client.rest.addOrder(wish(exchange)));
    expect(failure).toMatchObject({ class: expected, text });
    expect(openAtVenue()).toBe(open);
    // Never sent again by the client itself: that is for who wrote the fence.
    expect(client.sent).toHaveLength(1);
  });

  it("is found by its own id when it was placed, and nowhere when it was not", async () => {
    for (const kind of ["dropAnswer", "dropRequest"] as const) {
      exchange.faults.add({ kind, target: "AddOrder", times: 1 });
      const wanted = wish(exchange);
      expect(failureIn(await client.rest.addOrder(wanted)).class).toBe("ambiguous");
      const open = valueOf(await client.rest.openOrders(wanted.clientOrderId, { lane: "resolving" }));
      const closed = valueOf(await client.rest.closedOrders({ clientOrderId: wanted.clientOrderId }));
      expect([open.length, closed.rows.length]).toEqual(kind === "dropAnswer" ? [1, 0] : [0, 0]);
    }
  });

  it("is hidden for a while by reads that lag, so that one empty read proves nothing", async () => {
    exchange.faults.add({ kind: "dropAnswer", target: "AddOrder", times: 1 });
    exchange.faults.add({ kind: "readsLag", milliseconds: 5_000 });
    const wanted = wish(exchange);
    expect(failureIn(await client.rest.addOrder(wanted)).class).toBe("ambiguous");
    expect(valueOf(await client.rest.openOrders(wanted.clientOrderId))).toEqual([]);
    exchange.advance(6_000);
    expect(valueOf(await client.rest.openOrders(wanted.clientOrderId))).toHaveLength(1);
  });

  it("of which an earlier try is open already is not known, instead of refused", async () => {
    const wanted = wish(exchange);
    valueOf(await client.rest.addOrder(wanted));
    expect(failureIn(await client.rest.addOrder(wanted)).class).toBe("ambiguous");
    expect(openAtVenue()).toBe(1);
  });

  it("only late is a success", async () => {
    for (const kind of ["delay", "delayAnswer"] as const) {
      exchange.faults.add({ kind, target: "AddOrder", times: 1, milliseconds: 150 });
      valueOf(await client.rest.addOrder(wish(exchange)));
    }
    expect(openAtVenue()).toBe(2);
  });
});

describe("a cancel whose answer goes wrong", () => {
  it.each<[FaultWish, number]>([
    [{ kind: "dropAnswer" }, 0],
    [{ kind: "dropRequest" }, 1],
    [{ kind: "error", text: "EOrder:Cancel pending", executed: true }, 0],
    [{ kind: "error", text: "EService:Unavailable", executed: false }, 1],
  ])("is not known: %o", async (fault, open) => {
    const wanted = wish(exchange);
    const { venueOrderId } = valueOf(await client.rest.addOrder(wanted));
    exchange.faults.add({ target: "CancelOrder", times: 1, ...fault });
    const cancel = { ...wanted, venueOrderId, symbol: "BTC/USD" };
    expect(failureIn(await client.rest.cancelOrder(cancel)).class).toBe("ambiguous");
    expect(openAtVenue()).toBe(open);
  });
});

describe("a read whose answer goes wrong", () => {
  it.each<[FaultWish, string]>([
    [{ kind: "dropAnswer" }, "no answer"],
    [{ kind: "html520" }, "HTTP 520"],
    [{ kind: "tooManyRequests" }, "HTTP 429"],
    [{ kind: "error", text: "EService:Unavailable" }, "EService:Unavailable"],
    [{ kind: "error", text: "EGeneral:Internal error" }, "EGeneral:Internal error"],
  ])("is asked again later: %o", async (fault, text) => {
    exchange.faults.add({ target: "OpenOrders", times: 1, ...fault });
    const failure = failureIn(await client.rest.openOrders());
    expect(failure).toMatchObject({ class: "wait", text });
    expect(failure.retryAt).toBeGreaterThan(exchange.engine.clock.wall() / 1_000);
    valueOf(await client.rest.openOrders());
  });

  it("is repeated at once after a refused nonce, but not for ever", async () => {
    exchange.faults.add({ kind: "invalidNonce", target: "OpenOrders", times: 2 });
    expect(valueOf(await client.rest.openOrders())).toEqual([]);
    exchange.faults.add({ kind: "invalidNonce", target: "OpenOrders", times: 3 });
    expect(failureIn(await client.rest.openOrders()).text).toBe("EAPI:Invalid nonce");
    expect(client.sent).toHaveLength(6);
  });

  it("with an error of tomorrow is given up", async () => {
    exchange.faults.add({ kind: "error", target: "OpenOrders", text: "EQuery:Moon not full", times: 1 });
    expect(failureIn(await client.rest.openOrders()).class).toBe("refused");
  });
});

describe("a key that is refused", () => {
  it("stops trading: unknown, with a wrong secret, or without a permission", async () => {
    const stranger = await connect(exchange, { key: "nobody", secret: key.secret });
    expect(failureIn(await stranger.rest.balances())).toMatchObject({ class: "suspended", text: "EAPI:Invalid key" });
    const other = exchange.admin.createKey({ account: "other" });
    const forged = await connect(exchange, { key: key.key, secret: other.secret });
    expect(failureIn(await forged.rest.balances()).text).toBe("EAPI:Invalid signature");
    const reader = await connect(
      exchange,
      exchange.admin.createKey({ account: "reader", permissions: ["query-open-trades"], deposits: { USD: "1000" } }),
    );
    expect(failureIn(await reader.rest.addOrder(wish(exchange)))).toMatchObject({
      class: "suspended",
      text: "EGeneral:Permission denied",
    });
    valueOf(await reader.rest.openOrders());
  });

  it("is not tried again while it is locked out, because each try may extend it", async () => {
    exchange.faults.add({ kind: "error", target: "BalanceEx", text: "EGeneral:Temporary lockout", times: 1 });
    const lockout = failureIn(await client.rest.balances());
    const cancel = { ...wish(exchange), venueOrderId: null, symbol: "BTC/USD" };
    expect(failureIn(await client.rest.cancelOrder(cancel))).toEqual(lockout);
    expect(client.sent).toHaveLength(1);
    exchange.advance(15 * 60_000 + 1);
    valueOf(await client.rest.balances());
  });

  it("is not there at all: nothing is sent", async () => {
    const nobody = await connect(exchange, { key: "k", secret: "not base64!" });
    expect(failureIn(await nobody.rest.balances())).toMatchObject({ class: "suspended", text: NOT_SENT.noKey });
    expect(nobody.sent).toEqual([]);
  });
});

describe("limits", () => {
  it("are kept by a starter's reads before the venue has to refuse one", async () => {
    const poor = exchange.admin.createKey({ account: `starter ${account}`, tier: "starter" });
    const starter = await connect(exchange, poor, { tier: "starter" });
    const replies = await Promise.all(Array.from({ length: 20 }, () => starter.rest.openOrders()));
    const failures = replies.flatMap((reply) => (reply.ok ? [] : [reply.failure]));
    expect(replies.length - failures.length).toBe(9);
    expect(new Set(failures.map(({ text }) => text))).toEqual(new Set([NOT_SENT.rateLimit]));
    expect(failures[0]?.message).toMatch(/Wait \d+ s\./);
    // What is kept back is there for a saga that has to know how an order ended.
    const saga = await Promise.all([1, 2, 3].map(() => starter.rest.openOrders(null, { lane: "protective" })));
    expect(saga.every((reply) => reply.ok)).toBe(true);
  });

  it("are kept by orders, while a cancel may still use the reserve", async () => {
    const poor = exchange.admin.createKey({
      account: `orders ${account}`,
      tier: "starter",
      deposits: { USD: "10000000" },
    });
    const starter = await connect(exchange, poor, { tier: "starter" });
    const replies = await Promise.all(Array.from({ length: 45 }, () => starter.rest.addOrder(wish(exchange))));
    const placed = replies.flatMap((reply) => (reply.ok ? [reply.value.venueOrderId] : []));
    expect(placed).toHaveLength(40);
    expect(replies.flatMap((reply) => (reply.ok ? [] : [reply.failure.class]))).toEqual(Array(5).fill("wait"));
    const touchedAt = Math.floor(exchange.engine.clock.wall() / 1_000);
    const wishes = placed.map((venueOrderId) => ({ ...wish(exchange), venueOrderId, symbol: "BTC/USD", touchedAt }));
    const [first, second, third, ...others] = wishes;
    for (const each of [first, second]) {
      expect(each !== undefined && valueOf(await starter.rest.cancelOrder(each)).count).toBe(1);
    }
    // The third would pass the limit: it is told when, and a batch is taken all the same.
    const shortly = third === undefined ? undefined : { ...third, deadline: touchedAt + 1_000 };
    expect(shortly !== undefined && failureIn(await starter.rest.cancelOrder(shortly))).toMatchObject({
      class: "wait",
    });
    expect(valueOf(await starter.rest.cancelOrders(others)).count).toBe(37);
    valueOf(await starter.rest.addOrder(wish(exchange, { instrument: ETH, limitPrice: null, type: "market" })));
  });

  it("that the venue counts higher than we do are believed", async () => {
    exchange.faults.add({ kind: "error", target: "OpenOrders", text: "EAPI:Rate limit exceeded", times: 1 });
    expect(failureIn(await client.rest.openOrders()).class).toBe("wait");
    expect(failureIn(await client.rest.openOrders()).text).toBe(NOT_SENT.rateLimit);
    exchange.faults.add({ kind: "error", target: "AddOrder", text: "EOrder:Rate limit exceeded", times: 1 });
    expect(failureIn(await client.rest.addOrder(wish(exchange))).text).toBe("EOrder:Rate limit exceeded");
    expect(failureIn(await client.rest.addOrder(wish(exchange))).text).toBe(NOT_SENT.rateLimit);
    const elsewhere = wish(exchange, { instrument: ETH, limitPrice: null, type: "market" });
    valueOf(await client.rest.addOrder(elsewhere));
    expect(client.sent).toHaveLength(3);
  });
});

describe("the line", () => {
  it("keeps nonces strictly rising and in order of sending, however many call at once", async () => {
    const calls = Array.from({ length: 12 }, (_, number) =>
      number % 3 === 0 ? client.rest.openOrders() : client.rest.addOrder(wish(exchange)),
    );
    const replies = await Promise.all(calls);
    expect(replies.every((reply) => reply.ok)).toBe(true);
    const nonces = client.sent.map(nonceOf);
    expect(nonces).toHaveLength(12);
    expect(nonces.every((nonce, index) => index === 0 || nonce > (nonces[index - 1] ?? 0n))).toBe(true);
    expect(String(nonces.at(-1))).toBe(client.lastNonce());
  });

  it("lets a cancel pass a slow read, which is cut off and asked again", async () => {
    const wanted = wish(exchange);
    const { venueOrderId } = valueOf(await client.rest.addOrder(wanted));
    exchange.faults.add({ kind: "delayAnswer", target: "Ledgers", times: 1, milliseconds: 3_000 });
    const begun = Date.now();
    const reading = client.rest.ledgers({});
    await new Promise((resolve) => setTimeout(resolve, 100));
    valueOf(await client.rest.cancelOrder({ ...wanted, venueOrderId, symbol: "BTC/USD" }));
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(valueOf(await reading).rows.length).toBeGreaterThan(0);
    const methods = client.sent.map(({ url }) => url.split("/").at(-1));
    expect(methods).toEqual(["AddOrder", "Ledgers", "CancelOrder", "Ledgers"]);
  });

  it("gives a read that hangs five seconds", { timeout: 15_000 }, async () => {
    exchange.faults.add({ kind: "delayAnswer", target: "OpenOrders", times: 1, milliseconds: 8_000 });
    const begun = Date.now();
    expect(failureIn(await client.rest.openOrders())).toMatchObject({ class: "wait", text: "timeout" });
    expect(Date.now() - begun).toBeGreaterThan(4_500);
    expect(Date.now() - begun).toBeLessThan(7_000);
  });
});

describe("the fence", () => {
  it("is written in the very turn in which the request leaves, with the nonce that it carries", async () => {
    const story: string[] = [];
    let fence: Fence | null = null;
    const watched = await connect(exchange, key, {
      transport: (request, signal) => {
        story.push("sent");
        return fetchTransport()(request, signal);
      },
    });
    exchange.advance(1_000);
    story.length = 0;
    const wanted = wish(exchange);
    const reply = watched.rest.addOrder(wanted, {
      beforeSend: (told) => {
        fence = told;
        story.push("fenced");
        // Anything that could run between fence and transport would run first here.
        queueMicrotask(() => story.push("later"));
        return true;
      },
    });
    valueOf(await reply);
    expect(story).toEqual(["fenced", "sent", "later"]);
    expect(fence).toEqual({ nonce: watched.lastNonce(), sentAt: wanted.deadline - 20_000, deadline: wanted.deadline });
    const body = new URLSearchParams(watched.sent.at(-1)?.body ?? "");
    expect(body.get("nonce")).toBe(watched.lastNonce());
    expect(body.get("deadline")).toBe(new Date(wanted.deadline).toISOString());
  });

  it("calls the order off, and nothing is sent", async () => {
    const failure = failureIn(await client.rest.addOrder(wish(exchange), { beforeSend: () => false }));
    expect(failure).toMatchObject({ class: "refused", text: NOT_SENT.calledOff });
    expect(client.sent).toEqual([]);
  });

  it("that can not be written stops the order, and the line goes on", async () => {
    const broken = client.rest.addOrder(wish(exchange), {
      beforeSend: () => {
        throw new Error("storage is gone");
      },
    });
    await expect(broken).rejects.toThrow("storage is gone");
    expect(client.sent).toEqual([]);
    valueOf(await client.rest.openOrders());
  });

  it("is not reached after the deadline: nothing is sent", async () => {
    const late = wish(exchange, { deadline: soon(exchange) - 20_001 });
    let fenced = false;
    const beforeSend = (): boolean => {
      fenced = true;
      return true;
    };
    expect(failureIn(await client.rest.addOrder(late, { beforeSend }))).toMatchObject({
      class: "refused",
      text: NOT_SENT.deadline,
    });
    expect(fenced).toBe(false);
    expect(client.sent).toEqual([]);
  });
});

it("overwrites every secret it was handed, and no part of one is in what it says or sends", async () => {
  valueOf(await client.rest.openOrders());
  exchange.faults.add({ kind: "dropAnswer", target: "AddOrder", times: 1 });
  const failure = failureIn(await client.rest.addOrder(wish(exchange)));
  const calledOff = failureIn(await client.rest.addOrder(wish(exchange), { beforeSend: () => false }));
  expect(client.secrets).toHaveLength(3);
  expect(client.secrets.every((bytes) => bytes.length > 0 && bytes.every((byte) => byte === 0))).toBe(true);
  const said = JSON.stringify([failure, calledOff, client.sent]);
  for (let at = 0; at + 12 <= key.secret.length; at += 4) {
    expect(said).not.toContain(key.secret.slice(at, at + 12));
  }
});

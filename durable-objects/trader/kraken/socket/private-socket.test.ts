import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decimal } from "../../../../domain/decimal.ts";
import { BTC_USD } from "../../../../domain/testing/instruments.ts";
import type { StreamFact } from "../../../../domain/venue/execution-stream-facts.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { VenueCancelWish, VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import type { LinkSocket } from "../../../market-feed/venue/link.ts";
import type { WebSocketsToken } from "../rest/api.ts";
import { RateKeeper } from "../rest/rate-keeper.ts";
import { PrivateSocket } from "./private-socket.ts";

const START = Date.UTC(2026, 10, 25, 12);
const EMPTY_EXECUTIONS = '{"channel":"executions","type":"snapshot","data":[],"sequence":1}';
const EMPTY_BALANCES = '{"channel":"balances","type":"snapshot","data":[],"sequence":1}';

const request = z.object({
  method: z.string(),
  req_id: z.number(),
  params: z.record(z.string(), z.unknown()).default({}),
});
type Sent = z.infer<typeof request>;

class FakeSocket implements LinkSocket {
  readonly sent: Sent[] = [];
  closedWith: string | null = null;
  isBroken = false;
  /** Answers a request; what it answers is delivered before `send` returns, as early as a reply can be. */
  answer: (sent: Sent) => readonly string[] = () => [];
  #onMessage: (text: string) => void = () => undefined;
  #onClose: (reason: string) => void = () => undefined;

  send(text: string): void {
    if (this.isBroken) {
      throw new Error("the socket is gone");
    }
    const sent = request.parse(JSON.parse(text));
    this.sent.push(sent);
    for (const reply of this.answer(sent)) {
      this.#onMessage(reply);
    }
  }

  close(_code?: number, reason?: string): void {
    this.closedWith = reason ?? "";
  }

  onMessage(listener: (text: string) => void): void {
    this.#onMessage = listener;
  }

  onClose(listener: (reason: string) => void): void {
    this.#onClose = listener;
  }

  say(...texts: readonly string[]): void {
    for (const text of texts) {
      this.#onMessage(text);
    }
  }

  drop(reason = "1006"): void {
    this.#onClose(reason);
  }

  methods(): readonly string[] {
    return this.sent.map(({ method, params }) =>
      method === "ping" ? method : `${method} ${String(params["channel"])}`,
    );
  }
}

function success(sent: Sent, result: object): string {
  return JSON.stringify({ method: sent.method, req_id: sent.req_id, result, success: true });
}

function failure(sent: Sent, error: string): string {
  return JSON.stringify({ error, method: sent.method, req_id: sent.req_id, success: false });
}

/** A venue that does what it should: acknowledges and sends empty snapshots. */
function obliging(sent: Sent): readonly string[] {
  if (sent.method === "unsubscribe") {
    return [success(sent, { channel: sent.params["channel"] })];
  }
  if (sent.method === "ping") {
    return [`{"method":"pong","req_id":${sent.req_id}}`];
  }
  return sent.method === "subscribe"
    ? sent.params["channel"] === "executions"
      ? [success(sent, { channel: "executions", maxratecount: 180 }), EMPTY_EXECUTIONS]
      : [EMPTY_BALANCES, success(sent, { channel: "balances" })]
    : [];
}

const STATUS = '{"channel":"status","type":"update","data":[{"system":"online","connection_id":18125794168470749634}]}';

function makeStage(settings: { readonly random?: number } = {}) {
  const stage = {
    now: START,
    random: settings.random ?? 0,
    refusesDials: false,
    lateDials: null as ((socket: LinkSocket) => void)[] | null,
    wait: 0,
    sockets: [] as FakeSocket[],
    dialledAt: [] as number[],
    tokens: 0,
    tokenReply: null as VenueReply<WebSocketsToken> | null,
    answer: obliging,
    timers: new Set<{ readonly at: number; readonly run: () => void }>(),
    heard: [] as string[],
    facts: [] as StreamFact[],
    onFacts: (() => undefined) as () => void,
  };
  const rates = new RateKeeper({ now: () => stage.now, save: () => undefined, saved: null });
  const socket = new PrivateSocket(
    {
      url: "wss://venue/v2",
      dial: async () => {
        stage.dialledAt.push(stage.now);
        if (stage.refusesDials) {
          throw new Error("refused with 429");
        }
        const late = stage.lateDials;
        if (late !== null) {
          return new Promise<LinkSocket>((resolve) => late.push(resolve));
        }
        const fake = new FakeSocket();
        fake.answer = (sent) => stage.answer(sent);
        stage.sockets.push(fake);
        return fake;
      },
      now: () => stage.now,
      random: () => stage.random,
      schedule: (at, run) => {
        const timer = { at, run };
        stage.timers.add(timer);
        return () => stage.timers.delete(timer);
      },
      token: async () => {
        stage.tokens += 1;
        return (
          stage.tokenReply ?? { ok: true, value: { token: `token ${stage.tokens}`, expiresAt: stage.now + 900_000 } }
        );
      },
      takeDial: async () => stage.wait,
      rates,
    },
    {
      facts: (facts) => {
        stage.onFacts();
        stage.facts.push(...facts);
      },
      live: () => stage.heard.push("live"),
      down: (reason) => stage.heard.push(`down: ${reason}`),
      gap: (channel) => stage.heard.push(`gap: ${channel}`),
      systemStatus: (system) => stage.heard.push(system),
      refused: (refusal) => stage.heard.push(`refused: ${refusal.class} ${refusal.text}`),
    },
  );
  /** Lets promises run, then time pass, ringing timers as they come due. */
  async function pass(milliseconds: number): Promise<void> {
    const end = stage.now + milliseconds;
    for (let rings = 0; ; rings += 1) {
      expect(rings).toBeLessThan(1_000);
      for (let turn = 0; turn < 20; turn += 1) {
        await Promise.resolve();
      }
      const [next] = [...stage.timers].filter(({ at }) => at <= end).toSorted((left, right) => left.at - right.at);
      if (next === undefined) {
        break;
      }
      stage.timers.delete(next);
      stage.now = Math.max(stage.now, next.at);
      next.run();
    }
    stage.now = end;
  }
  function last(): FakeSocket {
    const fake = stage.sockets.at(-1);
    if (fake === undefined) {
      throw new Error("nothing was dialled");
    }
    return fake;
  }
  async function goLive(): Promise<FakeSocket> {
    socket.open();
    await pass(0);
    last().say(STATUS);
    expect(socket.state).toBe("live");
    return last();
  }
  return { stage, socket, rates, pass, last, goLive };
}

const wish: VenueOrderWish = {
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
  deadline: START + 5_000,
};
const always = { beforeSend: () => true };
function cancelOf(venueOrderId: string | null): VenueCancelWish {
  const clientOrderId = venueOrderId === null ? "abc" : `c-${venueOrderId}`;
  return { venueOrderId, clientOrderId, symbol: "BTC/USD", deadline: START + 5_000, touchedAt: START - 900_000 };
}
function pendingNew(id: string, sequence: number): string {
  const row = `{"order_id":"${id}","symbol":"BTC/USD","order_qty":0.1,"exec_type":"pending_new","side":"buy","order_type":"limit","order_status":"pending_new","ratecount":42.5,"timestamp":"2026-11-25T12:00:00.000Z"}`;
  return `{"channel":"executions","type":"update","data":[${row}],"sequence":${sequence}}`;
}

describe("connecting", () => {
  it("takes a token, dials, waits for the status, subscribes with the token, and is live with both snapshots", async () => {
    const { stage, socket, pass, last, rates } = makeStage();
    expect([socket.state, stage.timers.size, socket.nextCheckAt]).toEqual(["disconnected", 0, null]);
    socket.open();
    await pass(0);
    expect([socket.state, last().sent]).toEqual(["connecting", []]);
    stage.answer = () => [];
    last().say(STATUS);
    const subscribed = last().sent.map(({ params }) => params);
    expect(subscribed).toEqual([
      {
        channel: "executions",
        snap_orders: true,
        snap_trades: true,
        order_status: true,
        ratecounter: true,
        token: "token 1",
      },
      { channel: "balances", snapshot: true, token: "token 1" },
    ]);
    const [executions, balances] = last().sent;
    if (executions === undefined || balances === undefined) {
      throw new Error("not subscribed");
    }
    last().say(EMPTY_EXECUTIONS, EMPTY_BALANCES, success(executions, { channel: "executions", maxratecount: 180 }));
    expect(socket.state).toBe("connecting");
    last().say(success(balances, { channel: "balances" }));
    expect(socket.state).toBe("live");
    expect(stage.heard).toEqual(["online", "live"]);
    expect(stage.facts.map(({ type }) => type)).toEqual(["open_orders", "balances"]);
    expect(rates.counters.tier).toBe("pro");
  });

  it("wants a new token for every connection, and one at a time", async () => {
    const { stage, pass, last, goLive, socket } = makeStage();
    const first = await goLive();
    first.drop();
    expect(stage.heard.at(-1)).toBe("down: 1006");
    await pass(0);
    last().say(STATUS);
    expect([stage.tokens, socket.state, stage.sockets.length]).toEqual([2, "live", 2]);
    expect(last().sent.map(({ params }) => params["token"])).toEqual(["token 2", "token 2"]);
  });

  it("dials again at once after one drop, then with growing patience", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    for (const wait of [0, 0, 5_000, 10_000]) {
      await pass(wait);
      last().drop();
    }
    expect(stage.dialledAt.map((time) => time - START)).toEqual([0, 0, 5_000, 15_000]);
    expect(socket.state).toBe("backoff");
  });

  it("keeps the token while dials are refused, and spreads them out", async () => {
    const { stage, socket, pass } = makeStage();
    stage.refusesDials = true;
    socket.open();
    await pass(100_000);
    expect(stage.dialledAt.map((time) => time - START)).toEqual([0, 5_000, 15_000, 35_000, 75_000]);
    expect([stage.tokens, socket.state]).toEqual([1, "backoff"]);
  });

  it("waits as long as the connect budget says, without dialling", async () => {
    const { stage, socket, pass } = makeStage();
    stage.wait = 30_000;
    socket.open();
    await pass(29_000);
    expect([stage.dialledAt, socket.state]).toEqual([[], "backoff"]);
    stage.wait = 0;
    await pass(1_000);
    expect(stage.dialledAt).toEqual([START + 30_000]);
  });

  it("spreads the first dial after a mass reset over a minute, and the one after the proxy's farewell", async () => {
    const { stage, socket, pass, last } = makeStage({ random: 0.5 });
    socket.open({ afterReset: true });
    await pass(29_999);
    expect(stage.dialledAt).toEqual([]);
    await pass(1);
    last().say(STATUS, "CloudFlare WebSocket proxy restarting");
    expect(socket.state).toBe("live");
    last().drop();
    await pass(30_000);
    expect(stage.dialledAt).toEqual([START + 30_000, START + 60_000]);
  });

  it("gives an attempt up that takes too long, and closes what comes of it later", async () => {
    const { stage, socket, pass } = makeStage();
    const late: ((socket: LinkSocket) => void)[] = [];
    stage.lateDials = late;
    socket.open();
    await pass(20_000);
    expect(socket.state).toBe("backoff");
    stage.lateDials = null;
    await pass(5_000);
    expect([stage.dialledAt.length, socket.state]).toEqual([2, "connecting"]);
    const tooLate = new FakeSocket();
    late[0]?.(tooLate);
    await pass(0);
    tooLate.say(STATUS);
    expect([tooLate.closedWith, tooLate.sent, socket.state]).toEqual(["too late", [], "connecting"]);
  });

  it("tells when the key is refused a token, and does not ask again before it may", async () => {
    const { stage, socket, pass } = makeStage();
    const failed = {
      class: "suspended",
      text: "EGeneral:Temporary lockout",
      message: "",
      retryAt: START + 900_000,
    } as const;
    stage.tokenReply = { ok: false, failure: failed };
    socket.open();
    await pass(899_000);
    expect([stage.tokens, stage.dialledAt.length, stage.heard]).toEqual([
      1,
      0,
      ["refused: suspended EGeneral:Temporary lockout"],
    ]);
    stage.tokenReply = null;
    await pass(1_000);
    expect(stage.dialledAt.length).toBe(1);
  });

  it("has no timer and dials no more once it is closed", async () => {
    const { stage, socket, pass, goLive } = makeStage();
    const fake = await goLive();
    socket.close("nobody watches");
    expect([fake.closedWith, socket.state, stage.timers.size]).toEqual(["nobody watches", "disconnected", 0]);
    expect(stage.heard.at(-1)).toBe("down: nobody watches");
    await pass(600_000);
    expect(stage.dialledAt.length).toBe(1);
  });

  it("has one timer at a time", async () => {
    const { stage, socket, pass, goLive } = makeStage();
    const fake = await goLive();
    for (let sequence = 2; sequence < 40; sequence += 1) {
      fake.say(pendingNew(`O${sequence}`, sequence));
      void socket.place(wish, always);
    }
    expect(stage.timers.size).toBe(1);
    await pass(100);
    expect(stage.timers.size).toBe(1);
  });
});

describe("keeping the line", () => {
  it("pings every 20 s and stays", async () => {
    const { pass, goLive, socket } = makeStage();
    const fake = await goLive();
    await pass(300_000);
    expect([fake.methods().filter((method) => method === "ping").length, socket.state]).toEqual([15, "live"]);
  });

  it("cuts a line that is silent for 30 s", async () => {
    const { stage, pass, goLive } = makeStage();
    const fake = await goLive();
    stage.answer = () => [];
    await pass(31_000);
    expect([fake.closedWith, stage.heard.at(-1)]).toEqual(["silent", "down: silent"]);
  });

  it("cuts a line without a status, and one whose subscriptions are not answered", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(10_000);
    expect(stage.sockets[0]?.closedWith).toBe("no status");
    await pass(0);
    stage.answer = (sent) => (sent.params["channel"] === "balances" ? [] : obliging(sent));
    last().say(STATUS);
    await pass(10_000);
    expect(stage.sockets[1]?.closedWith).toBe("balances not answered");
    expect(stage.heard).toEqual(["online"]);
  });

  it("is not live on an acknowledgement without a snapshot", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(0);
    stage.answer = (sent) => obliging(sent).filter((text) => text !== EMPTY_EXECUTIONS);
    last().say(STATUS);
    await pass(10_000);
    expect(stage.sockets[0]?.closedWith).toBe("executions not answered");
  });
});

describe("subscriptions", () => {
  it("are asked for again with a new token when the session is invalid", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(0);
    stage.answer = (sent) =>
      sent.params["token"] === "token 1"
        ? [
            JSON.stringify({
              channel: sent.params["channel"],
              error: "ESession:Invalid session",
              method: sent.method,
              status: "error",
              success: false,
            }),
          ]
        : obliging(sent);
    last().say(STATUS);
    await pass(0);
    expect([socket.state, stage.tokens, stage.dialledAt.length]).toEqual(["live", 2, 1]);
  });

  it("give up a connection on which every token is invalid", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(0);
    stage.answer = (sent) => [failure(sent, "ESession:Invalid session")];
    last().say(STATUS);
    await pass(1_000);
    expect(stage.sockets[0]?.closedWith).toContain("refused: ESession:Invalid session");
    expect(stage.tokens).toBeLessThan(8);
    expect(stage.heard).not.toContain("live");
  });

  it("that are refused for good are told, and tried again slowly", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(0);
    stage.answer = (sent) => [failure(sent, "EGeneral:Permission denied")];
    last().say(STATUS);
    expect(stage.heard).toContain("refused: suspended EGeneral:Permission denied");
    await pass(59_000);
    expect([stage.dialledAt.length, socket.state]).toEqual([1, "backoff"]);
  });

  it("that the venue takes for existing are left first, but not for ever", async () => {
    const { stage, socket, pass, last } = makeStage();
    socket.open();
    await pass(0);
    stage.answer = (sent) =>
      sent.method === "subscribe" && sent.params["channel"] === "executions"
        ? [failure(sent, "Already subscribed")]
        : obliging(sent);
    last().say(STATUS);
    expect(stage.sockets[0]?.closedWith).toContain("executions refused");
    expect(stage.sockets[0]?.sent.length).toBeLessThan(12);
  });

  it("are left and asked for again after a gap: not live meanwhile, and the facts of the snapshot come first", async () => {
    const { stage, socket, goLive } = makeStage();
    const fake = await goLive();
    stage.answer = () => [];
    fake.say(pendingNew("O1", 3));
    expect([socket.state, stage.heard.at(-1)]).toEqual(["connecting", "gap: executions"]);
    expect(socket.place(wish, always)).toBeNull();
    const leaving = fake.sent.at(-1);
    expect(leaving).toMatchObject({ method: "unsubscribe", params: { channel: "executions", token: "token 1" } });
    stage.answer = obliging;
    fake.say(leaving === undefined ? "" : success(leaving, { channel: "executions" }));
    expect([socket.state, stage.heard.at(-1)]).toEqual(["live", "live"]);
    expect(stage.facts.at(-1)?.type).toBe("open_orders");
  });

  it("rest between gaps that follow each other closely", async () => {
    const { stage, pass, goLive, socket } = makeStage();
    const fake = await goLive();
    fake.say(pendingNew("O1", 3));
    expect(socket.state).toBe("live");
    fake.say(pendingNew("O1", 3));
    expect(socket.state).toBe("connecting");
    await pass(4_999);
    expect(socket.state).toBe("connecting");
    await pass(1);
    expect([socket.state, stage.heard.filter((each) => each.startsWith("gap")).length]).toEqual(["live", 2]);
  });

  it("are left when a frame of theirs can not be read", async () => {
    const { stage, goLive, socket } = makeStage();
    const fake = await goLive();
    fake.say('{"channel":"balances","type":"update","sequence":"x","data":[]}');
    expect([stage.heard.slice(-2), socket.state]).toEqual([["gap: balances", "live"], "live"]);
  });

  it("begin anew and tell everything again when the facts could not be taken", async () => {
    const { stage, goLive, pass, last, socket } = makeStage();
    const fake = await goLive();
    stage.onFacts = () => {
      throw new Error("the store is closed");
    };
    const fill =
      '{"channel":"executions","type":"snapshot","sequence":1,"data":[{"order_id":"O1","exec_id":"T1","exec_type":"trade","trade_id":7,"symbol":"BTC/USD","side":"buy","last_qty":0.1,"last_price":60000.0,"liquidity_ind":"m","cost":6000.0,"order_status":"filled","order_type":"limit","timestamp":"2026-11-25T12:00:00.000Z","fees":[{"asset":"USD","qty":15.0}]}]}';
    fake.say(fill.replace('"snapshot","sequence":1', '"update","sequence":2'));
    expect([fake.closedWith, socket.state]).toEqual(["facts were not taken", "backoff"]);
    stage.onFacts = () => undefined;
    stage.answer = (sent) => obliging(sent).map((text) => (text === EMPTY_EXECUTIONS ? fill : text));
    await pass(0);
    last().say(STATUS);
    expect(socket.state).toBe("live");
    expect(stage.facts.filter(({ type }) => type === "execution")).toHaveLength(1);
  });
});

describe("trading", () => {
  it("answers null before it is live, and does not call the fence", async () => {
    const { socket, pass } = makeStage();
    let called = false;
    const options = {
      beforeSend: () => {
        called = true;
        return true;
      },
    };
    expect(socket.place(wish, options)).toBeNull();
    socket.open();
    await pass(0);
    expect([socket.place(wish, options), socket.cancel(cancelOf("O1"), options), called]).toEqual([null, null, false]);
  });

  it("writes the fence in the same turn as the send, before it", async () => {
    const { goLive, socket, pass, stage } = makeStage();
    const fake = await goLive();
    const events: string[] = [];
    stage.answer = (sent) => {
      events.push(sent.method);
      return [success(sent, { order_id: "OAAAAA-BBBBB-CCCCCC" })];
    };
    const reply = socket.place(wish, {
      beforeSend: (fence) => {
        events.push(`fence ${fence.sentAt - START} ${fence.deadline - START}`);
        return true;
      },
    });
    expect(events).toEqual(["fence 0 5000", "add_order"]);
    await pass(0);
    expect(await reply).toEqual({ ok: true, value: { venueOrderId: "OAAAAA-BBBBB-CCCCCC" } });
    expect(fake.sent.at(-1)?.params).toMatchObject({
      token: "token 1",
      deadline: "2026-11-25T12:00:05.000Z",
      cl_ord_id: wish.clientOrderId,
      order_qty: 0.1,
    });
  });

  it("sends nothing when the fence says no, when it throws, after the deadline, or when the wish makes no sense", async () => {
    const { goLive, socket, stage } = makeStage();
    const fake = await goLive();
    const before = fake.sent.length;
    const calledOff = await socket.place(wish, { beforeSend: () => false });
    expect(calledOff).toMatchObject({
      ok: false,
      failure: { class: "refused", text: "called off before it was sent" },
    });
    expect(() =>
      socket.place(wish, {
        beforeSend: () => {
          throw new Error("the store is closed");
        },
      }),
    ).toThrow("the store is closed");
    const malformed = await socket.place({ ...wish, limitPrice: null }, always);
    expect(malformed).toMatchObject({ ok: false, failure: { class: "refused" } });
    stage.now = wish.deadline;
    const late = await socket.place(wish, always);
    expect(late).toMatchObject({
      ok: false,
      failure: { class: "refused", text: "deadline passed before it was sent" },
    });
    expect(fake.sent.length).toBe(before);
  });

  it("tells the engine a deadline that it takes: at least a second, at most 55 s ahead", async () => {
    const { goLive, socket } = makeStage();
    const fake = await goLive();
    void socket.place({ ...wish, deadline: START + 100 }, always);
    void socket.place({ ...wish, deadline: START + 600_000 }, always);
    expect(fake.sent.slice(-2).map(({ params }) => params["deadline"])).toEqual([
      "2026-11-25T12:00:01.000Z",
      "2026-11-25T12:00:55.000Z",
    ]);
  });

  it("charges the counter that REST shares, and keeps the reserve for exits", async () => {
    const { goLive, socket, rates } = makeStage();
    const fake = await goLive();
    rates.observe("BTC/USD", 160);
    const ordinary = await socket.place(wish, always);
    expect(ordinary).toMatchObject({ ok: false, failure: { class: "wait", text: "held back by the rate limit" } });
    void socket.place(wish, { ...always, urgency: "protective" });
    expect(fake.sent.at(-1)?.method).toBe("add_order");
    expect(rates.counters.matching["BTC/USD"]?.units).toBe(161 * 100_000);
  });

  it("believes the venue's own count", async () => {
    const { goLive, rates } = makeStage();
    const fake = await goLive();
    fake.say(pendingNew("O1", 2));
    expect(rates.counters.matching["BTC/USD"]?.units).toBe(4_250_000);
  });

  it("gives up a reply after 5 s: the outcome is not known", async () => {
    const { goLive, socket, pass } = makeStage();
    await goLive();
    const reply = socket.place(wish, always);
    await pass(5_000);
    expect(await reply).toMatchObject({ ok: false, failure: { class: "ambiguous", text: "timeout" } });
    expect(socket.state).toBe("live");
  });

  it("does not know the outcome of what was on its way when the connection broke", async () => {
    const { goLive, socket } = makeStage();
    const fake = await goLive();
    const replies = [socket.place(wish, always), socket.cancel(cancelOf("O1"), always)];
    fake.drop();
    for (const reply of replies) {
      expect(await reply).toMatchObject({ ok: false, failure: { class: "ambiguous", text: "no answer" } });
    }
  });

  it("knows that nothing left when the socket breaks under the send", async () => {
    const { stage, goLive, socket } = makeStage();
    const fake = await goLive();
    fake.isBroken = true;
    const reply = await socket.place(wish, always);
    expect(reply).toMatchObject({ ok: false, failure: { class: "wait", text: "not handed over" } });
    expect(stage.heard.at(-1)).toBe("down: send failed");
  });

  it.each([
    ["EOrder:Insufficient funds", "refused"],
    ["EService:Unavailable", "ambiguous"],
    ["EService:Market in cancel_only mode", "wait"],
    ["EGeneral:Permission denied", "suspended"],
    ["Limit_price field must be a number_float", "refused"],
    ["Currency pair not supported XBT/USD", "refused"],
    ["ESomething:New", "ambiguous"],
  ])("an error %s is %s", async (text, expected) => {
    const { stage, goLive, socket } = makeStage();
    await goLive();
    stage.answer = (sent) => [failure(sent, text)];
    expect(await socket.place(wish, always)).toMatchObject({ ok: false, failure: { class: expected, text } });
  });

  it("takes the counter for full when the venue says so", async () => {
    const { stage, goLive, socket, rates } = makeStage();
    await goLive();
    stage.answer = (sent) => [failure(sent, "EOrder:Rate limit exceeded")];
    await socket.place(wish, always);
    expect(rates.counters.matching["BTC/USD"]?.units).toBe(180 * 100_000);
  });

  it.each(["ESession:Invalid session", "Token(s) not found"])(
    "on %s nothing was carried out; a new token is bound to a new subscription",
    async (text) => {
      const { stage, goLive, socket, pass, last } = makeStage();
      await goLive();
      stage.answer = (sent) => (sent.method === "add_order" ? [failure(sent, text)] : obliging(sent));
      expect(await socket.place(wish, always)).toMatchObject({ ok: false, failure: { class: "wait", text } });
      await pass(0);
      expect([stage.tokens, socket.state, stage.heard.slice(-2)]).toEqual([2, "live", ["gap: executions", "live"]]);
      expect(last().sent.at(-1)?.params["token"]).toBe("token 2");
    },
  );

  it("takes the channel for silent when an accepted order does not show in it", async () => {
    const { stage, goLive, socket, pass } = makeStage();
    const fake = await goLive();
    stage.answer = (sent) => (sent.method === "add_order" ? [success(sent, { order_id: "O1" })] : obliging(sent));
    await socket.place(wish, always);
    fake.say(pendingNew("O1", 2));
    await pass(6_000);
    expect(stage.heard).not.toContain("gap: executions");
    stage.answer = (sent) => (sent.method === "add_order" ? [success(sent, { order_id: "O2" })] : obliging(sent));
    await socket.place({ ...wish, deadline: stage.now + 5_000 }, always);
    await pass(5_000);
    expect(stage.heard.slice(-2)).toEqual(["gap: executions", "live"]);
  });
});

describe("cancels of several orders", () => {
  const wishes = [cancelOf("O1"), cancelOf("O2"), cancelOf(null)];

  async function answered(errors: readonly string[], successes: readonly object[]): Promise<unknown> {
    const { stage, goLive, socket, pass } = makeStage();
    await goLive();
    stage.answer = (sent) => [
      ...errors.map((error) => failure(sent, error)),
      ...successes.map((result) => success(sent, result)),
    ];
    const replies = socket.cancelSeveral(wishes, always);
    await pass(5_000);
    return (await replies)?.map((reply) => (reply.ok ? "accepted" : `${reply.failure.class} ${reply.failure.text}`));
  }

  it("have one answer each, by whatever id names the order", async () => {
    expect(await answered([], [{ cl_ord_id: "abc" }, { order_id: "O2" }, { order_id: "O1" }])).toEqual([
      "accepted",
      "accepted",
      "accepted",
    ]);
  });

  it("give a refusal to the only order that is left", async () => {
    expect(await answered(["EOrder:Unknown order"], [{ order_id: "O2" }, { cl_ord_id: "abc" }])).toEqual([
      "gone EOrder:Unknown order",
      "accepted",
      "accepted",
    ]);
  });

  it("give like refusals to all that are left, and take unlike ones for not known", async () => {
    const alike = ["EOrder:Unknown order", "EOrder:Unknown order"];
    expect(await answered(alike, [{ order_id: "O2" }])).toEqual([
      "gone EOrder:Unknown order",
      "accepted",
      "gone EOrder:Unknown order",
    ]);
    const unlike = ["EOrder:Unknown order", "EOrder:Invalid order"];
    expect(await answered(unlike, [{ order_id: "O2" }])).toEqual([
      "ambiguous answer not as documented",
      "accepted",
      "ambiguous answer not as documented",
    ]);
  });

  it("do not know what was not answered", async () => {
    expect(await answered(["EOrder:Unknown order"], [{ order_id: "O1" }])).toEqual([
      "accepted",
      "ambiguous timeout",
      "ambiguous timeout",
    ]);
  });

  it("of the whole account tell how many there were", async () => {
    const { stage, goLive, socket } = makeStage();
    await goLive();
    stage.answer = (sent) => [success(sent, { count: 4 })];
    expect(await socket.cancelAll(START + 5_000, always)).toEqual({ ok: true, value: { count: 4 } });
  });
});

import { describe, expect, it } from "vitest";
import { LONGEST_DELAY_MS, budgetDelay, reconnectDelay } from "./backoff.ts";
import { VenueLink, type LinkSocket } from "./link.ts";

class FakeSocket implements LinkSocket {
  readonly sent: { method: string; req_id: number }[] = [];
  closedWith: string | null = null;
  broken = false;
  #onMessage: (text: string) => void = () => undefined;
  #onClose: (reason: string) => void = () => undefined;

  send(text: string): void {
    if (this.broken) {
      throw new Error("the socket is gone");
    }
    this.sent.push(JSON.parse(text) as { method: string; req_id: number });
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

  say(text: string): void {
    this.#onMessage(text);
  }

  drop(): void {
    this.#onClose("1006");
  }
}

/** A link on a clock of its own, whose dials the test answers. */
function makeStage() {
  const stage = {
    now: 1_000_000,
    refuses: false,
    sockets: [] as FakeSocket[],
    dials: [] as number[],
    timers: [] as { at: number; run: () => void }[],
    heard: [] as string[],
    opened: 0,
    closed: 0,
  };
  const link = new VenueLink(
    {
      dial: async () => {
        if (stage.refuses) {
          throw new Error("refused with 429");
        }
        const socket = new FakeSocket();
        stage.sockets.push(socket);
        return socket;
      },
      now: () => stage.now,
      random: () => 0,
      dials: () => stage.dials,
      recordDial: (time) => {
        stage.dials.push(time);
      },
      after: (delay, run) => {
        stage.timers.push({ at: stage.now + delay, run });
      },
      pingText: null,
      longestDelay: LONGEST_DELAY_MS.venue,
    },
    {
      opened: () => {
        stage.opened += 1;
      },
      received: (text) => {
        stage.heard.push(text);
      },
      closed: () => {
        stage.closed += 1;
      },
    },
  );
  const pass = async (milliseconds: number): Promise<void> => {
    stage.now += milliseconds;
    const due = stage.timers.filter(({ at }) => at <= stage.now);
    stage.timers = stage.timers.filter(({ at }) => at > stage.now);
    for (const { run } of due) {
      run();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { stage, link, pass };
}

describe("the link to the venue", () => {
  it("dials once, hears, and tells when it opened and closed", async () => {
    const { stage, link, pass } = makeStage();
    link.check();
    link.check();
    await pass(0);
    expect(stage.sockets).toHaveLength(1);
    expect(link.connected).toBe(true);
    stage.sockets[0]?.say("hello");
    expect(stage.heard).toEqual(["hello"]);
    stage.sockets[0]?.drop();
    expect([stage.opened, stage.closed, link.connected]).toEqual([1, 1, false]);
    stage.sockets[0]?.say("from the grave");
    expect(stage.heard).toEqual(["hello"]);
  });

  it("comes back at once after a drop, then from five seconds growing", async () => {
    const { stage, link, pass } = makeStage();
    link.check();
    await pass(31_000);
    stage.sockets[0]?.drop();
    await pass(0);
    expect(stage.sockets).toHaveLength(2);
    stage.refuses = true;
    stage.sockets[1]?.drop();
    await pass(0);
    const waits: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      const next = Math.min(...stage.timers.map(({ at }) => at));
      waits.push(next - stage.now);
      await pass(next - stage.now);
    }
    expect(waits.slice(0, 3)).toEqual([5_000, 10_000, 20_000]);
  });

  it("pings every twenty seconds with rising request ids, and cuts a silent line", async () => {
    const { stage, link, pass } = makeStage();
    link.check();
    await pass(0);
    for (let second = 0; second < 45; second += 1) {
      stage.sockets[0]?.say("heartbeat");
      await pass(1_000);
      link.check();
    }
    expect(stage.sockets[0]?.sent.map(({ method, req_id: id }) => [method, id])).toEqual([
      ["ping", 1],
      ["ping", 2],
    ]);
    await pass(31_000);
    link.check();
    expect(stage.sockets[0]?.closedWith).toBe("silent");
    expect(link.connected).toBe(false);
  });

  it("takes a failing send for a lost line, and says so to the sender", async () => {
    const { stage, link, pass } = makeStage();
    expect(link.send({ method: "subscribe" })).toBeNull();
    link.check();
    await pass(0);
    expect(link.send({ method: "subscribe" })).toBe(2);
    const [socket] = stage.sockets;
    if (socket !== undefined) {
      socket.broken = true;
    }
    expect(link.send({ method: "subscribe" })).toBeNull();
    expect(link.connected).toBe(false);
    link.reset("nothing to cut");
    await pass(0);
    link.reset("asked to");
    expect(stage.sockets[1]?.closedWith).toBe("asked to");
  });

  it("keeps within a hundred dials in ten minutes, over restarts", async () => {
    const { stage, link, pass } = makeStage();
    stage.dials = Array.from({ length: 100 }, (_, index) => stage.now - 500_000 + index);
    link.check();
    await pass(0);
    expect(stage.sockets).toHaveLength(0);
    await pass(100_000);
    expect(stage.sockets).toHaveLength(1);
  });
});

describe("waiting before a dial", () => {
  it("grows to a minute and has up to half again as jitter", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 50].map((failures) => reconnectDelay(failures, 0, 60_000))).toEqual([
      0, 0, 5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
    expect(reconnectDelay(2, 0.999, 60_000)).toBeLessThan(7_500);
    expect(reconnectDelay(2, 0.5, 60_000)).toBe(6_250);
  });

  it("lasts until the oldest of the last hundred dials is ten minutes old", () => {
    const dials = Array.from({ length: 120 }, (_, index) => index * 1_000);
    expect(budgetDelay(dials, 120_000)).toBe(20_000 + 600_000 - 120_000);
    expect(budgetDelay(dials.slice(0, 99), 120_000)).toBe(0);
    expect(budgetDelay(dials, 1_000_000)).toBe(0);
  });
});

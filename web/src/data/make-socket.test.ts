import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeSocket, type Socket, type SocketPort, type SocketState } from "./make-socket.ts";

type Line = SocketPort & { readonly sent: string[]; closed: number | null };

let lines: Line[];
let states: SocketState[];
let texts: string[];
let socket: Socket | null;

function start(onSessionEnded?: () => Promise<boolean>): Socket {
  socket = makeSocket({
    open: () => {
      const made: Line = {
        sent: [],
        closed: null,
        send: (text) => made.sent.push(text),
        close: (code) => {
          made.closed = code ?? 1005;
        },
        onopen: null,
        onmessage: null,
        onclose: null,
      };
      lines.push(made);
      return made;
    },
    onOpen: (send) => send({ type: "resume" }),
    onText: (text) => texts.push(text),
    onState: (state) => states.push(state),
    random: () => 0.5,
    ...(onSessionEnded === undefined ? {} : { onSessionEnded }),
  });
  return socket;
}

function line(index: number): Line {
  const found = lines[index];
  if (found === undefined) {
    throw new Error(`no line ${index} was opened`);
  }
  return found;
}

const lastState = (): SocketState | undefined => states.at(-1);

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  states = [];
  texts = [];
});
afterEach(() => {
  socket?.close();
  vi.useRealTimers();
});

describe("a socket that comes back", () => {
  it("greets each new line and waits longer after each failure", () => {
    start();
    line(0).onopen?.();
    expect(line(0).sent).toEqual(['{"type":"resume"}']);
    expect(lastState()).toEqual({ type: "open" });

    const waits: number[] = [];
    line(0).onclose?.({ code: 1006 });
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      const state = lastState();
      if (state?.type !== "waiting") {
        throw new Error(`not waiting but ${state?.type}`);
      }
      waits.push(state.retryAt - Date.now());
      vi.advanceTimersByTime(state.retryAt - Date.now());
      line(attempt).onclose?.({ code: 1006 });
    }
    expect(waits).toEqual([225, 450, 900, 1_800, 3_600, 7_200, 11_250]);
  });

  it("counts from the first failure again once a line has stood", () => {
    start();
    for (const index of [0, 1, 2]) {
      line(index).onclose?.({ code: 1006 });
      vi.advanceTimersByTime(2_000);
    }
    line(3).onopen?.();
    line(3).onclose?.({ code: 1001 });
    const state = lastState();
    expect(state?.type === "waiting" && state.retryAt - Date.now()).toBe(225);
  });

  it("keeps the time of the loss while it tries", () => {
    start();
    line(0).onopen?.();
    vi.advanceTimersByTime(5_000);
    const lostAt = Date.now();
    line(0).onclose?.({ code: 1006 });
    vi.advanceTimersByTime(1_000);
    line(1).onclose?.({ code: 1006 });
    expect(lastState()).toMatchObject({ type: "waiting", since: lostAt });
  });

  it("pings, swallows the pong, and gives a line up that answers nothing", () => {
    start();
    line(0).onopen?.();
    vi.advanceTimersByTime(20_000);
    expect(line(0).sent.at(-1)).toBe("ping");
    line(0).onmessage?.({ data: "pong" });
    vi.advanceTimersByTime(10_000);
    expect(lastState()).toEqual({ type: "open" });
    expect(texts).toEqual([]);

    vi.advanceTimersByTime(10_000);
    expect(line(0).sent.filter((text) => text === "ping")).toHaveLength(2);
    vi.advanceTimersByTime(10_000);
    expect(line(0).closed).not.toBeNull();
    expect(lastState()?.type).toBe("waiting");
  });

  it("gives a line up that never opens", () => {
    start();
    vi.advanceTimersByTime(10_000);
    expect(lastState()?.type).toBe("waiting");
  });

  it("waits at least five seconds when it was told to be slower", () => {
    start();
    line(0).onopen?.();
    line(0).onclose?.({ code: 4429 });
    const state = lastState();
    expect(state?.type === "waiting" && state.retryAt - Date.now()).toBeGreaterThanOrEqual(5_000);
  });

  it("stays away when it is forbidden or the session is over, and returns with a renewed one", async () => {
    start();
    line(0).onclose?.({ code: 4403 });
    expect(lastState()).toEqual({ type: "stopped", code: 4403 });

    start(() => Promise.resolve(false));
    line(1).onclose?.({ code: 4401 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lastState()).toEqual({ type: "stopped", code: 4401 });
    expect(lines).toHaveLength(2);

    start(() => Promise.resolve(true));
    line(2).onclose?.({ code: 4401 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lines).toHaveLength(4);
  });

  it("starts anew when somebody has signed in since it stopped, but not once it was closed", () => {
    const made = start();
    line(0).onclose?.({ code: 4403 });
    made.reconnect();
    line(1).onopen?.();
    expect(lastState()).toEqual({ type: "open" });
    made.close();
    made.reconnect();
    expect(lines).toHaveLength(2);
  });

  it("says whether a frame left, and hears nothing after it was closed", () => {
    const made = start();
    expect(made.send({ a: 1 })).toBe(false);
    line(0).onopen?.();
    expect(made.send({ a: 1 })).toBe(true);
    made.close();
    expect(line(0).closed).toBe(1000);
    expect(lastState()).toEqual({ type: "stopped", code: null });
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  it("tries at once when the network is back", () => {
    start();
    line(0).onopen?.();
    line(0).onclose?.({ code: 1006 });
    window.dispatchEvent(new Event("online"));
    expect(lines).toHaveLength(2);
  });
});

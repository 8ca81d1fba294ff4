/**
 * A thousand watchers in one process: opens the sockets, waits until all receive, then measures for a while. Prints one JSON
 * line: age of each delivered price in milliseconds (sampled), and how many symbol updates were delivered.
 */
import { WebSocket } from "ws";
import { percentile } from "../lib/statistics.ts";
import { SYMBOLS } from "./symbols.ts";

const [, , protocol = "", url = "", sockets = "1000", seconds = "10", origin = ""] = process.argv;
const ages: number[] = [];
let updates = 0;
let frames = 0;
let measuring = false;
let ready = 0;

type Tick = { readonly lastTime: number };

function open(): WebSocket {
  // Compression in the client would be the bottleneck: the platform notes measured it.
  const socket = new WebSocket(url, { perMessageDeflate: false, ...(origin === "" ? {} : { origin }) });
  let first = true;
  socket.on("message", (data) => {
    const ticks = protocol === "desk" ? readDesk(socket, String(data)) : readSocketIo(socket, String(data));
    if (ticks.length === 0) {
      return;
    }
    if (first) {
      first = false;
      ready += 1;
    }
    if (measuring) {
      record(ticks);
    }
  });
  socket.on("error", (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  if (protocol === "desk") {
    socket.on("open", () => {
      const topics = SYMBOLS.map((symbol) => ({ channel: "ticker", symbol }));
      socket.send(JSON.stringify({ type: "subscribe", id: 1, topics }));
    });
  }
  return socket;
}

function record(ticks: readonly Tick[]): void {
  const now = Date.now();
  frames += 1;
  updates += ticks.length;
  if (frames % 20 === 0) {
    for (const { lastTime } of ticks) {
      ages.push(now - lastTime);
    }
  }
}

const lastAcknowledged = new WeakMap<WebSocket, number>();

function readDesk(socket: WebSocket, text: string): readonly Tick[] {
  const frame: unknown = JSON.parse(text);
  if (!isDeskFrame(frame)) {
    return [];
  }
  const now = Date.now();
  if (now - (lastAcknowledged.get(socket) ?? 0) > 1_500) {
    lastAcknowledged.set(socket, now);
    socket.send(JSON.stringify({ type: "acknowledge", frame: frame.frame }));
  }
  return frame.updates.map(({ ticker }) => ticker);
}

/** Engine.IO 4 over a WebSocket: "0" opens, "40" joins, "2" pings, "42" carries an event. */
function readSocketIo(socket: WebSocket, text: string): readonly Tick[] {
  if (text.startsWith("0")) {
    socket.send("40");
  } else if (text === "2") {
    socket.send("3");
  } else if (text.startsWith("42")) {
    const event: unknown = JSON.parse(text.slice(2));
    return isEvent(event) ? [event[1]].flat() : [];
  }
  return [];
}

type DeskFrame = {
  readonly type: "frame";
  readonly frame: number;
  readonly updates: readonly { readonly ticker: Tick }[];
};

function isDeskFrame(value: unknown): value is DeskFrame {
  return typeof value === "object" && value !== null && "type" in value && value.type === "frame";
}

function isEvent(value: unknown): value is readonly [string, Tick | Tick[]] {
  return Array.isArray(value) && value.length === 2;
}

async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

const wanted = Number(sockets);
const opened: WebSocket[] = [];
for (let index = 0; index < wanted; index += 1) {
  opened.push(open());
  if (index % 50 === 49) {
    await pause(50);
  }
}
for (let waited = 0; ready < wanted && waited < 30_000; waited += 100) {
  await pause(100);
}
await pause(1_000);
measuring = true;
console.log("measuring");
await pause(Number(seconds) * 1000);
measuring = false;
console.log(
  JSON.stringify({
    ready,
    updates,
    frames,
    p50: percentile(ages, 0.5),
    p99: percentile(ages, 0.99),
    samples: ages.length,
  }),
);
process.exit();

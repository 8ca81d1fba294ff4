import { WebSocket } from "ws";
import { marketServerFrame } from "../../contract/market-socket.ts";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";

const CLIENTS = 50;
const SECONDS = 60;
const SAMPLE_MS = 100;

type Watcher = { readonly socket: WebSocket; isLive: boolean };

/** Socket uptime as the product defines it: client-seconds connected and not stale ÷ seconds open. */
export async function benchUptime(): Promise<Section> {
  const calm = await watch(() => undefined);
  const restarted = await watch((exchange) => {
    exchange.restart();
  });
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return {
    title: "Socket uptime",
    method: `${CLIENTS} market sockets on one pair, sampled every ${SAMPLE_MS} ms for ${SECONDS} s; live means connected, the feed connected to the venue, and the price fresh.`,
    rows: [
      { what: "on a calm day", figure: percent(calm.share), against: "target 99.5 %" },
      {
        what: "with one restart of the exchange in the minute",
        figure: percent(restarted.share),
        against: `longest time without a live price ${(restarted.longest / 1000).toFixed(1)} s`,
      },
    ],
  };
}

type Exchange = Awaited<ReturnType<typeof startExchange>>;

async function watch(
  trouble: (exchange: Exchange) => void,
): Promise<{ readonly share: number; readonly longest: number }> {
  const exchange = await startExchange({ port: 0, seed: 1 });
  const desk = await startDesk(exchange.port);
  try {
    const watchers = Array.from({ length: CLIENTS }, () => open(desk.origin));
    for (let waited = 0; waited < 30_000 && watchers.some(({ isLive }) => !isLive); waited += SAMPLE_MS) {
      await pause(SAMPLE_MS);
    }
    let live = 0;
    let samples = 0;
    let outage = 0;
    let longest = 0;
    const begin = performance.now();
    let last = begin;
    let isTroubled = false;
    while (performance.now() - begin < SECONDS * 1000) {
      if (!isTroubled && performance.now() - begin > (SECONDS * 1000) / 3) {
        isTroubled = true;
        trouble(exchange);
      }
      await pause(SAMPLE_MS);
      const now = performance.now();
      live += watchers.filter(({ isLive }) => isLive).length;
      samples += watchers.length;
      outage = watchers.every(({ isLive }) => isLive) ? 0 : outage + (now - last);
      longest = Math.max(longest, outage);
      last = now;
    }
    for (const { socket } of watchers) {
      socket.terminate();
    }
    return { share: live / samples, longest };
  } finally {
    await desk.stop();
    await exchange.stop();
  }
}

function open(origin: string): Watcher {
  const socket = new WebSocket(`${origin.replace("http", "ws")}/ws/market`, { origin, perMessageDeflate: false });
  const watcher: Watcher = { socket, isLive: false };
  let acknowledged = 0;
  socket.on("open", () => {
    const topics = [{ channel: "ticker", symbol: "BTC/USD" }];
    socket.send(JSON.stringify({ type: "subscribe", id: 1, topics }));
  });
  socket.on("message", (data) => {
    const frame = marketServerFrame.parse(JSON.parse(String(data)));
    if (frame.type !== "frame") {
      return;
    }
    const fresh = frame.updates.flatMap((update) => (update.channel === "ticker" ? [update.ticker.fresh] : [])).at(-1);
    watcher.isLive = frame.connected && (fresh ?? watcher.isLive);
    if (performance.now() - acknowledged > 1_500) {
      acknowledged = performance.now();
      socket.send(JSON.stringify({ type: "acknowledge", frame: frame.frame }));
    }
  });
  socket.on("close", () => {
    watcher.isLive = false;
  });
  return watcher;
}

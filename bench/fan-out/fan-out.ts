import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { toolEnvironment } from "../../scripts/lib/paths.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { startServer, type Server } from "../lib/server.ts";
import { milliseconds, ratio, thousands } from "../lib/statistics.ts";

const SOCKETS = 1000;
const SECONDS = 10;
const folder = import.meta.dirname;

type Measured = { readonly ready: number; readonly updates: number; readonly p50: number; readonly p99: number };
type Contender = Measured & { readonly cpuPerMillion: number };

/** Age of the displayed price and CPU per delivered update: our feed against Socket.IO with and without conflation. */
export async function benchFanOut(): Promise<Section> {
  const venue = script("venue.ts");
  try {
    const venuePort = Number(await venue.firstLine);
    const desk = await startDesk(venuePort);
    const ours = await contend(desk, "desk", `${desk.origin.replace("http", "ws")}/ws/market`, desk.origin);
    const conflated = await contendSocketIo(venuePort, "conflated");
    const perTick = await contendSocketIo(venuePort, "per-tick");
    const against = (pick: (contender: Contender) => number, text: (value: number) => string) =>
      `Socket.IO conflated ${text(pick(conflated))} (${ratio(pick(ours), pick(conflated))}), one message per tick ${text(pick(perTick))} (${ratio(pick(ours), pick(perTick))})`;
    const row = (what: string, pick: (contender: Contender) => number, text: (value: number) => string) => ({
      what,
      figure: text(pick(ours)),
      against: against(pick, text),
    });
    const seconds = (value: number) => `${value.toFixed(2)} s`;
    return {
      title: "Fan-out",
      method: `${SOCKETS} sockets × 50 symbols, each traded 10 times a second, ${SECONDS} s; servers one after the other, clients in one other process, no compression. Age is from the venue's trade time to the client's hand. Ours runs under wrangler dev, whose proxy is part of the figures.`,
      rows: [
        row("age of the price, p50", ({ p50 }) => p50, milliseconds),
        row("age of the price, p99", ({ p99 }) => p99, milliseconds),
        row("symbol updates delivered/s", ({ updates }) => updates / SECONDS, thousands),
        row("CPU s per million updates", ({ cpuPerMillion }) => cpuPerMillion, seconds),
        row("sockets that received", ({ ready }) => ready, String),
      ],
    };
  } finally {
    await venue.stop();
  }
}

async function contendSocketIo(venuePort: number, mode: string): Promise<Contender> {
  const server = script("socket-io-server.ts", `ws://127.0.0.1:${venuePort}/v2`, mode);
  const port = Number(await server.firstLine);
  return contend(server, "socket.io", `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, "");
}

async function contend(server: Server, protocol: string, url: string, origin: string): Promise<Contender> {
  try {
    const load = spawn(
      process.execPath,
      [join(folder, "load.ts"), protocol, url, String(SOCKETS), String(SECONDS), origin],
      { env: toolEnvironment(), stdio: ["ignore", "pipe", "inherit"] },
    );
    let before = 0;
    let measured: Measured | null = null;
    for await (const line of createInterface({ input: load.stdout })) {
      if (line === "measuring") {
        before = server.cpuSeconds();
      } else {
        const parsed: unknown = JSON.parse(line);
        measured = isMeasured(parsed) ? parsed : null;
      }
    }
    if (measured === null) {
      throw new Error(`no figures for ${protocol}`);
    }
    return { ...measured, cpuPerMillion: ((server.cpuSeconds() - before) / measured.updates) * 1_000_000 };
  } finally {
    await server.stop();
  }
}

function script(file: string, ...args: readonly string[]): Server {
  return startServer(file, process.execPath, [join(folder, file), ...args], toolEnvironment(), folder);
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === "object" && value !== null && "updates" in value && "p99" in value;
}

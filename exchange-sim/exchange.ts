import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { AddressInfo } from "node:net";
import { AdminActions, AdminError } from "./admin/actions.ts";
import { FaultBoard } from "./admin/faults.ts";
import { serveAdmin } from "./admin/routes.ts";
import { MILLISECOND, type Micros } from "./clock.ts";
import type { Engine } from "./engine/engine.ts";
import type { FeePreset } from "./engine/fees.ts";
import { readReplayFile, type ReplayTape } from "./engine/replay.ts";
import { pairByRestName, pairBySymbol } from "./instruments.ts";
import { createRandom } from "./random.ts";
import { serveApi } from "./rest/api.ts";
import { PublicLimits } from "./rest/public-limits.ts";
import { createRestServer } from "./rest/server.ts";
import { openRuntime, type ReplayPlan, type Runtime } from "./runtime.ts";
import { Switches, type SwitchValues } from "./switches.ts";
import type { Venue } from "./venue.ts";
import { privatePath, publicPath, SocketServer } from "./ws/server.ts";

export interface ReplayOptions {
  /** Kraken OHLCVT files; the pair is read from the name (`XBTUSD_60.csv`). */
  readonly files: readonly string[];
  /** The pair of the only file, when its name does not tell. */
  readonly symbol?: string;
  /** Market seconds per real second; 60 when absent. */
  readonly speed?: number;
  /** Market time to begin at; when absent, after the first quarter, at most 720 candles, which become the past. */
  readonly from?: Micros;
}

export interface ExchangeOptions {
  /** 0, the standard, takes a free port. */
  readonly port?: number;
  readonly seed?: number | string;
  /** `virtual` time stands still until `advance`. */
  readonly time?: "real" | "virtual";
  /** Start of virtual time. */
  readonly startTime?: Micros;
  /** Where tape, accounts and orders are kept; nothing is kept when absent. */
  readonly stateFolder?: string;
  readonly fees?: FeePreset;
  readonly replay?: ReplayOptions;
  readonly switches?: Partial<SwitchValues>;
}

/** A running exchange. */
export interface Exchange {
  /** REST base, e.g. `http://127.0.0.1:8100`. */
  readonly url: string;
  /** Public WebSocket v2. */
  readonly wsUrl: string;
  /** Private WebSocket v2. */
  readonly wsAuthUrl: string;
  readonly port: number;
  readonly mode: "simulated" | "replay";
  readonly time: "real" | "virtual";
  readonly replayFinished: boolean;
  /** The parts behind the doors; others after a restart. */
  readonly venue: Venue;
  readonly engine: Engine;
  readonly switches: Switches;
  readonly faults: FaultBoard;
  readonly admin: AdminActions;
  /** Moves virtual time forward and runs all that falls into it. */
  advance(milliseconds: number): void;
  drawSwitches(seed: string): void;
  /** Cuts everybody off and comes back from what is kept on disk; without a state folder only the sockets go. */
  restart(): void;
  stop(): Promise<void>;
}

/** 2026-10-01T12:00:00Z, where virtual time starts unless told otherwise. */
export const virtualStart: Micros = 1_790_856_000_000_000;

/** Starts an exchange on the loopback interface. */
export async function startExchange(options: ExchangeOptions = {}): Promise<Exchange> {
  const seed = String(options.seed ?? 1);
  const faults = new FaultBoard();
  const switches = new Switches();
  switches.setAll(options.switches ?? {});
  const limits = new PublicLimits();
  const replay = options.replay === undefined ? undefined : planReplay(options.replay);
  const sockets: SocketServer = new SocketServer({
    host: () => runtime.venue,
    faults,
    switches,
    limits,
    random: createRandom(`${seed}/connections`),
  });
  const open = (): Runtime =>
    openRuntime({
      seed,
      time: options.time ?? "real",
      startTime: options.startTime ?? virtualStart,
      stateFolder: options.stateFolder,
      feePreset: options.fees ?? "standard",
      replay,
      switches,
      faults,
      flushSockets: () => {
        sockets.flush();
      },
    });
  let runtime = openOrStop(open, sockets);
  const admin = new AdminActions(() => runtime.venue, sockets);
  const server = createRestServer(async (request) =>
    request.path.startsWith("/admin/")
      ? serveAdmin(exchange, request)
      : serveApi(runtime.venue, faults, limits, request),
  );
  sockets.attach(server);

  async function stop(): Promise<void> {
    runtime.close();
    sockets.stop();
    server.closeAllConnections();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  }

  let port: number;
  try {
    port = await listen(server, options.port ?? 0);
  } catch (error) {
    runtime.close();
    sockets.stop();
    throw error;
  }
  const exchange: Exchange = {
    url: `http://127.0.0.1:${String(port)}`,
    wsUrl: `ws://127.0.0.1:${String(port)}${publicPath}`,
    wsAuthUrl: `ws://127.0.0.1:${String(port)}${privatePath}`,
    port,
    mode: replay === undefined ? "simulated" : "replay",
    time: options.time ?? "real",
    get replayFinished() {
      return runtime.replayFinished();
    },
    get venue() {
      return runtime.venue;
    },
    get engine() {
      return runtime.venue.engine;
    },
    switches,
    faults,
    admin,
    advance(milliseconds) {
      advance(runtime, milliseconds);
    },
    drawSwitches(drawSeed) {
      switches.draw(createRandom(`${drawSeed}/switches`));
    },
    restart() {
      sockets.drop("all");
      admin.expireTokens();
      if (options.stateFolder !== undefined) {
        runtime.close();
        runtime = open();
      }
    },
    stop,
  };
  return exchange;
}

/** Opens a runtime; when that fails, nothing is left running. */
function openOrStop(open: () => Runtime, sockets: SocketServer): Runtime {
  try {
    return open();
  } catch (error) {
    sockets.stop();
    throw error;
  }
}

function advance({ virtual, venue }: Runtime, milliseconds: number): void {
  if (virtual === undefined) {
    throw new AdminError("time can only be advanced when it is virtual");
  }
  virtual.set(virtual.market() + Math.round(milliseconds * MILLISECOND));
  venue.engine.catchUp();
}

const mostPastCandles = 720;

function planReplay(options: ReplayOptions): ReplayPlan {
  const tapes = options.files.map((file) => readTape(file, options.symbol));
  const starts = tapes.map(({ candles }) => {
    const first = Math.min(mostPastCandles, Math.floor(candles.length / 4));
    return candles[first]?.begin ?? 0;
  });
  return { tapes, speed: options.speed ?? 60, from: options.from ?? Math.max(...starts) };
}

function readTape(file: string, symbol: string | undefined): ReplayTape {
  const name = basename(file).replace(/[_.].*$/, "");
  const pair = symbol === undefined ? pairByRestName(name, { slash: true, wsname: true }) : pairBySymbol(symbol);
  if (pair === undefined) {
    throw new Error(
      `${symbol ?? name} is no pair of this exchange; name the file like XBTUSD_60.csv or give --symbol BTC/USD`,
    );
  }
  const tape = readReplayFile(readFileSync(file, "utf8"), pair);
  if (tape.candles.length === 0) {
    throw new Error(`${file} has no rows`);
  }
  return tape;
}

async function listen(server: ReturnType<typeof createRestServer>, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

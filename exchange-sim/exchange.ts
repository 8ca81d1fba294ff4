import type { AddressInfo } from "node:net";
import { createRealClock, createVirtualClock, MILLISECOND, type Micros, type VirtualClock } from "./clock.ts";
import { startDriver, type Driver } from "./driver.ts";
import { Engine } from "./engine/engine.ts";
import { envelope, type Params } from "./rest/envelope.ts";
import { answerPublic } from "./rest/public.ts";
import { createRestServer, jsonReply, type RestReply, type RestRequest } from "./rest/server.ts";
import { Switches } from "./switches.ts";
import { PublicChannels } from "./ws/public-channels.ts";
import { privatePath, publicPath, SocketServer } from "./ws/server.ts";

export interface ExchangeOptions {
  /** 0 takes a free port. */
  readonly port?: number;
  readonly seed?: number | string;
  /** `virtual` time stands still until `advance`. */
  readonly time?: "real" | "virtual";
  /** Start of virtual time. */
  readonly startTime?: Micros;
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
  readonly engine: Engine;
  readonly switches: Switches;
  /** Moves virtual time forward and runs all that falls into it. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
}

/** 2026-10-01T12:00:00Z, where virtual time starts unless told otherwise. */
export const virtualStart: Micros = 1_790_856_000_000_000;

export async function startExchange(options: ExchangeOptions = {}): Promise<Exchange> {
  const virtual = options.time === "virtual" ? createVirtualClock(options.startTime ?? virtualStart) : undefined;
  const engine = new Engine({ clock: virtual ?? createRealClock(), seed: String(options.seed ?? 1) });
  const switches = new Switches();
  const publicChannels = new PublicChannels(engine, switches);
  engine.open();
  engine.addListener(publicChannels);
  engine.startCrowd();

  const handler = async (request: RestRequest): Promise<RestReply | undefined> => {
    const name = /^\/0\/public\/([A-Za-z]+)$/.exec(request.path)?.[1];
    if (name === undefined) {
      return jsonReply({ error: ["EGeneral:Unknown method"] });
    }
    const params: Params = new Map([...request.query, ...new URLSearchParams(request.body)]);
    return jsonReply(engine.turn(() => envelope(answerPublic({ engine, switches }, name, params))));
  };
  const server = createRestServer(handler);
  const sockets = new SocketServer(engine, publicChannels, { handle() {}, forget() {} }, engine.random.fork("connections"));
  sockets.attach(server);
  const port = await listen(server, options.port ?? 0);
  const driver: Driver | undefined = virtual === undefined ? startDriver(engine) : undefined;

  return {
    url: `http://127.0.0.1:${String(port)}`,
    wsUrl: `ws://127.0.0.1:${String(port)}${publicPath}`,
    wsAuthUrl: `ws://127.0.0.1:${String(port)}${privatePath}`,
    port,
    engine,
    switches,
    advance(milliseconds) {
      advance(engine, virtual, milliseconds);
    },
    async stop() {
      driver?.stop();
      sockets.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function advance(engine: Engine, clock: VirtualClock | undefined, milliseconds: number): void {
  if (clock === undefined) {
    throw new Error("time can only be advanced when it is virtual");
  }
  clock.set(clock.market() + Math.round(milliseconds * MILLISECOND));
  engine.catchUp();
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

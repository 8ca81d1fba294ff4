import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { isoMicros } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Random } from "../random.ts";
import { Connection } from "./connection.ts";
import { encodeJson, isParsedObject, parseJson, type ParsedObject } from "./json.ts";
import { failure, integerParam, textParam, unknownMember, type Request } from "./messages.ts";
import type { PublicChannels } from "./public-channels.ts";

export const publicPath = "/v2";
export const privatePath = "/v2-auth";

const heartbeatMs = 1_000;
/** A connection without traffic is closed after about this long (PROTOCOL §3.3). */
const idleMs = 60_000;
const heartbeat = '{"channel":"heartbeat"}';
const methodMembers = ["method", "params", "req_id"];

/** What the private endpoint does with a request; the public one refuses it. */
export interface PrivateDoor {
  handle(connection: Connection, request: Request): void;
  forget(connection: Connection): void;
}

/** Accepts sockets, keeps their heartbeats, and hands requests on. */
export class SocketServer {
  readonly connections = new Set<Connection>();
  readonly #engine: Engine;
  readonly #public: PublicChannels;
  readonly #private: PrivateDoor;
  readonly #random: Random;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1_048_576 });
  readonly #heartbeats: NodeJS.Timeout;
  #nextConnection = 1;

  constructor(engine: Engine, publicChannels: PublicChannels, privateDoor: PrivateDoor, random: Random) {
    this.#engine = engine;
    this.#public = publicChannels;
    this.#private = privateDoor;
    this.#random = random;
    this.#heartbeats = setInterval(() => {
      this.#beat();
    }, heartbeatMs);
    engine.afterTurn(() => {
      for (const connection of this.connections) {
        connection.flush();
      }
    });
  }

  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = new URL(request.url ?? "/", "http://exchange").pathname.replace(/\/$/, "");
      if (path !== publicPath && path !== privatePath) {
        socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#accept(webSocket, path === publicPath ? "public" : "private");
      });
    });
  }

  stop(): void {
    clearInterval(this.#heartbeats);
    for (const connection of this.connections) {
      connection.socket.terminate();
    }
    this.#sockets.close();
  }

  /** Tells everybody the system status, as after connecting and on changes. */
  broadcastStatus(): void {
    for (const connection of this.connections) {
      connection.queue(this.#status(connection));
    }
  }

  #accept(socket: WebSocket, kind: "public" | "private"): void {
    // Larger than 2^53, as Kraken's are (PROTOCOL §5.1).
    const id = (12_000_000_000_000_000_000n + BigInt(this.#random.integer(2 ** 31)) * 1_000_003n + BigInt(this.#nextConnection)).toString();
    this.#nextConnection += 1;
    const connection = new Connection(id, kind, socket, performance.now());
    this.connections.add(connection);
    socket.on("message", (data, isBinary) => {
      if (!isBinary) {
        this.#receive(connection, rawText(data));
      }
    });
    socket.on("close", () => {
      this.connections.delete(connection);
      this.#public.forget(connection);
      this.#private.forget(connection);
    });
    socket.on("error", () => {
      socket.terminate();
    });
    this.#engine.turn(() => {
      connection.queue(this.#status(connection));
    });
  }

  #status(connection: Connection): string {
    return `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${this.#engine.systemStatus}","api_version":"v2","connection_id":${connection.id},"upcoming_maintenance":[],"emergency":[]}]}`;
  }

  #receive(connection: Connection, text: string): void {
    connection.heardAt = performance.now();
    this.#engine.turn(() => {
      const message = parseJson(text);
      const timeIn = this.#engine.clock.wall();
      if (!isParsedObject(message)) {
        const broken: Request = { method: "", requestId: undefined, params: {}, timeIn };
        const reply = failure(broken, timeIn, "Malformed request");
        connection.queue(encodeJson({ ...(typeof reply === "object" ? reply : {}), method: undefined }));
        return;
      }
      const params = message["params"];
      const request: Request = {
        method: textParam(message["method"]) ?? "",
        requestId: integerParam(message["req_id"]),
        params: isParsedObject(params) ? params : {},
        timeIn,
      };
      this.#dispatch(connection, request, message);
    });
  }

  #dispatch(connection: Connection, request: Request, message: ParsedObject): void {
    const now = this.#engine.clock.wall();
    const stray = unknownMember(message, request.method === "ping" ? ["method", "req_id"] : methodMembers);
    if (stray !== undefined) {
      connection.queue(encodeJson(failure(request, now, `Unsupported field: '${stray}' for the given msg type: ${request.method}`)));
    } else if (request.method === "ping") {
      const times = { time_in: isoMicros(request.timeIn), time_out: isoMicros(request.timeIn + 18) };
      connection.queue(encodeJson({ method: "pong", req_id: request.requestId, ...times }));
    } else if (connection.kind === "private") {
      this.#private.handle(connection, request);
    } else if (request.method === "subscribe" || request.method === "unsubscribe") {
      this.#publicSubscription(connection, request);
    } else {
      this.#refusePrivate(connection, request);
    }
  }

  #publicSubscription(connection: Connection, request: Request): void {
    const channel = textParam(request.params["channel"]);
    if (channel === "executions" || channel === "balances") {
      this.#refusePrivate(connection, request);
    } else if (request.method === "subscribe") {
      this.#public.subscribe(connection, request);
    } else {
      this.#public.unsubscribe(connection, request);
    }
  }

  #refusePrivate(connection: Connection, request: Request): void {
    const known = ["subscribe", "unsubscribe", "add_order", "amend_order", "edit_order", "cancel_order", "cancel_all", "cancel_all_orders_after", "batch_add", "batch_cancel"];
    const error = known.includes(request.method)
      ? "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com"
      : "Unsupported event";
    connection.queue(encodeJson(failure(request, this.#engine.clock.wall(), error)));
  }

  #beat(): void {
    const now = performance.now();
    for (const connection of this.connections) {
      if (connection.subscribed) {
        connection.send(heartbeat);
      } else if (now - connection.heardAt > idleMs) {
        connection.socket.close(1000);
      }
    }
  }
}

function rawText(data: RawData): string {
  if (Array.isArray(data)) {
    return Buffer.concat(data).toString("utf8");
  }
  return Buffer.isBuffer(data) ? data.toString("utf8") : Buffer.from(data).toString("utf8");
}

import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import type { FaultBoard } from "../admin/faults.ts";
import { isoMicros } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Random } from "../random.ts";
import type { PublicLimits } from "../rest/public-limits.ts";
import type { Switches } from "../switches.ts";
import { Connection } from "./connection.ts";
import { encodeJson, isParsedObject, parseJson, type ParsedObject } from "./json.ts";
import { failure, integerParam, textParam, unknownMember, type Request } from "./messages.ts";
import type { PublicChannels } from "./public-channels.ts";
import { messageType } from "./trading-params.ts";

export const publicPath = "/v2";
export const privatePath = "/v2-auth";

const heartbeatMs = 1_000;
/** A connection without traffic is closed after about this long (PROTOCOL §3.3). */
const idleMs = 60_000;
const heartbeat = '{"channel":"heartbeat"}';
const methodMembers = ["method", "params", "req_id"];
const privateMethods = [
  "add_order",
  "amend_order",
  "edit_order",
  "cancel_order",
  "cancel_all",
  "cancel_all_orders_after",
  "batch_add",
  "batch_cancel",
];

/** What a fault makes of the reply to a trading request. */
export interface ReplyFate {
  readonly isDropped?: boolean;
  readonly isExecuted?: boolean;
  readonly error?: string;
  readonly delayMs?: number;
}

/** What the private endpoint does with a request; the public one refuses it. */
export interface PrivateDoor {
  handle(connection: Connection, request: Request, fate?: ReplyFate): void;
  forget(connection: Connection): void;
}

/** The exchange behind the sockets; another one after a restart. */
export interface SocketHost {
  readonly engine: Engine;
  readonly publicChannels: PublicChannels;
  readonly door: PrivateDoor;
}

export interface SocketSettings {
  readonly host: () => SocketHost;
  readonly faults: FaultBoard;
  readonly switches: Switches;
  readonly limits: PublicLimits;
  readonly random: Random;
}

/** Accepts sockets, keeps their heartbeats, and hands requests on. */
export class SocketServer {
  readonly connections = new Set<Connection>();
  readonly #settings: SocketSettings;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1_048_576 });
  readonly #heartbeats: NodeJS.Timeout;
  #nextConnection = 1;

  constructor(settings: SocketSettings) {
    this.#settings = settings;
    this.#heartbeats = setInterval(() => {
      this.#beat();
    }, heartbeatMs);
  }

  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
  }

  /** Sends what was queued during a turn. */
  flush(): void {
    for (const connection of this.connections) {
      connection.flush();
    }
  }

  stop(): void {
    clearInterval(this.#heartbeats);
    this.drop("all");
    this.#sockets.close();
  }

  /** Cuts connections off, as a failing proxy does: without a closing handshake. */
  drop(which: "all" | "public" | "private"): number {
    const dropped = [...this.connections].filter((each) => which === "all" || each.kind === which);
    for (const connection of dropped) {
      connection.socket.terminate();
      this.#forget(connection);
    }
    return dropped.length;
  }

  /** Sends a frame that need not be JSON to everybody. */
  sendText(text: string): void {
    for (const connection of this.connections) {
      connection.send(text);
    }
  }

  /** Tells everybody the system status, as after connecting and on changes. */
  broadcastStatus(): void {
    for (const connection of this.connections) {
      connection.queue(this.#status(connection));
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { faults, limits, switches, host } = this.#settings;
    const path = new URL(request.url ?? "/", "http://exchange").pathname.replace(/\/$/, "");
    const kind = path === publicPath ? "public" : path === privatePath ? "private" : undefined;
    const address = request.socket.remoteAddress ?? "";
    const limited = switches.value("publicLimits") && !limits.allowsConnect(address, host().engine.clock.wall());
    const refusal = faults.take("refuseConnections", kind);
    socket.on("error", () => {
      socket.destroy();
    });
    if (kind === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    } else if (refusal !== undefined || limited) {
      const status = refusal?.status === 403 ? "403 Forbidden" : "429 Too Many Requests";
      socket.end(
        `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/html\r\n\r\nError 1015: You are being rate limited`,
      );
    } else {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#accept(webSocket, kind);
      });
    }
  }

  #accept(socket: WebSocket, kind: "public" | "private"): void {
    const { host, random } = this.#settings;
    // Larger than 2^53, as Kraken's are (PROTOCOL §5.1).
    const id =
      12_000_000_000_000_000_000n + BigInt(random.integer(2 ** 31)) * 1_000_003n + BigInt(this.#nextConnection);
    this.#nextConnection += 1;
    const connection = new Connection(id.toString(), kind, socket, performance.now());
    this.connections.add(connection);
    socket.on("message", (data, isBinary) => {
      if (!isBinary && this.connections.has(connection)) {
        this.#receive(connection, rawText(data));
      }
    });
    socket.on("close", () => {
      this.#forget(connection);
    });
    socket.on("error", () => {
      socket.terminate();
    });
    host().engine.turn(() => {
      connection.queue(this.#status(connection));
    });
  }

  #forget(connection: Connection): void {
    if (this.connections.delete(connection)) {
      const { publicChannels, door } = this.#settings.host();
      publicChannels.forget(connection);
      door.forget(connection);
    }
  }

  #status(connection: Connection): string {
    const { systemStatus } = this.#settings.host().engine;
    return `{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"${systemStatus}","api_version":"v2","connection_id":${connection.id},"upcoming_maintenance":[],"emergency":[]}]}`;
  }

  #receive(connection: Connection, text: string): void {
    connection.heardAt = performance.now();
    const { engine } = this.#settings.host();
    engine.turn(() => {
      const message = parseJson(text);
      const timeIn = engine.clock.wall();
      if (!isParsedObject(message)) {
        const broken: Request = { method: "", requestId: undefined, params: {}, timeIn };
        connection.queue(encodeJson({ ...failure(broken, timeIn, "Malformed request"), method: undefined }));
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
    const { engine, publicChannels, door } = this.#settings.host();
    const { method } = request;
    const stray = unknownMember(message, method === "ping" ? ["method", "req_id"] : methodMembers);
    const isSubscription = method === "subscribe" || method === "unsubscribe";
    if (stray !== undefined) {
      this.#refuse(connection, request, `Unsupported field: '${stray}' for the given msg type: ${messageType(method)}`);
    } else if (method === "ping") {
      const times = { time_in: isoMicros(request.timeIn), time_out: isoMicros(engine.clock.wall() + 18) };
      connection.queue(encodeJson({ method: "pong", req_id: request.requestId, ...times }));
    } else if (connection.kind === "private") {
      if (isSubscription) {
        door.handle(connection, request);
      } else {
        this.#trade(connection, request);
      }
    } else if (!isSubscription && !privateMethods.includes(method)) {
      this.#refuse(connection, request, "Unsupported event");
    } else {
      const channel = textParam(request.params["channel"]);
      if (!isSubscription || channel === "executions" || channel === "balances") {
        this.#refuse(
          connection,
          request,
          "Private data and trading are unavailable on this endpoint. Try ws-auth.kraken.com",
        );
      } else if (method === "subscribe") {
        publicChannels.subscribe(connection, request);
      } else {
        publicChannels.unsubscribe(connection, request);
      }
    }
  }

  /** A trading request, with whatever faults are armed for its method. */
  #trade(connection: Connection, request: Request): void {
    const { faults } = this.#settings;
    const { method } = request;
    if (faults.take("dropRequest", method) !== undefined) {
      return;
    }
    const wrong = faults.take("error", method);
    const slow = faults.take("delayAnswer", method);
    const fate: ReplyFate = {
      isDropped: faults.take("dropAnswer", method) !== undefined,
      ...(wrong === undefined
        ? {}
        : { error: wrong.text ?? "EService:Unavailable", isExecuted: wrong.executed ?? false }),
      ...(slow === undefined ? {} : { delayMs: slow.milliseconds ?? 0 }),
    };
    const late = faults.take("delay", method);
    if (late === undefined) {
      this.#settings.host().door.handle(connection, request, fate);
    } else {
      setTimeout(() => {
        const { engine, door } = this.#settings.host();
        engine.turn(() => {
          door.handle(connection, request, fate);
        });
      }, late.milliseconds ?? 0);
    }
  }

  #refuse(connection: Connection, request: Request, error: string): void {
    connection.queue(encodeJson(failure(request, this.#settings.host().engine.clock.wall(), error)));
  }

  #beat(): void {
    const now = performance.now();
    const silent = this.#settings.faults.active("noHeartbeats") !== undefined;
    for (const connection of this.connections) {
      if (connection.subscribed && !silent) {
        connection.send(heartbeat);
      } else if (!connection.subscribed && now - connection.heardAt > idleMs) {
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

/**
 * The sockets of one user's object, hibernating: everything known about a connection is in its attachment, because the object
 * may be rebuilt between two frames. Nothing is sent before the client's first `resume`.
 */
import { z } from "zod";
import { CLOSE_CODES } from "../../contract/close-codes.ts";
import type { Problem } from "../../domain/problem.ts";
import { fullBucket, SOCKET_FRAMES, takeToken } from "../trader/rate.ts";
import { answerableCode, closeQuietly } from "./close-quietly.ts";
import { log } from "./log.ts";

/** A client that reads too slowly is cut off here; it resumes when it comes back. */
const MAXIMUM_BUFFERED_BYTES = 1024 * 1024;
const MAXIMUM_FRAME_CHARACTERS = 4_096;
const FAULTS_ALLOWED = 3;
export const MAXIMUM_SOCKETS = 50;

const attachment = z.object({
  v: z.literal(1),
  sessionId: z.string(),
  expiresAt: z.number(),
  resumed: z.boolean(),
  frames: z.object({ tokens: z.number(), at: z.number() }),
  faults: z.number(),
});
type Attachment = z.infer<typeof attachment>;

type SocketState = {
  acceptWebSocket(socket: WebSocket): void;
  getWebSockets(): WebSocket[];
};

/** Whose session a connection belongs to. */
type SocketOwner = { readonly sessionId: string; readonly sessionExpiresAt: number };

export type SocketDependencies<Frame> = {
  readonly state: SocketState;
  readonly now: () => number;
  readonly traderId: string;
  /** What a client may send. */
  readonly clientFrame: z.ZodType<Frame>;
  /** Frames to answer a resume with. Synchronous, so that no event falls between it and the first broadcast. */
  readonly onResume: (frame: Frame, sessionExpiresAt: number) => readonly object[];
  /** The frame that tells a client what was wrong with its own. */
  readonly faultFrame: (error: Problem) => object;
};

export class HibernatingSockets<Frame> {
  readonly #dependencies: SocketDependencies<Frame>;

  constructor(dependencies: SocketDependencies<Frame>) {
    this.#dependencies = dependencies;
  }

  /** Takes the server's end of a new connection; the response belongs to the upgrade. */
  accept(principal: SocketOwner): Response {
    const { state, now } = this.#dependencies;
    const pair = new WebSocketPair();
    const [client, server] = [pair[0], pair[1]];
    state.acceptWebSocket(server);
    write(server, {
      v: 1,
      sessionId: principal.sessionId,
      expiresAt: principal.sessionExpiresAt,
      resumed: false,
      frames: fullBucket(SOCKET_FRAMES, now()),
      faults: 0,
    });
    this.#log("opened", principal.sessionId, 0);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** A frame of the client's. */
  receive(socket: WebSocket, message: string | ArrayBuffer): void {
    const { now, clientFrame, faultFrame } = this.#dependencies;
    const held = this.#read(socket);
    if (held === null) {
      return;
    }
    const taken = takeToken(held.frames, SOCKET_FRAMES, now());
    if (taken.waitMs > 0) {
      this.#close(socket, held, CLOSE_CODES.tooSlowOrTooFast, "Too many frames.");
      return;
    }
    const frame = parseFrame(clientFrame, message);
    if (!frame.ok) {
      const faults = held.faults + 1;
      write(socket, { ...held, frames: taken.bucket, faults });
      this.#send(socket, held, JSON.stringify(faultFrame(frame.error)));
      if (faults >= FAULTS_ALLOWED) {
        this.#close(socket, held, CLOSE_CODES.badFrame, "Frames that are not in the contract.");
      }
      return;
    }
    for (const answer of this.#dependencies.onResume(frame.value, held.expiresAt)) {
      this.#send(socket, held, JSON.stringify(answer));
    }
    write(socket, { ...held, frames: taken.bucket, resumed: true });
  }

  /** Sends frames to everyone who has resumed. Each text was serialised once, by the caller. */
  broadcast(texts: readonly string[]): void {
    for (const socket of this.#dependencies.state.getWebSockets()) {
      const held = this.#read(socket);
      if (held?.resumed === true) {
        for (const text of texts) {
          if (!this.#send(socket, held, text)) {
            break;
          }
        }
      }
    }
  }

  /** Ends the sockets of these sessions, or all. */
  revoke(sessionIds: readonly string[] | null): void {
    for (const socket of this.#dependencies.state.getWebSockets()) {
      const held = this.#read(socket);
      if (held !== null && (sessionIds === null || sessionIds.includes(held.sessionId))) {
        this.#close(socket, held, CLOSE_CODES.sessionEnded, "The session has ended.");
      }
    }
  }

  /** Ends the sockets whose session is over; answers when the next one will be, or null. */
  sweep(): number | null {
    const open = this.#dependencies.state.getWebSockets().map((socket) => this.#read(socket)?.expiresAt ?? Infinity);
    const next = Math.min(Infinity, ...open);
    return next === Infinity ? null : next;
  }

  /** How many connections are open. */
  count(): number {
    return this.#dependencies.state.getWebSockets().length;
  }

  /** Answers a peer's close, which the runtime does not. */
  closed(socket: WebSocket, code: number): void {
    closeQuietly(socket, code, "");
    this.#log("closed", sessionOf(socket), answerableCode(code));
  }

  failed(socket: WebSocket): void {
    closeQuietly(socket, CLOSE_CODES.goingAway, "The connection failed.");
    this.#log("failed", sessionOf(socket), CLOSE_CODES.goingAway);
  }

  /** What is known of a connection; null when that is nothing any more, and then it is closed. */
  #read(socket: WebSocket): Attachment | null {
    const stored = attachment.safeParse(socket.deserializeAttachment());
    if (!stored.success) {
      closeQuietly(socket, CLOSE_CODES.goingAway, "Come back.");
      return null;
    }
    if (stored.data.expiresAt <= this.#dependencies.now()) {
      this.#close(socket, stored.data, CLOSE_CODES.sessionEnded, "The session has expired.");
      return null;
    }
    return stored.data;
  }

  #send(socket: WebSocket, held: Attachment, text: string): boolean {
    if (bufferedBytes(socket) > MAXIMUM_BUFFERED_BYTES) {
      this.#close(socket, held, CLOSE_CODES.tooSlowOrTooFast, "Too much is waiting to be read.");
      return false;
    }
    try {
      socket.send(text);
      return true;
    } catch {
      // Closing already: the client resumes from what it has.
      return false;
    }
  }

  #close(socket: WebSocket, held: Attachment, code: number, reason: string): void {
    if (closeQuietly(socket, code, reason)) {
      this.#log("cut", held.sessionId, code);
    }
  }

  #log(what: string, sessionId: string, code: number): void {
    log("socket", { what, trader: this.#dependencies.traderId, session: sessionId, code });
  }
}

type ParsedFrame<Frame> =
  | { readonly ok: true; readonly value: Frame }
  | { readonly ok: false; readonly error: Problem };

function parseFrame<Frame>(clientFrame: z.ZodType<Frame>, message: string | ArrayBuffer): ParsedFrame<Frame> {
  if (typeof message !== "string" || message.length > MAXIMUM_FRAME_CHARACTERS) {
    const text = `A frame is JSON text of at most ${MAXIMUM_FRAME_CHARACTERS} characters.`;
    return { ok: false, error: { code: "BAD_REQUEST", message: text, details: {} } };
  }
  let json: unknown;
  try {
    json = JSON.parse(message);
  } catch {
    return { ok: false, error: { code: "MALFORMED_JSON", message: "The frame is not JSON.", details: {} } };
  }
  const parsed = clientFrame.safeParse(json);
  if (!parsed.success) {
    return { ok: false, error: { code: "BAD_REQUEST", message: z.prettifyError(parsed.error), details: {} } };
  }
  return { ok: true, value: parsed.data };
}

function write(socket: WebSocket, value: Attachment): void {
  socket.serializeAttachment(value);
}

function sessionOf(socket: WebSocket): string {
  const stored = attachment.safeParse(socket.deserializeAttachment());
  return stored.success ? stored.data.sessionId : "";
}

/** Bytes not yet sent, where the runtime tells (workerd since 2026-11-17); 0 elsewhere. */
function bufferedBytes(socket: WebSocket): number {
  const amount: unknown = Reflect.get(socket, "bufferedAmount");
  return typeof amount === "number" ? amount : 0;
}

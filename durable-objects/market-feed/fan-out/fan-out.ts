/**
 * Fan-out to client sockets: conflated to ten frames a second, each distinct frame serialised once, slow clients skipped and
 * finally cut (DESIGN, parts). Timers run only while there are clients.
 */
import { CLOSE_CODES } from "../../../contract/close-codes.ts";
import { MARKET_SOCKET_PROTOCOL, type MarketServerFrame, type Topic } from "../../../contract/market-socket.ts";
import { z } from "zod";
import type { Market, Milliseconds, Symbol } from "../../../domain/market.ts";
import type { ErrorCode, Problem, Result } from "../../../domain/problem.ts";
import { closeQuietly } from "../../lib/close-quietly.ts";
import { log } from "../../lib/log.ts";
import { readClientFrame } from "./client-frame.ts";
import { PublisherTable } from "./publisher-table.ts";
import type { FeedSource } from "./publishers.ts";
import { ClientSession, MOST_MESSAGES, type ClientSocket } from "./session.ts";
import { parseTopicKey, symbolOfKey, topicKey, type TopicKey } from "./topics.ts";

export type FanOutPorts = {
  readonly market: Market;
  readonly source: FeedSource;
  readonly now: () => Milliseconds;
  readonly marketTime: () => Milliseconds;
  readonly connected: () => boolean;
  /** Makes sure that a symbol is subscribed at the venue. */
  readonly watch: (topic: Topic) => Promise<Result<null>>;
  /** Called before each flush: whatever changed with time alone is marked now. */
  readonly beforeFlush: () => void;
};

const FLUSH_EVERY_MS = 100;
const IDLE_TICK_MS = 1_000;
/** Fifty symbols in every channel and timeframe: what a relay asks for at most. As an attachment it stays under 16 KB. */
const MOST_TOPICS = 450;
const attachment = z.object({ topics: z.array(z.string()) });

export class FanOut {
  readonly #ports: FanOutPorts;
  readonly #sessions = new Map<ClientSocket, ClientSession>();
  readonly #publishers: PublisherTable;
  #frame = 0;
  #statusDirty = false;
  #flushedAt = 0;
  #timer: { readonly id: ReturnType<typeof setTimeout>; readonly at: Milliseconds } | null = null;

  constructor(ports: FanOutPorts) {
    this.#ports = ports;
    this.#publishers = new PublisherTable(ports.source);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Takes over sockets that outlived the object: they get snapshots of everything they watch. */
  restore(sockets: readonly ClientSocket[]): readonly Topic[] {
    const topics = new Map<TopicKey, Topic>();
    for (const socket of sockets) {
      const session = this.#open(socket);
      const stored = attachment.safeParse(socket.deserializeAttachment());
      for (const key of stored.success ? stored.data.topics : []) {
        const topic = parseTopicKey(key);
        if (topic !== null) {
          topics.set(key, topic);
          this.#addTopic(session, topic);
        }
      }
    }
    this.#schedule();
    return [...topics.values()];
  }

  connect(socket: ClientSocket): void {
    this.#open(socket);
    this.#tell(socket, {
      type: "hello",
      protocol: MARKET_SOCKET_PROTOCOL,
      market: this.#ports.market,
      marketTime: this.#ports.marketTime(),
      connected: this.#ports.connected(),
    });
    this.#schedule();
  }

  /** Takes a message of a client. What is not in the contract is answered once and ends the connection. */
  async message(socket: ClientSocket, data: string | ArrayBuffer): Promise<void> {
    const session = this.#sessions.get(socket);
    if (session === undefined) {
      // Cut off already; what it sent before it noticed does not count.
      return;
    }
    if (!session.admit(this.#ports.now())) {
      this.#end(
        session,
        "RATE_LIMITED",
        `More than ${MOST_MESSAGES} frames in 10 s: the connection is closed.`,
        CLOSE_CODES.tooSlowOrTooFast,
      );
      return;
    }
    const frame = readClientFrame(data);
    if (frame === null) {
      this.#end(
        session,
        "BAD_REQUEST",
        "This frame is not in the contract of the market socket.",
        CLOSE_CODES.badFrame,
      );
      return;
    }
    switch (frame.type) {
      case "acknowledge":
        session.acknowledge(frame.frame, this.#ports.now());
        return;
      case "unsubscribe":
        for (const topic of frame.topics) {
          this.#removeTopic(session, topicKey(topic));
        }
        this.#save(session);
        this.#tell(socket, { type: "unsubscribed", id: frame.id, topics: frame.topics });
        return;
      case "subscribe":
        await this.#subscribe(session, frame.id, frame.topics);
    }
  }

  closed(socket: ClientSocket): void {
    const session = this.#sessions.get(socket);
    if (session !== undefined) {
      for (const key of session.topics) {
        this.#removeTopic(session, key);
      }
      this.#sessions.delete(socket);
    }
  }

  /** Something of a symbol changed: the next flush looks at it. */
  changed(symbol: Symbol, channel: Topic["channel"]): void {
    if (this.#sessions.size === 0) {
      return;
    }
    this.#publishers.changed(symbol, channel);
    this.#schedule();
  }

  /** A series is other than before: everybody who watches it begins again from a snapshot. */
  replaced(topic: Topic): void {
    const key = topicKey(topic);
    for (const session of this.#sessions.values()) {
      if (session.topics.has(key)) {
        session.pending.add(key);
        this.#publishers.mark(key);
      }
    }
    this.#schedule();
  }

  /** A symbol's tape began anew: what was published of it is void, everybody begins again from snapshots. */
  restarted(symbol: Symbol): void {
    this.#publishers.restart(symbol);
    for (const session of this.#sessions.values()) {
      for (const key of [...session.topics].filter((each) => symbolOfKey(each) === symbol)) {
        session.pending.add(key);
        this.#publishers.mark(key);
      }
    }
    this.#schedule();
  }

  /** The link to the venue came or went: told at once, even when nothing else flows. */
  statusChanged(): void {
    this.#statusDirty = true;
    this.#schedule();
  }

  /** Whether anybody watches the topic. */
  isWatched(topic: Topic): boolean {
    return this.#publishers.isWatched(topicKey(topic));
  }

  /** Symbols that anybody looks at. */
  viewedSymbols(): ReadonlySet<Symbol> {
    return this.#publishers.symbols();
  }

  /** Ends all subscriptions of a symbol that had to leave. */
  dropSymbol(symbol: Symbol, reason: Problem): void {
    for (const session of this.#sessions.values()) {
      const keys = [...session.topics].filter((key) => symbolOfKey(key) === symbol);
      for (const key of keys) {
        this.#removeTopic(session, key);
      }
      if (keys.length > 0) {
        this.#save(session);
        this.#tell(session.socket, { type: "error", error: reason });
      }
    }
  }

  async #subscribe(session: ClientSession, id: number, topics: readonly Topic[]): Promise<void> {
    const accepted: Topic[] = [];
    const refused: { topic: Topic; error: Problem }[] = [];
    for (const topic of topics) {
      const error = await this.#admitTopic(session.topics.size + accepted.length, topic);
      if (error === null) {
        accepted.push(topic);
      } else {
        refused.push({ topic, error });
      }
    }
    if (this.#sessions.get(session.socket) !== session) {
      return;
    }
    for (const topic of accepted) {
      this.#addTopic(session, topic);
    }
    this.#save(session);
    this.#tell(session.socket, { type: "subscribed", id, topics: accepted, refused });
    this.#schedule();
  }

  async #admitTopic(watched: number, topic: Topic): Promise<Problem | null> {
    if (watched >= MOST_TOPICS) {
      const details = { limit: String(MOST_TOPICS) };
      return { code: "TOO_MANY_SYMBOLS", message: `A connection can watch ${MOST_TOPICS} topics.`, details };
    }
    const outcome = await this.#ports.watch(topic);
    return outcome.ok ? null : outcome.error;
  }

  #open(socket: ClientSocket): ClientSession {
    const session = new ClientSession(socket, this.#ports.now());
    this.#sessions.set(socket, session);
    return session;
  }

  #addTopic(session: ClientSession, topic: Topic): void {
    const key = topicKey(topic);
    if (!session.topics.has(key)) {
      this.#publishers.add(topic);
    }
    // Subscribing again is how a client that lost count asks for a snapshot.
    session.add(key);
    this.#publishers.mark(key);
  }

  #removeTopic(session: ClientSession, key: TopicKey): void {
    if (!session.topics.has(key)) {
      return;
    }
    session.remove(key);
    this.#publishers.release(key);
  }

  #save(session: ClientSession): void {
    session.socket.serializeAttachment({ topics: [...session.topics] });
  }

  #tell(socket: ClientSocket, frame: MarketServerFrame): void {
    this.#send(socket, JSON.stringify(frame));
  }

  #send(socket: ClientSocket, text: string): boolean {
    try {
      socket.send(text);
      return true;
    } catch {
      // The client is gone; its close event takes the session away.
      return false;
    }
  }

  #end(session: ClientSession, code: ErrorCode, message: string, closeCode: number): void {
    this.#tell(session.socket, { type: "error", error: { code, message, details: {} } });
    log("market_socket_ended", { code, closeCode });
    this.closed(session.socket);
    closeQuietly(session.socket, closeCode, code);
  }

  #schedule(): void {
    if (this.#sessions.size === 0) {
      return;
    }
    const now = this.#ports.now();
    const busy = this.#publishers.isBusy || this.#statusDirty;
    const at = busy ? Math.max(now, this.#flushedAt + FLUSH_EVERY_MS) : now + IDLE_TICK_MS;
    if (this.#timer !== null && this.#timer.at <= at) {
      return;
    }
    if (this.#timer !== null) {
      clearTimeout(this.#timer.id);
    }
    const id = setTimeout(() => {
      this.#timer = null;
      this.#flush();
      this.#schedule();
    }, at - now);
    this.#timer = { id, at };
  }

  #flush(): void {
    this.#ports.beforeFlush();
    const now = this.#ports.now();
    this.#flushedAt = now;
    const deltas = this.#publishers.takeDeltas(now);
    const status = this.#statusDirty;
    this.#statusDirty = false;
    this.#frame += 1;
    const frames = new Map<string, string>();
    const snapshots = new Map<TopicKey, string>();
    for (const session of this.#sessions.values()) {
      const flow = session.flow(now);
      if (flow === "cut") {
        this.#end(
          session,
          "RATE_LIMITED",
          "Frames were not read for 30 s: the connection is closed.",
          CLOSE_CODES.tooSlowOrTooFast,
        );
      } else if (flow === "ready") {
        this.#sendFrame(session, deltas, snapshots, frames, status);
      }
    }
  }

  #sendFrame(
    session: ClientSession,
    deltas: ReadonlyMap<TopicKey, string>,
    snapshots: Map<TopicKey, string>,
    frames: Map<string, string>,
    status: boolean,
  ): void {
    const key =
      session.pending.size === 0
        ? session.subscriptionKey
        : `${session.subscriptionKey}!${[...session.pending].join(" ")}`;
    let text = frames.get(key);
    if (text === undefined) {
      const updates = [...session.topics].flatMap((topic) => {
        const update = session.pending.has(topic) ? this.#snapshot(topic, snapshots) : deltas.get(topic);
        return update === undefined || update === "" ? [] : [update];
      });
      text = updates.length === 0 && !status ? "" : this.#frameText(updates);
      frames.set(key, text);
    }
    if (text !== "" && this.#send(session.socket, text)) {
      session.sent(this.#frame);
      session.pending.clear();
    }
  }

  #snapshot(key: TopicKey, snapshots: Map<TopicKey, string>): string {
    const known = snapshots.get(key);
    if (known !== undefined) {
      return known;
    }
    const text = this.#publishers.snapshot(key);
    snapshots.set(key, text);
    return text;
  }

  #frameText(updates: readonly string[]): string {
    const { marketTime, connected } = this.#ports;
    return `{"type":"frame","frame":${this.#frame},"marketTime":${marketTime()},"connected":${String(connected())},"updates":[${updates.join(",")}]}`;
  }
}

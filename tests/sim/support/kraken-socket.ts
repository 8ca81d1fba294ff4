import WebSocket from "ws";
import type { Exchange } from "../../../exchange-sim/exchange.ts";
import type { StreamFact } from "../../../domain/venue/execution-stream-facts.ts";
import type { VenueExecution, VenueOrder } from "../../../domain/venue/reports.ts";
import type { LinkSocket } from "../../../durable-objects/market-feed/venue/link.ts";
import { PrivateSocket } from "../../../durable-objects/trader/kraken/socket/private-socket.ts";
import { connect, type TestClient } from "./kraken-rest.ts";
import type { Credentials } from "./rest-client.ts";

/** Dials as a Durable Object's fetch does, over a real socket. */
export function dialNode(url: string): Promise<LinkSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    let onClose: (reason: string) => void = () => undefined;
    // The first frame can come with the handshake, before anybody listens.
    const early: string[] = [];
    let onMessage: (text: string) => void = (text) => early.push(text);
    socket.on("message", (data: Buffer) => {
      onMessage(data.toString("utf8"));
    });
    socket.once("open", () => {
      resolve({
        send(text) {
          if (socket.readyState !== WebSocket.OPEN) {
            throw new Error("the socket is not open");
          }
          socket.send(text);
        },
        close(code, reason) {
          socket.close(code, reason);
        },
        onMessage(listener) {
          onMessage = listener;
          for (const text of early.splice(0)) {
            listener(text);
          }
        },
        onClose(listener) {
          onClose = listener;
        },
      });
    });
    socket.on("error", reject);
    socket.on("close", (code) => {
      onClose(String(code));
    });
  });
}

/** Our private socket against the simulator, on the simulator's clock, with a REST client of the same key beside it. */
export class SocketStage {
  readonly socket: PrivateSocket;
  readonly client: TestClient;
  readonly facts: StreamFact[] = [];
  /** live, gap: …, down: …, refused: …, and system statuses, in order. */
  readonly heard: string[] = [];
  tokens = 0;
  dials = 0;
  /** Runs between the token and the dial. */
  beforeDial: () => void = () => undefined;
  readonly #exchange: Exchange;
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  private constructor(exchange: Exchange, client: TestClient) {
    this.#exchange = exchange;
    this.client = client;
    this.socket = new PrivateSocket(
      {
        url: exchange.wsAuthUrl,
        dial: async (url) => {
          this.dials += 1;
          return dialNode(url);
        },
        now: () => this.now(),
        random: () => 0,
        schedule: (at, run) => {
          const timer = { at, run };
          this.#timers.add(timer);
          return () => this.#timers.delete(timer);
        },
        token: () => {
          this.tokens += 1;
          return client.rest.webSocketsToken();
        },
        takeDial: async () => {
          this.beforeDial();
          return 0;
        },
        rates: client.rates,
      },
      {
        facts: (facts) => this.facts.push(...facts),
        live: () => this.heard.push("live"),
        down: (reason) => this.heard.push(`down: ${reason}`),
        gap: (channel) => this.heard.push(`gap: ${channel}`),
        systemStatus: (system) => this.heard.push(system),
        refused: (failure) => this.heard.push(`refused: ${failure.text}`),
      },
    );
  }

  static async prepare(exchange: Exchange, key: Credentials): Promise<SocketStage> {
    return new SocketStage(exchange, await connect(exchange, key));
  }

  static async live(exchange: Exchange, key: Credentials): Promise<SocketStage> {
    const stage = await SocketStage.prepare(exchange, key);
    stage.socket.open();
    await stage.untilLive();
    return stage;
  }

  now(): number {
    return Math.floor(this.#exchange.engine.clock.wall() / 1_000);
  }

  /** Lets the simulator's time pass, and rings what is due. */
  advance(milliseconds: number): void {
    this.#exchange.advance(milliseconds);
    this.#ring();
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!holds()) {
      if (performance.now() > deadline) {
        const { state } = this.socket;
        throw new Error(`not in time: ${what}; ${JSON.stringify({ state, heard: this.heard, facts: this.facts })}`);
      }
      this.#ring();
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  }

  async untilLive(): Promise<void> {
    await this.until("live", () => this.socket.state === "live");
  }

  executions(): readonly VenueExecution[] {
    return this.facts.flatMap((fact) => (fact.type === "execution" ? [fact.execution] : []));
  }

  /** The order as it was told last. */
  order(venueOrderId: string): VenueOrder | undefined {
    const told = this.facts.flatMap((fact) => (fact.type === "order" ? [fact.order] : []));
    return told.findLast((order) => order.venueOrderId === venueOrderId);
  }

  orderOf(clientOrderId: string): VenueOrder | undefined {
    const told = this.facts.flatMap((fact) => (fact.type === "order" ? [fact.order] : []));
    return told.findLast((order) => order.clientOrderId === clientOrderId);
  }

  close(): void {
    this.socket.close("the test is over");
  }

  #ring(): void {
    for (const timer of this.#timers) {
      if (timer.at <= this.now()) {
        this.#timers.delete(timer);
        timer.run();
      }
    }
  }
}

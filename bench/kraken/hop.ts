import { join } from "node:path";
import { WebSocketServer } from "ws";
import { z } from "zod";
import { accountList, type AccountView } from "../../contract/accounts.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startBare } from "../lib/bare.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile, ratio } from "../lib/statistics.ts";
import { freshPrice } from "../lib/timed.ts";

const WARM_UP = 50;
const FILLS = 500;
const EVERY_MS = 40;
/** 0.05 BTC. */
const PIECE = 5_000_000n;
const PATIENCE_MS = 5_000;

const eventFrame = z.object({
  type: z.literal("event"),
  event: z.object({ type: z.literal("fill_booked"), data: z.object({ executionId: z.string() }) }),
});

/** From the exchange's executions frame to the client's, against the same frame through a bare object. */
export async function benchHop(): Promise<Section> {
  const exchange = await startExchange({ port: 0, seed: 1 });
  try {
    const { samples, frame } = await measureDesk(exchange);
    const bare = await measureBare(frame);
    const row = (what: string, share: number): Section["rows"][number] => {
      const [ours, theirs] = [percentile(samples, share), percentile(bare, share)];
      return { what, figure: milliseconds(ours), against: `bare ${milliseconds(theirs)}: ${ratio(ours, theirs)}` };
    };
    return {
      title: "From the exchange's frame to the client's",
      method: `${FILLS} fills, one every ${EVERY_MS} ms after ${WARM_UP} to warm up, each with a frame of executions and one of balances; until the client's socket has the booked fill. The bare object keeps each frame in a row and passes it on. Both under wrangler dev, exchange and client in one other process.`,
      rows: [row("execution to the client, p50", 0.5), row("execution to the client, p99", 0.99)],
    };
  } finally {
    await exchange.stop();
  }
}

async function measureDesk(
  exchange: Exchange,
): Promise<{ readonly samples: readonly number[]; readonly frame: string }> {
  const desk = await startDesk(exchange.port);
  try {
    const program = new Program(desk.origin);
    await program.signIn();
    await program.account();
    const key = exchange.admin.createKey({ account: "hop", tier: "pro", deposits: { USD: "100000000" } });
    const { key: name, secret } = key;
    await program.insist("POST", "/api/credentials/kraken", { key: name, secret }, "connect");
    const { id } = await untilTrading(program);
    await program.ask("PUT", `/api/accounts/${id}/risk`, WIDE_RISK, null);
    await freshPrice(program, "BTC-USD");
    const client = await Client.connect(desk.origin, await program.ticket());
    const order = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "60", limitPrice: highestBid(exchange) };
    const placed = await program.insist("POST", `/api/accounts/${id}/orders`, order, "order");
    if (placed.status !== 201) {
      throw new Error(`the order was answered ${placed.status} ${JSON.stringify(placed.body)}`);
    }
    await pause(1_000);
    const samples: number[] = [];
    for (let fill = 0; fill < WARM_UP + FILLS; fill += 1) {
      const { executionId, at } = fillOne(exchange);
      const arrived = await client.arrival(executionId);
      if (fill >= WARM_UP) {
        samples.push(arrived - at);
      }
      await pause(EVERY_MS);
    }
    client.close();
    return { samples, frame: client.lastFill };
  } finally {
    await desk.stop();
  }
}

/** Sells into the order that rests highest until ours has given a fill. */
function fillOne(exchange: Exchange): { readonly executionId: string; readonly at: number } {
  const { engine, book } = exchange.venue;
  const market = engine.markets.get("BTC/USD");
  const trades = book.accounts.get("hop")?.trades ?? [];
  const before = trades.length;
  for (let attempt = 0; attempt < 2_000; attempt += 1) {
    const at = performance.now();
    engine.turn(() =>
      market?.execute({ side: "sell", limit: undefined, quantity: PIECE, orderType: "market" }, engine.now),
    );
    const trade = trades[before];
    if (trade !== undefined) {
      return { executionId: trade.id, at };
    }
  }
  throw new Error("our order was not reached");
}

/** A tick above what others bid: whoever sells meets it first. */
function highestBid({ engine }: Exchange): string {
  const best = engine.markets.get("BTC/USD")?.book.side("buy").best?.price ?? 0;
  return ((best + 1) / 10).toFixed(1);
}

async function measureBare(frame: string): Promise<readonly number[]> {
  const port = await freePort();
  const venue = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false });
  const bare = await startBare(join(import.meta.dirname, "hop-bare", "wrangler.toml"), {
    VENUE_URL: `http://127.0.0.1:${port}`,
  });
  try {
    const socket = new WebSocket(bare.origin.replace("http", "ws"));
    const arrived: number[] = [];
    socket.addEventListener("message", () => arrived.push(performance.now()));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    const samples: number[] = [];
    for (let index = 0; index < WARM_UP + FILLS; index += 1) {
      const before = arrived.length;
      const at = performance.now();
      venue.clients.forEach((each) => each.send(frame));
      venue.clients.forEach((each) => each.send(frame));
      await until(() => arrived.length >= before + 2);
      if (index >= WARM_UP) {
        samples.push((arrived[before] ?? 0) - at);
      }
      await pause(EVERY_MS);
    }
    socket.close();
    return samples;
  } finally {
    await bare.stop();
    venue.close();
  }
}

/** The client's end of /ws/trader. */
class Client {
  lastFill = "";
  readonly #socket: WebSocket;
  readonly #arrived = new Map<string, number>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const now = performance.now();
      const text = String(data);
      const frame = eventFrame.safeParse(JSON.parse(text));
      if (frame.success) {
        this.lastFill = text;
        this.#arrived.set(frame.data.event.data.executionId, now);
      }
    });
  }

  static async connect(origin: string, ticket: string): Promise<Client> {
    const socket = new WebSocket(`${origin.replace("http", "ws")}/ws/trader`, ["trade-ticket", ticket]);
    const client = new Client(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    socket.send(JSON.stringify({ type: "resume", epoch: null, seq: 0 }));
    return client;
  }

  async arrival(executionId: string): Promise<number> {
    await until(() => this.#arrived.has(executionId));
    return this.#arrived.get(executionId) ?? 0;
  }

  close(): void {
    this.#socket.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !holds();) {
    if (performance.now() > end) {
      throw new Error("the frame did not come");
    }
    await pause(1);
  }
}

async function untilTrading(program: Program): Promise<AccountView> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const { accounts } = await program.get("/api/accounts", accountList);
    const account = accounts.find(({ kind }) => kind === "kraken");
    if (account?.exchange?.connection.status === "trading") {
      return account;
    }
    await pause(500);
  }
  throw new Error("the account at Kraken did not come up");
}

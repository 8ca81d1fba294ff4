import { join } from "node:path";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startBare } from "../lib/bare.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile, ratio } from "../lib/statistics.ts";
import { freshPrice, timed } from "../lib/timed.ts";

const WARM_UP = 30;
// Below the account's 30 entries a minute the limit answers instead: sells of what was bought are exits and not counted.
const ORDERS = 200;
const READS = 20;
const USERS = 5;
const CLIENTS_PER_USER = 8;
// 5 users × 8 clients × 12: under the limits of 100 own requests a minute each, and of 300 public ones an address.
const ROUNDS = 12;

/** From request to acknowledgement of an order, against a bare Worker with the same hops; and the read routes. */
export async function benchOrders(): Promise<Section> {
  const bare = await measureBare();
  const exchange = await startExchange({ port: 0, seed: 1 });
  const desk = await startDesk(exchange.port);
  try {
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    await program.widenRules(id);
    await freshPrice(program, "BTC-USD");
    const path = `/api/accounts/${id}/orders`;
    const stock = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.1" };
    await program.insist("POST", path, stock, "stock");
    const orders: number[] = [];
    for (let index = 0; index < ORDERS; index += 1) {
      // A resting sell in its own place: accepted, held, its level registered with the feed. Then it goes again.
      const sell = { symbol: "BTC/USD", side: "sell", type: "limit", quantity: "0.001", limitPrice: "66000" };
      const start = performance.now();
      const placed = await program.ask("POST", path, sell, `order-${index}`);
      const took = performance.now() - start;
      if (placed.status !== 201) {
        throw new Error(`an order was answered ${placed.status} ${JSON.stringify(placed.body)}`);
      }
      if (index >= WARM_UP) {
        orders.push(took);
      }
      if (index % 50 === 49) {
        await program.insist("DELETE", path, null, `clear-${index}`);
      }
    }
    const reads = await measureReads(program, id);
    // The reads above have used up the minute of the public routes.
    await pause(61_000);
    const load = await measureLoad(desk.origin);
    const p = (samples: readonly number[], share: number) => percentile(samples, share);
    return {
      title: "Order path and API",
      method: `${ORDERS - WARM_UP} limit orders one after the other over HTTP under wrangler dev, after ${WARM_UP} to warm up; a paper order is 2 calls between objects and 1 commit. The bare Worker makes the same calls and one insert. API: ${READS} requests to each read route.`,
      rows: [
        {
          what: "order to acknowledgement, p50",
          figure: milliseconds(p(orders, 0.5)),
          against: `bare ${milliseconds(p(bare, 0.5))}: ${ratio(p(orders, 0.5), p(bare, 0.5))}`,
        },
        {
          what: "order to acknowledgement, p99",
          figure: milliseconds(p(orders, 0.99)),
          against: `bare ${milliseconds(p(bare, 0.99))}: ${ratio(p(orders, 0.99), p(bare, 0.99))}`,
        },
        { what: "read routes, p95", figure: milliseconds(p(reads, 0.95)), against: "target 200 ms" },
        {
          what: `read routes, p95 with ${USERS * CLIENTS_PER_USER} requests at a time`,
          figure: milliseconds(p(load, 0.95)),
          against: "target 200 ms",
        },
      ],
    };
  } finally {
    await desk.stop();
    await exchange.stop();
  }
}

async function measureReads(program: Program, id: string): Promise<readonly number[]> {
  const market = ["ticker", "book", "trades", "candles"].map((what) => `/api/markets/BTC-USD/${what}`);
  const mine = ["", "/orders", "/positions", "/fills", "/events", "/equity"].map(
    (what) => `/api/accounts/${id}${what}`,
  );
  const samples: number[] = [];
  for (let round = 0; round < READS; round += 1) {
    for (const path of ["/api/markets", ...market]) {
      samples.push(await timed(() => program.ask("GET", path, null, null)));
    }
  }
  // One's own routes count against 100 requests a minute.
  for (const path of mine) {
    for (let round = 0; round < 3; round += 1) {
      samples.push(await timed(() => program.ask("GET", path, null, null)));
    }
  }
  return samples;
}

async function measureBare(): Promise<readonly number[]> {
  const bare = await startBare(join(import.meta.dirname, "bare", "wrangler.toml"));
  try {
    const samples: number[] = [];
    for (let index = 0; index < ORDERS; index += 1) {
      const took = await timed(async () => {
        const response = await fetch(bare.origin, { method: "POST", body: JSON.stringify({ order: index }) });
        return response.json();
      });
      if (index >= WARM_UP) {
        samples.push(took);
      }
    }
    return samples;
  } finally {
    await bare.stop();
  }
}

/** Read routes asked by many at once: each user's own, and the public ones. */
async function measureLoad(origin: string): Promise<readonly number[]> {
  const samples: number[] = [];
  const users: Program[] = [];
  const ids: string[] = [];
  for (let index = 0; index < USERS; index += 1) {
    const user = new Program(origin);
    await user.signIn();
    users.push(user);
    ids.push((await user.account()).id);
  }
  const own = ["", "/orders", "/positions", "/fills", "/events"];
  const shared = ["ticker", "book", "trades", "candles"];
  const clients = users.flatMap((user, index) =>
    Array.from({ length: CLIENTS_PER_USER }, async (_, client) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const path =
          round % 2 === 0
            ? `/api/accounts/${ids[index]}${own[(round + client) % own.length]}`
            : `/api/markets/BTC-USD/${shared[(round + client) % shared.length]}`;
        let status = 0;
        samples.push(
          await timed(async () => {
            ({ status } = await user.ask("GET", path, null, null));
          }),
        );
        if (status !== 200) {
          throw new Error(`${path} was answered ${status}`);
        }
      }
    }),
  );
  await Promise.all(clients);
  return samples;
}

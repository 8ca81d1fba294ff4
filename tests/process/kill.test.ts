import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { fill, type FillView } from "../../contract/orders.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { imbalance, postings } from "../../domain/account/postings.ts";
import { add, ZERO, type Decimal } from "../../domain/decimal.ts";
import { workerState } from "../../scripts/lib/database.ts";
import { workerdBelow } from "../../scripts/lib/descendants.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk, type Desk } from "../support/desk.ts";
import { Follower } from "./follower.ts";
import { domainEvent, Program } from "./program.ts";

const INTENTS = 28;
/** A kill strikes while the orders of a burst are on their way, a drawn time after the first was sent. */
const BURST = 7;
const LATEST_KILL_MS = 60;
const SEED = 2;

test("kill -9 of the worker in the middle of trading loses nothing and doubles nothing", async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-kill-"));
  const random = seeded(SEED);
  let desk = await launchDesk({ stateFolder });
  try {
    await isReady(desk);
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    await program.widenRules(id);
    const follower = new Follower(program);
    const following = follower.run();
    const orderIds: string[] = [];

    for (let first = 0; first < INTENTS; first += BURST) {
      const victims = workerdBelow(desk.process.pid ?? 0);
      expect(victims.length).toBeGreaterThan(0);
      const burst = Array.from({ length: BURST }, (_, index) => trade(program, id, first + index));
      if (first > 0) {
        // Some orders are committed and not answered, some have not arrived.
        await pause(random() * LATEST_KILL_MS);
        kill(victims);
        if (first === BURST * 2) {
          desk = await startAgain(desk, stateFolder);
        } else {
          await startsAgainByItself(desk);
        }
      }
      orderIds.push(...(await Promise.all(burst)));
    }
    expect(program.unanswered).toBeGreaterThan(0);
    expect(new Set(orderIds).size).toBe(INTENTS);

    await expectHistoryToFollow(program, id, orderIds);
    const views = await program.allEvents(id);
    const events = views.map((view) => ({ seq: view.seq, event: domainEvent(view) }));
    expect(events.filter(({ event }) => event.type === "order_submitted")).toHaveLength(INTENTS);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    await expectExactBalances(
      program,
      events.map(({ event }) => event),
    );

    // The socket told every event once, in order, over all the deaths, and never had to start afresh.
    const last = events.at(-1)?.seq ?? 0;
    await expect.poll(() => follower.seq, { timeout: 20_000 }).toBeGreaterThanOrEqual(last);
    follower.stop();
    await following;
    expect(follower.epochs.size).toBe(1);
    expect(follower.snapshots).toHaveLength(1);
    const begin = follower.snapshots[0] ?? 0;
    expect(follower.events).toEqual(follower.events.map((_, index) => begin + 1 + index));

    const fills = await program.allFills(id);
    await desk.stop();
    const stored = readHistory(stateFolder, id);
    const until = stored.events.length;
    expect(until).toBeGreaterThanOrEqual(last);
    expect(stored.events.slice(0, last)).toEqual(views.map(({ seq, type, data }) => ({ seq, type, data })));
    expect(stored.fills.slice(0, fills.length).toSorted(bySeq)).toEqual(fills.toSorted(bySeq));
    expect(stored.orders.toSorted()).toEqual(orderIds.toSorted());
  } finally {
    await desk.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});

/** What is free and what is held, each the sum of its movements to the last digit. */
async function expectExactBalances(program: Program, events: readonly AccountEvent[]): Promise<void> {
  const sums = new Map<string, Decimal>();
  for (const event of events) {
    expect(imbalance(event)).toEqual([]);
    for (const { ledger, asset, amount } of postings(event)) {
      sums.set(`${ledger} ${asset}`, add(sums.get(`${ledger} ${asset}`) ?? ZERO, amount));
    }
  }
  for (const { asset, total, held, available } of (await program.account()).balances) {
    const free = sums.get(`free ${asset}`) ?? ZERO;
    const reserved = sums.get(`held ${asset}`) ?? ZERO;
    expect({ asset, available, held, total }).toEqual({
      asset,
      available: free,
      held: reserved,
      total: add(free, reserved),
    });
  }
}

/** Every third order takes from the market, the others rest; some are amended, some cancelled again. */
async function trade(program: Program, accountId: string, index: number): Promise<string> {
  const orders = `/api/accounts/${accountId}/orders`;
  const key = `intent-${index}`;
  const request =
    index % 3 === 0
      ? { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.001" }
      : { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.001", limitPrice: String(61_500 + index) };
  const { status, body } = await program.insist("POST", orders, request, key);
  expect({ status, body }).toMatchObject({ status: 201 });
  const repeated = await program.insist("POST", orders, request, key);
  expect(repeated.body).toEqual(body);
  const orderId = orderIdOf(body);
  if (index % 6 === 1) {
    await program.insist("DELETE", `${orders}/${orderId}`, null, `cancel-${index}`);
  } else if (index % 6 === 2) {
    const amended = await program.insist("PATCH", `${orders}/${orderId}`, { quantity: "0.002" }, `amend-${index}`);
    expect(amended).toMatchObject({ status: 200, body: { order: { quantity: "0.002", version: 2 } } });
  }
  return orderId;
}

function orderIdOf(body: unknown): string {
  const parsed: { readonly order: { readonly id: string } } = JSON.parse(JSON.stringify(body));
  return parsed.order.id;
}

function kill(victims: readonly number[]): void {
  for (const pid of victims) {
    process.kill(pid, "SIGKILL");
  }
}

/** `npm start` notices within three seconds, says so in a line, and brings the worker back. */
async function startsAgainByItself(desk: Desk): Promise<void> {
  const before = desk.output().length;
  const since = (): string => desk.output().slice(before);
  await expect.poll(since, { timeout: 3_000, interval: 50 }).toContain("has ended unexpectedly. It is started again");
  await expect.poll(since, { timeout: 30_000 }).toContain("The desk is back.");
}

async function startAgain(desk: Desk, stateFolder: string): Promise<Desk> {
  await desk.stop();
  const next = await launchDesk({ stateFolder, port: desk.port, simulatorPort: desk.simulatorPort });
  await isReady(next);
  return next;
}

/** The copy in D1 catches up by itself and then says what the journal says. */
async function expectHistoryToFollow(program: Program, accountId: string, orderIds: readonly string[]): Promise<void> {
  await expect
    .poll(async () => (await program.allOrders(accountId)).map(({ id }) => id).toSorted(), { timeout: 20_000 })
    .toEqual(orderIds.toSorted());
  const fills = await program.allFills(accountId);
  const booked = (await program.allEvents(accountId))
    .map(domainEvent)
    .flatMap((event) => (event.type === "fill_booked" ? [event.fillId] : []));
  expect(new Set(booked).size).toBe(booked.length);
  expect(fills.map(({ id }) => id).toSorted()).toEqual(booked.toSorted());
}

/** What D1 itself holds, read from its file: the API would add what the trader knows better. */
function readHistory(
  stateFolder: string,
  accountId: string,
): { readonly events: readonly unknown[]; readonly fills: readonly FillView[]; readonly orders: readonly string[] } {
  const folder = join(workerState(stateFolder), "v3", "d1", "miniflare-D1DatabaseObject");
  const name = readdirSync(folder).find((each) => each.endsWith(".sqlite") && each !== "metadata.sqlite") ?? "";
  const database = new DatabaseSync(join(folder, name));
  try {
    const all = (query: string) => database.prepare(query).all(accountId);
    return {
      events: all("SELECT seq, type, data FROM journal_events WHERE account_id = ? ORDER BY seq").map((row) => ({
        ...row,
        data: JSON.parse(String(row["data"])),
      })),
      fills: all("SELECT view FROM fills WHERE account_id = ? ORDER BY seq").map((row) =>
        fill.parse(JSON.parse(String(row["view"]))),
      ),
      orders: all("SELECT id FROM orders WHERE account_id = ?").map((row) => String(row["id"])),
    };
  } finally {
    database.close();
  }
}

function bySeq(left: FillView, right: FillView): number {
  return left.seq - right.seq || left.id.localeCompare(right.id);
}

/** A small generator of numbers in [0, 1): the same seed, the same moments. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

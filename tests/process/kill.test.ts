import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { imbalance, postings } from "../../domain/account/postings.ts";
import { add, ZERO, type Decimal } from "../../domain/decimal.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { isReady, launchDesk, type Desk } from "../support/desk.ts";
import { workerdBelow } from "./descendants.ts";
import { domainEvent, Program } from "./program.ts";

const INTENTS = 24;
const KILLS = [5, 12, 19];

test("kill -9 of the worker in the middle of trading loses nothing and doubles nothing", async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-kill-"));
  let desk = await launchDesk({ stateFolder });
  try {
    await isReady(desk);
    const program = new Program(desk.origin);
    await program.signIn();
    const { id } = await program.account();
    const answers: Promise<{ readonly key: string; readonly orderId: string }>[] = [];

    for (let index = 0; index < INTENTS; index += 1) {
      answers.push(trade(program, id, index));
      if (KILLS.includes(index)) {
        // While orders are on their way: some were committed and not answered, some never arrived.
        await pause(index % 3);
        desk = await killAndStartAgain(desk, stateFolder);
        program.origin = desk.origin;
      } else if (index % 4 === 0) {
        await Promise.all(answers);
      }
    }
    const intents = await Promise.all(answers);

    const orderIds = intents.map(({ orderId }) => orderId);
    expect(new Set(orderIds).size).toBe(INTENTS);
    await expectHistoryToFollow(program, id, orderIds);
    const events = (await program.allEvents(id)).map((view) => ({ seq: view.seq, event: domainEvent(view) }));
    expect(events.filter(({ event }) => event.type === "order_submitted")).toHaveLength(INTENTS);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));

    const totals: Record<string, Decimal> = {};
    for (const { event } of events) {
      expect(imbalance(event)).toEqual([]);
      for (const { ledger, asset, amount } of postings(event)) {
        if (ledger === "free" || ledger === "held") {
          totals[asset] = add(totals[asset] ?? ZERO, amount);
        }
      }
    }
    const { balances } = await program.account();
    for (const { asset, total } of balances) {
      expect({ asset, total }).toEqual({ asset, total: totals[asset] ?? ZERO });
    }
  } finally {
    await desk.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});

/** Every third order takes from the market, the others rest; every sixth is cancelled again. */
async function trade(program: Program, accountId: string, index: number): Promise<{ key: string; orderId: string }> {
  const key = `intent-${index}`;
  const takes = index % 3 === 0;
  const request = takes
    ? { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.001" }
    : { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.001", limitPrice: String(62_500 + index) };
  const { status, body } = await program.insist("POST", `/api/accounts/${accountId}/orders`, request, key);
  expect({ status, body }).toMatchObject({ status: 201 });
  const repeated = await program.insist("POST", `/api/accounts/${accountId}/orders`, request, key);
  expect(repeated.body).toEqual(body);
  const orderId = orderIdOf(body);
  if (index % 6 === 1) {
    await program.insist("DELETE", `/api/accounts/${accountId}/orders/${orderId}`, null, `cancel-${index}`);
  }
  return { key, orderId };
}

function orderIdOf(body: unknown): string {
  const parsed: { readonly order: { readonly id: string } } = JSON.parse(JSON.stringify(body));
  return parsed.order.id;
}

async function killAndStartAgain(desk: Desk, stateFolder: string): Promise<Desk> {
  const victims = workerdBelow(desk.process.pid ?? 0);
  expect(victims.length).toBeGreaterThan(0);
  for (const pid of victims) {
    process.kill(pid, "SIGKILL");
  }
  // `npm start` would notice within half a minute and say so; its owner is faster.
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

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { add, decimal, isAbove, sum, ZERO, type Decimal } from "../../domain/decimal.ts";
import type { VenueExecution } from "../../domain/venue/reports.ts";
import {
  BoughtHistory,
  type BoughtAnswer,
  type BoughtQuestion,
} from "../../durable-objects/trader/kraken/bought-history.ts";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { connect, valueOf, wish, type TestClient } from "./support/kraken-rest.ts";

let exchange: Exchange;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "bought history" });
});
afterAll(async () => {
  await exchange.stop();
});

function now(): number {
  return Math.floor(exchange.engine.clock.wall() / 1_000);
}

async function traderOf(account: string): Promise<TestClient> {
  const deposits = { USD: "1000000", BTC: "5" };
  return connect(exchange, exchange.admin.createKey({ account, tier: "pro", deposits }));
}

async function trade(client: TestClient, side: "buy" | "sell", quantity: string): Promise<void> {
  const order = wish(exchange, { side, type: "market", limitPrice: null, quantity: decimal(quantity) });
  valueOf(await client.rest.addOrder(order));
  exchange.advance(20_000);
}

/** Asks until there is nothing more to read. */
async function whole(history: BoughtHistory, question: BoughtQuestion): Promise<readonly BoughtAnswer[]> {
  const answers: BoughtAnswer[] = [];
  do {
    answers.push(await history.ask(question));
    exchange.advance(20_000);
  } while (answers.at(-1)?.reach === "reading" && answers.length < 30);
  return answers;
}

function questionOf(wanted: string, more: Partial<BoughtQuestion> = {}): BoughtQuestion {
  return { asset: "BTC", currency: "USD", wanted: decimal(wanted), connectedAt: now(), since: [], ...more };
}

function costOf(trades: readonly VenueExecution[]): Decimal {
  return trades.reduce((total, { cost, fees }) => add(total, add(cost, sum(fees.map(({ amount }) => amount)))), ZERO);
}

describe("the history of what was bought before the connection", () => {
  it("covers a holding by its last purchases, fees included, whatever was traded since", async () => {
    const client = await traderOf("buyer");
    await trade(client, "buy", "0.4");
    await trade(client, "sell", "0.1");
    await trade(client, "buy", "0.2");
    const question = questionOf("0.6");
    const bought = valueOf(await client.rest.tradesHistory({})).rows.filter(({ side }) => side === "buy");
    // Of the desk itself, after the connection: no part of it.
    exchange.advance(20_000);
    await trade(client, "buy", "0.3");
    const [answer] = await whole(new BoughtHistory(client.rest), question);
    expect(answer).toMatchObject({ reach: "covered", quantity: "0.6", cost: costOf(bought), trades: bought.length });
  });

  it("says that it ends before all of it is covered: what was deposited has no cost there", async () => {
    const client = await traderOf("depositor");
    await trade(client, "buy", "0.2");
    const answers = await whole(new BoughtHistory(client.rest), questionOf("5.2"));
    expect(answers.at(-1)).toMatchObject({ reach: "ended", quantity: "0.2", problem: null });
  });

  it("is read page by page, goes on where it stopped, and never uses what is kept for exits", async () => {
    const client = await traderOf("busy");
    await trade(client, "buy", "1.5");
    for (let count = 0; count < 60; count += 1) {
      await trade(client, "sell", "0.01");
    }
    const history = new BoughtHistory(client.rest);
    const before = client.sent.length;
    const answers = await whole(history, questionOf("0.9"));
    expect(answers.at(-1)).toMatchObject({ reach: "covered", quantity: "0.9" });
    const offsets = client.sent.slice(before).map(({ body }) => /ofs=(\d+)/u.exec(body ?? "")?.[1] ?? "0");
    expect(offsets).toEqual([...new Set(offsets)]);
    expect(offsets.length).toBeGreaterThan(1);
    const asked = client.sent.length;
    expect(await history.ask(questionOf("0.5"))).toMatchObject({ reach: "covered", quantity: "0.5" });
    expect(client.sent).toHaveLength(asked);
  });

  it("says what the exchange said where it cannot be read, and is asked again then", async () => {
    const client = await traderOf("refused");
    await trade(client, "buy", "0.2");
    const history = new BoughtHistory(client.rest);
    exchange.faults.add({ kind: "error", target: "TradesHistory", text: "EGeneral:Permission denied", times: 1 });
    const failed = await history.ask(questionOf("0.2"));
    expect(failed).toMatchObject({ reach: "failed", quantity: "0" });
    expect(failed.problem).toMatch(/^[A-Z].{10,}/u);
    exchange.advance(20_000);
    const [answer] = await whole(history, questionOf("0.2"));
    expect(answer?.reach).toBe("covered");
    expect(isAbove(answer?.cost ?? ZERO, ZERO)).toBe(true);
  });
});

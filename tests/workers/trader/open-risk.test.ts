/** The third net works from D1's `open_risk` (TRADING §4): who has anything open has a line there, however it came to be. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import { readConfig } from "../../../worker/env.ts";
import worker from "../../../worker/index.ts";
import { sweepOpenRisk } from "../../../worker/jobs/sweep.ts";
import { ETH_BTC, ScriptedFeed } from "./scripted-feed.ts";
import {
  eventually,
  expectOk,
  expectRefused,
  newTrader,
  orderRequest,
  place,
  rawStub,
  ringAlarm,
  writeOf,
  type TestTrader,
} from "./support.ts";

let feed: ScriptedFeed;
let uninstall: () => void = () => undefined;
let restore: () => void = () => undefined;

beforeEach(async () => {
  // A sweep visits everybody: here nobody of another test.
  await env.DB.exec("DELETE FROM open_risk");
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  feed = new ScriptedFeed();
  uninstall = feed.install();
});
afterEach(() => {
  uninstall();
  restore();
  vi.restoreAllMocks();
});

async function isNoted(trader: TestTrader): Promise<boolean> {
  return (await lineOf(trader)) !== null;
}

async function lineOf({ id }: TestTrader): Promise<{ readonly noted_at: number } | null> {
  return env.DB.prepare("SELECT noted_at FROM open_risk WHERE trader_id = ?").bind(id).first();
}

async function ringCron(): Promise<void> {
  const context = createExecutionContext();
  const controller = createScheduledController({ scheduledTime: new Date(), cron: "* * * * *" });
  await worker.scheduled(controller, env, context);
  await waitOnExecutionContext(context);
}

/** D1 takes statements and fails, later than an entry waits for it. */
function breakDatabase(): void {
  const original = env.DB;
  const fail = async (): Promise<never> => {
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    throw new Error("D1 is down");
  };
  const statement = { bind: () => statement, run: fail };
  Reflect.set(env, "DB", { prepare: () => statement, batch: fail });
  restore = () => {
    Reflect.set(env, "DB", original);
  };
}

describe("the line in open_risk", () => {
  it("is there when the first order is a proposal of the assistant, as in every shadow account", async () => {
    const trader = await newTrader();
    const provenance = {
      proposalId: crypto.randomUUID(),
      runId: crypto.randomUUID(),
      providerId: "p",
      modelId: "m",
      edited: false,
    };
    const order = orderRequest({ type: "market", timeInForce: "ioc", quantity: "0.5" });
    const request = { order, asset: null, provenance, notAfter: Date.now() + 60_000 };
    expectOk(await trader.stub().executeProposal(trader.principal, trader.accountId, writeOf(request)));
    expect(await isNoted(trader)).toBe(true);
  });

  it("is there before a price alert is, so that the sweep looks after it", async () => {
    const trader = await newTrader();
    feed.print("BTC/USD", "100", "1");
    const alert = { symbol: "BTC/USD", direction: "above" as const, price: decimal("120"), note: null, ask: null };
    expectOk(await trader.stub().setPriceAlert(trader.principal, trader.accountId, writeOf(alert)));
    expect(await isNoted(trader)).toBe(true);
    await ringCron();
    expect(await isNoted(trader)).toBe(true);
  });

  it("is written anew before what a sale for another asset buys", async () => {
    const trader = await newTrader();
    feed.list(ETH_BTC, [["0.1", "50"]], [["0.1001", "50"]]);
    expectRefused(
      await place(trader, { symbol: "ETH/BTC", side: "sell", type: "market", timeInForce: "ioc", quantity: "1" }),
      "INSUFFICIENT_INVENTORY",
    );
    expect(await isNoted(trader)).toBe(true);
  });

  it("is not waited for by a sale for the account's currency", async () => {
    const trader = await newTrader();
    await place(trader, { side: "sell", type: "market", timeInForce: "ioc", quantity: "1" });
    expect(await isNoted(trader)).toBe(false);
  });

  it("is written by the alarm when D1 was too late for the entry", async () => {
    breakDatabase();
    const trader = await newTrader();
    const startedAt = Date.now();
    expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "0.5" }));
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    restore();
    expect(await isNoted(trader)).toBe(false);
    await evictDurableObject(rawStub(trader));
    await ringAlarm(trader, "open_risk");
    await eventually("it is noted", () => isNoted(trader));
  });

  it("is written again when a sweep took it away between an entry's note and its order", async () => {
    const trader = await newTrader();
    const release = feed.hold("settle");
    const placing = place(trader, { limitPrice: "90", quantity: "0.5" });
    await eventually("it is noted", () => isNoted(trader));
    const before = await lineOf(trader);
    const config = readConfig(env);
    expect(config.ok && (await sweepOpenRisk(env, config.value))).toBeGreaterThan(0);
    expect(await isNoted(trader)).toBe(false);
    release();
    expectOk(await placing);
    await ringAlarm(trader, "open_risk");
    await eventually("it is noted again", () => isNoted(trader));
    expect((await lineOf(trader))?.noted_at).toBeGreaterThan(before?.noted_at ?? Infinity);
  });
});

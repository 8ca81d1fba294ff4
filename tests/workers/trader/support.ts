import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import type { PlacedOrder, PlaceOrderRequest } from "../../../contract/orders.ts";
import { placeOrderRequest } from "../../../contract/orders.ts";
import type { RiskSettingsView } from "../../../contract/risk.ts";
import type { Result } from "../../../domain/problem.ts";
import { WIDE_RISK } from "../../../domain/testing/wide-risk.ts";
import type { Principal, TraderPort, Write } from "../../../durable-objects/trader/port.ts";

export type TraderStub = TraderPort & {
  fetch(request: Request): Promise<Response>;
};

export type TestTrader = {
  readonly id: string;
  readonly principal: Principal;
  /** A stub taken now: one taken before an eviction keeps working, but the product never relies on that. */
  readonly stub: () => TraderStub;
  /** The id of its first account. */
  readonly accountId: string;
};

export function principalOf(userId: string, sessionId = `session-of-${userId}`): Principal {
  return { userId, sessionId, sessionExpiresAt: Date.now() + 3_600_000, via: "page" };
}

const wide: RiskSettingsView = { ...WIDE_RISK, maximumPositionQuantity: {} };

/** A new trader with its first account, whose rules deny nothing: a test about one of them sets it. Null: it keeps its defaults. */
export async function newTrader(settings: RiskSettingsView | null = wide): Promise<TestTrader> {
  const id = `trader-${crypto.randomUUID()}`;
  const principal = principalOf(`user-of-${id}`);
  const stub = (): TraderStub => env.TRADER.getByName(id);
  const accounts = expectOk(await stub().accounts(principal));
  const accountId = accounts[0]?.id ?? "";
  if (settings !== null) {
    expectOk(await stub().changeRisk(principal, accountId, settings));
  }
  return { id, principal, stub, accountId };
}

export function rawStub(trader: { readonly id: string }) {
  return env.TRADER.getByName(trader.id);
}

export function writeOf<T>(request: T, key: string = crypto.randomUUID()): Write<T> {
  return { idempotencyKey: key, body: JSON.stringify(request), request };
}

export function orderRequest(request: Record<string, unknown>): PlaceOrderRequest {
  return placeOrderRequest.parse({ symbol: "BTC/USD", side: "buy", type: "limit", ...request });
}

export async function place(
  trader: TestTrader,
  request: Record<string, unknown>,
  key?: string,
): Promise<Result<PlacedOrder>> {
  return trader.stub().placeOrder(trader.principal, trader.accountId, writeOf(orderRequest(request), key));
}

export function expectOk<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(`refused: ${JSON.stringify(result.error)}`);
  }
  return result.value;
}

export function expectRefused<T>(result: Result<T>, code: string): void {
  expect(result).toMatchObject({ ok: false, error: { code } });
}

/** Runs the alarm with every planned job due now. */
export async function ringAlarm(trader: { readonly id: string }, job?: string): Promise<void> {
  const stub = rawStub(trader);
  await runInDurableObject(stub, async (_instance, state) => {
    if (job !== undefined) {
      expect(planned(state, job), `${job} is planned`).toBeGreaterThan(0);
    }
    await state.storage.setAlarm(Date.now() + 60_000);
  });
  await runDurableObjectAlarm(stub);
}

/** Rows of the object's own database. */
export async function query<T extends Record<string, SqlStorageValue>>(
  trader: { readonly id: string },
  sql: string,
): Promise<readonly T[]> {
  return runInDurableObject(rawStub(trader), (_instance, state) => state.storage.sql.exec<T>(sql).toArray());
}

const MOST_SELDOM_MS = 250;

/**
 * Waits until a condition holds. It asks ever more seldom: a check by the API counts as one of the hundred requests that a trader
 * allows in a minute.
 */
export async function eventually(what: string, check: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const until = Date.now() + ms;
  let pause = 10;
  while (!(await check())) {
    if (Date.now() > until) {
      throw new Error(`did not happen: ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
    pause = Math.min(MOST_SELDOM_MS, pause * 1.5);
  }
}

function planned(state: DurableObjectState, job: string): number {
  return state.storage.sql.exec("SELECT 1 FROM schedule WHERE job = ?", job).toArray().length;
}

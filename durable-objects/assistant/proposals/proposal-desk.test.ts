/** The desk of proposals on a real SQLite, beside a Trader whose answers the test chooses: those that get lost among them. */
import { beforeEach, describe, expect, it } from "vitest";
import type { ProposalView } from "../../../contract/assistant.ts";
import { placedOrder, type PlacedOrder } from "../../../contract/orders.ts";
import { decimal } from "../../../domain/decimal.ts";
import type { MarketView } from "../../../domain/market.ts";
import { ok, refuse, type ErrorCode, type Result } from "../../../domain/problem.ts";
import { BTC_USD } from "../../../domain/testing/instruments.ts";
import { nodeStorage } from "../../../tests/support/desk-storage.ts";
import { migrate } from "../../lib/migrate.ts";
import { Schedule } from "../../lib/schedule.ts";
import type { ExecutedOrder, Principal } from "../../trader/port.ts";
import { ClickTable } from "../storage/click-table.ts";
import { MIGRATIONS } from "../storage/migrations.ts";
import { ProposalTable } from "../storage/proposal-table.ts";
import { ProposalDesk } from "./proposal-desk.ts";

type Executed = Result<PlacedOrder>;

const OWNER: Principal = { userId: "user", sessionId: "session", sessionExpiresAt: 0, via: "api" };
const START = 1_800_000_000_000;
const placed = placedOrder.parse({
  order: {
    id: "order-1",
    accountId: "account-1",
    symbol: "BTC/USD",
    side: "buy",
    type: "market",
    timeInForce: "gtc",
    postOnly: false,
    quantity: "0.001",
    limitPrice: null,
    triggerPrice: null,
    trailingPercent: null,
    conditionalClose: null,
    expiresAt: null,
    status: "filled",
    filledQuantity: "0.001",
    filledCost: "64.25",
    averagePrice: "64250",
    fees: "0.26",
    feeAsset: "USD",
    venueOrderId: null,
    version: 1,
    origin: "assistant",
    reason: null,
    createdAt: START,
    updatedAt: START,
    seq: 1,
  },
  fills: [],
});
const proposal: ProposalView = {
  id: "proposal-1",
  runId: "run-1",
  chatId: "chat-1",
  accountId: "account-1",
  providerId: "own-1",
  modelId: "mock-1",
  providerName: "Mock",
  modelName: "mock-1",
  notice: null,
  source: "fenced",
  trade: {
    action: "buy",
    symbol: "BTC/USD",
    orderType: "market",
    quantity: decimal("0.001"),
    riskPercent: null,
    limitPrice: null,
    stop: null,
    target: null,
    confidence: 60,
    reasoning: "",
    invalidation: null,
    validForSeconds: null,
  },
  status: "open",
  request: {
    symbol: "BTC/USD",
    side: "buy",
    type: "market",
    quantity: decimal("0.001"),
    timeInForce: "gtc",
    postOnly: false,
  },
  obstacle: null,
  claims: [],
  contradicted: false,
  referencePrice: decimal("64250"),
  driftLimitPercent: decimal("0.5"),
  rewardToRisk: null,
  expiresAt: START + 600_000,
  createdAt: START,
  decidedAt: null,
  reason: null,
  edits: null,
  overridden: false,
  denial: null,
  orderId: null,
  orderStatus: null,
  filledQuantity: null,
  averagePrice: null,
};

let now: number;
/** What the Trader answers to each question for an order, in turn; the last for ever. */
let answers: (() => Promise<Executed>)[];
let asked: string[];
/** What the Trader says that each rule said. */
let verdict: ExecutedOrder["verdict"];
let market: Result<MarketView>;
let proposals: ProposalTable;
let schedule: Schedule;
let build: () => ProposalDesk;
let desk: ProposalDesk;

beforeEach(() => {
  now = START + 1_000;
  asked = [];
  verdict = null;
  answers = [async () => ok(placed)];
  market = ok(marketView(now, true));
  const storage = { ...nodeStorage(), setAlarm: async () => undefined };
  migrate(storage.sql, MIGRATIONS);
  proposals = new ProposalTable(storage.sql);
  proposals.insert(proposal);
  schedule = new Schedule(storage, () => now);
  build = () =>
    new ProposalDesk({
      storage,
      proposals,
      clicks: new ClickTable(storage.sql),
      context: { view: async () => market },
      frames: { tell: () => undefined },
      schedule,
      trader: () => ({
        executeProposal: async (_principal, _accountId, { idempotencyKey }) => {
          asked.push(idempotencyKey);
          const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? (async () => refused("INTERNAL"));
          return { ...(await answer()), verdict };
        },
        orderForAssistant: async () => ok(placed),
      }),
      owner: () => OWNER,
      changed: () => undefined,
      now: () => now,
    });
  desk = build();
});

function marketView(at: number, fresh: boolean): MarketView {
  const quote = {
    symbol: "BTC/USD",
    bid: null,
    ask: null,
    lastTrade: null,
    mark: decimal("64250"),
    markTime: at,
    fresh,
    staleSince: null,
    staleReason: null,
    at,
  };
  return { instrument: BTC_USD, quote, book: null, tapeTradeId: 1 };
}

function refused<T>(code: ErrorCode): Result<T> {
  return refuse(code, `Refused with ${code}.`);
}

function click(key: string, edits: object = {}) {
  const request = { edits, overrideClaims: false };
  return desk.execute(OWNER, proposal.id, { idempotencyKey: key, body: JSON.stringify(request), request });
}

function status() {
  return proposals.get(proposal.id)?.view.status;
}

describe("a click on a proposal", () => {
  it("that was denied is answered the same under its key, and a new key is a new wish", async () => {
    answers = [async () => refused("EXPOSURE_LIMIT"), async () => ok(placed)];
    const first = await click("one");
    expect(first).toMatchObject({ ok: false, error: { code: "EXPOSURE_LIMIT" } });
    expect(await click("one")).toEqual(first);
    expect(asked).toEqual(["proposal-proposal-1-1"]);
    expect(await click("two")).toMatchObject({ ok: true });
    expect(asked).toEqual(["proposal-proposal-1-1", "proposal-proposal-1-2"]);
    expect(await click("one")).toEqual(first);
    // The day is over.
    now += 24 * 3_600_000;
    expect(await click("one")).toMatchObject({ ok: false, error: { code: "PROPOSAL_DECIDED" } });
    expect(asked).toHaveLength(2);
  });

  it("that comes while another is carried out is no part of it, unless it is the same click", async () => {
    let release: (answer: Executed) => void = () => undefined;
    answers = [
      () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    ];
    const first = click("one");
    await until(() => asked.length === 1);
    const again = click("one");
    expect(await click("one", { quantity: "0.002" })).toMatchObject({ error: { code: "IDEMPOTENCY_KEY_REUSED" } });
    expect(await click("two", { quantity: "0.002" })).toMatchObject({ error: { code: "PROPOSAL_DECIDED" } });
    release(ok(placed));
    expect(await first).toMatchObject({ ok: true });
    expect(await again).toEqual(await first);
    expect(await click("two", { quantity: "0.002" })).toMatchObject({ error: { code: "PROPOSAL_DECIDED" } });
    expect(asked).toEqual(["proposal-proposal-1-1"]);
  });

  it("whose answer was lost is not taken for denied by what says nothing of it", async () => {
    answers = [
      async () => {
        throw new Error("the network is gone");
      },
      async () => refused("RATE_LIMITED"),
      async () => refused("MARKET_UNAVAILABLE"),
      async () => ok(placed),
    ];
    expect(await click("one")).toMatchObject({ error: { code: "TEMPORARILY_UNAVAILABLE" } });
    for (const _ of ["limited", "without a market"]) {
      now += 4_000;
      await desk.resolve(proposal.id);
      expect(status()).toBe("executing");
      expect(schedule.dueAt("resolve", proposal.id)).toBe(now + 3_000);
    }
    await desk.resolve(proposal.id);
    expect(status()).toBe("placed");
    expect(schedule.dueAt("resolve", proposal.id)).toBeNull();
    expect(await click("one")).toMatchObject({ ok: true, value: { placed: { order: { id: "order-1" } } } });
    expect(new Set(asked)).toEqual(new Set(["proposal-proposal-1-1"]));
    expect(asked).toHaveLength(4);
  });

  it("keeps what each rule said of its order, of one that is denied and of one whose first answer was lost", async () => {
    const rule = { name: "Exposure", unit: "%", limit: "80", value: "90", room: "0", message: "Too much." };
    verdict = { rules: [{ ...rule, code: "EXPOSURE_LIMIT", passed: false }], denial: null, at: now };
    answers = [
      async () => refused("EXPOSURE_LIMIT"),
      async () => {
        throw new Error("the network is gone");
      },
      async () => ok(placed),
    ];
    await click("one");
    expect(proposals.get(proposal.id)?.view).toMatchObject({ status: "denied", verdict });
    await click("two");
    expect(proposals.get(proposal.id)?.view).toMatchObject({ status: "executing", verdict: null });
    now += 4_000;
    await desk.resolve(proposal.id);
    expect(proposals.get(proposal.id)?.view).toMatchObject({ status: "placed", verdict });
    expect(asked).toHaveLength(3);
  });

  it("that nobody had decided about may be sent again under its key", async () => {
    answers = [async () => refused("RATE_LIMITED"), async () => ok(placed)];
    expect(await click("one")).toMatchObject({ error: { code: "RATE_LIMITED" } });
    expect(status()).toBe("denied");
    expect(await click("one")).toMatchObject({ ok: true });
  });

  it.each([
    ["is away", "MARKET_UNAVAILABLE", () => refused<MarketView>("MARKET_UNAVAILABLE")],
    ["has no fresh price", "QUOTE_STALE", () => ok(marketView(START + 5_000, false))],
  ])("orders nothing while the market %s: neither drift nor shelf life can be told", async (_how, code, view) => {
    // In a replay the wall's time is years from the market's.
    now = START + 10 * 365 * 86_400_000;
    market = view();
    expect(await click("one")).toMatchObject({ ok: false, error: { code } });
    expect(asked).toEqual([]);
    expect(status()).toBe("open");
    market = ok(marketView(START + 5_000, true));
    expect(await click("two")).toMatchObject({ ok: true });
  });

  it("that a restart cut is found at the next start without its alarm", async () => {
    answers = [() => new Promise(() => undefined), async () => ok(placed)];
    void click("one");
    await until(() => asked.length === 1);
    expect(status()).toBe("executing");
    schedule.set("resolve", proposal.id, null);
    desk = build();
    desk.recover();
    expect(schedule.dueAt("resolve", proposal.id)).toBe(now + 3_000);
    await desk.resolve(proposal.id);
    expect(status()).toBe("placed");
    expect(new Set(asked).size).toBe(1);
  });
});

async function until(test: () => boolean): Promise<void> {
  for (let turns = 0; !test(); turns += 1) {
    if (turns > 1_000) {
      throw new Error("it did not happen");
    }
    await Promise.resolve();
  }
}

/**
 * Stop and resume (TRADING §2, §5; CASES "kill switch"). Stop depends on nothing that can fail: the feed has a moment, D1 is
 * not asked, the request budget is not looked at, and what goes wrong with one account does not keep another from stopping.
 */
import { ownSettled } from "./own-prices.ts";
import type { AccountStop, ResumeRequest, Resumed, StopReport } from "../../contract/halts.ts";
import type { Context } from "../../domain/account/context.ts";
import type { AccountEvent } from "../../domain/account/events.ts";
import { summaryOf } from "../../domain/account/stop.ts";
import { answeredSteps } from "../../domain/account/stop-report.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { symbolsNeeded } from "../../domain/account/symbols.ts";
import type { Symbol } from "../../domain/market.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { haltsInForce } from "../../domain/risk/halt.ts";
import type { StopMode, StopStep } from "../../domain/risk/halts-stop.ts";
import { sampleOf } from "../../domain/risk/sample-of.ts";
import { accountsOfMarket, applyPrints, contextOf, symbolsOf, unknownAccount } from "./commands.ts";
import { NOTHING_SETTLED, type Settled } from "./feed-client.ts";
import type { Parts } from "./parts.ts";
import { lastGoodMarks } from "./sampling.ts";
import { heldSymbols } from "./held-symbols.ts";
import type { Turn } from "./turn.ts";
import { liveOrders } from "../../domain/account/open-orders.ts";

/** As long as an exit waits for a feed that is away. */
const FEED_PATIENCE_MS = 900;
/** As long as the report waits for the exchange's answers. */
const EXCHANGE_PATIENCE_MS = 2_500;

/** Stops one account, or all of the user (null), and says what it did. */
export async function stopAccounts(
  parts: Parts,
  accountId: string | null,
  mode: StopMode,
): Promise<Result<StopReport>> {
  const { desk, clock } = parts;
  const wanted = desk.accounts().filter((account) => accountId === null || account.accountId === accountId);
  if (wanted.length === 0) {
    return unknownAccount();
  }
  const startedAt = clock.wall();
  const settled = await settledFor(parts, wanted);
  const stops = stopAll(parts, wanted, mode, settled);
  await exchangeAnswers(parts, stops, startedAt);
  const accounts = stops.map((stop) => finished(parts, stop, mode));
  return ok({ mode, complete: accounts.every(({ complete }) => complete), accounts });
}

/** Resumes an account; its limits are measured from what it is worth now where that is asked for. */
export async function resumeAccount(
  parts: Parts,
  accountId: string,
  how: ResumeRequest["how"],
): Promise<Result<Resumed>> {
  const { desk, clock, newId } = parts;
  const before = desk.account(accountId);
  if (before === null) {
    return unknownAccount();
  }
  const settled = await ownSettled(parts, before, heldSymbols(before), FEED_PATIENCE_MS);
  return desk.turn((turn) => {
    const context = contextOf(parts, settled, newId(), "manual");
    applyPrints(parts, turn, settled.deliveries, context);
    const state = turn.account(accountId);
    if (state === null) {
      return unknownAccount<Resumed>();
    }
    const quotes = Object.values(settled.markets).map(({ quote }) => quote);
    const now = sampleOf(state, quotes, clock.market(), lastGoodMarks(parts, state, quotes));
    const halted = haltsInForce(state.halts, clock.market());
    const decision = turn.apply(accountId, { type: "resume_trading", how, now }, context);
    return decision.type === "denied"
      ? { ok: false, error: decision.problem }
      : ok<Resumed>({ resumed: [...halted], halts: [...(turn.account(accountId)?.halts ?? [])] });
  });
}

type Stopped = { readonly account: AccountState; readonly steps: readonly StopStep[] | null };

/** The tape is settled where the feed answers in time; a stop goes on without it. */
async function settledFor({ feed, market }: Parts, accounts: readonly AccountState[]): Promise<Settled> {
  const own = accountsOfMarket(accounts, market);
  const symbols: readonly Symbol[] = own.flatMap((account) => [
    ...symbolsNeeded(account, { type: "stop_trading", mode: "flatten", alert: false, others: [] }),
    ...symbolsOf(liveOrders(account.orders)),
  ]);
  return symbols.length === 0 ? NOTHING_SETTLED : await feed.settle([...new Set(symbols)], FEED_PATIENCE_MS);
}

/** All accounts in one turn; should that fail, each by itself, so that one cannot keep the others from stopping. */
function stopAll(
  parts: Parts,
  accounts: readonly AccountState[],
  mode: StopMode,
  settled: Settled,
): readonly Stopped[] {
  try {
    return parts.desk.turn((turn) => stopIn(parts, turn, accounts, mode, settled));
  } catch (error) {
    parts.unexpected("stop_failed", error, { accounts: accounts.length });
  }
  return accounts.map((account) => {
    try {
      const [stopped] = parts.desk.turn((turn) => stopIn(parts, turn, [account], mode, NOTHING_SETTLED));
      return stopped ?? { account, steps: null };
    } catch (error) {
      parts.unexpected("stop_failed", error, { account: account.accountId });
      return { account, steps: null };
    }
  });
}

function stopIn(
  parts: Parts,
  turn: Turn,
  accounts: readonly AccountState[],
  mode: StopMode,
  settled: Settled,
): readonly Stopped[] {
  const context = contextOf(parts, settled, parts.newId(), "flatten");
  applyPrints(parts, turn, settled.deliveries, context);
  const others: string[] = [];
  return accounts.map((account, index) => {
    const own: Context = { ...context, id: parts.newId() };
    // One press of the button, one alert: the last account tells for all.
    const alert = index === accounts.length - 1;
    const decision = turn.apply(account.accountId, { type: "stop_trading", mode, alert, others: [...others] }, own);
    const steps = stepsOf(decision.events);
    others.push(summaryOf(account.name, mode, steps));
    return { account, steps };
  });
}

function stepsOf(events: readonly AccountEvent[]): readonly StopStep[] {
  return events.flatMap((event) => (event.type === "trading_stopped" ? event.steps : []));
}

async function exchangeAnswers(parts: Parts, stops: readonly Stopped[], startedAt: number): Promise<void> {
  const asked = stops.flatMap(({ account, steps }) =>
    account.venue === null ? [] : (steps ?? []).filter(({ outcome }) => outcome === "asked"),
  );
  const patience = Math.max(0, EXCHANGE_PATIENCE_MS - (parts.clock.wall() - startedAt));
  await Promise.all(asked.flatMap(({ orderId }) => (orderId === null ? [] : parts.kraken.outcome(orderId, patience))));
}

function finished({ desk }: Parts, { account, steps }: Stopped, mode: StopMode): AccountStop {
  const { accountId, name } = account;
  if (steps === null) {
    return {
      accountId,
      name,
      stopped: false,
      complete: false,
      steps: [
        {
          what: "entries",
          outcome: "failed",
          orderId: null,
          asset: null,
          symbol: null,
          sentence:
            "Something went wrong on our side and was reported: this account was not stopped. Press Stop again.",
        },
      ],
    };
  }
  const state = desk.account(accountId);
  const now = state === null ? steps : answeredSteps(state, steps, mode);
  return { accountId, name, stopped: true, complete: now.every(({ outcome }) => outcome === "done"), steps: [...now] };
}

/**
 * Each model trades its own proposals in a paper account of its own (ADR 0015), clicked or not, a click's latency after the
 * decision. A shadow is a Trader of its own with one paper account, so that it counts for no other account, and no Stop, halt
 * or limit of the user's reaches it.
 */
import type { ProposalView, ShadowView } from "../../../contract/assistant.ts";
import { sizeForShadow } from "../../../domain/assistant/sizing.ts";
import type { AccountSnapshot } from "../../../domain/assistant/snapshot.ts";
import { decimal, ZERO } from "../../../domain/decimal.ts";
import { assetsOf } from "../../../domain/orders/conversion.ts";
import { refuse, type Problem, type Result } from "../../../domain/problem.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { logUnexpected } from "../../lib/log.ts";
import type { Schedule } from "../../lib/schedule.ts";
import type { Principal, ProposedOrder, TraderPort } from "../../trader/port.ts";
import type { ContextTaker } from "../context.ts";
import type { ProposalTable } from "../storage/proposal-table.ts";
import type { RunTable } from "../storage/run-table.ts";
import { otherCurrency } from "./order-of.ts";
import { sizeWish } from "./size.ts";
import type { ShadowStatus, ShadowTable } from "./shadow-table.ts";

export type ShadowDeskDependencies = {
  readonly shadows: ShadowTable;
  readonly proposals: ProposalTable;
  readonly runs: RunTable;
  readonly context: ContextTaker;
  readonly schedule: Schedule;
  /** The Trader of a shadow, by its name. */
  readonly trader: (name: string) => TraderPort;
  readonly traderId: string;
  readonly owner: () => Principal | null;
  readonly now: () => number;
};

/** What a trader takes who clicks at once. */
const CLICK_LATENCY_MS = 1_500;
const ORDER_LIVES_MS = 8_000;
const CALL_DEADLINE_MS = 6_000;
const RETRY_MS = 5_000;
/** A market that does not come back is no decision any more. */
const PATIENCE_MS = 60_000;
const STARTING_BALANCE = decimal("10000");
const PASSING: ReadonlySet<string> = new Set([
  "TEMPORARILY_UNAVAILABLE",
  "INTERNAL",
  "MARKET_UNAVAILABLE",
  "QUOTE_STALE",
]);

type Outcome = { readonly status: ShadowStatus; readonly note: string | null; readonly orderId: string | null };

export class ShadowDesk {
  readonly #dependencies: ShadowDeskDependencies;

  constructor(dependencies: ShadowDeskDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Part of the transaction that stores a proposal. Every one to trade is carried out, whatever stands in its way in the
   * trader's own account: what he holds, what it is worth. Holds leave no mark.
   */
  plan(view: ProposalView): void {
    const { shadows, schedule, now } = this.#dependencies;
    if (view.trade.action !== "hold") {
      shadows.plan(view.id, view.providerId, view.modelId, now());
      schedule.set("shadow", view.id, now() + CLICK_LATENCY_MS);
    }
  }

  /** By alarm: carries a proposal out in its model's account. Repeating it is the same order. */
  async carryOut(proposalId: string): Promise<void> {
    const { shadows, schedule, owner, now } = this.#dependencies;
    const trade = shadows.get(proposalId);
    const principal = owner();
    if (trade?.status !== "planned" || principal === null) {
      schedule.set("shadow", proposalId, null);
      return;
    }
    const outcome = await this.#trade(principal, proposalId);
    if (!outcome.ok && PASSING.has(outcome.error.code) && now() - trade.plannedAt < PATIENCE_MS) {
      schedule.set("shadow", proposalId, now() + RETRY_MS);
      return;
    }
    const { status, note, orderId } = outcome.ok ? outcome.value : denied(outcome.error);
    shadows.settle(proposalId, status, note, orderId);
    schedule.set("shadow", proposalId, null);
  }

  /** The accounts as they are worth now. */
  async list(principal: Principal): Promise<readonly ShadowView[]> {
    return Promise.all(
      this.#dependencies.shadows.models().map(async (model): Promise<ShadowView> => {
        const account = await this.#account(principal, model);
        const { providerId, modelId, placed, nothing, denied: refused, since } = model;
        const known = account.ok ? account.value : null;
        return {
          providerId,
          modelId,
          equity: known?.equity ?? null,
          startingBalance: STARTING_BALANCE,
          realisedProfit: known?.realisedProfit ?? ZERO,
          positions: known?.positions ?? 0,
          placed,
          nothing,
          denied: refused,
          since,
        };
      }),
    );
  }

  /** Every shadow of the user goes with them. Refuses when one could not be reached: then it is tried again. */
  async erase(principal: Principal): Promise<Result<null>> {
    for (const model of this.#dependencies.shadows.models()) {
      const erased = await this.#ask(() => this.#trader(model).erase(principal));
      if (!erased.ok) {
        return erased;
      }
    }
    return { ok: true, value: null };
  }

  async #trade(principal: Principal, proposalId: string): Promise<Result<Outcome>> {
    const { proposals, runs, context, now } = this.#dependencies;
    const view = proposals.get(proposalId)?.view;
    if (view === undefined) {
      return refuse("NOT_FOUND", "The proposal is gone.");
    }
    const trader = this.#trader(view);
    const accounts = await this.#ask(() => trader.accounts(principal));
    const accountId = accounts.ok ? (accounts.value[0]?.id ?? "") : "";
    if (!accounts.ok) {
      return accounts;
    }
    const account = await this.#ask(() => trader.snapshotForAssistant(principal, accountId));
    if (!account.ok) {
      return account;
    }
    const market = await context.view(view.trade.symbol);
    if (!market.ok) {
      return market;
    }
    const { instrument, quote } = market.value;
    if (instrument.quote !== account.value.currency) {
      return { ok: false, error: otherCurrency(view.trade.symbol, account.value.currency) };
    }
    const told = runs.get(view.runId)?.snapshot ?? null;
    const wish = sizeForShadow(view.trade, {
      instrument,
      price: quote.fresh ? (quote.ask?.[0] ?? null) : null,
      held: heldOf(account.value, instrument.base),
      equity: account.value.equity,
      traderEquity: told?.equity ?? null,
      traderHeld: told === null ? null : heldOf(told, instrument.base),
    });
    const sized = wish.ok
      ? await sizeWish(wish.value, (request) => this.#ask(() => trader.checkRisk(principal, accountId, request)))
      : wish;
    if (!sized.ok) {
      return sized;
    }
    if (sized.value.kind === "nothing") {
      return { ok: true, value: { status: "nothing", note: sized.value.reason, orderId: null } };
    }
    const request: ProposedOrder = {
      order: view.trade.action === "close" ? null : sized.value.request,
      asset: view.trade.action === "close" ? assetsOf(view.trade.symbol).base : null,
      provenance: {
        runId: view.runId,
        proposalId,
        providerId: view.providerId,
        modelId: view.modelId,
        edited: false,
      },
      notAfter: now() + ORDER_LIVES_MS,
    };
    // The key and the body of the proposal, whatever the size came out as: a repetition gets the first answer.
    const write = { idempotencyKey: `shadow-${proposalId}`, body: proposalId, request };
    const placed = await this.#ask(() => trader.executeProposal(principal, accountId, write));
    return placed.ok
      ? { ok: true, value: { status: "placed", note: sized.value.notes.join(" "), orderId: placed.value.order.id } }
      : placed;
  }

  async #account(principal: Principal, model: { readonly providerId: string; readonly modelId: string }) {
    const trader = this.#trader(model);
    return this.#ask(async () => {
      const accounts = await trader.accounts(principal);
      const account = accounts.ok ? accounts.value[0] : undefined;
      if (!accounts.ok || account === undefined) {
        return accounts.ok ? refuse<ShadowWorth>("NOT_FOUND", "The shadow has no account.") : accounts;
      }
      const found = await trader.account(principal, account.id);
      const value: ShadowWorth = {
        equity: found.ok && found.value.valuation.complete ? found.value.valuation.equity : null,
        realisedProfit: account.realisedProfit,
        positions: account.positions.length,
      };
      return { ok: true, value };
    });
  }

  #trader({ providerId, modelId }: { readonly providerId: string; readonly modelId: string }): TraderPort {
    const { trader, traderId } = this.#dependencies;
    return trader(shadowName(traderId, providerId, modelId));
  }

  async #ask<T>(call: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await withDeadline(call(), CALL_DEADLINE_MS, "shadow");
    } catch (error) {
      logUnexpected("shadow_call_failed", error, {});
      return refuse("TEMPORARILY_UNAVAILABLE", "The desk did not answer in time. Try again in a few seconds.");
    }
  }
}

type ShadowWorth = Pick<ShadowView, "equity" | "realisedProfit" | "positions">;

/** Behind the user's trader id, so that everything of a user is found under one prefix (worker/auth/erase.ts). */
function shadowName(traderId: string, providerId: string, modelId: string): string {
  return `${traderId}~${providerId}~${modelId}`;
}

function heldOf({ positions }: Pick<AccountSnapshot, "positions">, asset: string) {
  return positions.find((position) => position.asset === asset)?.quantity ?? ZERO;
}

function denied({ message }: Problem): Outcome {
  return { status: "denied", note: message, orderId: null };
}

/**
 * What is done with proposals. A click re-checks shelf life and drift, is written down as an intent, and asks the Trader for ONE
 * order under a key of the proposal's own: however often it is clicked, or asked again after a crash, it is the same order.
 */
import type {
  ExecutedProposalView,
  ExecuteProposalRequest,
  ProposalEdits,
  ProposalView,
} from "../../../contract/assistant.ts";
import type { PlacedOrder, PlaceOrderRequest } from "../../../contract/orders.ts";
import { recheck } from "../../../domain/assistant/shelf-life.ts";
import { assetsOf } from "../../../domain/orders/conversion.ts";
import { ok, refuse, type Problem, type Result } from "../../../domain/problem.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { log, logUnexpected } from "../../lib/log.ts";
import type { Schedule } from "../../lib/schedule.ts";
import type { Principal, TraderPort, Write } from "../../trader/port.ts";
import type { ContextTaker } from "../context.ts";
import type { RunFrames } from "../runs/run-frames.ts";
import type { OrderIntent, ProposalTable, StoredProposal } from "../storage/proposal-table.ts";

export type ProposalDeskDependencies = {
  readonly storage: { transactionSync<T>(work: () => T): T };
  readonly proposals: ProposalTable;
  readonly context: ContextTaker;
  readonly frames: RunFrames;
  readonly schedule: Schedule;
  readonly trader: () => TraderPort;
  /** The owner, for what goes on when nobody is there; null before anybody was. */
  readonly owner: () => Principal | null;
  readonly changed: (kind: "proposal", id: string) => void;
  readonly now: () => number;
};

/** Nothing is ordered later than this after the click. */
const CLICK_LIVES_MS = 8_000;
const CALL_DEADLINE_MS = 6_000;
const RESOLVE_AFTER_MS = 3_000;
/** How often an order is looked at: at first, after a minute, after an hour. */
const FOLLOW_SOON_MS = 1_000;
const FOLLOW_LATER_MS = 10_000;
const FOLLOW_SELDOM_MS = 60_000;
const TERMINAL: ReadonlySet<string> = new Set(["filled", "cancelled", "expired", "rejected"]);
/** The Trader said nothing: whether it ordered is not known. */
const UNANSWERED: ReadonlySet<string> = new Set(["TEMPORARILY_UNAVAILABLE", "INTERNAL"]);

export class ProposalDesk {
  readonly #dependencies: ProposalDeskDependencies;

  constructor(dependencies: ProposalDeskDependencies) {
    this.#dependencies = dependencies;
  }

  async execute(
    principal: Principal,
    id: string,
    write: Write<ExecuteProposalRequest>,
  ): Promise<Result<ExecutedProposalView>> {
    const { proposals, context, now } = this.#dependencies;
    const before = proposals.get(id);
    if (before === null) {
      return unknown();
    }
    if (before.view.status === "executing" || isRepeat(before, write)) {
      return this.#carryOut(principal, id);
    }
    const market = await context.view(before.view.trade.symbol);
    // Nothing that was read before the await is trusted after it.
    const stored = proposals.get(id);
    if (stored === null) {
      return unknown();
    }
    if (stored.view.status === "executing") {
      return this.#carryOut(principal, id);
    }
    const quote = market.ok ? market.value.quote : null;
    const price = quote?.fresh === true ? (quote.lastTrade?.price ?? quote.mark) : null;
    const allowed = this.#allow(stored.view, write.request, quote?.at ?? now(), price);
    if (!allowed.ok) {
      return allowed;
    }
    this.#change(
      { ...stored.view, ...allowed.value.view, status: "executing", denial: null, verdict: null },
      {
        idempotencyKey: `proposal-${id}-${(stored.intent?.attempt ?? 0) + 1}`,
        clientKey: write.idempotencyKey,
        body: JSON.stringify(allowed.value.order),
        order: allowed.value.order,
        asset: allowed.value.order === null ? assetsOf(stored.view.trade.symbol).base : null,
        notAfter: now() + CLICK_LIVES_MS,
        attempt: (stored.intent?.attempt ?? 0) + 1,
      },
    );
    return this.#carryOut(principal, id);
  }

  reject(id: string, reason: string | null): Result<ProposalView> {
    const { proposals, now } = this.#dependencies;
    const stored = proposals.get(id);
    if (stored === null) {
      return unknown();
    }
    const { view, intent } = stored;
    if (view.status === "rejected") {
      return ok(view);
    }
    if (view.status !== "open" && view.status !== "denied" && view.status !== "expired") {
      return decided(view);
    }
    const rejected: ProposalView = { ...view, status: "rejected", reason: reason ?? view.reason, decidedAt: now() };
    this.#change(rejected, intent);
    return ok(rejected);
  }

  /** By alarm: the shelf life of a proposal is over. */
  expire(id: string): void {
    const stored = this.#dependencies.proposals.get(id);
    if (stored !== null && (stored.view.status === "open" || stored.view.status === "denied")) {
      this.#change({ ...stored.view, status: "expired", decidedAt: this.#dependencies.now() }, stored.intent);
    }
  }

  /** By alarm: a click whose answer was lost is asked again. After its time the Trader only tells what it did. */
  async resolve(id: string): Promise<void> {
    const { proposals, owner } = this.#dependencies;
    const principal = owner();
    if (principal !== null && proposals.get(id)?.view.status === "executing") {
      await this.#carryOut(principal, id);
    }
  }

  /** By alarm: what became of the order. */
  async follow(id: string): Promise<void> {
    const { proposals, trader, schedule, now } = this.#dependencies;
    const view = proposals.get(id)?.view;
    if (view?.status !== "placed" || view.orderId === null) {
      schedule.set("follow", id, null);
      return;
    }
    const { orderId, accountId } = view;
    const answer = await this.#ask(() => trader().orderForAssistant(accountId, orderId));
    const stored = proposals.get(id);
    if (stored === null) {
      return;
    }
    if (answer.ok) {
      this.#noteOrder(stored, answer.value);
    }
    const status = proposals.get(id)?.view.orderStatus ?? null;
    const age = now() - (stored.view.decidedAt ?? now());
    const pause = age < 60_000 ? FOLLOW_SOON_MS : age < 3_600_000 ? FOLLOW_LATER_MS : FOLLOW_SELDOM_MS;
    schedule.set("follow", id, status !== null && TERMINAL.has(status) ? null : now() + pause);
  }

  #allow(
    view: ProposalView,
    { edits, overrideClaims }: ExecuteProposalRequest,
    marketTime: number,
    price: PlaceOrderRequest["limitPrice"] | null,
  ): Result<{ readonly view: Partial<ProposalView>; readonly order: PlaceOrderRequest | null }> {
    if (view.status !== "open" && view.status !== "denied") {
      return view.status === "expired"
        ? refuse("PROPOSAL_EXPIRED", "The proposal has expired: ask again.", { expiredAt: String(view.expiresAt) })
        : decided(view);
    }
    if (view.contradicted && !overrideClaims) {
      const wrong = view.claims.filter(({ verdict }) => verdict === "contradicted");
      return refuse(
        "CLAIM_CONTRADICTED",
        `The answer states ${wrong.length === 1 ? "a figure that is" : "figures that are"} not what was sent: ${wrong.map((each) => `${each.value} for ${each.field ?? "a figure"}, which was ${each.actual ?? "—"}`).join("; ")}. Override it if that does not matter.`,
        { contradicted: String(wrong.length) },
      );
    }
    const { referencePrice, driftLimitPercent, expiresAt, createdAt } = view;
    const basis = { madeAt: createdAt, price: referencePrice, driftLimitPercent, expiresAt };
    const good = recheck(basis, marketTime, price ?? null);
    if (!good.ok) {
      if (good.error.code === "PROPOSAL_EXPIRED") {
        this.expire(view.id);
      }
      return good;
    }
    const changed = Object.keys(edits).length > 0;
    if (view.obstacle !== null) {
      return { ok: false, error: view.obstacle };
    }
    const order = view.request === null ? null : edited(view.request, edits);
    if (changed && view.request === null) {
      return refuse("PROPOSAL_UNUSABLE", "A close takes the whole position: there is nothing to change about it.");
    }
    return ok({ view: { edits: changed ? { ...edits } : null, overridden: view.contradicted }, order });
  }

  /** Asks the Trader for what the intent says, and books its answer. Asking twice is the same order. */
  async #carryOut(principal: Principal, id: string): Promise<Result<ExecutedProposalView>> {
    const { proposals, trader, schedule, now } = this.#dependencies;
    const asked = proposals.get(id);
    if (asked === null || asked.intent === null) {
      return unknown();
    }
    const { view, intent } = asked;
    const { idempotencyKey, body, order, asset, notAfter } = intent;
    const provenance = {
      runId: view.runId,
      proposalId: view.id,
      providerId: view.providerId,
      modelId: view.modelId,
      edited: view.edits !== null,
    };
    await this.#noteVerdict(principal, asked);
    const answer = await this.#ask(() =>
      trader().executeProposal(principal, view.accountId, {
        idempotencyKey,
        body,
        request: { order, asset, provenance, notAfter },
      }),
    );
    const stored = proposals.get(id);
    if (stored === null) {
      return unknown();
    }
    if (answer.ok) {
      this.#noteOrder(stored, answer.value);
      schedule.set("follow", id, now() + FOLLOW_SOON_MS);
      const shown = proposals.get(id) ?? stored;
      log("proposal_executed", {
        proposal: id,
        run: view.runId,
        order: answer.value.order.id,
        account: view.accountId,
      });
      return ok({ proposal: shown.view, placed: answer.value });
    }
    if (stored.view.status !== "executing") {
      return answer;
    }
    if (UNANSWERED.has(answer.error.code)) {
      schedule.set("resolve", id, now() + RESOLVE_AFTER_MS);
      return answer;
    }
    const status = answer.error.code === "PROPOSAL_EXPIRED" ? "expired" : "denied";
    this.#change({ ...stored.view, status, denial: plain(answer.error), decidedAt: now() }, stored.intent);
    schedule.set("resolve", id, null);
    return answer;
  }

  /**
   * Keeps what the risk engine says of the order with the proposal, for the record. The Trader judges again when it is asked for the
   * order: this decides nothing, and an order does not wait for it twice.
   */
  async #noteVerdict(principal: Principal, { view, intent }: StoredProposal): Promise<void> {
    const { proposals, trader, now } = this.#dependencies;
    const order = intent?.order ?? null;
    if (order === null || (view.verdict ?? null) !== null) {
      return;
    }
    const checked = await this.#ask(() => trader().checkRisk(principal, view.accountId, order));
    const stored = proposals.get(view.id);
    if (checked.ok && stored?.view.status === "executing") {
      const { rules, denial } = checked.value;
      this.#change({ ...stored.view, verdict: { rules, denial, at: now() } }, stored.intent);
    }
  }

  #noteOrder({ view, intent }: StoredProposal, { order }: PlacedOrder): void {
    const { now } = this.#dependencies;
    const isSame =
      view.status === "placed" && view.orderStatus === order.status && view.filledQuantity === order.filledQuantity;
    if (!isSame) {
      const { id: orderId, status: orderStatus, filledQuantity, averagePrice } = order;
      const decidedAt = view.decidedAt ?? now();
      this.#change(
        { ...view, status: "placed", orderId, orderStatus, filledQuantity, averagePrice, decidedAt },
        intent,
      );
    }
  }

  #change(view: ProposalView, intent: OrderIntent | null): void {
    const { storage, proposals, schedule, frames, changed, now } = this.#dependencies;
    storage.transactionSync(() => {
      proposals.save(view, intent);
      if (view.status !== "open" && view.status !== "denied") {
        schedule.set("expire", view.id, null);
      }
      schedule.set("resolve", view.id, view.status === "executing" ? now() + RESOLVE_AFTER_MS : null);
      changed("proposal", view.id);
      frames.tell(view.runId, { type: "proposal", proposal: view });
    });
  }

  async #ask<T>(call: () => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await withDeadline(call(), CALL_DEADLINE_MS, "trader");
    } catch (error) {
      logUnexpected("trader_call_failed", error, {});
      return refuse(
        "TEMPORARILY_UNAVAILABLE",
        "The desk did not answer in time. Whether the order was placed is being found out; nothing is ordered twice.",
      );
    }
  }
}

/** The same click again: the same key, and an order came of it. */
function isRepeat({ view, intent }: StoredProposal, write: Write<unknown>): boolean {
  return view.status === "placed" && intent?.clientKey === write.idempotencyKey;
}

function edited(request: PlaceOrderRequest, edits: ProposalEdits): PlaceOrderRequest {
  const type = edits.orderType ?? request.type;
  const limitPrice = edits.limitPrice === undefined ? request.limitPrice : (edits.limitPrice ?? undefined);
  const { limitPrice: _limit, stop, target, ...rest } = request;
  const plans = {
    stop:
      edits.stop === undefined ? stop : edits.stop === null ? null : ({ type: "price", price: edits.stop } as const),
    target:
      edits.target === undefined
        ? target
        : edits.target === null
          ? null
          : ({ type: "price", price: edits.target } as const),
  };
  return {
    ...rest,
    type,
    ...(edits.quantity === undefined ? {} : { quantity: edits.quantity }),
    ...(type === "limit" && limitPrice !== undefined ? { limitPrice } : {}),
    ...(plans.stop === undefined ? {} : { stop: plans.stop }),
    ...(plans.target === undefined ? {} : { target: plans.target }),
  };
}

function plain({ code, message, details }: Problem): ProposalView["denial"] {
  return { code, message, details: { ...details } };
}

function unknown<T>(): Result<T> {
  return refuse("NOT_FOUND", "There is no such proposal.");
}

function decided<T>({ status }: ProposalView): Result<T> {
  const words: Readonly<Record<string, string>> = {
    placed: "An order came of this proposal already.",
    rejected: "This proposal was rejected.",
    noted: "There is nothing to execute: the proposal is to do nothing.",
    executing: "This proposal is being executed.",
  };
  return refuse("PROPOSAL_DECIDED", words[status] ?? "This proposal is decided.", { status });
}

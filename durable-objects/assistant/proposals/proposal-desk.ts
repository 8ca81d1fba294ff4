/**
 * What is done with proposals. A click re-checks shelf life and drift, is written down as an intent, and asks the Trader for ONE
 * order under a key of the proposal's own: however often it is asked again after a crash, it is the same order. What a click was
 * answered, its key answers for a day; another click, under another key, is a wish of its own.
 */
import { createHash } from "node:crypto";
import type { ExecutedProposalView, ExecuteProposalRequest, ProposalView } from "../../../contract/assistant.ts";
import type { PlacedOrder } from "../../../contract/orders.ts";
import { assetsOf } from "../../../domain/orders/conversion.ts";
import { ok, refuse, type Problem, type Result } from "../../../domain/problem.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { log, logUnexpected } from "../../lib/log.ts";
import type { Schedule } from "../../lib/schedule.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import type { Principal, TraderPort, Write } from "../../trader/port.ts";
import type { ContextTaker } from "../context.ts";
import type { RunFrames } from "../runs/run-frames.ts";
import type { Click, ClickTable } from "../storage/click-table.ts";
import type { OrderIntent, ProposalTable, StoredProposal } from "../storage/proposal-table.ts";
import { allowClick, decided, type AllowedClick } from "./click.ts";

export type ProposalDeskDependencies = {
  readonly storage: { transactionSync<T>(work: () => T): T };
  readonly proposals: ProposalTable;
  readonly clicks: ClickTable;
  readonly context: Pick<ContextTaker, "view">;
  readonly frames: Pick<RunFrames, "tell">;
  readonly schedule: Schedule;
  readonly trader: () => Pick<TraderPort, "executeProposal" | "orderForAssistant">;
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
/**
 * Said before anything was decided, and before the Trader looked at what it had done already: no answer that a key could stand
 * for, and no word on an order that was asked for before.
 */
const UNDECIDED: ReadonlySet<string> = new Set([...UNANSWERED, "RATE_LIMITED", "MARKET_UNAVAILABLE"]);
/** TRADING §2: the same key and body have the same answer for so long, denials too. */
const ANSWERS_KEPT_MS = 24 * 3_600_000;

export class ProposalDesk {
  readonly #dependencies: ProposalDeskDependencies;
  readonly #underWay = new Map<string, Promise<Result<ExecutedProposalView>>>();

  constructor(dependencies: ProposalDeskDependencies) {
    this.#dependencies = dependencies;
  }

  async execute(
    principal: Principal,
    id: string,
    write: Write<ExecuteProposalRequest>,
  ): Promise<Result<ExecutedProposalView>> {
    const { proposals, context } = this.#dependencies;
    const before = proposals.get(id);
    if (before === null) {
      return unknown();
    }
    const click = { key: write.idempotencyKey, bodyHash: createHash("sha256").update(write.body).digest("base64url") };
    const known = this.#known(click);
    if (known !== null) {
      return known.answer ?? this.#carryOut(principal, id, "again");
    }
    const market = await context.view(before.view.trade.symbol);
    // Nothing that was read before the await is trusted after it.
    const knownMeanwhile = this.#known(click);
    if (knownMeanwhile !== null) {
      return knownMeanwhile.answer ?? this.#carryOut(principal, id, "again");
    }
    const stored = proposals.get(id);
    if (stored === null) {
      return unknown();
    }
    if (!market.ok) {
      return this.#refuse(click, market);
    }
    const allowed = allowClick(stored.view, write.request, market.value.quote);
    if (!allowed.ok) {
      if (allowed.error.code === "PROPOSAL_EXPIRED") {
        this.expire(id);
      }
      return this.#refuse(click, allowed);
    }
    this.#begin(stored, click, allowed.value);
    return this.#carryOut(principal, id, "first");
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
    return ok(this.#change(rejected, intent));
  }

  /** By alarm: the shelf life of a proposal is over. */
  expire(id: string): void {
    const stored = this.#dependencies.proposals.get(id);
    if (stored !== null && (stored.view.status === "open" || stored.view.status === "denied")) {
      this.#change({ ...stored.view, status: "expired", decidedAt: this.#dependencies.now() }, stored.intent);
    }
  }

  /** At every start: a click that was cut is asked for again, whatever became of its alarm. */
  recover(): void {
    const { proposals, schedule, now } = this.#dependencies;
    for (const { view } of proposals.executing()) {
      schedule.setNoLaterThan("resolve", view.id, now() + RESOLVE_AFTER_MS);
    }
  }

  /** By alarm: a click whose answer was lost is asked again. After its time the Trader only tells what it did. */
  async resolve(id: string): Promise<void> {
    const { proposals, owner, schedule } = this.#dependencies;
    const principal = owner();
    if (proposals.get(id)?.view.status !== "executing") {
      schedule.set("resolve", id, null);
    } else if (principal !== null) {
      await this.#carryOut(principal, id, "again");
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

  /** What the key was used for: a refusal of another wish, the kept answer, or null inside while it is carried out. */
  #known({ key, bodyHash }: Click): { readonly answer: Result<ExecutedProposalView> | null } | null {
    const { clicks, now } = this.#dependencies;
    const kept = clicks.get(key, now() - ANSWERS_KEPT_MS);
    if (kept === null) {
      return null;
    }
    if (kept.bodyHash !== bodyHash) {
      return {
        answer: refuse(
          "IDEMPOTENCY_KEY_REUSED",
          "This Idempotency-Key was used for a different click in the last 24 hours. Use a new key for a new wish.",
        ),
      };
    }
    return { answer: kept.answer === null ? null : parseTrusted<Result<ExecutedProposalView>>(kept.answer) };
  }

  /** A refusal is an answer too: the same click gets it again, even if it would pass by then. */
  #refuse(click: Click, refusal: { readonly ok: false; readonly error: Problem }): Result<ExecutedProposalView> {
    if (!UNDECIDED.has(refusal.error.code)) {
      this.#dependencies.clicks.keep(click, JSON.stringify(refusal), this.#dependencies.now());
    }
    return refusal;
  }

  /** One turn: the proposal, the order that is going to be asked for, and the key of who asked. */
  #begin({ view, intent }: StoredProposal, click: Click, { view: change, order }: AllowedClick): void {
    const { storage, clicks, now } = this.#dependencies;
    const attempt = (intent?.attempt ?? 0) + 1;
    storage.transactionSync(() => {
      clicks.forget(now() - ANSWERS_KEPT_MS);
      clicks.keep(click, null, now());
      this.#change(
        { ...view, ...change, status: "executing", denial: null, verdict: null },
        {
          idempotencyKey: `proposal-${view.id}-${attempt}`,
          clientKey: click.key,
          body: JSON.stringify(order),
          order,
          asset: order === null ? assetsOf(view.trade.symbol).base : null,
          notAfter: now() + CLICK_LIVES_MS,
          attempt,
        },
      );
    });
  }

  /** Asks the Trader for what the intent says, and books its answer. Asking twice is the same order; who asks meanwhile joins. */
  async #carryOut(principal: Principal, id: string, time: "first" | "again"): Promise<Result<ExecutedProposalView>> {
    const joined = this.#underWay.get(id);
    if (joined !== undefined) {
      return joined;
    }
    const asking = this.#askTrader(principal, id, time).finally(() => {
      this.#underWay.delete(id);
    });
    this.#underWay.set(id, asking);
    return asking;
  }

  async #askTrader(principal: Principal, id: string, time: "first" | "again"): Promise<Result<ExecutedProposalView>> {
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
    // What each rule said comes with the answer: the record costs the order no question of its own.
    let verdict: ProposalView["verdict"] = null;
    const answer = await this.#ask(async () => {
      const executed = await trader().executeProposal(principal, view.accountId, {
        idempotencyKey,
        body,
        request: { order, asset, provenance, notAfter },
      });
      verdict = executed.verdict;
      return executed;
    });
    const stored = proposals.get(id);
    if (stored === null) {
      return unknown();
    }
    if (answer.ok) {
      log("proposal_executed", {
        proposal: id,
        run: view.runId,
        order: answer.value.order.id,
        account: view.accountId,
      });
      return this.#settle(intent, () => {
        this.#noteOrder({ ...stored, view: { ...stored.view, verdict } }, answer.value);
        schedule.set("follow", id, now() + FOLLOW_SOON_MS);
        const shown = proposals.get(id) ?? stored;
        return ok({ proposal: shown.view, placed: answer.value });
      });
    }
    const { code } = answer.error;
    if (UNANSWERED.has(code) || (time === "again" && UNDECIDED.has(code))) {
      schedule.set("resolve", id, now() + RESOLVE_AFTER_MS);
      return answer;
    }
    return this.#settle(intent, () => {
      const status = code === "PROPOSAL_EXPIRED" ? "expired" : "denied";
      this.#change({ ...stored.view, status, verdict, denial: plain(answer.error), decidedAt: now() }, stored.intent);
      return answer;
    });
  }

  /** One turn: what came of a click, and the answer that its key stands for from now on. */
  #settle({ clientKey }: OrderIntent, book: () => Result<ExecutedProposalView>): Result<ExecutedProposalView> {
    const { storage, clicks } = this.#dependencies;
    return storage.transactionSync(() => {
      const answer = book();
      const stands = answer.ok || !UNDECIDED.has(answer.error.code);
      clicks.settle(clientKey, stands ? JSON.stringify(answer) : null);
      return answer;
    });
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

  #change(view: ProposalView, intent: OrderIntent | null): ProposalView {
    const { storage, proposals, schedule, frames, changed, now } = this.#dependencies;
    return storage.transactionSync(() => {
      const proposal = { ...view, version: (proposals.get(view.id)?.view.version ?? 0) + 1 };
      proposals.save(proposal, intent);
      if (view.status !== "open" && view.status !== "denied") {
        schedule.set("expire", view.id, null);
      }
      schedule.set("resolve", view.id, view.status === "executing" ? now() + RESOLVE_AFTER_MS : null);
      changed("proposal", view.id);
      frames.tell(view.runId, { type: "proposal", proposal });
      return proposal;
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

function plain({ code, message, details }: Problem): ProposalView["denial"] {
  return { code, message, details: { ...details } };
}

function unknown<T>(): Result<T> {
  return refuse("NOT_FOUND", "There is no such proposal.");
}

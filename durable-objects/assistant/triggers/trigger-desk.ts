/**
 * Runs that nobody pressed send for: a price alert fired and was to ask a model. The Trader tells of it after its commit and waits
 * for nothing. Windows and waiting triggers are rows, and a run is taken in together with the triggers that it is of, so that an
 * eviction or a crash at any moment neither loses one nor asks about it twice.
 */
import type { ProposalView, StartRunRequest } from "../../../contract/assistant.ts";
import { answerMessage, type AnsweredRun, type AnswerMessage } from "../../../domain/assistant/alert-answer.ts";
import {
  afterStart,
  batchOf,
  takeTrigger,
  triggerQuestion,
  waitsUntil,
  type RunTrigger,
} from "../../../domain/assistant/triggers.ts";
import { type Problem, type Result } from "../../../domain/problem.ts";
import type { Schedule } from "../../lib/schedule.ts";
import type { Principal } from "../../trader/port.ts";
import type { Triggered } from "../runs/admit.ts";
import type { Library } from "../storage/library.ts";
import type { StoredView } from "../storage/run-table.ts";
import type { ToldTrigger } from "./told.ts";
import type { Questioned, TriggerTable } from "./trigger-table.ts";

export type TriggerDeskDependencies = {
  readonly storage: { transactionSync<T>(work: () => T): T };
  readonly table: TriggerTable;
  readonly library: Library;
  readonly schedule: Schedule;
  readonly owner: () => Principal | null;
  /** Takes a run in; `triggered.booked` is called within its transaction. */
  readonly start: (principal: Principal, request: StartRunRequest, triggered: Triggered) => Promise<Result<unknown>>;
  /** Keeps a run that could not be started, with the reason. */
  readonly keepRefused: (request: StartRunRequest, triggered: Triggered, problem: Problem) => void;
  readonly isUnderWay: (runId: string) => boolean;
  readonly run: (runId: string) => StoredView | null;
  readonly proposalsOf: (runId: string) => readonly ProposalView[];
  /** Raises an alert at the Trader, once for each run. */
  readonly tellTrader: (accountId: string, runId: string, answer: AnswerMessage) => Promise<Result<null>>;
  readonly now: () => number;
  readonly newId: () => string;
};

const RETRY_MS = 5_000;
/** A market or a Trader that does not come back: the trader is told that nobody could be asked. */
const PATIENCE_MS = 120_000;
const PASSING: ReadonlySet<string> = new Set([
  "TEMPORARILY_UNAVAILABLE",
  "INTERNAL",
  "RATE_LIMITED",
  "MARKET_UNAVAILABLE",
  "QUOTE_STALE",
  "ASSISTANT_LIMIT",
]);
/** An answer that cannot be told for so long is read in its chat. */
const TELL_PATIENCE_MS = 3_600_000;
const CHAT_TITLE = "Price alerts";

export class TriggerDesk {
  readonly #dependencies: TriggerDeskDependencies;
  readonly #asking = new Set<string>();

  constructor(dependencies: TriggerDeskDependencies) {
    this.#dependencies = dependencies;
  }

  /** One turn: what is told is kept, and a run is planned for it. What was told before is passed over. */
  take(told: readonly ToldTrigger[]): void {
    const { storage, table, schedule, now } = this.#dependencies;
    storage.transactionSync(() => {
      for (const { accountId, ask, trigger } of told) {
        const questioned = { accountId, ...ask };
        if (!table.has(trigger.id)) {
          const window = table.window(questioned);
          const after = takeTrigger(window, now());
          table.insert(questioned, trigger, now());
          table.saveWindow(questioned, { ...after, runId: window.runId });
          schedule.set("ask", keyOf(questioned), after.dueAt);
        }
      }
    });
  }

  /** By alarm: what waits for a model about an account is asked about, when its time has come. */
  async ask(key: string): Promise<void> {
    if (this.#asking.has(key)) {
      return;
    }
    this.#asking.add(key);
    try {
      await this.#ask(key);
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(key: string): Promise<void> {
    const { table, schedule, owner, isUnderWay, start, keepRefused, newId, now } = this.#dependencies;
    const questioned = questionedOf(key);
    const waiting = table.waiting(questioned);
    const principal = owner();
    const [oldest] = waiting;
    if (oldest === undefined || principal === null) {
      schedule.set("ask", key, null);
      return;
    }
    const window = table.window(questioned);
    const later = waitsUntil(window, now(), window.runId !== null && isUnderWay(window.runId));
    if (later !== null) {
      schedule.set("ask", key, later);
      return;
    }
    const triggers = batchOf(waiting.map(({ trigger }) => trigger));
    const request: StartRunRequest = {
      chatId: this.#chat(newId),
      prompt: triggerQuestion(triggers),
      providerId: questioned.providerId,
      modelId: questioned.modelId,
      accountId: questioned.accountId,
      symbols: [...new Set(triggers.map(({ symbol }) => symbol))],
      withContext: true,
      useCache: false,
      attachments: [],
    };
    const triggered: Triggered = {
      triggers,
      booked: (runId) => {
        this.#booked(questioned, triggers, runId);
      },
    };
    const started = await start(principal, request, triggered);
    if (started.ok) {
      return;
    }
    if (PASSING.has(started.error.code) && now() - oldest.receivedAt < PATIENCE_MS) {
      schedule.set("ask", key, now() + RETRY_MS);
      return;
    }
    keepRefused(request, triggered, started.error);
  }

  /** By alarm: what came of a run is told as an alert of the desk, also to who is not there. */
  async tell(runId: string): Promise<void> {
    const { schedule, run, proposalsOf, tellTrader, now } = this.#dependencies;
    const view = run(runId);
    const endedAt = view?.endedAt ?? null;
    if (view === null || endedAt === null || now() - endedAt > TELL_PATIENCE_MS) {
      schedule.set("tell", runId, null);
      return;
    }
    const told = await tellTrader(view.accountId, runId, answerMessage(answeredRun(view, proposalsOf(runId))));
    // An account that is gone has nobody to tell.
    const isOver = told.ok || told.error.code === "NOT_FOUND";
    schedule.set("tell", runId, isOver ? null : now() + RETRY_MS);
  }

  /** Within the transaction that takes the run in: these are asked about, and what came meanwhile waits for the next window. */
  #booked(questioned: Questioned, triggers: readonly RunTrigger[], runId: string): void {
    const { table, schedule, now } = this.#dependencies;
    table.assign(
      triggers.map(({ id }) => id),
      runId,
    );
    const after = afterStart(now(), table.waiting(questioned).length > 0);
    table.saveWindow(questioned, { ...after, runId });
    schedule.set("ask", keyOf(questioned), after.dueAt);
  }

  /** One chat holds what alerts asked; the trader may delete it, and the next one makes it anew. */
  #chat(newId: () => string): string {
    const { storage, library, now } = this.#dependencies;
    const known = library.meta("alerts_chat");
    if (known !== null && library.chat(known) !== null) {
      return known;
    }
    const id = newId();
    storage.transactionSync(() => {
      library.openChat(id, CHAT_TITLE, now());
      library.setMeta("alerts_chat", id);
    });
    return id;
  }
}

/** No id holds a space. */
function keyOf({ accountId, providerId, modelId }: Questioned): string {
  return [accountId, providerId, modelId].join(" ");
}

function questionedOf(key: string): Questioned {
  const [accountId = "", providerId = "", modelId = ""] = key.split(" ");
  return { accountId, providerId, modelId };
}

function answeredRun(view: StoredView, proposals: readonly ProposalView[]): AnsweredRun {
  return {
    modelName: view.modelName,
    isFinished: view.status === "finished",
    count: view.triggers?.length ?? 0,
    reason: view.error?.message ?? view.outcome?.message ?? null,
    proposals: proposals.map(({ trade, request, status }) => ({
      action: trade.action,
      symbol: trade.symbol,
      quantity: request?.quantity ?? trade.quantity,
      limitPrice: trade.limitPrice,
      stop: trade.stop,
      target: trade.target,
      isOpen: status === "open",
    })),
  };
}

/**
 * The runs of one user: taken in, queued, sent, ended. A run belongs to this object and not to the request that started it, so it
 * goes on when the tab closes. What was sent when the object is reset is over: it ends `interrupted`, is charged and never
 * repeated. What was still queued is sent.
 */
import type { PreviewRequest, RunPreviewView, RunView, StartRunRequest } from "../../../contract/assistant.ts";
import { ZERO } from "../../../domain/decimal.ts";
import { ok, refuse, type Problem, type Result } from "../../../domain/problem.ts";
import type { Schedule } from "../../lib/schedule.ts";
import type { Principal, Write } from "../../trader/port.ts";
import { RULES_PROVIDER } from "../catalog.ts";
import type { Reading, ReplyReader } from "../proposals/reply-reader.ts";
import type { ShadowDesk } from "../proposals/shadow-desk.ts";
import type { Spending } from "../spending.ts";
import type { RunTable, StoredRun } from "../storage/run-table.ts";
import type { ProposalTable } from "../storage/proposal-table.ts";
import { admitRun, previewRun, type AdmissionDependencies, type Triggered } from "./admit.ts";
import type { Ending } from "./ask.ts";
import { carryOut, type CarryOutDependencies } from "./carry-out.ts";
import { LiveRun } from "./live-run.ts";
import type { RunFrames } from "./run-frames.ts";
import { bookRefused } from "./refused-run.ts";
import { Slots } from "./slots.ts";

export type RunDeskDependencies = AdmissionDependencies &
  Omit<CarryOutDependencies, "onHeaders" | "place"> & {
    readonly storage: { transactionSync<T>(work: () => T): T };
    readonly runs: RunTable;
    readonly proposals: ProposalTable;
    readonly shadowDesk: ShadowDesk;
    readonly spending: Spending;
    readonly replies: ReplyReader;
    readonly frames: RunFrames;
    readonly schedule: Schedule;
    /** Copies what happened to D1 some time. */
    readonly changed: (kind: "run" | "proposal", id: string) => void;
    readonly now: () => number;
    readonly waitUntil: (promise: Promise<unknown>) => void;
    readonly unexpected: (event: string, error: unknown, fields: { readonly run: string }) => void;
  };

/** A queue must not depend on anybody being there: it is looked at again by alarm. */
const WATCH_MS = 20_000;
const FRAMES_KEPT_MS = 600_000;
const STOP_PATIENCE_MS = 3_000;
const NO_RUN = "There is no such run.";
const INTERNAL: Problem = {
  code: "INTERNAL",
  message: "The run failed on our side and was reported.",
  details: {},
};
const INTERRUPTED: Problem = {
  code: "RUN_INTERRUPTED",
  message: "The desk was restarted while this run was under way. What had come is kept; ask again for the rest.",
  details: {},
};

type Live = { readonly live: LiveRun; readonly done: Promise<void> };

export class RunDesk {
  readonly #dependencies: RunDeskDependencies;
  readonly #live = new Map<string, Live>();
  readonly #slots = new Slots();
  #isClosed = false;

  constructor(dependencies: RunDeskDependencies) {
    this.#dependencies = dependencies;
  }

  /** At every start of the object, and by alarm: ends what was cut, goes on with what waits. */
  recover(): void {
    const { runs, schedule, now } = this.#dependencies;
    for (const run of runs.withStatus("waiting", "streaming")) {
      if (!this.#live.has(run.view.id)) {
        this.#interrupt(run);
      }
    }
    this.pump();
    schedule.set("runs", "", runs.withStatus("queued", "waiting", "streaming").length > 0 ? now() + WATCH_MS : null);
  }

  /** What a run would send now. */
  preview(principal: Principal, request: PreviewRequest): Promise<Result<RunPreviewView>> {
    return previewRun(this.#dependencies, principal, request);
  }

  /** Takes a run in. The same key with the same request is the same run. `before`: as admitRun. */
  async start(
    principal: Principal,
    write: Write<StartRunRequest>,
    triggered: Triggered | null = null,
    before?: number,
  ): Promise<Result<RunView>> {
    const { runs, frames, schedule, now } = this.#dependencies;
    const admitted = await admitRun(this.#dependencies, principal, write, triggered, before);
    if (!admitted.ok) {
      return admitted;
    }
    const { runId, isNew } = admitted.value;
    if (isNew) {
      schedule.set("runs", "", now() + WATCH_MS);
      frames.tell(runId, { type: "start" });
      this.pump();
    }
    return this.#shown(runs.get(runId));
  }

  /** Keeps a run that could not be started where nobody waits for the answer, and tells of it. */
  keepRefused(request: StartRunRequest, triggered: Triggered, problem: Problem): void {
    const { frames, changed, storage } = this.#dependencies;
    storage.transactionSync(() => {
      const runId = bookRefused(this.#dependencies, request, triggered, problem);
      const run = this.#dependencies.runs.get(runId);
      if (run !== null) {
        this.#planAfter(run.view);
      }
      changed("run", runId);
      frames.tell(runId, { type: "error" });
    });
  }

  /** Whether a run has yet to end. */
  isUnderWay(runId: string): boolean {
    return this.#dependencies.runs.get(runId)?.view.endedAt === null;
  }

  /** The question of a run again, as a new run with a context of now. */
  async retry(
    principal: Principal,
    runId: string,
    write: Write<{ readonly providerId?: string | undefined; readonly modelId?: string | undefined }>,
  ): Promise<Result<RunView>> {
    const before = this.#dependencies.runs.get(runId);
    if (before === null) {
      return refuse("NOT_FOUND", NO_RUN);
    }
    const { providerId = before.request.providerId, modelId = before.request.modelId } = write.request;
    const request = { ...before.request, providerId, modelId };
    // A price alert asked without what was said before; the same question again does so too.
    return this.start(principal, { ...write, request }, null, before.view.triggers === undefined ? before.number : 0);
  }

  /** Stops a run, at its provider too. One that has ended stays as it is. */
  async stop(runId: string): Promise<Result<RunView>> {
    const { runs } = this.#dependencies;
    const running = this.#live.get(runId);
    const run = runs.get(runId);
    if (running !== undefined) {
      running.live.controller.abort(new Error("stopped by the user"));
      // What it takes to read what had come is not waited for longer.
      await Promise.race([running.done, pause(STOP_PATIENCE_MS)]);
    } else if (run?.view.status === "queued") {
      this.#finish(run, null, { status: "stopped", error: null, sent: false }, null);
      this.#tellQueue();
    }
    return this.#shown(runs.get(runId));
  }

  /** Stops everything of a chat, or of all chats. */
  async stopAll(chatId: string | null): Promise<void> {
    const active = this.#dependencies.runs.withStatus("queued", "waiting", "streaming");
    const concerned = active.filter(({ view }) => chatId === null || view.chatId === chatId);
    await Promise.all(concerned.map(({ view }) => this.stop(view.id)));
  }

  /** Nothing is sent or written any more: the user is being erased. */
  async close(): Promise<void> {
    await this.stopAll(null);
    this.#isClosed = true;
  }

  /** A run as it is shown now. */
  view(run: StoredRun): RunView {
    const { runs } = this.#dependencies;
    const { view } = run;
    const isUnderWay = view.status === "waiting" || view.status === "streaming";
    const place = view.status === "queued" ? runs.placeInQueue(run.number) : 0;
    return {
      ...view,
      text: isUnderWay ? runs.streamed(view.id, "text") : run.text,
      thinking: isUnderWay ? runs.streamed(view.id, "thinking") : run.thinking,
      queuePosition: place > 0 ? place : null,
    };
  }

  /** Sends as many queued runs as may wait for their providers, oldest first. */
  pump(): void {
    const { runs, waitUntil } = this.#dependencies;
    if (this.#isClosed) {
      return;
    }
    let sent = 0;
    for (const run of runs.withStatus("queued")) {
      const { id, providerId } = run.view;
      if (!this.#live.has(id) && (providerId === RULES_PROVIDER || this.#slots.take(id, providerId))) {
        const live = new LiveRun((channel, text) => {
          this.#dependencies.frames.tell(id, { type: "delta", channel, text });
        });
        const done = this.#run(run, live);
        this.#live.set(id, { live, done });
        waitUntil(done);
        sent += 1;
      }
    }
    if (sent > 0) {
      this.#tellQueue();
    }
  }

  async #run(queued: StoredRun, live: LiveRun): Promise<void> {
    const { runs, frames, replies, spending, now, unexpected } = this.#dependencies;
    const { id, providerId } = queued.view;
    runs.saveView({ ...queued.view, status: "waiting", sentAt: now(), attempts: 1 });
    frames.tell(id, { type: "start" });
    let ending: Ending = { status: "failed", error: INTERNAL, sent: true };
    let reading: Reading | null = null;
    try {
      ending = await carryOut(
        {
          ...this.#dependencies,
          place: async (signal) => {
            if (providerId !== RULES_PROVIDER) {
              await this.#slots.takeAgain(id, providerId, signal);
            }
          },
          onHeaders: () => {
            this.#slots.free(id);
            this.pump();
          },
        },
        queued,
        live,
      );
      if (live.hasBegun || ending.status === "finished") {
        reading = await replies.read(queued, live.reply);
      }
    } catch (error) {
      unexpected("run_failed", error, { run: id });
    }
    live.flush();
    this.#live.delete(id);
    this.#slots.free(id);
    const run = runs.get(id);
    if (this.#isClosed) {
      return;
    }
    if (run === null) {
      // Its chat was deleted while it ended: what was reserved is taken as spent.
      spending.settle(id, null);
    } else {
      this.#finish(run, live, ending, reading);
    }
    this.pump();
  }

  /** One turn: charged, stored with its proposals, told. */
  #finish(run: StoredRun, live: LiveRun | null, ending: Ending, reading: Reading | null): void {
    const { storage, runs, proposals, shadowDesk, frames, schedule, now, changed } = this.#dependencies;
    const { id } = run.view;
    storage.transactionSync(() => {
      const usage = this.#charge(run, live, ending);
      for (const view of reading?.proposals ?? []) {
        proposals.insert(view);
        shadowDesk.plan(view);
        schedule.set("expire", view.id, view.status === "open" ? this.#expiry(run, view.expiresAt) : null);
        changed("proposal", view.id);
      }
      runs.saveReply(
        id,
        reading?.text ?? live?.text ?? "",
        live?.thinking ?? "",
        live?.hasBegun === true ? live.reply : null,
      );
      runs.saveView({
        ...run.view,
        status: ending.status,
        error: ending.error,
        outcome: reading?.outcome ?? null,
        usage,
        reserved: ZERO,
        proposalIds: reading?.proposals.map((view) => view.id) ?? [],
        endedAt: now(),
      });
      this.#planAfter(run.view);
      changed("run", id);
      if (usage !== null) {
        frames.tell(id, { type: "usage", usage });
      }
      for (const proposal of reading?.proposals ?? []) {
        frames.tell(id, { type: "proposal", proposal });
      }
      frames.tell(id, { type: ending.status === "failed" ? "error" : "end" });
    });
  }

  /** Of a run that has ended: its frames are kept for a while, and what alerts asked is told to the trader. */
  #planAfter({ id, triggers }: StoredRun["view"]): void {
    const { schedule, now } = this.#dependencies;
    schedule.set("frames", id, now() + FRAMES_KEPT_MS);
    if (triggers !== undefined) {
      schedule.set("tell", id, now());
    }
  }

  /** Shelf life is market time, which is another than the wall's in a replay; alarms ring by the wall. */
  #expiry({ view, snapshot }: StoredRun, expiresAt: number): number {
    return view.createdAt + (expiresAt - (snapshot?.time ?? view.createdAt));
  }

  #charge({ view }: StoredRun, live: LiveRun | null, ending: Ending): RunView["usage"] {
    const { spending } = this.#dependencies;
    if (!ending.sent) {
      spending.release(view.id);
      return spending.of(view.id)?.usage ?? null;
    }
    return spending.settle(view.id, live?.tokens ?? null);
  }

  #interrupt(run: StoredRun): void {
    const { storage, runs, frames, now, spending, changed } = this.#dependencies;
    const { id } = run.view;
    storage.transactionSync(() => {
      const usage = spending.settle(id, null);
      const text = runs.streamed(id, "text");
      const thinking = runs.streamed(id, "thinking");
      // Of a second reply nothing had come: the first is all that there is.
      const first = text === "" && thinking === "" ? run.earlier : null;
      runs.saveReply(id, first?.text ?? text, first?.thinking ?? thinking, first?.reply ?? null);
      runs.saveView({
        ...run.view,
        status: "interrupted",
        error: INTERRUPTED,
        outcome: { kind: "cut_off", message: INTERRUPTED.message, problems: [] },
        usage,
        reserved: ZERO,
        endedAt: now(),
      });
      this.#planAfter(run.view);
      changed("run", id);
      frames.tell(id, { type: "interrupted" });
    });
  }

  /** Those that wait have moved up. */
  #tellQueue(): void {
    const { runs, frames } = this.#dependencies;
    for (const { view } of runs.withStatus("queued").slice(0, TOLD_IN_QUEUE)) {
      frames.tell(view.id, { type: "start" });
    }
  }

  #shown(run: StoredRun | null): Result<RunView> {
    return run === null ? refuse("NOT_FOUND", NO_RUN) : ok(this.view(run));
  }
}

/** Places further back are told when they come nearer: fifty that each tell fifty are a flood. */
const TOLD_IN_QUEUE = 5;

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

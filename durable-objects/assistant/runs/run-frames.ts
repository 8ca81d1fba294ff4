/** What sockets are told of runs: each frame is kept and sent, with the next number of its run. */
import type { AssistantClientFrame, AssistantServerFrame } from "../../../contract/assistant-socket.ts";
import { ASSISTANT_SOCKET_PROTOCOL } from "../../../contract/assistant-socket.ts";
import type { ProposalView, RunUsageView, RunView } from "../../../contract/assistant.ts";
import type { ProposalTable } from "../storage/proposal-table.ts";
import type { NumberedFrame, RunTable, StoredRun } from "../storage/run-table.ts";

type RunFrame = NumberedFrame;
/** A frame before it has its number. */
export type Telling =
  | { readonly type: "start" }
  | { readonly type: "delta"; readonly channel: "text" | "thinking"; readonly text: string }
  | { readonly type: "usage"; readonly usage: RunUsageView }
  | { readonly type: "proposal"; readonly proposal: ProposalView }
  | { readonly type: "end" | "interrupted" | "error" };

export type RunFramesDependencies = {
  readonly runs: RunTable;
  readonly proposals: ProposalTable;
  readonly broadcast: (texts: readonly string[]) => void;
  readonly viewOf: (run: StoredRun) => RunView;
  readonly now: () => number;
};

export class RunFrames {
  readonly #dependencies: RunFramesDependencies;

  constructor(dependencies: RunFramesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Numbers, keeps and sends a frame about a run. Nothing happens when the run is gone. */
  tell(runId: string, telling: Telling): void {
    const { runs, broadcast, viewOf } = this.#dependencies;
    const run = runs.get(runId);
    if (run === null) {
      return;
    }
    const seq = run.view.seq + 1;
    const numbered = { ...run, view: { ...run.view, seq } };
    runs.saveView(numbered.view);
    const frame = frameOf(runId, seq, telling, () => viewOf(numbered));
    runs.addFrame(frame);
    broadcast([JSON.stringify(frame)]);
  }

  /** What a client that comes back gets: hello, then of each run what it has not got. */
  resume({ runs: known }: AssistantClientFrame, sessionExpiresAt: number): readonly AssistantServerFrame[] {
    const { runs, now } = this.#dependencies;
    const active = runs.withStatus("queued", "waiting", "streaming");
    const named = new Set(known.map(({ runId }) => runId));
    return [
      {
        type: "hello",
        protocol: ASSISTANT_SOCKET_PROTOCOL,
        serverTime: now(),
        sessionExpiresAt,
        active: active.map(({ view }) => view.id),
      },
      ...known.flatMap(({ runId, seq }) => {
        const run = runs.get(runId);
        return run === null ? [] : this.#since(run, seq);
      }),
      ...active.filter(({ view }) => !named.has(view.id)).flatMap((run) => this.#whole(run)),
    ];
  }

  #since(run: StoredRun, seq: number): readonly AssistantServerFrame[] {
    const { runs } = this.#dependencies;
    const last = run.view.seq;
    if (seq === last) {
      return [];
    }
    const frames = runs.framesAfter(run.view.id, seq);
    return seq < last && frames.length === last - seq ? frames : this.#whole(run);
  }

  /** The run as it is, in place of all its frames. */
  #whole(run: StoredRun): readonly AssistantServerFrame[] {
    const { viewOf, proposals } = this.#dependencies;
    const { id, seq } = run.view;
    return [
      { type: "start", runId: id, seq, run: viewOf(run) },
      ...proposals.ofRun(id).map((proposal) => ({ type: "proposal" as const, runId: id, seq, proposal })),
    ];
  }
}

function frameOf(runId: string, seq: number, telling: Telling, view: () => RunView): RunFrame {
  switch (telling.type) {
    case "start":
    case "end":
    case "interrupted":
      return { type: telling.type, runId, seq, run: view() };
    case "error": {
      const run = view();
      return { type: telling.type, runId, seq, error: run.error ?? UNEXPLAINED, run };
    }
    case "delta":
    case "usage":
    case "proposal":
      return { ...telling, runId, seq };
  }
}

const UNEXPLAINED = { code: "INTERNAL" as const, message: "The run failed.", details: {} };

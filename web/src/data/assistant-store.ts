/**
 * Runs and proposals of the assistant, kept by /ws/assistant. Each run has a sequence of its own: a hole in it asks for the run
 * again, nothing is ever guessed. A run goes on without the page and is there, as far as it came, on return.
 */
import { createSignal, type Accessor } from "solid-js";
import { createStore, produce } from "solid-js/store";
import { type ProposalView, type RunView } from "../../../contract/assistant.ts";
import {
  assistantServerFrame,
  MAXIMUM_RESUMED_RUNS,
  type AssistantServerFrame,
} from "../../../contract/assistant-socket.ts";
import { makeSocket, openSocket, type SocketPort, type SocketState } from "./make-socket.ts";

export type AssistantState = {
  runs: Record<string, RunView>;
  proposals: Record<string, ProposalView>;
};

export type AssistantStore = {
  readonly state: Accessor<SocketState>;
  /** Reactive. */
  readonly assistant: AssistantState;
  /** Takes in what REST has told. What the socket has already told is newer. */
  readonly learn: (known: { readonly runs?: readonly RunView[]; readonly proposals?: readonly ProposalView[] }) => void;
  readonly dispose: () => void;
};

export function createAssistantStore(options: { readonly open?: () => SocketPort } = {}): AssistantStore {
  const [assistant, setAssistant] = createStore<AssistantState>({ runs: {}, proposals: {} });
  const [state, setState] = createSignal<SocketState>({ type: "connecting", since: Date.now() });
  const socket = makeSocket({
    open: options.open ?? (() => openSocket("/ws/assistant")),
    onOpen: (send) => send(resume()),
    onText: readText,
    onState: setState,
  });

  function resume() {
    // Ended ones too: what became of their proposals was told while the line was down. Those that go on come first.
    const runs = Object.values(assistant.runs)
      .toSorted(
        (left, right) =>
          Number(left.endedAt !== null) - Number(right.endedAt !== null) || right.createdAt - left.createdAt,
      )
      .map(({ id, seq }) => ({ runId: id, seq }));
    return { type: "resume", runs: runs.slice(0, MAXIMUM_RESUMED_RUNS) };
  }

  function readText(text: string): void {
    const parsed = assistantServerFrame.safeParse(parseJson(text));
    if (parsed.success) {
      readFrame(parsed.data);
    } else {
      console.error("A frame of the assistant is not in the contract.", parsed.error.issues);
      socket.reconnect();
    }
  }

  function readFrame(frame: AssistantServerFrame): void {
    switch (frame.type) {
      case "hello":
        return;
      case "start":
      case "end":
      case "interrupted":
        putRun(frame.run);
        return;
      case "error":
        if (frame.run !== null) {
          putRun(frame.run);
        }
        return;
      case "proposal":
        putProposal(frame.proposal);
        advance(frame.runId, frame.seq, (known) => {
          if (!known.proposalIds.includes(frame.proposal.id)) {
            known.proposalIds.push(frame.proposal.id);
          }
        });
        return;
      case "usage":
        advance(frame.runId, frame.seq, (known) => {
          known.usage = frame.usage;
        });
        return;
      case "delta":
        advance(frame.runId, frame.seq, (known) => {
          known[frame.channel] += frame.text;
          // The first letter is what tells that it is being answered: no frame says so by itself.
          known.status = "streaming";
        });
    }
  }

  /** The next frame of a run. One that was had already is passed over, a hole asks for all of the run. */
  function advance(runId: string, seq: number, change: (known: RunView) => void): void {
    const known = assistant.runs[runId];
    if (known === undefined || seq > known.seq + 1) {
      socket.send({ type: "resume", runs: [{ runId, seq: known?.seq ?? 0 }] });
      return;
    }
    if (seq === known.seq + 1) {
      setAssistant(
        "runs",
        runId,
        produce((draft) => {
          change(draft);
          draft.seq = seq;
        }),
      );
    }
  }

  function putRun(run: RunView): void {
    const known = assistant.runs[run.id];
    if (known === undefined || run.seq >= known.seq) {
      setAssistant("runs", run.id, run);
    }
  }

  /** An answer may be overtaken by what the socket tells, and a line that comes back tells old frames again: the newer one stays. */
  function putProposal(proposal: ProposalView): void {
    const known = assistant.proposals[proposal.id];
    if (known === undefined || (proposal.version ?? 0) >= (known.version ?? 0)) {
      setAssistant("proposals", proposal.id, proposal);
    }
  }

  return {
    state,
    assistant,
    learn({ runs = [], proposals = [] }) {
      for (const run of runs) {
        putRun(run);
      }
      for (const proposal of proposals) {
        putProposal(proposal);
      }
    },
    dispose: () => socket.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

import { createRoot } from "solid-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProposalView, RunView } from "../../../contract/assistant.ts";
import { ZERO } from "../../../domain/decimal.ts";
import { sampleProposal } from "../features/assistant/sample-proposal.ts";
import { createAssistantStore, type AssistantStore } from "./assistant-store.ts";
import type { SocketPort } from "./make-socket.ts";

let sent: string[];
let port: SocketPort | null;
let store: AssistantStore;

beforeEach(() => {
  sent = [];
  store = createRoot(() =>
    createAssistantStore({
      open: () => {
        port = {
          send: (text) => sent.push(text),
          close: () => undefined,
          onopen: null,
          onmessage: null,
          onclose: null,
        };
        return port;
      },
    }),
  );
});
afterEach(() => store.dispose());

const run = (change: Partial<RunView> = {}): RunView => ({
  id: "run-1",
  chatId: "chat-1",
  accountId: "account-1",
  providerId: "mock",
  modelId: "mock-model",
  providerName: "Mock",
  modelName: "mock-model",
  notice: null,
  status: "finished",
  queuePosition: null,
  prompt: "?",
  text: "",
  thinking: "",
  symbols: [],
  withContext: true,
  snapshotHash: null,
  promptId: null,
  promptVersion: null,
  cached: false,
  attempts: 1,
  outcome: null,
  usage: null,
  reserved: ZERO,
  error: null,
  proposalIds: ["proposal-1"],
  createdAt: 1,
  sentAt: 1,
  firstTokenAt: 1,
  endedAt: 2,
  seq: 5,
  ...change,
});

function told(seq: number, proposal: ProposalView): void {
  port?.onmessage?.({ data: JSON.stringify({ type: "proposal", runId: "run-1", seq, proposal }) });
}

const statusOf = (): string | undefined => store.assistant.proposals["proposal-1"]?.status;

describe("a proposal in the page", () => {
  it("is not put back by an answer that the socket has overtaken", () => {
    store.learn({ runs: [run()], proposals: [sampleProposal({ version: 1 })] });
    told(6, sampleProposal({ status: "executing", version: 2 }));
    told(7, sampleProposal({ status: "placed", version: 3 }));
    store.learn({ proposals: [sampleProposal({ status: "executing", version: 2 })] });
    expect(statusOf()).toBe("placed");
  });

  it("is not put back by old frames that are told again after a lost line", () => {
    store.learn({ runs: [run()], proposals: [sampleProposal({ status: "placed", version: 3 })] });
    told(6, sampleProposal({ status: "executing", version: 2 }));
    expect(statusOf()).toBe("placed");
  });

  it("is what an answer says where that is newer, and where nobody counts", () => {
    store.learn({ runs: [run()], proposals: [sampleProposal()] });
    store.learn({ proposals: [sampleProposal({ status: "rejected" })] });
    expect(statusOf()).toBe("rejected");
  });

  it("is asked about after a lost line, although its run has ended; what goes on is asked about first", () => {
    const runs = Array.from({ length: 60 }, (_, index) => run({ id: `run-${index}`, createdAt: index }));
    store.learn({ runs: [run({ id: "going-on", createdAt: 0, endedAt: null, status: "streaming" }), ...runs] });
    port?.onopen?.();
    const resumed: { runs: { runId: string }[] } = JSON.parse(sent.at(-1) ?? "{}");
    expect(resumed.runs).toHaveLength(50);
    expect(resumed.runs.slice(0, 2).map(({ runId }) => runId)).toEqual(["going-on", "run-59"]);
  });
});

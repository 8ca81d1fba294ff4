import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { expect, it } from "vitest";
import type { ProviderListView, RunView } from "../../../../contract/assistant.ts";
import { ZERO } from "../../../../domain/decimal.ts";
import { renderApp } from "../../testing/render-app.tsx";
import { NOW } from "../testing/samples.ts";

const PROVIDERS: ProviderListView = { providers: [], preferred: { providerId: "mock", modelId: "mock-model" } };

function run(id: string): RunView {
  return {
    id,
    chatId: "chat-1",
    accountId: "account-1",
    providerId: "mock",
    modelId: "mock-model",
    providerName: "Mock",
    modelName: "mock-model",
    notice: null,
    status: "finished",
    prompt: "What now?",
    symbols: ["BTC/USD"],
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
    proposalIds: [],
    createdAt: NOW,
    sentAt: NOW,
    firstTokenAt: NOW,
    endedAt: NOW,
    seq: 1,
    queuePosition: null,
    text: "Wait.",
    thinking: "",
  };
}

it("whoever presses twice opens one chat and pays for one run, of a suggestion, the question and one that is asked again", async () => {
  const chat = { id: "chat-1", title: "", createdAt: NOW, updatedAt: NOW, runs: 0 };
  const answers: Readonly<Record<string, unknown>> = {
    "GET /api/assistant/providers": PROVIDERS,
    "GET /api/assistant/chats/chat-1": { chat, runs: [], proposals: [] },
    "POST /api/assistant/chats": chat,
    "POST /api/assistant/runs": run("run-1"),
    "POST /api/assistant/runs/run-1/retry": run("run-2"),
  };
  const app = await renderApp({
    path: "/assistant",
    answer: ({ method, path }) => {
      const body = answers[`${method} ${path}`];
      return body === undefined ? undefined : { status: 200, body };
    },
  });
  const written = (): string[] => app.calls.map(({ method, path }) => `${method} ${path}`);
  const assistant = within(await screen.findByRole("region", { name: "Assistant" }, { timeout: 10_000 }));
  const question = assistant.getByLabelText("Question");
  fireEvent.input(question, { target: { value: "And now?" } });
  await waitFor(() =>
    expect(assistant.getByRole("button", { name: "Send" })).not.toHaveAttribute("aria-disabled", "true"),
  );

  const suggestion = assistant.getByRole("button", { name: "What should I do with BTC?" });
  fireEvent.click(suggestion);
  fireEvent.click(suggestion);
  fireEvent.keyDown(question, { key: "Enter" });
  const again = await assistant.findByRole("button", { name: "Ask again" });
  expect(written()).toEqual(["POST /api/assistant/chats", "POST /api/assistant/runs"]);

  fireEvent.click(again);
  fireEvent.click(again);
  await waitFor(() => expect(assistant.getAllByRole("button", { name: "Ask again" })).toHaveLength(2));
  expect(written().slice(2)).toEqual(["POST /api/assistant/runs/run-1/retry"]);
});

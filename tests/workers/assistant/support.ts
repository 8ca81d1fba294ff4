/** Users with an assistant, as a page has them: everything through the API, over the real wire to a mock of the providers. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, inject } from "vitest";
import { accountList } from "../../../contract/accounts.ts";
import { chat, providerList, run, runRecord, type RunRecordView, type RunView } from "../../../contract/assistant.ts";
import { assistantServerFrame, type AssistantServerFrame } from "../../../contract/assistant-socket.ts";
import { guestBrowser, type Client } from "../api/client.ts";

export const BASE = "/api/assistant";
const PATIENCE_MS = 12_000;
const ENDED = new Set(["finished", "stopped", "interrupted", "failed"]);

export type Desk = {
  readonly client: Client;
  readonly accountId: string;
  readonly chatId: string;
};

/** Assistants of this file ask the mock for what they would ask OpenAI. */
export function useMock(): void {
  Object.assign(env, { MODEL_BASE_URLS: `openai=${inject("modelsUrl")}` });
}

/** A guest with a chat and the mock as an endpoint of their own where it is asked for. */
export async function newDesk(): Promise<Desk> {
  const client = await guestBrowser();
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  const opened = chat.parse(await (await client.post(`${BASE}/chats`, {})).json());
  return { client, accountId: accounts[0]?.id ?? "", chatId: opened.id };
}

/** Adds an endpoint without a key; gives its provider id. */
export async function addEndpoint({ client }: Desk, baseUrl: string, more: object = {}): Promise<string> {
  const response = await client.post(`${BASE}/providers`, {
    name: "Mock",
    baseUrl,
    needsKey: false,
    models: [{ id: "mock-1", price: { input: "1", cachedInput: "0.5", output: "10" }, ...more }],
  });
  const { providers } = providerList.parse(await response.json());
  return providers.findLast(({ own }) => own)?.id ?? "";
}

export function mockUrl(): string {
  return inject("modelsUrl");
}

export function faultUrl(path: string): string {
  return `${inject("modelFaultsUrl")}/${path}`;
}

/** An endpoint whose every answer is this decision. */
export async function addDecider(desk: Desk, decision: object): Promise<string> {
  return addEndpoint(desk, decisionUrl(decision));
}

/** From now on the endpoint's answer is another. */
export async function decide({ client }: Desk, endpoint: string, decision: object): Promise<void> {
  const changed = await client.send("PUT", `${BASE}/providers/${endpoint}`, {
    body: { baseUrl: decisionUrl(decision) },
  });
  expect(changed.status).toBe(200);
}

function decisionUrl(decision: object): string {
  const proposals = [{ symbol: "BTC/USD", orderType: "market", confidence: 60, reasoning: "", ...decision }];
  const text = `As asked.\n\n\`\`\`json\n${JSON.stringify({ proposals })}\n\`\`\``;
  return faultUrl(`says/${btoa(text).replaceAll("+", "-").replaceAll("/", "_")}`);
}

export async function start(desk: Desk, providerId: string, prompt: string, more: object = {}): Promise<RunView> {
  const response = await ask(desk, providerId, prompt, more);
  expect(response.status, await response.clone().text()).toBe(201);
  return run.parse(await response.json());
}

export async function ask(
  { client, accountId, chatId }: Desk,
  providerId: string,
  prompt: string,
  more: object = {},
  key?: string,
): Promise<Response> {
  const modelId = providerId === "rules" ? "rules" : providerId.startsWith("own-") ? "mock-1" : providerId;
  return client.write(
    "POST",
    `${BASE}/runs`,
    { chatId, prompt, providerId, modelId, accountId, symbols: ["BTC/USD"], ...more },
    key,
  );
}

export async function record({ client }: Desk, runId: string): Promise<RunRecordView> {
  return runRecord.parse(await (await client.get(`${BASE}/runs/${runId}`)).json());
}

/** The record once the run has ended. */
export async function ended(desk: Desk, runId: string): Promise<RunRecordView> {
  return waitFor(`run ${runId} ends`, async () => {
    const found = await record(desk, runId);
    return ENDED.has(found.run.status) ? found : null;
  });
}

/** Waits until there is something. */
export async function waitFor<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  let pause = 10;
  for (;;) {
    const found = await look();
    if (found !== null) {
      return found;
    }
    if (Date.now() > until) {
      throw new Error(`did not happen: ${what}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
    // A user has a hundred requests a minute.
    pause = Math.min(250, pause * 1.5);
  }
}

export type Socket = {
  readonly frames: AssistantServerFrame[];
  readonly socket: WebSocket;
  resume(runs?: readonly { readonly runId: string; readonly seq: number }[]): void;
  waitFor(what: string, test: (frame: AssistantServerFrame) => boolean): Promise<AssistantServerFrame>;
};

export async function connect({ client }: Desk): Promise<Socket> {
  const response = await client.get("/ws/assistant", { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(101);
  const { webSocket } = response;
  if (webSocket === null) {
    throw new Error("the upgrade was refused");
  }
  const frames: AssistantServerFrame[] = [];
  webSocket.addEventListener("message", (event) => {
    frames.push(assistantServerFrame.parse(JSON.parse(String(event.data))));
  });
  webSocket.accept();
  return {
    frames,
    socket: webSocket,
    resume: (runs = []) => {
      webSocket.send(JSON.stringify({ type: "resume", runs }));
    },
    waitFor: async (what, test) => waitFor(what, () => frames.find(test) ?? null),
  };
}

/** The text that a client has put together from the frames of a run. */
export function textOf(frames: readonly AssistantServerFrame[], runId: string): string {
  let text = "";
  for (const frame of frames) {
    if (frame.type === "start" && frame.runId === runId) {
      text = frame.run.text;
    } else if (frame.type === "delta" && frame.runId === runId && frame.channel === "text") {
      text += frame.text;
    }
  }
  return text;
}

export async function traderIdOf({ accountId }: Desk): Promise<string> {
  const row = await waitFor("the account is in the history", () =>
    env.DB.prepare("SELECT trader_id FROM journal_events WHERE account_id = ? LIMIT 1")
      .bind(accountId)
      .first<string>("trader_id"),
  );
  return row;
}

/** Everything in the assistant's own database, as text. */
export async function storageOf(traderId: string): Promise<string> {
  return await runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, state) => {
    const tables = state.storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return tables
      .map(({ name }) => JSON.stringify(state.storage.sql.exec(`SELECT * FROM "${name}"`).toArray()))
      .join("\n");
  });
}

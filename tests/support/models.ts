/**
 * Model providers for tests: the mock speaks their wire over real HTTP. What it answers depends on the question, so that tests
 * that run side by side share it.
 */
import { createServer, type Server, type ServerResponse } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { noteSecret } from "../../scripts/lib/leaks/noted.ts";
import { answerGullibly, MANNERS } from "./gullible-model.ts";

export type ModelMock = {
  /** Base address of an OpenAI-compatible API. */
  readonly url: string;
  /** A server that takes a question and never answers, redirects, believes everything …: /hang, /redirect, /gullible. */
  readonly faultUrl: string;
  stop(): Promise<void>;
};

const DECISION = {
  action: "buy",
  symbol: "BTC/USD",
  orderType: "market",
  quantity: 0.001,
  riskPercent: null,
  limitPrice: null,
  stop: null,
  target: null,
  confidence: 61,
  reasoning: "The mock was asked to buy a little.",
  invalidation: null,
  validForSeconds: 600,
};

function decision(change: object = {}): string {
  return `\n\n\`\`\`json\n${JSON.stringify({ proposals: [{ ...DECISION, ...change }] })}\n\`\`\``;
}

/** Starts both on free ports. */
export async function startModels(): Promise<ModelMock> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", chunkSize: 12, logLevel: "silent" });
  mock.onMessage(/\[buy\]/, { content: `Buying a little is fine.${decision()}` });
  mock.onMessage(/\[sell\]/, { content: `Out with it.${decision({ action: "sell", quantity: 0.5 })}` });
  mock.onMessage(/\[tool\]/, {
    content: "I hand my decision in.",
    toolCalls: [{ name: "propose_trades", arguments: JSON.stringify({ analysis: "", proposals: [DECISION] }) }],
  });
  mock.onMessage(/\[hold\]/, { content: `Nothing to do.${decision({ action: "hold", quantity: null })}` });
  mock.onMessage(/\[prose\]/, { content: "The market is quiet. There is nothing that has to be decided." });
  mock.onMessage(/\[broken\]/, { content: 'I decide:\n\n```json\n{"proposals": [{"action": "buy", "symbol": \n```' });
  mock.onMessage(/\[invented\]/, { content: `BTC broke 171,000 today.${decision()}` });
  mock.onMessage(/\[slow\]/, { content: "word ".repeat(200) }, { chunkSize: 5, latency: 20 });
  mock.onMessage(/\[cut\]/, { content: "It begins and", finishReason: "length" });
  mock.onMessage(/\[gone\]/, { content: "word ".repeat(100) }, { chunkSize: 20, latency: 30, truncateAfterChunks: 5 });
  mock.onMessage(/one word: ready/, { content: "ready" });
  await mock.start();
  const faults = await startFaults();
  return {
    url: `${mock.url}/v1`,
    faultUrl: faults.url,
    stop: async () => {
      await mock.stop();
      await faults.stop();
    },
  };
}

/**
 * What the mock cannot do: /hang/… takes a question and never answers; /redirect/… sends it elsewhere; /endless/… streams until it
 * is left; /says/{base64url}/… answers with exactly that text; /length-then-refused/… and /open-then-whole/… break their first reply off; /gullible/{manner}/… does as the texts that it is sent tell it (gullible-model.ts). /seen tells what came.
 */
async function startFaults(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const begun = new Map<string, number>();
  const seen = { asked: 0, left: 0, redirected: 0, followed: 0 };
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    if (path.startsWith("/seen")) {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(seen));
      return;
    }
    if (path.startsWith("/redirect")) {
      seen.redirected += 1;
      response.writeHead(307, { location: "/followed/chat/completions" });
      response.end();
      return;
    }
    if (path.startsWith("/followed")) {
      seen.followed += 1;
      response.end();
      return;
    }
    if (path.includes("401") || path.includes("404") || path.includes("429")) {
      refuse(response, path);
      return;
    }
    const manner = MANNERS.find((each) => path.startsWith(`/gullible/${each}/`));
    if (manner !== undefined) {
      answerGullibly(manner, request, response).catch((error: unknown) =>
        response.destroy(error instanceof Error ? error : undefined),
      );
      return;
    }
    const first = FIRST_REPLIES.find(({ at }) => path.startsWith(at));
    if (first !== undefined) {
      const times = begun.get(path) ?? 0;
      begun.set(path, times + 1);
      if (times === 0) {
        say(response, first.text, first.finish);
      } else if (first.afterwards === null) {
        response.writeHead(400, { "content-type": "application/json" }).end('{"error":{"message":"Not again."}}');
      } else {
        say(response, first.afterwards);
      }
      return;
    }
    if (path.startsWith("/says/")) {
      say(response, Buffer.from(path.split("/")[2] ?? "", "base64url").toString("utf8"));
      return;
    }
    seen.asked += 1;
    request.resume();
    response.on("close", () => {
      seen.left += response.writableFinished ? 0 : 1;
      clearInterval(timer);
    });
    let timer: ReturnType<typeof setInterval> | undefined;
    if (path.startsWith("/endless")) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      timer = setInterval(() => {
        const chunk = { choices: [{ index: 0, delta: { content: "more " }, finish_reason: null }] };
        response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      }, 10);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Broken off the first time that an address is asked; `afterwards` null: refused afterwards. */
const FIRST_REPLIES = [
  { at: "/length-then-refused/", text: "It begins and", finish: "length", afterwards: null },
  {
    at: "/open-then-whole/",
    text: 'First: ```json\n{"proposals": [',
    finish: "stop",
    afterwards: `Second, whole.${decision()}`,
  },
];

function say(response: ServerResponse, content: string, finish = "stop"): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunk = { choices: [{ index: 0, delta: { content }, finish_reason: finish }] };
  response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
}

/** Providers repeat a wrong key in their refusal. */
const ECHOED_KEY = noteSecret("key of a model provider", "sk-secret-secret-secret");

const REFUSALS: Readonly<Record<string, object>> = {
  "401": { message: `Incorrect API key provided: ${ECHOED_KEY}`, code: "invalid_api_key" },
  "404": { message: "The model does not exist", code: "model_not_found" },
  "429": { message: "You exceeded your current quota", code: "insufficient_quota" },
};

function refuse(response: ServerResponse, path: string): void {
  const status = /401|404|429/.exec(path)?.[0] ?? "401";
  response.writeHead(Number(status), { "content-type": "application/json" });
  response.end(JSON.stringify({ error: REFUSALS[status] }));
}

import { createServer } from "node:http";
import { LLMock } from "@copilotkit/aimock";
import { WebSocket } from "ws";
import { z } from "zod";
import { chat, providerList, run } from "../../contract/assistant.ts";
import { assistantServerFrame, type AssistantServerFrame } from "../../contract/assistant-socket.ts";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { pause } from "../../scripts/lib/wait.ts";
import { Program } from "../../tests/process/program.ts";
import { startDesk } from "../lib/desk.ts";
import type { Section } from "../lib/report.ts";
import { milliseconds, percentile } from "../lib/statistics.ts";
import { freshPrice } from "../lib/timed.ts";

const WARM_UP = 20;
const RUNS = 60;
const QUEUED = 50;
const HUNG = 3;
const BASE = "/api/assistant";
const ENDS = new Set(["end", "error", "interrupted"]);

/** First token through the desk against the provider's own, and a queue with a provider that hangs. */
export async function benchRuns(): Promise<Section> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", chunkSize: 20 });
  mock.onMessage(/./, { content: "The market is quiet and nothing has to be decided today." });
  await mock.start();
  const hung = createServer((request) => request.resume());
  await new Promise<void>((resolve) => hung.listen(0, "127.0.0.1", resolve));
  const exchange = await startExchange({ port: 0, seed: 1 });
  const desk = await startDesk(exchange.port);
  try {
    const own = await sample(() => firstByte(`${mock.url}/v1/chat/completions`));
    const bare = await through(desk.origin, `${mock.url}/v1`, false);
    const withContext = await through(desk.origin, `${mock.url}/v1`, true);
    const queue = await queued(desk.origin, `${mock.url}/v1`, `http://127.0.0.1:${portOf(hung.address())}`);
    const over = (samples: readonly number[], share: number) =>
      `provider itself ${milliseconds(percentile(own, share))}: ${milliseconds(percentile(samples, share) - percentile(own, share))} over it`;
    return {
      title: "Runs of the assistant",
      method: `${RUNS} runs one after the other, after ${WARM_UP} to warm up: from the POST of a run to its first delta on the socket, under wrangler dev, against a request to the same mock on loopback to its first byte of text. Then ${QUEUED} runs at once behind ${HUNG} whose provider never answers.`,
      rows: [
        { what: "first token, p50", figure: milliseconds(percentile(bare, 0.5)), against: over(bare, 0.5) },
        {
          what: "first token, p95",
          figure: milliseconds(percentile(bare, 0.95)),
          against: `${over(bare, 0.95)}; target 50 ms`,
        },
        {
          what: "first token with account and market, p95",
          figure: milliseconds(percentile(withContext, 0.95)),
          against: over(withContext, 0.95),
        },
        {
          what: `${QUEUED} runs behind ${HUNG} hung ones, all ended after`,
          figure: milliseconds(queue.all),
          against: `${queue.finished} of ${QUEUED} finished; half of them after ${milliseconds(queue.half)}`,
        },
      ],
    };
  } finally {
    await desk.stop();
    await exchange.stop();
    await mock.stop();
    hung.closeAllConnections();
    hung.close();
  }
}

async function sample(measure: () => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let index = 0; index < RUNS + WARM_UP; index += 1) {
    const took = await measure();
    if (index >= WARM_UP) {
      samples.push(took);
    }
  }
  return samples;
}

async function firstByte(url: string): Promise<number> {
  const started = performance.now();
  const body = JSON.stringify({ model: "mock-1", stream: true, messages: [{ role: "user", content: "hello" }] });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  for await (const piece of response.body ?? []) {
    if (new TextDecoder().decode(piece).includes("content")) {
      break;
    }
  }
  return performance.now() - started;
}

type User = {
  readonly program: Program;
  readonly chatId: string;
  readonly accountId: string;
  readonly frames: AssistantServerFrame[];
  readonly socket: WebSocket;
};

async function newUser(origin: string): Promise<User> {
  const program = new Program(origin);
  await program.signIn();
  await freshPrice(program, "BTC-USD");
  const { id: accountId } = await program.account();
  const opened = chat.parse((await program.ask("POST", `${BASE}/chats`, {}, null)).body);
  const frames: AssistantServerFrame[] = [];
  const socket = new WebSocket(`${origin.replace("http", "ws")}/ws/assistant`, {
    headers: { authorization: `Ticket ${await program.ticket()}` },
  });
  socket.on("message", (data: Buffer) => frames.push(assistantServerFrame.parse(JSON.parse(data.toString()))));
  await new Promise((resolve) => socket.once("open", resolve));
  socket.send(JSON.stringify({ type: "resume", runs: [] }));
  return { program, chatId: opened.id, accountId, frames, socket };
}

async function endpoint({ program }: User, baseUrl: string): Promise<string> {
  const models = [{ id: "mock-1", timeoutSeconds: 600 }];
  const { body } = await program.ask(
    "POST",
    `${BASE}/providers`,
    { name: "Mock", baseUrl, needsKey: false, models },
    null,
  );
  return providerList.parse(body).providers.at(-1)?.id ?? "";
}

async function start(user: User, providerId: string, withContext: boolean): Promise<string> {
  const { program, chatId, accountId } = user;
  const question = {
    chatId,
    prompt: "hello",
    providerId,
    modelId: "mock-1",
    accountId,
    symbols: ["BTC/USD"],
    withContext,
  };
  const { status, body } = await program.ask("POST", `${BASE}/runs`, question, crypto.randomUUID());
  if (status !== 201) {
    throw new Error(`a run was answered ${status} ${JSON.stringify(z.unknown().parse(body))}`);
  }
  return run.parse(body).id;
}

async function through(origin: string, baseUrl: string, withContext: boolean): Promise<readonly number[]> {
  const user = await newUser(origin);
  const provider = await endpoint(user, baseUrl);
  const samples = await sample(async () => {
    const before = user.frames.length;
    const started = performance.now();
    const first = new Promise<number>((resolve) => {
      user.socket.on("message", function look() {
        if (user.frames.slice(before).some(({ type }) => type === "delta")) {
          user.socket.off("message", look);
          resolve(performance.now() - started);
        }
      });
    });
    await start(user, provider, withContext);
    const took = await first;
    await ended(user, before, 1);
    return took;
  });
  user.socket.close();
  return samples;
}

async function queued(origin: string, baseUrl: string, hungUrl: string) {
  const user = await newUser(origin);
  const hung = await endpoint(user, hungUrl);
  const provider = await endpoint(user, baseUrl);
  for (let index = 0; index < HUNG; index += 1) {
    await start(user, hung, false);
  }
  const before = user.frames.length;
  const started = performance.now();
  await Promise.all(Array.from({ length: QUEUED }, () => start(user, provider, false)));
  await ended(user, before, QUEUED / 2);
  const half = performance.now() - started;
  await ended(user, before, QUEUED);
  const all = performance.now() - started;
  const finished = user.frames.filter((frame) => frame.type === "end" && frame.run.status === "finished").length;
  user.socket.close();
  return { half, all, finished };
}

async function ended({ frames }: User, before: number, count: number): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 1) {
    if (frames.slice(before).filter(({ type }) => ENDS.has(type)).length >= count) {
      return;
    }
    await pause(1);
  }
  throw new Error(`fewer than ${count} runs ended`);
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

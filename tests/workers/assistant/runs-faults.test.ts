import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { credentialList, keyTest, run as runSchema, usage, type RunView } from "../../../contract/assistant.ts";
import { expectRefusal } from "../api/client.ts";
import {
  addEndpoint,
  ask,
  BASE,
  connect,
  ended,
  faultUrl,
  mockUrl,
  newDesk,
  record,
  start,
  textOf,
  traderIdOf,
  useMock,
  waitFor,
} from "./support.ts";
import { testSecret } from "../../support/secrets.ts";

useMock();

const seen = z.object({ asked: z.number(), left: z.number(), redirected: z.number(), followed: z.number() });

async function faults() {
  return seen.parse(await (await fetch(`${inject("modelFaultsUrl")}/seen`)).json());
}

/** What a deploy or a crash does to an object: everything in flight is gone at once. */
async function resetAssistant(traderId: string): Promise<void> {
  await runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, state) => {
    state.abort("reset by a test");
  }).catch((error: unknown) => {
    expect(String(error)).toContain("reset by a test");
  });
}

describe("outcomes are told apart", () => {
  it.each([
    ["[tool]", "finished", "proposals"],
    ["[hold]", "finished", "proposals"],
    ["[prose]", "finished", "no_decision"],
    ["[broken]", "finished", "malformed"],
    ["[cut]", "finished", "cut_off"],
  ])("%s ends %s with %s", async (prompt, status, kind) => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl(), {
      supports: { structuredOutput: false, tools: true, streamingUsage: true },
    });
    const { id } = await start(desk, endpoint, prompt);
    const { run, proposals } = await ended(desk, id);
    expect({ status: run.status, kind: run.outcome?.kind }).toEqual({ status, kind });
    expect(proposals.map((each) => each.status)).toEqual(
      prompt === "[tool]" ? ["open"] : prompt === "[hold]" ? ["noted"] : [],
    );
  });

  it("asks a reply that was cut off for want of room once more, with more of it", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl(), { maximumOutputTokens: 20_000, contextTokens: 100_000 });
    const { run } = await ended(desk, (await start(desk, endpoint, "[cut]")).id);
    expect(run).toMatchObject({ attempts: 2, outcome: { kind: "cut_off" }, text: "It begins and" });
  });

  it("asks once more too where a block is left open and the provider says that this was all, and keeps both replies", async () => {
    const desk = await newDesk();
    const room = { maximumOutputTokens: 20_000, contextTokens: 100_000 };
    const endpoint = await addEndpoint(desk, faultUrl(`open-then-whole/${crypto.randomUUID()}`), room);
    const { run, rawReply, earlierReply, proposals } = await ended(desk, (await start(desk, endpoint, "go")).id);
    expect(run).toMatchObject({ status: "finished", attempts: 2, outcome: { kind: "proposals" } });
    expect(proposals).toHaveLength(1);
    expect(rawReply?.text).toMatch(/^Second, whole\./);
    expect(earlierReply).toMatchObject({ text: 'First: ```json\n{"proposals": [', finish: "stop" });
  });

  it("keeps the first reply where the second is refused", async () => {
    const desk = await newDesk();
    const room = { maximumOutputTokens: 20_000, contextTokens: 100_000 };
    const endpoint = await addEndpoint(desk, faultUrl(`length-then-refused/${crypto.randomUUID()}`), room);
    const { run, rawReply, earlierReply } = await ended(desk, (await start(desk, endpoint, "go")).id);
    expect(run).toMatchObject({
      status: "failed",
      attempts: 2,
      error: { code: "MODEL_FAILED" },
      outcome: { kind: "cut_off" },
      text: "It begins and",
    });
    expect(rawReply).toMatchObject({ text: "It begins and", finish: "length" });
    expect(earlierReply).toBeNull();
  });

  it("keeps what had come of a reply that breaks off, and does not ask again", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const { run } = await ended(desk, (await start(desk, endpoint, "[gone]")).id);
    expect(run.attempts).toBe(1);
    expect(run.text).toMatch(/^word word/);
    expect(run.outcome?.kind).toBe("cut_off");
    expect(run.usage).toMatchObject({ estimated: true });
  });
});

describe("a run that is stopped or cut", () => {
  it("reaches the provider when it is stopped, and charges the reservation", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, faultUrl("endless"));
    const socket = await connect(desk);
    socket.resume();
    const { id } = await start(desk, endpoint, "go on for ever");
    await socket.waitFor("a first word", (frame) => frame.type === "delta" && frame.runId === id);
    const before = (await faults()).left;
    const stopped = runSchema.parse(await (await desk.client.post(`${BASE}/runs/${id}/stop`)).json());
    expect(stopped).toMatchObject({ status: "stopped", usage: { estimated: true } });
    expect(stopped.text).toMatch(/^more/);
    await waitFor("the provider is left", async () => ((await faults()).left > before ? true : null));
    const repeated = runSchema.parse(await (await desk.client.post(`${BASE}/runs/${id}/stop`)).json());
    expect(repeated.status).toBe("stopped");
  });

  it("goes on when the tab closes and is there on return, without a gap", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const first = await connect(desk);
    first.resume();
    const { id } = await start(desk, endpoint, "[slow]");
    await first.waitFor("some text", (frame) => frame.type === "delta" && frame.runId === id);
    first.socket.close(1000, "");
    const seq = Math.max(0, ...first.frames.map((frame) => ("seq" in frame && frame.seq !== null ? frame.seq : 0)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const second = await connect(desk);
    second.resume([{ runId: id, seq }]);
    await second.waitFor("the end", (frame) => frame.type === "end" && frame.runId === id);
    const { run } = await ended(desk, id);
    expect(textOf([...first.frames, ...second.frames], id)).toBe(run.text);
    const numbers = [...first.frames, ...second.frames].flatMap((frame) =>
      "runId" in frame && frame.runId === id && frame.seq !== null ? [frame.seq] : [],
    );
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    // Somebody who knows nothing of it gets the whole in one frame.
    const third = await connect(desk);
    third.resume([{ runId: id, seq: 0 }]);
    await third.waitFor("the end", (frame) => frame.type === "end" && frame.runId === id);
    expect(textOf(third.frames, id)).toBe(run.text);
  });

  it("ends interrupted by a reset of the object: charged, kept, never repeated", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, faultUrl("endless"));
    const { id } = await start(desk, endpoint, "go on for ever");
    await waitFor("some text", async () => ((await record(desk, id)).run.text.length > 20 ? true : null));
    const asked = (await faults()).asked;
    const traderId = await traderIdOf(desk);
    await resetAssistant(traderId);
    const { run } = await ended(desk, id);
    expect(run).toMatchObject({
      status: "interrupted",
      error: { code: "RUN_INTERRUPTED" },
      usage: { estimated: true },
      reserved: "0",
    });
    expect(run.text).toMatch(/^more more/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await faults()).asked).toBe(asked);
  });
});

describe("what a provider refuses, in words", () => {
  it.each([
    ["status401", "bad_key", "MODEL_KEY_REFUSED"],
    ["status404", "no_model_access", "MODEL_NO_ACCESS"],
    ["status429", "quota", "MODEL_QUOTA"],
    ["redirect", "network", "ENDPOINT_REFUSED"],
  ])("%s is %s", async (path, outcome, code) => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, faultUrl(path));
    const test = keyTest.parse(await (await desk.client.post(`${BASE}/credentials/${endpoint}/test`)).json());
    expect(test.outcome).toBe(outcome);
    expect(test.message).not.toContain("sk-secret");
    const { run } = await ended(desk, (await start(desk, endpoint, "hello")).id);
    expect(run).toMatchObject({ status: "failed", error: { code } });
    expect(JSON.stringify(run)).not.toContain("sk-secret");
    expect((await faults()).followed).toBe(0);
  });

  it("an address where nobody is is tried again before it fails, and is no bad key", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, "http://127.0.0.1:9/v1");
    const test = keyTest.parse(await (await desk.client.post(`${BASE}/credentials/${endpoint}/test`)).json());
    expect(test.outcome).toBe("network");
    const asked = await start(desk, endpoint, "hello");
    const { run } = await ended(desk, asked.id);
    expect(run).toMatchObject({ status: "failed", attempts: 3, error: { code: "MODEL_UNREACHABLE" } });
    // Whether a lost call arrived is not known: one of the three is counted.
    expect(asked.reserved).not.toBe("0");
    expect(run.usage).toMatchObject({ cost: asked.reserved, estimated: true });
  });

  it("gives up a model that is too slow for its time", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, faultUrl("hang"), { timeoutSeconds: 5 });
    const { run } = await ended(desk, (await start(desk, endpoint, "hello")).id);
    expect(run).toMatchObject({ status: "failed", attempts: 1, error: { code: "MODEL_TIMEOUT" } });
  });
});

describe("the queue", () => {
  it("lets three of one provider wait, shows the rest their place, and does not hold up others behind a hung one", async () => {
    const desk = await newDesk();
    const hung = await addEndpoint(desk, faultUrl("hang"));
    const good = await addEndpoint(desk, mockUrl());
    const runs: RunView[] = [];
    for (let index = 0; index < 6; index += 1) {
      runs.push(await start(desk, hung, `hang ${index}`));
    }
    expect(runs.map(({ status }) => status)).toEqual(["waiting", "waiting", "waiting", "queued", "queued", "queued"]);
    expect(runs.map(({ queuePosition }) => queuePosition)).toEqual([null, null, null, 1, 2, 3]);
    const { run } = await ended(desk, (await start(desk, good, "[prose]")).id);
    expect(run.status).toBe("finished");
    const queued = runs[3]?.id ?? "";
    const waiting = runs[0]?.id ?? "";
    expect(runSchema.parse(await (await desk.client.post(`${BASE}/runs/${queued}/stop`)).json())).toMatchObject({
      status: "stopped",
      sentAt: null,
      usage: { cost: "0" },
    });
    await desk.client.post(`${BASE}/runs/${waiting}/stop`);
    await waitFor("the next one moves up", async () =>
      (await record(desk, runs[4]?.id ?? "")).run.status === "waiting" ? true : null,
    );
    for (const { id } of runs) {
      await desk.client.post(`${BASE}/runs/${id}/stop`);
    }
  });
});

describe("the budget", () => {
  it("is not overspent by fifty runs at once", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl(), { price: { input: "0", cachedInput: "0", output: "100" } });
    // Each run reserves 4096 × 100 / 1M = 0.4096 USD.
    const limit = "1";
    await desk.client.send("PUT", `${BASE}/usage/budget`, { body: { total: limit } });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(desk, endpoint, `[prose] ${index}`)),
    );
    const admitted = answers.filter(({ status }) => status === 201);
    expect(admitted.length).toBeGreaterThanOrEqual(2);
    const refused = answers.find(({ status }) => status === 422);
    await expectRefusal(refused ?? new Response(), 422, "MODEL_BUDGET");
    const today = usage.parse(await (await desk.client.get(`${BASE}/usage`)).json());
    expect(Number(today.total.spent) + Number(today.total.reserved)).toBeLessThanOrEqual(1);
  });

  it("is that of the user's own, warned of and shown by model", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await ended(desk, (await start(desk, endpoint, "[prose]")).id);
    const { total, models } = usage.parse(await (await desk.client.get(`${BASE}/usage`)).json());
    expect(models).toHaveLength(1);
    expect(models[0]).toMatchObject({ providerId: endpoint, modelId: "mock-1", runs: 1, reserved: "0" });
    expect(total).toMatchObject({ limit: "5", state: "ok", spent: models[0]?.spent });
    expect(Number(total.spent)).toBeGreaterThan(0);
    const other = usage.parse(await (await (await newDesk()).client.get(`${BASE}/usage`)).json());
    expect(other.total.spent).toBe("0");
  });
});

describe("idempotency and the cache", () => {
  it("makes one run of one key, and refuses the key for another", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const key = crypto.randomUUID();
    const [first, second] = await Promise.all([
      ask(desk, endpoint, "[prose]", {}, key),
      ask(desk, endpoint, "[prose]", {}, key),
    ]);
    expect(runSchema.parse(await first.json()).id).toBe(runSchema.parse(await second.json()).id);
    await expectRefusal(await ask(desk, endpoint, "[buy]", {}, key), 422, "IDEMPOTENCY_KEY_REUSED");
  });

  it("answers from our own cache only where the user chose so", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const question = { withContext: false, useCache: true };
    const other = { ...desk, chatId: (await newChat(desk)).id };
    const third = { ...desk, chatId: (await newChat(desk)).id };
    const one = await ended(desk, (await start(desk, endpoint, "[prose]", question)).id);
    const two = await ended(other, (await start(other, endpoint, "[prose]", question)).id);
    const three = await ended(third, (await start(third, endpoint, "[prose]", { withContext: false })).id);
    expect([one, two, three].map(({ run }) => run.cached)).toEqual([false, true, false]);
    expect(two.run.text).toBe(one.run.text);
    expect(two.run.usage?.cost).toBe("0");
  });

  it("finds a kept answer to a question with attachments, whose envelopes are named anew each time", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const asked = async (text: string) => {
      const chat = { ...desk, chatId: (await newChat(desk)).id };
      const more = { withContext: false, useCache: true, attachments: [{ source: "news", text }] };
      return (await ended(chat, (await start(chat, endpoint, "[prose]", more)).id)).run.cached;
    };
    expect([await asked("Rates fell."), await asked("Rates fell."), await asked("Rates rose.")]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

async function newChat({ client }: { readonly client: { post(path: string, body: object): Promise<Response> } }) {
  return z.object({ id: z.string() }).parse(await (await client.post(`${BASE}/chats`, {})).json());
}

describe("keys", () => {
  it("are sealed, used, told as a fingerprint and written down, and never come out", async () => {
    const logged: string[] = [];
    const original = { log: console.log, error: console.error };
    console.log = (...parts: unknown[]) => void logged.push(parts.join(" "));
    console.error = (...parts: unknown[]) => void logged.push(parts.join(" "));
    try {
      const desk = await newDesk();
      const key = testSecret("key of a model provider", `sk-test-${crypto.randomUUID()}`);
      const saved = await desk.client.send("PUT", `${BASE}/credentials/openai`, { body: { key } });
      const answers = [await saved.clone().text()];
      const [stored] = credentialList.parse(await saved.json()).credentials;
      expect(stored?.fingerprint).toMatch(/^[0-9a-f]{8}$/);
      const { id } = await start(desk, "openai", "[prose]", { modelId: "gpt-5-nano" });
      expect((await ended(desk, id)).run.status).toBe("finished");
      const blank = await desk.client.send("PUT", `${BASE}/credentials/openai`, { body: { key: "" } });
      expect(credentialList.parse(await blank.json()).credentials).toHaveLength(1);
      for (const path of ["credentials", "credentials/audit", "providers", `runs/${id}`, "runs"]) {
        answers.push(await (await desk.client.get(`${BASE}/${path}`)).text());
      }
      answers.push(await (await desk.client.get("/api/me/export")).text());
      expect(answers[2]).toContain("ask gpt-5-nano");
      const traderId = await traderIdOf(desk);
      const kept = await runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, state) =>
        ["keys", "key_uses", "runs", "frames"]
          .map((name) => JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${name}`).toArray()))
          .join("\n"),
      );
      for (const text of [...answers, ...logged, kept]) {
        expect(text).not.toContain(key.slice(8, 24));
      }
      expect((await desk.client.send("DELETE", `${BASE}/credentials/openai`)).status).toBe(200);
      await expectRefusal(await ask(desk, "openai", "[prose]", { modelId: "gpt-5-nano" }), 422, "MODEL_NOT_READY");
    } finally {
      Object.assign(console, original);
    }
  });

  it("go only to addresses that are https, or this machine when run locally", async () => {
    const { client } = await newDesk();
    for (const baseUrl of ["http://example.com/v1", "ftp://127.0.0.1/v1", "https://user:pass@example.com/v1"]) {
      const response = await client.post(`${BASE}/providers`, { name: "X", baseUrl, models: [{ id: "m" }] });
      await expectRefusal(response, 422, "ENDPOINT_REFUSED");
    }
  });

  it("are forgotten when the address of their endpoint changes", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await desk.client.send("PUT", `${BASE}/credentials/${endpoint}`, {
      body: { key: testSecret("key of a model provider", "sk-one-two-three") },
    });
    await desk.client.send("PUT", `${BASE}/providers/${endpoint}`, { body: { baseUrl: faultUrl("elsewhere") } });
    const { credentials } = credentialList.parse(await (await desk.client.get(`${BASE}/credentials`)).json());
    expect(credentials).toEqual([]);
  });
});

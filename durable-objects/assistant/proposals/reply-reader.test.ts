/** The corpus by the way of production: what is shown of each reply, and whether its proposals are blocked. */
import { expect, test } from "vitest";
import { CORPUS_PAIRS, CORPUS_SNAPSHOT, type CorpusCase } from "../../../domain/assistant/corpus/case.ts";
import { CORPUS } from "../../../domain/assistant/corpus/corpus.ts";
import { visibleSoFar } from "../../../domain/assistant/visible.ts";
import { ZERO } from "../../../domain/decimal.ts";
import { refuse } from "../../../domain/problem.ts";
import type { StoredRun } from "../storage/run-table.ts";
import { ReplyReader, type Reading } from "./reply-reader.ts";

const all = Object.values(CORPUS).flat();
const reader = new ReplyReader({
  context: {
    pairs: () => Promise.resolve(CORPUS_PAIRS),
    view: () => Promise.resolve(refuse("NOT_FOUND", "Not asked here.")),
  },
  checkRisk: () => Promise.resolve(refuse("NOT_FOUND", "Not asked here.")),
  now: () => CORPUS_SNAPSHOT.time,
  newId: () => "proposal",
});

/** A question about Bitcoin, with the snapshot of a trader who also holds Ether. */
const run: StoredRun = {
  number: 1,
  view: {
    id: "run",
    chatId: "chat",
    accountId: "account",
    providerId: "mock",
    modelId: "mock",
    providerName: "Mock",
    modelName: "Mock",
    notice: null,
    status: "finished",
    prompt: "What should I do now?",
    symbols: ["BTC/USD", "SOL/USD"],
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
    createdAt: 0,
    sentAt: null,
    firstTokenAt: null,
    endedAt: null,
    seq: 0,
  },
  request: {
    chatId: "chat",
    accountId: "account",
    providerId: "mock",
    modelId: "mock",
    prompt: "What should I do now?",
    symbols: ["BTC/USD", "SOL/USD"],
    withContext: true,
    useCache: false,
    attachments: [],
  },
  messages: [],
  snapshot: CORPUS_SNAPSHOT,
  snapshotText: null,
  text: "",
  thinking: "",
  raw: null,
  earlier: null,
};
const holding = JSON.stringify({ analysis: "", proposals: [{ action: "hold", symbol: "BTC/USD" }] });

function read(each: CorpusCase, prompt = run.view.prompt): Promise<Reading> {
  const { text, toolArguments = [], finish = "stop", refusal = null } = each;
  const isSilent = each.kind === "no_decision" && toolArguments.length === 0;
  // Where nothing is decided a decision goes along, for only proposals are blocked.
  const calls = isSilent ? [holding] : [...toolArguments];
  return reader.read({ ...run, view: { ...run.view, prompt } }, { text, toolArguments: calls, finish, refusal });
}

function isInvented({ invented, claims }: CorpusCase): boolean {
  return invented === true || claims?.some(([, , verdict]) => verdict === "contradicted") === true;
}

test("at most 2 % of the replies without an invented number are blocked", async () => {
  const clean = all.filter((each) => !isInvented(each));
  const readings = await Promise.all(clean.map(async (each) => ({ each, reading: await read(each) })));
  const decided = readings.filter(({ reading }) => reading.proposals.length > 0);
  const wronged = decided.filter(({ reading }) => reading.proposals.some(({ contradicted }) => contradicted));
  expect(decided.length).toBeGreaterThan(250);
  expect(wronged.length / decided.length, wronged.map(({ each }) => each.name).join(", ")).toBeLessThanOrEqual(0.02);
});

test("every invented number blocks, and at least a third of the invented replies carry a proposal of their own", async () => {
  const invented = all.filter(isInvented);
  const missed: string[] = [];
  for (const each of invented) {
    const { proposals } = await read(each);
    if (!proposals.some(({ contradicted }) => contradicted)) {
      missed.push(each.name);
    }
  }
  expect(missed).toEqual([]);
  const own = invented.filter(({ proposals }) => proposals !== undefined && proposals.length > 0);
  expect(own.length / invented.length).toBeGreaterThanOrEqual(1 / 3);
});

test("what is shown goes on from what was shown while it streamed, wherever the stream was cut", async () => {
  for (const each of all) {
    const { text } = await read(each);
    if (/^(?![\s\S]*<think)[\s\S]*<\/think/.test(each.text)) {
      continue;
    }
    for (let at = 0; at <= each.text.length; at += 1) {
      const shown = visibleSoFar(each.text.slice(0, at));
      expect(
        text.startsWith(shown),
        `${each.name}: ${JSON.stringify(shown)} is no beginning of ${JSON.stringify(text)}`,
      ).toBe(true);
    }
  }
});

test("a sentence without a symbol speaks of the pair that was asked about", async () => {
  const high: CorpusCase = { name: "high", style: "gpt", text: "The 24h high is 3,465.", kind: "no_decision" };
  expect((await read(high)).proposals.map(({ contradicted }) => contradicted)).toEqual([true]);
  expect((await read(high, "And ETH?")).proposals.map(({ contradicted }) => contradicted)).toEqual([false]);
});

test("all is shown but the decision and the thinking: data, caveats behind, the analysis of a call", async () => {
  const decision = '```json\n{"action": "hold", "symbol": "BTC/USD", "reasoning": "Flat."}\n```';
  const shown = async (text: string, ...toolArguments: readonly string[]): Promise<string> =>
    (await read({ name: "shown", style: "gpt", text, toolArguments, kind: "proposals" })).text;
  expect(await shown(`MACD:\n\`\`\`json\n[12.5, 14.1]\n\`\`\`\nBTC is flat.\n\n${decision}\n\nMind the gap.`)).toBe(
    "MACD:\n```json\n[12.5, 14.1]\n```\nBTC is flat.\n\nMind the gap.",
  );
  expect(await shown(`<think>Sell?</think>Flat.\n${decision}`)).toBe("Flat.");
  expect(await shown("", '{"analysis": "It is flat.", "proposals": []}')).toBe("It is flat.");
  expect(await shown("Flat.", '{"analysis": "The range held.", "proposals": []}')).toBe("Flat.\n\nThe range held.");
  expect(await shown('{"analysis": "It \\"rests\\".", "proposals": []}')).toBe('It "rests".');
  expect(await shown('{"analysis": "It re')).toBe("It re");
});

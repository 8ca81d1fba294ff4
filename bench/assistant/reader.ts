import { validateProposal } from "../../contract/proposals.ts";
import { checkClaims } from "../../domain/assistant/claims/claims.ts";
import { CORPUS_SNAPSHOT, CORPUS_SYMBOLS } from "../../domain/assistant/corpus/case.ts";
import { CORPUS } from "../../domain/assistant/corpus/corpus.ts";
import { createReplyReader, readReply, type ReadContext } from "../../domain/assistant/reader/reader.ts";
import type { Section } from "../lib/report.ts";
import { ratio, thousands } from "../lib/statistics.ts";

const ROUNDS = 5;
const REPEATS = 20;
const CHUNK = 24;
const LONG_REPLY = 20_000;

/** Throughput of the reader of replies over the corpus, whole and streamed, and of the claim check. */
export function benchReader(): Section {
  const replies = Object.values(CORPUS).flat();
  const characters = replies.reduce((total, { text }) => total + text.length, 0) * REPEATS;
  const whole = best(() => replies.forEach(({ text }) => read(text)));
  const streamed = best(() => replies.forEach(({ text }) => stream(text)));
  const parsed = best(() => replies.forEach(({ text }) => tryParse(text)));
  const outcomes = replies.map(({ text }) => read(text));
  const claims = best(() =>
    outcomes.forEach(({ reasoning }) => checkClaims([reasoning], CORPUS_SNAPSHOT, CORPUS_SYMBOLS)),
  );
  const long = `${"The trend is up and volume is thin, as BTC is trading at 64,250. ".repeat(LONG_REPLY / 65)}\n\`\`\`json\n{"action": "buy", "symbol": "BTC/USD", "quantity": 0.1}\n\`\`\``;
  const longRead = best(() => read(long)) / REPEATS;
  const count = replies.length * REPEATS;
  return {
    title: "Reader of replies",
    method: `${replies.length} replies of the corpus, ${REPEATS} times over, best of ${ROUNDS} rounds, one process.`,
    rows: [
      {
        what: "replies/s, whole",
        figure: thousands(count / whole),
        against: `JSON.parse, which refuses most of them: ${ratio(parsed, whole)}`,
      },
      {
        what: `replies/s, streamed in pieces of ${CHUNK} characters`,
        figure: thousands(count / streamed),
        against: `${thousands(characters / streamed)} characters/s`,
      },
      { what: "claim checks/s", figure: thousands(count / claims), against: "the reasoning of the same replies" },
      {
        what: `ms for a reply of ${thousands(long.length)} characters`,
        figure: (longRead * 1_000).toFixed(2),
        against: "a frame is 16 ms",
      },
    ],
  };
}

const context: ReadContext = { symbols: CORPUS_SYMBOLS, validate: validateProposal, outside: [] };
const end = { toolArguments: [], finish: "stop", refusal: null } as const;

function read(text: string) {
  return readReply({ text, ...end }, context);
}

function stream(text: string): void {
  const reader = createReplyReader(context);
  for (let at = 0; at < text.length; at += CHUNK) {
    reader.push(text.slice(at, at + CHUNK));
  }
  reader.finish(end);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Seconds of the fastest round. */
function best(work: () => void): number {
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      work();
    }
    fastest = Math.min(fastest, (performance.now() - start) / 1_000);
  }
  return fastest;
}

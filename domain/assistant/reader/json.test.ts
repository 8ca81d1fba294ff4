import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../outcome.ts";
import { validateProposal } from "../../../contract/proposals.ts";
import { CORPUS_SYMBOLS } from "../corpus/case.ts";
import { parseJsonAt } from "./json.ts";
import { readReply } from "./reader.ts";

test("any JSON is read as JSON.parse reads it, its numbers as text", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = JSON.stringify(value);
      const parsed = parseJsonAt(text, 0);
      expect(parsed?.end).toBe(text.length);
      expect(parsed === null ? null : numbered(parsed.value)).toEqual(JSON.parse(text));
    }),
  );
});

test("a decision with any noise around it is the same decision", () => {
  const noise = fc.string({ unit: fc.constantFrom(..."abc XYZ.,;:!?()0123456789\n".split("")), maxLength: 200 });
  fc.assert(
    fc.property(noise, noise, fc.integer({ min: 0, max: 100 }), (before, after, confidence) => {
      const decision = { action: "buy", symbol: "BTC/USD", quantity: 0.05, confidence };
      const text = `${before}\n\`\`\`json\n${JSON.stringify(decision)}\n\`\`\`\n${after}`;
      const outcome = readReply({ text, toolArguments: [], finish: "stop", refusal: null }, context);
      expect(
        outcome.kind === "proposals" ? outcome.proposals.map(({ proposal }) => proposal.confidence) : outcome,
      ).toEqual([confidence]);
    }),
  );
});

test("no text whatever makes the reader throw or hang", () => {
  const unit = fc.constantFrom(..."{}[]\"'`~<>/:,\n\\$0.5kBTCUSDbuyaction “”｛｝".split(""));
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 600 }), (text) => {
      const outcome = readReply({ text, toolArguments: [text], finish: "stop", refusal: null }, context);
      expect(outcome.kind).toBeTypeOf("string");
    }),
  );
});

test.each([
  "{".repeat(200_000),
  "[".repeat(200_000),
  '{"a'.repeat(60_000),
  "buy ".repeat(60_000),
  "“".repeat(100_000),
  "1,".repeat(100_000),
])("a hostile text is read in bounded time", (text) => {
  const outcome = readReply({ text, toolArguments: [], finish: "stop", refusal: null }, context);
  expect(outcome.kind).not.toBe("proposals");
});

test("names that objects inherit are names like any other", () => {
  const text =
    '{"constructor": 1, "toString": 2, "__proto__": {"action": "buy"}, "action": "buy", "symbol": "BTC/USD"}';
  const outcome = readReply({ text, toolArguments: [], finish: "stop", refusal: null }, context);
  expect(outcome.kind).toBe("malformed");
});

const context = { symbols: CORPUS_SYMBOLS, validate: validateProposal, outside: [] };

function numbered(value: JsonValue): unknown {
  if (Array.isArray(value)) {
    return value.map(numbered);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const [first] = entries;
    return entries.length === 1 && first?.[0] === "numberText"
      ? Number(first[1])
      : Object.fromEntries(entries.map(([key, each]) => [key, numbered(each)]));
  }
  return value;
}

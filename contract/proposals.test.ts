import { expect, test } from "vitest";
import { PROPOSAL_ACTIONS } from "../domain/assistant/proposal.ts";
import { SCHEMA_FAMILIES, structuredOutput, proposalVocabulary, type StructuredOutput } from "./proposal-output.ts";
import { proposal, proposalView, validateProposal } from "./proposals.ts";

const fields = Object.keys(proposal.in.shape);

test("prompt, JSON schema and validator know the same fields and the same words", () => {
  const vocabulary = proposalVocabulary();
  expect(vocabulary.split("\n").map((line) => /^- (\w+)/.exec(line)?.[1])).toEqual(fields);
  for (const action of PROPOSAL_ACTIONS) {
    expect(vocabulary).toContain(action);
    expect(validateProposal({ action, symbol: "BTC/USD" })).toMatchObject({ ok: true, proposal: { action } });
  }
  for (const schema of schemas()) {
    expect(Object.keys(itemOf(schema).properties)).toEqual(fields);
    expect(itemOf(schema).properties["action"]).toMatchObject({ enum: [...PROPOSAL_ACTIONS] });
  }
});

test("a strict schema requires every field, allows null and nothing else", () => {
  const output = structuredOutput("openai");
  expect(output).toMatchObject({ kind: "json_schema", strict: true });
  const item = itemOf(output);
  expect(item.required).toEqual(fields);
  expect(item.additionalProperties).toBe(false);
  expect(item.properties["stop"]).toMatchObject({ type: ["number", "null"] });
});

test("Gemini's dialect has nullable and no additionalProperties; the rest is told in the prompt", () => {
  const output = structuredOutput("gemini");
  expect(JSON.stringify(output)).not.toContain("additionalProperties");
  expect(itemOf(output).properties["stop"]).toMatchObject({ type: "number", nullable: true });
  expect(structuredOutput("anthropic")).toMatchObject({ kind: "tool", name: "propose_trades" });
  expect(structuredOutput("json_mode")).toEqual({ kind: "json_object" });
  expect(structuredOutput("none")).toEqual({ kind: "prompt_only" });
});

test("no schema uses a keyword that strict structured output refuses", () => {
  for (const schema of schemas()) {
    expect(JSON.stringify(schema)).not.toMatch(
      /"(?:minimum|maximum|pattern|format|minLength|maxLength|minItems|default|anyOf|\$schema|\$ref)":/,
    );
  }
});

test("what the validator lets through is what the API shows", () => {
  const verdict = validateProposal({
    action: "BUY",
    symbol: "btc-usd",
    quantity: "0,5".replace(",", "."),
    stop: "$61,000",
    confidence: "70",
    reasoning: "Up.",
  });
  expect(verdict.ok ? proposalView.parse(verdict.proposal) : verdict).toEqual(verdict.ok ? verdict.proposal : null);
});

test("JSON numbers that were parsed elsewhere are taken too, and fractions of confidence are not", () => {
  expect(
    validateProposal(JSON.parse('{"action": "buy", "symbol": "BTC/USD", "quantity": "0.1", "confidence": "82"}')),
  ).toMatchObject({ ok: true });
  expect(proposal.safeParse({ action: "buy", symbol: "BTC/USD", quantity: 0.1, confidence: 82 }).success).toBe(true);
  expect(proposal.safeParse({ action: "buy", symbol: "BTC/USD", quantity: 0.1, confidence: 0.82 }).success).toBe(false);
});

test("numbers longer than any money are refused", () => {
  expect(validateProposal({ action: "buy", symbol: "BTC/USD", quantity: "9".repeat(30) })).toMatchObject({ ok: false });
  expect(validateProposal({ action: "buy", symbol: "BTC/USD", quantity: `0.${"1".repeat(30)}` })).toMatchObject({
    ok: false,
  });
});

type Item = { properties: Record<string, unknown>; required: string[]; additionalProperties?: boolean };

function schemas(): readonly StructuredOutput[] {
  return SCHEMA_FAMILIES.map(structuredOutput).filter((output) => "schema" in output);
}

function itemOf(output: StructuredOutput): Item {
  const { schema } = output as unknown as { schema: { properties: { proposals: { items: Item } } } };
  return schema.properties.proposals.items;
}

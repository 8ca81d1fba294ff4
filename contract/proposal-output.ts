/** How the schema of contract/proposals.ts is told: to a provider as a JSON schema in its dialect, to the model as text. */
import type { z } from "zod";
import { proposal, PROPOSAL_TOOL, proposalReply } from "./proposals.ts";

/**
 * How a family of providers is told the shape. `strict` schemas list every field as required and allow null; Gemini's dialect
 * has `nullable` and no `additionalProperties`; DeepSeek and unknown endpoints get JSON mode or nothing, and read the shape
 * from the prompt.
 */
export const SCHEMA_FAMILIES = ["openai", "gemini", "anthropic", "json_mode", "none"] as const;
export type SchemaFamily = (typeof SCHEMA_FAMILIES)[number];
export type JsonSchema = { readonly [key: string]: unknown };

export type StructuredOutput =
  | { readonly kind: "json_schema"; readonly name: string; readonly strict: boolean; readonly schema: JsonSchema }
  | { readonly kind: "tool"; readonly name: string; readonly description: string; readonly schema: JsonSchema }
  | { readonly kind: "json_object" }
  | { readonly kind: "prompt_only" };

/** What to ask of a provider of the family, so that its answer is a `proposalReply`. */
export function structuredOutput(family: SchemaFamily): StructuredOutput {
  switch (family) {
    case "openai":
      return { kind: "json_schema", name: PROPOSAL_TOOL.name, strict: true, schema: replySchema("strict") };
    case "gemini":
      return { kind: "json_schema", name: PROPOSAL_TOOL.name, strict: false, schema: replySchema("nullable") };
    case "anthropic":
      return { kind: "tool", ...PROPOSAL_TOOL, schema: replySchema("strict") };
    case "json_mode":
      return { kind: "json_object" };
    case "none":
      return { kind: "prompt_only" };
  }
}

/** The vocabulary as the prompt tells it: every field with its meaning, in the order of the schema. */
export function proposalVocabulary(): string {
  return wireFields("strict")
    .map(([name, field]) => {
      const choices = Array.isArray(field.enum)
        ? ` (${field.enum.filter((choice) => choice !== null).join(" | ")})`
        : "";
      return `- ${name}${choices}: ${String(field.description)}`;
    })
    .join("\n");
}

type Dialect = "strict" | "nullable";

function replySchema(dialect: Dialect): JsonSchema {
  const fields = wireFields(dialect);
  const closed = dialect === "strict" ? { additionalProperties: false } : {};
  return {
    type: "object",
    properties: {
      analysis: { type: "string", description: proposalReply.shape.analysis.meta()?.description },
      proposals: {
        type: "array",
        description: proposalReply.shape.proposals.meta()?.description,
        items: {
          type: "object",
          properties: Object.fromEntries(fields),
          required: fields.map(([name]) => name),
          ...closed,
        },
      },
    },
    required: ["analysis", "proposals"],
    ...closed,
  };
}

/** The fields of the schema as a provider is told them: plain types, for the tolerance of the validator is no invitation. */
function wireFields(dialect: Dialect): readonly (readonly [name: string, field: JsonSchema])[] {
  return Object.entries(proposal.in.shape).map(([name, field]) => [name, wireField(field.meta() ?? {}, dialect)]);
}

function wireField({ wireType, wireEnum, description }: z.core.GlobalMeta, dialect: Dialect): JsonSchema {
  if (Array.isArray(wireEnum)) {
    return { type: "string", enum: wireEnum, description };
  }
  if (wireType === "text") {
    return { type: "string", description };
  }
  return dialect === "strict"
    ? { type: [wireType, "null"], description }
    : { type: wireType, nullable: true, description };
}

/** Turns zod's findings into BAD_REQUEST: a sentence a trader understands, and one entry per wrong field. */
import type { z } from "zod";
import type { Problem } from "../../domain/problem.ts";

type Issue = z.core.$ZodIssue;

const MAXIMUM_NAMED_FIELDS = 5;
const PLAIN_TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** The refusal for a value that does not fit its schema. */
export function badRequest(issues: readonly Issue[]): Problem {
  // A map, because a field may be called __proto__.
  const findings = new Map<string, string>();
  for (const [field, text] of issues.flatMap(describe)) {
    findings.set(field, findings.get(field) ?? text);
  }
  const sentences = [...findings].slice(0, MAXIMUM_NAMED_FIELDS).map(([field, text]) => `${field} ${text}`);
  const details = Object.fromEntries(findings);
  return { code: "BAD_REQUEST", message: `The request is not valid: ${sentences.join("; ")}.`, details };
}

function describe(issue: Issue): (readonly [field: string, text: string])[] {
  const field = issue.path.length === 0 ? "request" : issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const prefix = issue.path.length === 0 ? "" : `${field}.`;
    return issue.keys.map((key) => [`${prefix}${key.slice(0, 64)}`, "is not a known field"]);
  }
  return [[field, textOf(issue)]];
}

function textOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      // zod tells a missing value from a wrong one only in its own sentence.
      return issue.message.endsWith("received undefined")
        ? "is missing"
        : `must be ${PLAIN_TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return issue.message.startsWith("must") ? issue.message : `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.message.startsWith("must")
        ? issue.message
        : `must be ${issue.inclusive === false ? "above" : "at least"} ${sized(issue.origin, issue.minimum)}`;
    case "too_big":
      return issue.message.startsWith("must")
        ? issue.message
        : `must be ${issue.inclusive === false ? "below" : "at most"} ${sized(issue.origin, issue.maximum)}`;
    case "invalid_union":
      return "has none of the allowed forms";
    default:
      return issue.message;
  }
}

function sized(origin: string, bound: number | bigint): string {
  if (origin === "string") {
    return `${bound} characters long`;
  }
  return origin === "array" ? `${bound} long` : String(bound);
}

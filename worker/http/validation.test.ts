import { expect, it } from "vitest";
import { z } from "zod";
import { badRequest } from "./validation.ts";

const schema = z.strictObject({
  name: z.string().min(2).max(4).optional(),
  count: z.number().int().min(1).max(9).optional(),
  above: z.number().gt(0).lt(1).optional(),
  list: z.array(z.string()).max(1).optional(),
  kind: z.enum(["a", "b"]).optional(),
  nested: z.strictObject({ value: z.string() }).optional(),
  either: z.union([z.literal(1), z.literal("one")]).optional(),
  date: z.iso.date("must be a date").optional(),
});

function detailsOf(value: unknown): Readonly<Record<string, string>> {
  const parsed = schema.safeParse(value);
  return parsed.success ? {} : badRequest(parsed.error.issues).details;
}

it.each([
  [{ name: "a" }, { name: "must be at least 2 characters long" }],
  [{ name: "abcde" }, { name: "must be at most 4 characters long" }],
  [{ name: 7 }, { name: "must be a text" }],
  [{ count: 0 }, { count: "must be at least 1" }],
  [{ count: 10 }, { count: "must be at most 9" }],
  [{ count: 1.5 }, { count: "must be a whole number" }],
  [{ above: 0 }, { above: "must be above 0" }],
  [{ above: 1 }, { above: "must be below 1" }],
  [{ list: ["a", "b"] }, { list: "must be at most 1 long" }],
  [{ list: "a" }, { list: "must be a list" }],
  [{ list: [1] }, { "list.0": "must be a text" }],
  [{ kind: "c" }, { kind: "must be one of a, b" }],
  [{ nested: {} }, { "nested.value": "is missing" }],
  [{ nested: { value: "x", more: 1 } }, { "nested.more": "is not a known field" }],
  [{ either: 2 }, { either: "has none of the allowed forms" }],
  [{ date: "soon" }, { date: "must be a date" }],
  [[], { request: "must be an object" }],
  [
    { x: 1, y: 2 },
    { x: "is not a known field", y: "is not a known field" },
  ],
])("says of %j what is wrong where", (value, expected) => {
  expect(detailsOf(value)).toEqual(expected);
});

it("names at most five fields in the sentence, and all of them in the details", () => {
  const value = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`field${index}`, 1]));
  const parsed = schema.safeParse(value);
  const problem = badRequest(parsed.error?.issues ?? []);
  expect(problem.code).toBe("BAD_REQUEST");
  expect(problem.message).toBe(
    "The request is not valid: field0 is not a known field; field1 is not a known field; field2 is not a known field; field3 is not a known field; field4 is not a known field.",
  );
  expect(Object.keys(problem.details)).toHaveLength(9);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

it("gives equal values equal text, in whatever order their fields were written", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it("leaves absent fields out and has a text for nothing", () => {
  expect(canonicalJson({ b: 1, a: undefined, c: { z: null, y: [2, { q: 1, p: 2 }] } })).toBe(
    '{"b":1,"c":{"y":[2,{"p":2,"q":1}],"z":null}}',
  );
  expect(canonicalJson(undefined)).toBe("null");
  expect(canonicalJson(null)).toBe("null");
});

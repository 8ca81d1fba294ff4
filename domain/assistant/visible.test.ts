import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleSoFar } from "./visible.ts";

const fencedReply = 'BTC is strong.\n\n```json\n{"proposals": []}\n```';
const bareFence = 'BTC is strong.\n\n```\n{"proposals": []}\n```';
const structured = JSON.stringify({ analysis: 'It "rises"\nslowly — 64 250 \\ €', proposals: [{ action: "hold" }] });

test("the block that carries the decision is not shown", () => {
  expect(visibleSoFar(fencedReply)).toBe("BTC is strong.");
  expect(visibleSoFar(bareFence)).toBe("BTC is strong.");
});

test("of an answer in the declared shape the analysis is shown, decoded", () => {
  expect(visibleSoFar(structured)).toBe('It "rises"\nslowly — 64 250 \\ €');
});

const thoughtful = "<think>\nMaybe sell.\n</think>\n\nBTC is strong < 65,000.";

test("thinking aloud is not shown", () => {
  expect(visibleSoFar(thoughtful)).toBe("BTC is strong < 65,000.");
  expect(visibleSoFar("<think>\nMaybe")).toBe("");
});

test("code of another kind stays", () => {
  expect(visibleSoFar("See\n```python\nprint(1)\n```\nok")).toBe("See\n```python\nprint(1)\n```\nok");
});

test("what is shown only grows while the reply streams in", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(fencedReply, bareFence, structured, thoughtful, "Plain prose with `code` in it.\n- and a list"),
      fc.nat({ max: 120 }),
      (reply, at) => {
        expect(visibleSoFar(reply).startsWith(visibleSoFar(reply.slice(0, at)))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

import { expect, test } from "vitest";
import { decimal } from "../decimal.ts";
import { basisOf, driftPercent, recheck } from "./shelf-life.ts";

const madeAt = Date.UTC(2026, 10, 25);
const basis = basisOf({ validForSeconds: null }, madeAt, decimal("64250"));

test("a signal at 64,250 with a drift limit of 0.5 % is refused at 64,700", () => {
  const refused = recheck(basis, madeAt + 1_000, decimal("64700"));
  expect(refused).toMatchObject({ ok: false, error: { code: "PROPOSAL_DRIFTED" } });
  expect(refused.ok ? "" : refused.error.message).toContain("ask again");
});

test.each([
  ["64571.25", true],
  ["64571.26", false],
  ["63928.75", true],
  ["63928.74", false],
])("at %s the drift limit of 0.5 %% lets it pass: %s", (price, passes) => {
  expect(recheck(basis, madeAt, decimal(price)).ok).toBe(passes);
});

test("it lives for the default time, counted from the snapshot, and not a millisecond longer", () => {
  expect(recheck(basis, madeAt + 599_999, decimal("64250")).ok).toBe(true);
  expect(recheck(basis, madeAt + 600_000, decimal("64250"))).toMatchObject({
    ok: false,
    error: { code: "PROPOSAL_EXPIRED" },
  });
});

test("what a model asks for is kept inside the bounds", () => {
  expect(basisOf({ validForSeconds: 1 }, madeAt, null).expiresAt).toBe(madeAt + 30_000);
  expect(basisOf({ validForSeconds: 9_999_999 }, madeAt, null).expiresAt).toBe(madeAt + 86_400_000);
});

test("made without a price, or without a fresh price now, it cannot be acted on: the drift is not known", () => {
  expect(recheck(basisOf({ validForSeconds: null }, madeAt, null), madeAt, decimal("64250")).ok).toBe(false);
  const unknown = recheck(basis, madeAt, null);
  expect(unknown).toMatchObject({ ok: false, error: { code: "QUOTE_STALE" } });
  expect(unknown.ok ? "" : unknown.error.message).toContain("ask again");
  expect(recheck(basis, madeAt + 600_000, null)).toMatchObject({ ok: false, error: { code: "PROPOSAL_EXPIRED" } });
});

test("drift is measured from the price then", () => {
  expect(driftPercent(decimal("100"), decimal("90"))).toBe("10");
});

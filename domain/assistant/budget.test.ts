import fc from "fast-check";
import { expect, test } from "vitest";
import { compare, decimal, sum, type Decimal } from "../decimal.ts";
import {
  budgetLevel,
  budgetRoom,
  costOf,
  mostTokens,
  reservation,
  reserve,
  settle,
  settleInto,
  type BudgetState,
} from "./budget.ts";
import { findModel, MODELS, ownModel, priceAt, PROVIDERS, withOwnModels } from "./providers.ts";

const price = { input: decimal("2"), cachedInput: decimal("0.1"), output: decimal("10") };

test("a reservation is the whole input and all output at list price", () => {
  expect(reservation(10_000, 4_000, price)).toBe("0.06");
});

test("usage is charged as told, cached tokens at their price, rounded up to a micro-dollar", () => {
  expect(costOf({ inputTokens: 10_000, cachedInputTokens: 8_000, outputTokens: 500 }, price)).toBe("0.0098");
  expect(costOf({ inputTokens: 1, cachedInputTokens: 1, outputTokens: 0 }, price)).toBe("0.000001");
});

test("without usage the reservation stands and is marked an estimate", () => {
  expect(settle(decimal("0.06"), null, price)).toEqual({ cost: "0.06", estimated: true });
});

test.each([
  ["7.99", "fine"],
  ["8", "warning"],
  ["9.99", "warning"],
  ["10", "stopped"],
  ["12", "stopped"],
])("a budget of 10 with %s spent is %s", (spent, level) => {
  expect(budgetLevel({ limit: decimal("10"), spent: decimal(spent), reserved: decimal("0") })).toBe(level);
});

test("a reservation that does not fit whole is refused and changes nothing", () => {
  const state: BudgetState = { limit: decimal("10"), spent: decimal("9.9"), reserved: decimal("0") };
  expect(reserve(state, decimal("0.11"), "budget")).toMatchObject({
    ok: false,
    error: { code: "MODEL_BUDGET", details: { room: "0.1" } },
  });
  expect(reserve(state, decimal("0.1"), "budget")).toMatchObject({ ok: true, value: { reserved: "0.1" } });
});

test("whatever runs race, spent and reserved never pass the limit while usage stays inside its reservation", () => {
  const run = fc.record({
    input: fc.nat({ max: 50_000 }),
    output: fc.nat({ max: 20_000 }),
    share: fc.nat({ max: 100 }),
    settles: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 60 }), (runs) => {
      let state: BudgetState = { limit: decimal("1"), spent: decimal("0.99"), reserved: decimal("0") };
      const open: { amount: Decimal; input: number; output: number }[] = [];
      for (const { input, output, share, settles } of runs) {
        const amount = reservation(input, output, price);
        const taken = reserve(state, amount, "budget");
        if (taken.ok) {
          state = taken.value;
          open.push({ amount, input, output });
        }
        const first = settles ? open.shift() : undefined;
        if (first !== undefined) {
          const usage = {
            inputTokens: first.input,
            cachedInputTokens: 0,
            outputTokens: Math.floor((first.output * share) / 100),
          };
          state = settleInto(state, first.amount, settle(first.amount, usage, price));
        }
        expect(compare(sum([state.spent, state.reserved]), decimal("1"))).toBeLessThanOrEqual(0);
        expect(budgetRoom(state)?.startsWith("-")).toBe(false);
      }
    }),
  );
});

test("a budget without a limit has no room to speak of and takes everything", () => {
  const state: BudgetState = { limit: null, spent: decimal("900"), reserved: decimal("0") };
  expect(budgetRoom(state)).toBeNull();
  expect(reserve(state, decimal("5"), "budget").ok).toBe(true);
});

test.each([
  ["", 0],
  ["price", 3],
  ["the price is", 6],
  ["BTC/USD", 7],
  ["64250.1", 7],
  ["up 3 %", 4],
  ["[1,2]\n", 6],
  ["  a", 2],
  ["数量", 6],
  ["a é", 4],
])("of %j at most %i tokens are counted, and eight for the message", (text, tokens) => {
  expect(mostTokens([text])).toBe(tokens + 8);
});

test("numbers are counted as tokenisers that part them into digits do, and nothing above one token a byte", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(mostTokens([text])).toBeLessThanOrEqual(Buffer.byteLength(text) + 8);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })), (numbers) => {
      const text = JSON.stringify(numbers);
      const digits = text.replaceAll(/[^0-9.,[\]+-]/g, "").length;
      expect(mostTokens([text])).toBeGreaterThanOrEqual(digits + 8);
    }),
  );
});

test("every model of the table belongs to a provider, has a price, and none is there twice", () => {
  const keys = MODELS.map(({ provider, id }) => `${provider}/${id}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const model of MODELS) {
    expect(PROVIDERS.some(({ id }) => id === model.provider)).toBe(true);
    expect(compare(priceAt(model, 0).cachedInput, priceAt(model, 0).input)).toBeLessThanOrEqual(0);
    expect(model.maximumOutputTokens).toBeLessThan(model.contextTokens);
  }
});

test("a price that changes on a day is the new one from that moment on", () => {
  const model = findModel(MODELS, "gemini", "gemini-3.8-flash");
  const change = Date.UTC(2027, 0, 1);
  expect(model === undefined ? null : [priceAt(model, change - 1).input, priceAt(model, change).input]).toEqual([
    "0.75",
    "1.5",
  ]);
});

test("an entry of the user's replaces the one of the table and others are added", () => {
  const own = ownModel({
    provider: "openai",
    id: "gpt-5-nano",
    name: "Mine",
    contextTokens: 1_000,
    maximumOutputTokens: 100,
    price,
  });
  const other = ownModel({
    provider: "custom",
    id: "llama",
    name: "Local",
    contextTokens: 1_000,
    maximumOutputTokens: 100,
    price,
  });
  const models = withOwnModels([own, other]);
  expect(models).toHaveLength(MODELS.length + 1);
  expect(findModel(models, "openai", "gpt-5-nano")?.own).toBe(true);
});

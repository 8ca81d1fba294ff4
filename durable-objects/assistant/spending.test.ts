import { beforeEach, describe, expect, it } from "vitest";
import { decimal } from "../../domain/decimal.ts";
import { nodeStorage } from "../../tests/support/desk-storage.ts";
import { migrate } from "../lib/migrate.ts";
import { Spending } from "./spending.ts";
import { Library } from "./storage/library.ts";
import { MIGRATIONS } from "./storage/migrations.ts";
import type { Sql } from "../lib/sql.ts";

const RUN = { runId: "run-1", providerId: "own-1", modelId: "mock-1" };
/** A dollar a token, to be read off. */
const PRICE = { input: decimal("1000000"), cachedInput: decimal("500000"), output: decimal("1000000") };
const TOKENS = { input: 3, cachedInput: 2, output: 4 };

let sql: Sql;
let spending: Spending;

beforeEach(() => {
  ({ sql } = nodeStorage());
  migrate(sql, MIGRATIONS);
  spending = new Spending(sql, new Library(sql), () => 1_800_000_000_000);
  spending.setLimits({ total: decimal("100"), models: [] });
});

describe("what a run costs", () => {
  it("is what its tokens cost when it was admitted, whatever became of its model since", () => {
    spending.reserve(RUN, decimal("40"), PRICE);
    // Nobody is asked for the price again: the model may be gone.
    expect(spending.settle("run-1", TOKENS)).toMatchObject({ cost: "6", estimated: false });
    expect(spending.today().total).toMatchObject({ spent: "6", reserved: "0" });
  });

  it("is nothing where the model has no price", () => {
    spending.reserve(RUN, decimal("0"), null);
    expect(spending.settle("run-1", TOKENS)).toMatchObject({ cost: "0", estimated: false, outputTokens: 4 });
  });

  it("is its reservation where no price was kept with it, as of a version before", () => {
    spending.reserve(RUN, decimal("40"), null);
    expect(spending.settle("run-1", TOKENS)).toMatchObject({ cost: "40", estimated: true });
  });

  it("counts every call that was made for it, each within the budget", () => {
    spending.reserve(RUN, decimal("40"), PRICE);
    expect(spending.reserve(RUN, decimal("40"), null)).toMatchObject({ ok: true });
    // The first told nothing: its reservation stands.
    spending.settlePart("run-1", null, decimal("40"));
    expect(spending.today().total).toMatchObject({ spent: "40", reserved: "40" });
    expect(spending.reserve(RUN, decimal("40"), null)).toMatchObject({ ok: false, error: { code: "MODEL_BUDGET" } });
    expect(spending.settle("run-1", TOKENS)).toMatchObject({ cost: "46", estimated: true });
    expect(spending.today().total).toMatchObject({ spent: "46", reserved: "0" });
  });
});

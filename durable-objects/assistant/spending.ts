/**
 * What runs may cost: a row per run holds its reservation until it is settled. Everything here is synchronous, so that looking at
 * the budget and taking from it is one turn: runs that start together cannot overspend.
 */
import type { BudgetLineView, BudgetRequest, RunUsageView, UsageView } from "../../contract/assistant.ts";
import { budgetLevel, reserve, settle, type BudgetState } from "../../domain/assistant/budget.ts";
import type { TokenPrice } from "../../domain/assistant/providers.ts";
import {
  add,
  decimal,
  divide,
  HUNDRED,
  isPositive,
  multiply,
  parseDecimal,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../../domain/decimal.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { firstRow, type Sql } from "../lib/sql.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Library } from "./storage/library.ts";
import type { Tokens } from "./wire/call.ts";

type Row = {
  readonly runId: string;
  readonly providerId: string;
  readonly modelId: string;
  readonly reserved: string;
  readonly cost: string;
  readonly estimated: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
};

export type SpendingOf = { readonly runId: string; readonly providerId: string; readonly modelId: string };

type Dated = {
  readonly day: string;
  readonly providerId: string;
  readonly modelId: string;
  readonly usage: RunUsageView;
};

/** Until the user sets another. */
const DEFAULT_LIMITS: BudgetRequest = { total: decimal("5"), models: [] };
const FREE: TokenPrice = { input: ZERO, cachedInput: ZERO, output: ZERO };
const NOTHING_USED: RunUsageView = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  cost: ZERO,
  estimated: false,
};
const PERCENT_DECIMALS = 2;
const COLUMNS = `run_id AS runId, provider_id AS providerId, model_id AS modelId, reserved, cost, estimated,
  input_tokens AS inputTokens, cached_input_tokens AS cachedInputTokens, output_tokens AS outputTokens`;

export class Spending {
  readonly #sql: Sql;
  readonly #library: Library;
  readonly #now: () => number;

  constructor(sql: Sql, library: Library, now: () => number) {
    this.#sql = sql;
    this.#library = library;
    this.#now = now;
  }

  /**
   * Reserves the most that a call may cost, on top of what its run has already, or refuses (MODEL_BUDGET). `price` stays with the
   * run: what it costs does not depend on what becomes of its model meanwhile. Null: as before, or free where there is none.
   */
  reserve({ runId, providerId, modelId }: SpendingOf, amount: Decimal, price: TokenPrice | null): Result<null> {
    const day = dayOf(this.#now());
    const rows = this.#rows(day);
    const limits = this.limits();
    const ofModel = rows.filter((row) => row.providerId === providerId && row.modelId === modelId);
    const total = reserve(stateOf(rows, limits.total), amount, "budget");
    const model = reserve(stateOf(ofModel, modelLimit(limits, providerId, modelId)), amount, `budget of ${modelId}`);
    if (!total.ok) {
      return total;
    }
    if (!model.ok) {
      return model;
    }
    const before = this.of(runId);
    this.#sql.exec(
      `INSERT INTO spending (run_id, day, provider_id, model_id, reserved, cost, estimated, input_tokens,
         cached_input_tokens, output_tokens, price) VALUES (?, ?, ?, ?, ?, '0', 0, 0, 0, 0, ?)
       ON CONFLICT (run_id) DO UPDATE SET reserved = excluded.reserved, price = COALESCE(excluded.price, price)`,
      runId,
      day,
      providerId,
      modelId,
      add(before?.reserved ?? ZERO, amount),
      price === null ? null : JSON.stringify(price),
    );
    return ok(null);
  }

  /**
   * Puts what a run did cost in the place of its reservation. `tokens` null: the provider told none, the reservation stands,
   * marked as an estimate.
   */
  settle(runId: string, tokens: Tokens | null): RunUsageView {
    return this.#book(runId, tokens, this.of(runId)?.reserved ?? ZERO, ZERO);
  }

  /** As settle, of a first call of a run whose second holds `reserved` of the reservation. */
  settlePart(runId: string, tokens: Tokens | null, reserved: Decimal): RunUsageView {
    return this.#book(runId, tokens, subtract(this.of(runId)?.reserved ?? ZERO, reserved), reserved);
  }

  #book(runId: string, tokens: Tokens | null, reserved: Decimal, left: Decimal): RunUsageView {
    const before = this.of(runId)?.usage ?? NOTHING_USED;
    const usage =
      tokens === null
        ? null
        : { inputTokens: tokens.input, cachedInputTokens: tokens.cachedInput, outputTokens: tokens.output };
    const price = this.#priceOf(runId);
    // Something was reserved, so it has a price, which was not kept with it yet: the reservation stands.
    const charge = settle(reserved, price === null && isPositive(reserved) ? null : usage, price ?? FREE);
    const view: RunUsageView = {
      inputTokens: before.inputTokens + (usage?.inputTokens ?? 0),
      cachedInputTokens: before.cachedInputTokens + (usage?.cachedInputTokens ?? 0),
      outputTokens: before.outputTokens + (usage?.outputTokens ?? 0),
      cost: add(before.cost, charge.cost),
      estimated: before.estimated || charge.estimated,
    };
    this.#sql.exec(
      `UPDATE spending SET reserved = ?, cost = ?, estimated = ?, input_tokens = ?, cached_input_tokens = ?,
         output_tokens = ? WHERE run_id = ?`,
      left,
      view.cost,
      view.estimated ? 1 : 0,
      view.inputTokens,
      view.cachedInputTokens,
      view.outputTokens,
      runId,
    );
    return view;
  }

  /** Gives a reservation back: nothing was sent. */
  release(runId: string): void {
    this.#sql.exec("UPDATE spending SET reserved = '0' WHERE run_id = ?", runId);
  }

  #priceOf(runId: string): TokenPrice | null {
    const row = firstRow<{ price: string | null }>(this.#sql, "SELECT price FROM spending WHERE run_id = ?", runId);
    return row === null || row.price === null ? null : parseTrusted<TokenPrice>(row.price);
  }

  of(runId: string): { readonly reserved: Decimal; readonly usage: RunUsageView } | null {
    const row = firstRow<Row>(this.#sql, `SELECT ${COLUMNS} FROM spending WHERE run_id = ?`, runId);
    if (row === null) {
      return null;
    }
    const { inputTokens, cachedInputTokens, outputTokens } = row;
    return {
      reserved: money(row.reserved),
      usage: { inputTokens, cachedInputTokens, outputTokens, cost: money(row.cost), estimated: row.estimated === 1 },
    };
  }

  /** What a run used, with its model and the day that it counts for. */
  dated(runId: string): Dated | null {
    const row = firstRow<Omit<Dated, "usage">>(
      this.#sql,
      "SELECT day, provider_id AS providerId, model_id AS modelId FROM spending WHERE run_id = ?",
      runId,
    );
    const spent = this.of(runId);
    return row === null || spent === null ? null : { ...row, usage: spent.usage };
  }

  limits(): BudgetRequest {
    const stored = this.#library.meta("limits");
    return stored === null ? DEFAULT_LIMITS : parseTrusted<BudgetRequest>(stored);
  }

  setLimits(limits: BudgetRequest): void {
    this.#library.setMeta("limits", JSON.stringify(limits));
  }

  today(): UsageView {
    const day = dayOf(this.#now());
    const rows = this.#rows(day);
    const limits = this.limits();
    const groups = Map.groupBy(rows, (row) => JSON.stringify([row.providerId, row.modelId]));
    for (const { providerId, modelId } of limits.models) {
      const name = JSON.stringify([providerId, modelId]);
      groups.set(name, groups.get(name) ?? []);
    }
    const models = [...groups].map(([name, group]) => {
      const [providerId = "", modelId = ""] = parseTrusted<string[]>(name);
      return line(group, modelLimit(limits, providerId, modelId), { providerId, modelId, name: modelId });
    });
    return {
      day,
      total: line(rows, limits.total, { providerId: null, modelId: null, name: "All models" }),
      models: models.toSorted((left, right) => left.name.localeCompare(right.name)),
    };
  }

  #rows(day: string): readonly Row[] {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM spending WHERE day = ?`, day).toArray();
  }
}

function modelLimit(limits: BudgetRequest, providerId: string, modelId: string): Decimal | null {
  return limits.models.find((each) => each.providerId === providerId && each.modelId === modelId)?.limit ?? null;
}

function stateOf(rows: readonly Row[], limit: Decimal | null): BudgetState {
  return {
    limit,
    spent: sum(rows.map(({ cost }) => money(cost))),
    reserved: sum(rows.map(({ reserved }) => money(reserved))),
  };
}

function line(
  rows: readonly Row[],
  limit: Decimal | null,
  whose: Pick<BudgetLineView, "providerId" | "modelId" | "name">,
): BudgetLineView {
  const state = stateOf(rows, limit);
  const used = add(state.spent, state.reserved);
  const level = budgetLevel(state);
  return {
    ...whose,
    limit,
    spent: state.spent,
    reserved: state.reserved,
    usedPercent: limit === null ? null : divide(multiply(used, HUNDRED), limit, PERCENT_DECIMALS, "half-even"),
    state: level === "fine" ? "ok" : level,
    runs: rows.length,
    inputTokens: rows.reduce((total, row) => total + row.inputTokens, 0),
    cachedInputTokens: rows.reduce((total, row) => total + row.cachedInputTokens, 0),
    outputTokens: rows.reduce((total, row) => total + row.outputTokens, 0),
  };
}

/** Stored by us, so a decimal. */
function money(text: string): Decimal {
  return parseDecimal(text) ?? ZERO;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

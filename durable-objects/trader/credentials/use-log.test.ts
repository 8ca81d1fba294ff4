import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../lib/migrate.ts";
import type { Sql, SqlRow } from "../../lib/sql.ts";
import { parseTrusted } from "../../lib/trusted-json.ts";
import { MIGRATIONS } from "../migrations.ts";
import { UseLog } from "./use-log.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 10, 25, 12);

/** Storage as an object has it, over Node's SQLite. */
function storage(): { readonly sql: Sql; transactionSync<T>(work: () => T): T } {
  const database = new DatabaseSync(":memory:");
  const sql: Sql = {
    exec: <T extends SqlRow>(query: string, ...bindings: (string | number | null | ArrayBuffer)[]) => {
      if (bindings.length === 0 && !/^\s*SELECT/.test(query)) {
        database.exec(query);
        return { toArray: () => [] };
      }
      const values = bindings.map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : value));
      const found = database.prepare(query).all(...values);
      return { toArray: () => parseTrusted<T[]>(JSON.stringify(found)) };
    },
  };
  migrate(sql, MIGRATIONS);
  return { sql, transactionSync: (work) => work() };
}

const use = { slot: "trading", purpose: "sign AddOrder", fingerprint: "0123abcd" } as const;
const other = { ...use, purpose: "sign OpenOrders" };

let log: UseLog;
let shared: ReturnType<typeof storage>;

beforeEach(() => {
  shared = storage();
  log = new UseLog(shared);
});

function rows() {
  return log.page(null, 100_000)?.rows ?? [];
}

describe("the log of decryptions", () => {
  it("puts those of one minute and purpose together, whatever comes between", () => {
    for (const [what, at] of [
      [use, NOON],
      [other, NOON + 1_000],
      [use, NOON + 59_999],
      [use, NOON + 60_000],
    ] as const) {
      log.record(what, at);
    }
    expect(rows()).toEqual([
      { ...use, id: "3", firstAt: NOON + 60_000, lastAt: NOON + 60_000, count: 1 },
      { ...other, id: "2", firstAt: NOON + 1_000, lastAt: NOON + 1_000, count: 1 },
      { ...use, id: "1", firstAt: NOON, lastAt: NOON + 59_999, count: 2 },
    ]);
  });

  it("goes on after the object was lost", () => {
    log.record(use, NOON);
    log = new UseLog(shared);
    log.record(use, NOON + 1);
    expect(rows().map((row) => row.count)).toEqual([1, 1]);
  });

  it("is read in pages that miss and repeat nothing", () => {
    for (let minute = 0; minute < 23; minute += 1) {
      log.record(use, NOON + minute * 60_000);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: ReturnType<UseLog["page"]> = log.page(cursor, 5);
      expect(page?.rows.length).toBeLessThanOrEqual(5);
      seen.push(...(page?.rows ?? []).map((row) => row.id));
      cursor = page?.next ?? null;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: 23 }, (_, index) => String(23 - index)));
    expect(log.page("1 OR 1=1", 5)).toBeNull();
  });

  it("keeps every number and every bound when old days are put together", () => {
    const record = fc.record({
      what: fc.constantFrom(use, other, { ...use, slot: "history" as const }),
      minutes: fc.integer({ min: 0, max: 20 * 1_440 }),
    });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        shared = storage();
        log = new UseLog(shared);
        for (const { what, minutes } of records.toSorted((left, right) => left.minutes - right.minutes)) {
          log.record(what, NOON + minutes * 60_000);
        }
        const before = summary();
        const bound = NOON + 10 * DAY_MS;
        log.compact(bound);
        expect(summary()).toEqual(before);
        const days = rows()
          .filter((row) => row.firstAt < bound - DAY_MS)
          .map((row) => `${row.slot} ${row.purpose} ${Math.floor(row.firstAt / DAY_MS)}`);
        expect(new Set(days).size).toBe(days.length);
        log.compact(bound);
        expect(summary()).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("stays small by itself when something asks all the time", () => {
    for (let minute = 0; minute < 30 * 1_440; minute += 10) {
      log.record(use, NOON + minute * 60_000);
    }
    expect(rows().length).toBeLessThan(30 + 8 * 144 + 500);
    expect(rows().reduce((sum, row) => sum + row.count, 0)).toBe(30 * 144);
  });
});

/** Per day, slot and purpose: how many, the first and the last. */
function summary(): Record<string, readonly [number, number, number]> {
  const sums: Record<string, readonly [number, number, number]> = {};
  for (const row of rows()) {
    const name = `${row.slot} ${row.purpose} ${Math.floor(row.firstAt / DAY_MS)}`;
    const [count, first, last] = sums[name] ?? [0, Infinity, 0];
    sums[name] = [count + row.count, Math.min(first, row.firstAt), Math.max(last, row.lastAt)];
  }
  return sums;
}

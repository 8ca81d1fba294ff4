import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs, drainOutbox, MAXIMUM_ATTEMPTS, type OutboxDependencies, type OutboxRow } from "./outbox.ts";

type Fixture = {
  readonly dependencies: OutboxDependencies;
  readonly arrived: number[];
  readonly parked: number[];
  rows: OutboxRow[];
};

function row(id: number, accountId: string): OutboxRow {
  return { id, accountId, kind: "turn", payload: "{}", attempts: 0 };
}

function outbox(rows: readonly OutboxRow[], poisoned: ReadonlySet<number>, up: () => boolean): Fixture {
  const fixture: Fixture = {
    arrived: [],
    parked: [],
    rows: [...rows],
    dependencies: {
      read: (limit) => fixture.rows.filter((each) => !fixture.parked.includes(each.id)).slice(0, limit),
      send: async (batch) => {
        await Promise.resolve();
        if (!up()) {
          throw new Error("network connection lost");
        }
        if (batch.some((each) => poisoned.has(each.id))) {
          throw new Error("constraint failed");
        }
        fixture.arrived.push(...batch.map((each) => each.id));
      },
      healthy: () => Promise.resolve(up()),
      remove: (ids) => {
        fixture.rows = fixture.rows.filter((each) => !ids.includes(each.id));
      },
      failed: (id, attempts) => {
        fixture.rows = fixture.rows.map((each) => (each.id === id ? { ...each, attempts } : each));
      },
      park: (id) => {
        fixture.parked.push(id);
      },
    },
  };
  return fixture;
}

describe("draining the outbox", () => {
  it("sends everything in order", async () => {
    const rows = Array.from({ length: 120 }, (_, index) => row(index + 1, index % 2 === 0 ? "a" : "b"));
    const fixture = outbox(rows, new Set(), () => true);
    expect(await drainOutbox(fixture.dependencies)).toEqual({ sent: 120, parked: 0, done: true });
    expect(fixture.arrived).toEqual(rows.map((each) => each.id));
  });

  it("counts an outage against no row", async () => {
    const fixture = outbox([row(1, "a")], new Set(), () => false);
    for (let round = 0; round < 50; round += 1) {
      expect((await drainOutbox(fixture.dependencies)).done).toBe(false);
    }
    expect(fixture.parked).toEqual([]);
    expect(fixture.rows[0]?.attempts).toBe(0);
  });

  it("lets other accounts go on behind a poisoned row, then parks it and goes on with its own", async () => {
    const fixture = outbox([row(1, "a"), row(2, "a"), row(3, "b")], new Set([1]), () => true);
    await drainOutbox(fixture.dependencies);
    expect(fixture.arrived).toEqual([3]);
    for (let round = 0; round < MAXIMUM_ATTEMPTS; round += 1) {
      await drainOutbox(fixture.dependencies);
    }
    expect(fixture.parked).toEqual([1]);
    expect(fixture.arrived).toEqual([3, 2]);
  });

  it("keeps the order of each account and loses nothing, whatever fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 60 }),
        fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
        async (accounts, weather, bad) => {
          let call = 0;
          const rows = accounts.map((account, index) => row(index + 1, account));
          const fixture = outbox(rows, new Set(bad), () => weather[(call++ / 3) | 0] ?? true);
          for (let round = 0; round < 60 && fixture.rows.length > fixture.parked.length; round += 1) {
            await drainOutbox(fixture.dependencies);
          }
          for (const account of ["a", "b", "c"]) {
            const mine = rows.filter((each) => each.accountId === account).map((each) => each.id);
            expect(fixture.arrived.filter((id) => mine.includes(id))).toEqual(mine.filter((id) => !bad.includes(id)));
          }
          expect(new Set(fixture.parked)).toEqual(
            new Set(rows.map((each) => each.id).filter((id) => bad.includes(id))),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("waits longer after each failure, at most a minute", () => {
    expect([1, 2, 3, 7, 40].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 60_000, 60_000]);
  });
});

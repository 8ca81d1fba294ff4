import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import type { Trade, TriggerRow } from "../market.ts";
import { isAnotherTape } from "./another-tape.ts";
import { triggerDigest } from "./digest.ts";
import { TradeTape } from "./tape.ts";
import { TriggerIndex, bestRowOf, printsThatReach } from "./trigger-index.ts";

function print(id: number, price = "100"): Trade {
  return { id, symbol: "BTC/USD", price: decimal(price), quantity: decimal("1"), side: "sell", time: id * 1_000 };
}

function row(orderId: string, direction: "below" | "above", level: string, armedTradeId = 0): TriggerRow {
  return { orderId, version: 1, symbol: "BTC/USD", direction, level: decimal(level), armedTradeId };
}

function indexOf(...rows: readonly TriggerRow[]): TriggerIndex {
  const index = new TriggerIndex("BTC/USD", 1);
  for (const each of rows) {
    index.set("alice", each);
  }
  return index;
}

function ids(trades: readonly Trade[]): number[] {
  return trades.map(({ id }) => id);
}

describe("trigger rows", () => {
  it("fire at their level and through it, never short of it", () => {
    const index = indexOf(row("buy", "below", "100"), row("sell", "above", "110"));
    expect(index.match([print(1, "100.1"), print(2, "109.9")])).toEqual([]);
    expect(index.match([print(3, "100")]).map((match) => match.row.orderId)).toEqual(["buy"]);
    expect(index.match([print(4, "120")]).map((match) => match.row.orderId)).toEqual(["sell"]);
  });

  it("never fire on a print up to the armed id (CASES: a price before an order was armed never fires it)", () => {
    const index = indexOf(row("buy", "below", "100", 5));
    const [match] = index.match([print(4, "90"), print(5, "90"), print(6, "90")]);
    expect(ids(match?.trades ?? [])).toEqual([6]);
    expect(index.match([print(5, "1")])).toEqual([]);
  });

  it("of several traders with equal order ids are kept apart, and a replaced one acts only in its new shape", () => {
    const index = indexOf(row("a", "below", "100"));
    index.set("bob", row("a", "below", "100"));
    index.set("alice", { ...row("a", "above", "200"), version: 2 });
    expect(index.size).toBe(2);
    expect(index.match([print(1, "100")]).map((match) => match.traderId)).toEqual(["bob"]);
    expect(index.row("alice", "a")?.version).toBe(2);
    expect(index.rowsOf("bob")).toHaveLength(1);
    expect(index.remove("bob", "a")).toBe(true);
    expect(index.remove("bob", "a")).toBe(false);
    expect(index.rowsOf("bob")).toEqual([]);
  });

  it("at one level come in the order in which they were set", () => {
    const index = indexOf(row("first", "below", "100"), row("second", "below", "100"), row("third", "below", "100"));
    expect(index.match([print(1, "99")]).map((match) => match.row.orderId)).toEqual(["first", "second", "third"]);
    index.remove("alice", "second");
    expect(index.match([print(1, "99")]).map((match) => match.row.orderId)).toEqual(["first", "third"]);
  });

  it("compare levels of any precision exactly", () => {
    const index = indexOf(row("fine", "below", "0.123456789012"), row("coarse", "above", "0.2"));
    expect(index.match([print(1, "0.123456789013")])).toEqual([]);
    expect(index.match([print(2, "0.123456789012")])).toHaveLength(1);
  });

  it("match exactly the rows that a scan of all of them would, through adds and removals", () => {
    const action = fc.record({
      order: fc.integer({ min: 0, max: 12 }),
      direction: fc.constantFrom("below" as const, "above" as const),
      level: fc.integer({ min: 1, max: 30 }),
      armed: fc.integer({ min: 0, max: 6 }),
      remove: fc.boolean(),
    });
    const prints = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), prints, (actions, prices) => {
        const index = indexOf();
        const model = new Map<string, TriggerRow>();
        for (const { order, direction, level, armed, remove } of actions) {
          const orderId = `o${order}`;
          if (remove) {
            index.remove("alice", orderId);
            model.delete(orderId);
          } else {
            const each = row(orderId, direction, String(level), armed);
            index.set("alice", each);
            model.set(orderId, each);
          }
        }
        const trades = prices.map((price, at) => print(at + 1, String(price)));
        const scanned = [...model.values()]
          .map((each) => ({
            orderId: each.orderId,
            trades: ids(
              trades.filter(
                ({ id, price }) =>
                  id > each.armedTradeId &&
                  (each.direction === "below"
                    ? Number(price) <= Number(each.level)
                    : Number(price) >= Number(each.level)),
              ),
            ),
          }))
          .filter((each) => each.trades.length > 0);
        const matched = index.match(trades).map((match) => ({ orderId: match.row.orderId, trades: ids(match.trades) }));
        expect(new Set(matched.map((each) => JSON.stringify(each)))).toEqual(
          new Set(scanned.map((each) => JSON.stringify(each))),
        );
        expect(index.size).toBe(model.size);
      }),
    );
  });

  it("of a trailing order get every print from the first new best on, until its trader has heard", () => {
    const best = row(bestRowOf("a"), "above", "110", 1);
    const index = indexOf(best);
    const heard = (...prints: Trade[]): number[] => index.match(prints).flatMap(({ trades }) => ids(trades));
    expect(heard(print(1, "120"), print(2, "100"))).toEqual([]);
    expect(heard(print(3, "100"), print(4, "110"), print(5, "99"))).toEqual([4, 5]);
    expect(heard(print(6, "98"))).toEqual([6]);
    index.unfollow("bob");
    expect(heard(print(7, "98"))).toEqual([7]);
    index.unfollow("alice");
    expect(heard(print(8, "98"))).toEqual([]);
    index.follow("alice", best.orderId);
    expect(heard(print(9, "111"))).toEqual([9]);
    index.set("alice", { ...best, version: 2, armedTradeId: 9 });
    expect(heard(print(10, "98"))).toEqual([]);
    expect(ids(printsThatReach(best, [print(2, "109"), print(3, "110"), print(4, "90")]))).toEqual([3, 4]);
  });

  it("can be asked one by one which prints reach them", () => {
    expect(
      ids(printsThatReach(row("a", "below", "100", 1), [print(1, "90"), print(2, "99.95"), print(3, "101")])),
    ).toEqual([2]);
  });
});

describe("the digest of rows", () => {
  it("does not depend on order and shows every difference", () => {
    const rows = [row("a", "below", "100"), row("b", "above", "110", 7)];
    expect(triggerDigest(rows)).toBe(triggerDigest(rows.toReversed()));
    expect(triggerDigest([])).toBe("0-00000000");
    const changes: Partial<TriggerRow>[] = [
      { version: 2 },
      { level: decimal("100.1") },
      { armedTradeId: 1 },
      { direction: "above" },
    ];
    const digests = changes.map((change) => triggerDigest([{ ...row("a", "below", "100"), ...change }]));
    expect(new Set([...digests, triggerDigest(rows.slice(0, 1))]).size).toBe(changes.length + 1);
  });
});

describe("a tape that began anew", () => {
  const known = { tradeId: 1_000, time: 1_000_000 };
  const at = (id: number, time: number): Trade => ({ ...print(id), time });

  it("is told by a snapshot that ends before the last id, and by ids and times that contradict each other", () => {
    expect(isAnotherTape(known, [at(5, 900_000), at(6, 900_000)], true)).toBe(true);
    expect(isAnotherTape(known, [at(1, 1_010_000)], false)).toBe(true);
    expect(isAnotherTape(known, [at(2_000, 900_000)], false)).toBe(true);
  });

  it("is not taken for one when prints are repeated, late, or behind a hole", () => {
    expect(isAnotherTape(known, [], true)).toBe(false);
    expect(isAnotherTape(known, [at(951, 990_000), at(1_000, 1_000_000)], true)).toBe(false);
    expect(isAnotherTape(known, [at(990, 999_000)], false)).toBe(false);
    expect(isAnotherTape(known, [at(1_001, 999_000), at(5_000, 2_000_000)], false)).toBe(false);
  });

  it("never is a part of the same tape, in whatever pieces it comes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.integer({ min: 1, max: 200 })), (last, drawn) => {
        expect(
          isAnotherTape(
            { tradeId: last, time: last * 1_000 },
            drawn.map((id) => print(id)),
            false,
          ),
        ).toBe(false);
      }),
    );
  });
});

describe("the trade tape", () => {
  it("releases every print exactly once, in id order, however it arrives", () => {
    const deliveries = fc
      .shuffledSubarray(
        Array.from({ length: 30 }, (_, index) => index + 1),
        { minLength: 30 },
      )
      .chain((order) => fc.tuple(fc.constant(order), fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 10 })));
    fc.assert(
      fc.property(deliveries, fc.integer({ min: 1, max: 5 }), ([order, repeats], size) => {
        const tape = new TradeTape(0);
        const released: number[] = [];
        const all = [...order, ...repeats];
        for (let at = 0; at < all.length; at += size) {
          released.push(...ids(tape.accept(all.slice(at, at + size).map((id) => print(id)))));
        }
        expect(released).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
        expect(tape.gap).toBeNull();
      }),
    );
  });

  it("holds prints behind a hole back until it is refilled", () => {
    const tape = new TradeTape(10);
    expect(ids(tape.accept([print(11), print(14), print(15)]))).toEqual([11]);
    expect(tape.gap).toEqual({ after: 11, before: 14 });
    expect(tape.accept([print(16)])).toEqual([]);
    expect(ids(tape.accept([print(12), print(13)]))).toEqual([12, 13, 14, 15, 16]);
    expect(tape.lastId).toBe(16);
  });

  it("passes over a hole whose trades exist nowhere", () => {
    const tape = new TradeTape(10);
    tape.accept([print(12), print(20)]);
    expect(ids(tape.skipGap())).toEqual([12]);
    expect(ids(tape.skipGap())).toEqual([20]);
    expect(tape.skipGap()).toEqual([]);
  });

  it("begins with the oldest print it is given when it has no past", () => {
    const tape = new TradeTape(null);
    expect(tape.gap).toBeNull();
    expect(ids(tape.accept([print(52), print(51), print(50)]))).toEqual([50, 51, 52]);
    tape.prepend([print(48), print(49), print(50)]);
    expect(ids(tape.recent())).toEqual([48, 49, 50, 51, 52]);
    expect(tape.lastTrade?.id).toBe(52);
  });

  it("keeps a bounded number of recent prints", () => {
    const tape = new TradeTape(0);
    for (let id = 1; id <= 5_000; id += 1) {
      tape.accept([print(id)]);
    }
    expect(tape.recent().length).toBeLessThanOrEqual(2_000);
    expect(tape.recent().at(-1)?.id).toBe(5_000);
  });
});

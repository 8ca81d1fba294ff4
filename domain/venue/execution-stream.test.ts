import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, sum, type Decimal } from "../decimal.ts";
import { BalanceStream, type BalanceFrame } from "./execution-stream-balances.ts";
import type { StreamFact, StreamTurn } from "./execution-stream-facts.ts";
import type { ExecutionRow, FrameKind } from "./execution-stream-rows.ts";
import { ExecutionStream, type ExecutionFrame } from "./execution-stream.ts";

const EMPTY: ExecutionRow = {
  venueOrderId: "O1",
  clientOrderId: null,
  kind: "status",
  status: null,
  symbol: null,
  side: null,
  orderType: null,
  quantity: null,
  filledQuantity: null,
  limitPrice: null,
  triggerPrice: null,
  reason: null,
  time: 1_000,
  expiresAt: null,
  fill: null,
};

function pending(id: string, quantity = "2", changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    ...EMPTY,
    venueOrderId: id,
    clientOrderId: `c-${id}`,
    kind: "pending_new",
    status: "pending",
    symbol: "BTC/USD",
    side: "buy",
    orderType: "limit",
    quantity: decimal(quantity),
    limitPrice: decimal("60000"),
    ...changes,
  };
}

function delta(id: string, kind: string, changes: Partial<ExecutionRow>): ExecutionRow {
  return { ...EMPTY, venueOrderId: id, kind, ...changes };
}

function trade(id: string, executionId: string, quantity: string, changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return delta(id, "trade", {
    status: "open",
    symbol: "BTC/USD",
    side: "buy",
    orderType: "limit",
    fill: {
      executionId,
      price: decimal("60000"),
      quantity: decimal(quantity),
      cost: decimal("60000"),
      fees: [{ asset: "USD", amount: decimal("0.24") }],
      liquidity: "maker",
      tradeId: 7,
    },
    ...changes,
  });
}

function frame(sequence: number, rows: ExecutionFrame["rows"], kind: FrameKind = "update"): ExecutionFrame {
  return { sequence, rows, kind, text: JSON.stringify({ sequence, rows, kind }) };
}

function startedStream(rows: ExecutionFrame["rows"] = []): ExecutionStream {
  const stream = new ExecutionStream();
  stream.expectSnapshot();
  stream.take(frame(1, rows, "snapshot"));
  return stream;
}

function told(facts: readonly StreamFact[]): unknown[] {
  return facts.map((fact) => {
    switch (fact.type) {
      case "order":
        return [fact.order.status, fact.order.quantity, fact.order.filledQuantity];
      case "execution":
        return fact.execution.executionId;
      case "unknown_order":
        return `read ${fact.venueOrderId}`;
      default:
        return fact.type;
    }
  });
}

describe("the deltas of an order", () => {
  it("give it back its symbol, side and quantity", () => {
    const stream = startedStream();
    stream.take(frame(2, [pending("O1")]));
    const { facts } = stream.take(frame(3, [delta("O1", "new", { status: "open", time: 2_000 })]));
    expect(facts).toEqual([
      {
        type: "order",
        order: {
          venueOrderId: "O1",
          clientOrderId: "c-O1",
          parentVenueOrderId: null,
          isParentUntold: true,
          symbol: "BTC/USD",
          side: "buy",
          type: "limit",
          status: "open",
          quantity: "2",
          filledQuantity: "0",
          limitPrice: "60000",
          triggerPrice: null,
          reason: null,
          openedAt: 1_000,
          closedAt: null,
          expiresAt: null,
        },
      },
    ]);
  });

  it("tell a fill before the order that it changes", () => {
    const stream = startedStream();
    const rows = [pending("O1"), trade("O1", "T1", "0.5", { filledQuantity: decimal("0.5") })];
    expect(told(stream.take(frame(2, rows)).facts)).toEqual(["T1", ["open", "2", "0.5"]]);
  });

  it("end an order that is filled whole, although its last trade says partially filled", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" })]);
    stream.take(frame(2, [trade("O1", "T1", "1.5", { filledQuantity: decimal("1.5") })]));
    const last = trade("O1", "T2", "0.5", { filledQuantity: decimal("2"), time: 9_000 });
    expect(told(stream.take(frame(3, [last])).facts)).toEqual(["T2", ["closed", "2", "2"]]);
    expect(stream.order("O1")).toMatchObject({ closedAt: 9_000, reason: null });
  });

  it("add up trades that carry no total", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" })]);
    stream.take(frame(2, [trade("O1", "T1", "0.5")]));
    stream.take(frame(3, [trade("O1", "T1", "0.5"), trade("O1", "T2", "0.25")]));
    expect(stream.order("O1")).toMatchObject({ status: "open", filledQuantity: "0.75" });
  });

  it("never bring an order back that has ended, but count what was filled late", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" })]);
    const cancelled = delta("O1", "canceled", { status: "cancelled", reason: "User requested", time: 5_000 });
    stream.take(frame(2, [cancelled]));
    const late = trade("O1", "T9", "0.5", { filledQuantity: decimal("0.5") });
    expect(told(stream.take(frame(3, [late])).facts)).toEqual(["T9", ["cancelled", "2", "0.5"]]);
    expect(stream.order("O1")).toMatchObject({ reason: "User requested", closedAt: 5_000 });
  });

  it.each(["amended", "restated"])("take a new quantity and price of one that was %s", (kind) => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" })]);
    const changes = { status: "open", quantity: decimal("1"), limitPrice: decimal("61000"), reason: "why" } as const;
    stream.take(frame(2, [delta("O1", kind, changes)]));
    expect(stream.order("O1")).toMatchObject({ quantity: "1", limitPrice: "61000", status: "open", reason: null });
  });

  it("ask for an order to be read that was never described, once per frame", () => {
    const stream = startedStream();
    const rows = [delta("O7", "new", { status: "open" }), delta("O7", "status", { status: "open" })];
    expect(told(stream.take(frame(2, rows)).facts)).toEqual(["read O7"]);
  });

  it("tell a fill of an order that was never described, and ask for the order", () => {
    const stream = startedStream();
    expect(told(stream.take(frame(2, [trade("O7", "T1", "1")])).facts)).toEqual(["T1", "read O7"]);
  });

  it("ask for an order whose trade does not tell the whole fill", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" })]);
    const partial = trade("O1", "T1", "1", { fill: null, filledQuantity: decimal("1") });
    expect(told(stream.take(frame(2, [partial])).facts)).toEqual([["open", "2", "1"], "read O1"]);
  });

  it("ask for an order whose row could not be read, and begin anew when not even the order could", () => {
    const stream = startedStream();
    const named = stream.take(frame(2, [{ unreadable: true, venueOrderId: "O3" }]));
    expect([told(named.facts), named.gap]).toEqual([["read O3"], false]);
    expect(stream.take(frame(3, [{ unreadable: true, venueOrderId: null }, trade("O4", "T4", "1")]))).toMatchObject({
      gap: true,
      facts: [{ type: "execution" }],
    });
    expect(stream.complete).toBe(false);
  });

  it("leave a type open that the desk does not know", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open", orderType: "iceberg" })]);
    expect(stream.order("O1")?.type).toBeNull();
  });
});

describe("a snapshot", () => {
  it("tells what is open, the fills that were not told yet, and what ended unseen", () => {
    const stream = startedStream([pending("O1", "2", { kind: "new", status: "open" }), pending("O2")]);
    stream.take(frame(2, [trade("O1", "T1", "0.5", { filledQuantity: decimal("0.5") })]));
    stream.expectSnapshot();
    const rows = [
      pending("O1", "2", { kind: "new", status: "open", filledQuantity: decimal("1") }),
      trade("O1", "T2", "0.5", { status: "closed" }),
      trade("O1", "T1", "0.5", { status: "closed" }),
      trade("O9", "T3", "1", { status: "closed" }),
    ];
    const { facts, gap } = stream.take(frame(1, rows, "snapshot"));
    expect(gap).toBe(false);
    expect(told(facts)).toEqual(["T2", "T3", ["open", "2", "1"], "open_orders", "read O2"]);
  });

  it("that nobody asked for is a gap", () => {
    const stream = startedStream();
    expect(stream.take(frame(1, [pending("O5")], "snapshot"))).toEqual({ facts: [], gap: true });
  });

  it("is awaited in vain by frames of the old subscription: only their fills count", () => {
    const stream = startedStream();
    stream.expectSnapshot();
    expect(told(stream.take(frame(2, [pending("O1"), trade("O1", "T1", "1")])).facts)).toEqual(["T1"]);
    expect(stream.complete).toBe(false);
  });
});

describe("the count of messages", () => {
  it("drops a frame that comes twice, and takes the same number with other content as a gap", () => {
    const stream = startedStream();
    const second = frame(2, [pending("O1")]);
    stream.take(second);
    expect(stream.take(second)).toEqual({ facts: [], gap: false });
    expect(stream.take(frame(2, [pending("O8")])).gap).toBe(true);
  });

  it("takes a venue that begins to count anew without a snapshot as a gap", () => {
    const stream = startedStream();
    for (let sequence = 2; sequence < 300; sequence += 1) {
      stream.take(frame(sequence, []));
    }
    expect(stream.take(frame(2, [])).gap).toBe(true);
  });
});

type Fill = { readonly order: number; readonly quantity: number };
const fills = fc.array(fc.record({ order: fc.nat(3), quantity: fc.integer({ min: 1, max: 9 }) }), {
  minLength: 1,
  maxLength: 15,
});

/** Frames of a few orders that are described, then filled bit by bit, some rows to a frame. */
function framesOf(list: readonly Fill[], rowsPerFrame: number): readonly ExecutionFrame[] {
  const rows: ExecutionRow[] = [];
  const totals = new Map<string, Decimal>();
  for (const [index, { order, quantity }] of list.entries()) {
    const id = `O${order}`;
    if (!totals.has(id)) {
      rows.push(pending(id, "1000"), delta(id, "new", { status: "open" }));
    }
    const total = sum([totals.get(id) ?? decimal("0"), decimal(String(quantity))]);
    totals.set(id, total);
    rows.push(trade(id, `T${index}`, String(quantity), { filledQuantity: total }));
  }
  const frames: ExecutionFrame[] = [frame(1, [], "snapshot")];
  for (let start = 0; start < rows.length; start += rowsPerFrame) {
    frames.push(frame(frames.length + 1, rows.slice(start, start + rowsPerFrame)));
  }
  return frames;
}

function executionIds(turns: readonly StreamTurn[]): readonly string[] {
  return turns.flatMap(({ facts }) =>
    facts.flatMap((fact) => (fact.type === "execution" ? [fact.execution.executionId] : [])),
  );
}

describe("whatever happens to the frames on the way", () => {
  it("each execution is told exactly once, in any order and with any duplicates", () => {
    const property = fc.property(
      fills,
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat()),
      fc.array(fc.nat(), { maxLength: 10 }),
      (list, rowsPerFrame, keys, repeated) => {
        const frames = framesOf(list, rowsPerFrame);
        const doubled = [...frames, ...repeated.flatMap((index) => frames[index % frames.length] ?? [])];
        const shuffled = doubled
          .map((each) => ({ each, key: keys.next().value }))
          .toSorted((left, right) => left.key - right.key);
        const stream = new ExecutionStream();
        stream.expectSnapshot();
        const ids = executionIds(shuffled.map(({ each }) => stream.take(each)));
        expect(ids.toSorted()).toEqual(list.map((_, index) => `T${index}`).toSorted());
      },
    );
    fc.assert(property);
  });

  it("a frame that is lost is always noticed, unless it was the last", () => {
    const property = fc.property(fills, fc.integer({ min: 1, max: 3 }), fc.nat(), (list, rowsPerFrame, lost) => {
      const frames = framesOf(list, rowsPerFrame);
      fc.pre(frames.length > 2);
      // Neither the snapshot nor the last one.
      const index = 1 + (lost % (frames.length - 2));
      const stream = new ExecutionStream();
      stream.expectSnapshot();
      const turns = frames.filter((_, each) => each !== index).map((each) => stream.take(each));
      expect(turns.filter(({ gap }) => gap)).toHaveLength(1);
      expect(stream.complete).toBe(false);
    });
    fc.assert(property);
  });

  it("frames that all arrive, some twice, leave no gap and every order as the venue has it", () => {
    const property = fc.property(
      fills,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      (list, rowsPerFrame, twice) => {
        const frames = framesOf(list, rowsPerFrame);
        const doubled = frames.flatMap((each, index) => (twice[index] === true ? [each, each] : [each]));
        const stream = new ExecutionStream();
        stream.expectSnapshot();
        const turns = doubled.map((each) => stream.take(each));
        expect(turns.some(({ gap }) => gap)).toBe(false);
        for (const order of new Set(list.map((fill) => fill.order))) {
          const quantities = list.filter((fill) => fill.order === order).map((fill) => decimal(String(fill.quantity)));
          expect(stream.order(`O${order}`)?.filledQuantity).toBe(sum(quantities));
        }
      },
    );
    fc.assert(property);
  });
});

describe("balances", () => {
  const usd = (ledgerId: string, total: string) => ({
    row: {
      ledgerId,
      referenceId: "R",
      time: 5,
      type: "trade",
      subtype: "",
      asset: "USD",
      wallet: "spot",
      amount: decimal("-1"),
      fee: decimal("0"),
    },
    balance: { asset: "USD", total: decimal(total) },
  });
  const update = (sequence: number, updates: readonly (ReturnType<typeof usd> | null)[]): BalanceFrame => ({
    kind: "update",
    sequence,
    updates,
    text: JSON.stringify([sequence, updates]),
  });

  function started(): BalanceStream {
    const stream = new BalanceStream();
    stream.expectSnapshot();
    const balances = [
      { asset: "BTC", total: decimal("1") },
      { asset: "KEEP", total: decimal("0") },
    ];
    const { facts } = stream.take({ kind: "snapshot", sequence: 1, text: "snapshot", balances });
    expect(facts).toEqual([{ type: "balances", balances: [{ asset: "BTC", total: "1" }] }]);
    return stream;
  }

  it("tell each ledger row once with the new total", () => {
    const stream = started();
    const first = stream.take(update(2, [usd("L1", "9")]));
    expect(first.facts.map(({ type }) => type)).toEqual(["ledger", "balance"]);
    expect(stream.take(update(3, [usd("L1", "9"), usd("L2", "8")])).facts.map(({ type }) => type)).toEqual([
      "balance",
      "ledger",
      "balance",
    ]);
  });

  it("tell rows but no totals after a gap", () => {
    const stream = started();
    const late = stream.take(update(3, [usd("L1", "9")]));
    expect([late.facts.map(({ type }) => type), late.gap]).toEqual([["ledger"], true]);
    expect(stream.take(update(4, [usd("L2", "8")]))).toMatchObject({ gap: false, facts: [{ type: "ledger" }] });
    expect(stream.complete).toBe(false);
  });

  it("begin anew when a row can not be read", () => {
    const stream = started();
    expect(stream.take(update(2, [null, usd("L1", "9")]))).toMatchObject({ gap: true, facts: [{ type: "ledger" }] });
  });
});

/**
 * Puts the deltas of the `executions` channel together (PROTOCOL §6.1). Rows carry ids and what changed; a map by order id
 * gives them back their symbol, side and quantity. Fills stand for themselves: they are taken from every frame, in any order,
 * once per execution id. The state of orders is taken only while no frame is missing.
 */
import { add } from "../decimal.ts";
import { changedByRow, isVenueOrderLive, orderOfRow } from "./execution-stream-order.ts";
import type { StreamFact, StreamTurn } from "./execution-stream-facts.ts";
import { SeenIds } from "./execution-stream-memory.ts";
import type { ExecutionRow, FrameKind, UnreadableRow } from "./execution-stream-rows.ts";
import { SequenceGate } from "./execution-stream-sequence.ts";
import type { VenueExecution, VenueOrder } from "./reports.ts";

export type ExecutionFrame = {
  readonly kind: FrameKind;
  readonly sequence: number;
  readonly rows: readonly (ExecutionRow | UnreadableRow)[];
  /** The frame as it came: tells a repeated frame from another one with the same number. */
  readonly text: string;
};

const REMEMBERED_FILLS = 10_000;
/** Orders that ended keep their description for a while: a fill may come after the end. */
const REMEMBERED_ENDED = 1_000;

const NOTHING: StreamTurn = { facts: [], gap: false };

export class ExecutionStream {
  readonly #gate = new SequenceGate();
  readonly #seen = new SeenIds(REMEMBERED_FILLS);
  readonly #live = new Map<string, VenueOrder>();
  readonly #ended = new Map<string, VenueOrder>();

  /** Whether the live orders are known without a gap. */
  get complete(): boolean {
    return this.#gate.counting;
  }

  /** The order as the stream last told it; null when it never described it. */
  order(venueOrderId: string): VenueOrder | null {
    return this.#live.get(venueOrderId) ?? this.#ended.get(venueOrderId) ?? null;
  }

  /** To be called when a subscription is asked for: its snapshot is accepted, and nothing else until then. */
  expectSnapshot(): void {
    this.#gate.expectSnapshot();
  }

  /** To be called when the connection or the subscription is gone. */
  lose(): void {
    this.#gate.lose();
  }

  /** Takes a frame in. After a gap only fills are told until the next snapshot. */
  take(frame: ExecutionFrame): StreamTurn {
    const verdict = this.#gate.judge(frame.kind, frame.sequence, frame.text);
    if (verdict === "duplicate") {
      return NOTHING;
    }
    if (verdict !== "next") {
      return { facts: this.#fills(frame.rows), gap: verdict === "gap" };
    }
    if (frame.rows.some((row) => "unreadable" in row && row.venueOrderId === null)) {
      this.#gate.lose();
      return { facts: this.#fills(frame.rows), gap: true };
    }
    const facts = frame.kind === "snapshot" ? this.#snapshot(frame.rows) : this.#update(frame.rows);
    return { facts, gap: false };
  }

  #snapshot(rows: ExecutionFrame["rows"]): readonly StreamFact[] {
    const facts: StreamFact[] = [...this.#fills(rows)];
    const before = [...this.#live.keys()];
    this.#live.clear();
    const unknown = new Set<string>();
    for (const row of rows) {
      if ("unreadable" in row || (row.kind === "trade" && row.fill === null)) {
        unknown.add(row.venueOrderId ?? "");
      } else if (row.kind !== "trade") {
        const order = orderOfRow(row);
        if (order === null) {
          unknown.add(row.venueOrderId);
        } else {
          this.#keep(order);
          facts.push({ type: "order", order });
        }
      }
    }
    for (const id of before) {
      if (!this.#live.has(id) && !this.#ended.has(id)) {
        // It ended while nobody listened.
        unknown.add(id);
      }
    }
    facts.push({ type: "open_orders", venueOrderIds: [...this.#live.keys()] });
    return [...facts, ...unknownFacts(unknown)];
  }

  #update(rows: ExecutionFrame["rows"]): readonly StreamFact[] {
    const facts: StreamFact[] = [];
    const changed = new Map<string, VenueOrder>();
    const unknown = new Set<string>();
    for (const row of rows) {
      if ("unreadable" in row) {
        unknown.add(row.venueOrderId ?? "");
        continue;
      }
      const known = this.order(row.venueOrderId);
      const execution = this.#fill(row, known);
      if (execution !== null) {
        facts.push({ type: "execution", execution });
      }
      const order = known === null ? orderOfRow(row) : changedByRow(known, withTotal(row, known, execution));
      if (order === null || (row.kind === "trade" && row.fill === null)) {
        unknown.add(row.venueOrderId);
      }
      if (order !== null) {
        this.#keep(order);
        changed.set(order.venueOrderId, order);
      }
    }
    const orders = [...changed.values()].map((order): StreamFact => ({ type: "order", order }));
    return [...facts, ...orders, ...unknownFacts(unknown)];
  }

  /** The fills among the rows that were not told before. */
  #fills(rows: ExecutionFrame["rows"]): readonly StreamFact[] {
    const facts: StreamFact[] = [];
    for (const row of rows) {
      const execution = "unreadable" in row ? null : this.#fill(row, this.order(row.venueOrderId));
      if (execution !== null) {
        facts.push({ type: "execution", execution });
      }
    }
    return facts;
  }

  /** The row's fill when it is complete and new. */
  #fill(row: ExecutionRow, known: VenueOrder | null): VenueExecution | null {
    const { fill } = row;
    const symbol = row.symbol ?? known?.symbol ?? null;
    const side = row.side ?? known?.side ?? null;
    if (fill === null || symbol === null || side === null || !this.#seen.add(fill.executionId)) {
      return null;
    }
    const { venueOrderId, time } = row;
    const clientOrderId = row.clientOrderId ?? known?.clientOrderId ?? null;
    return { ...fill, venueOrderId, clientOrderId, symbol, side, time };
  }

  #keep(order: VenueOrder): void {
    const id = order.venueOrderId;
    if (isVenueOrderLive(order.status)) {
      this.#live.set(id, order);
      return;
    }
    this.#live.delete(id);
    this.#ended.delete(id);
    this.#ended.set(id, order);
    if (this.#ended.size > REMEMBERED_ENDED) {
      for (const oldest of this.#ended.keys()) {
        this.#ended.delete(oldest);
        break;
      }
    }
  }
}

/** A `trade` row without a running total adds its own quantity, when it was not counted before. */
function withTotal(row: ExecutionRow, known: VenueOrder, execution: VenueExecution | null): ExecutionRow {
  return execution === null || row.filledQuantity !== null
    ? row
    : { ...row, filledQuantity: add(known.filledQuantity, execution.quantity) };
}

function unknownFacts(ids: ReadonlySet<string>): readonly StreamFact[] {
  return [...ids].filter((id) => id !== "").map((venueOrderId) => ({ type: "unknown_order", venueOrderId }));
}

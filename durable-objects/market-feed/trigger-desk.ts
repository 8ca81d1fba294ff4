/**
 * Trigger rows and what is owed to traders (TRADING §4). Rows and undelivered prints are in SQLite; the sorted index is built
 * from them at start. A delivery is repeated until the trader acknowledges it, also over restarts of either side.
 */
import { z } from "zod";
import { level, trade } from "../../contract/markets.ts";
import { decimalText } from "../../contract/decimal.ts";
import { triggerDigest } from "../../domain/triggers/digest.ts";
import { TriggerIndex, isBestRow, printsThatReach, type TriggerMatch } from "../../domain/triggers/trigger-index.ts";
import type { Level, Symbol, Trade, TriggerDelivery, TriggerRow } from "../../domain/market.ts";
import { withDeadline } from "../lib/deadline.ts";
import { describeError, log } from "../lib/log.ts";
import type { Sql } from "../lib/sql.ts";
import type { TriggerReceiver } from "./port.ts";

/** Top of the book right after the prints. */
export type Top = { readonly bid: Level | null; readonly ask: Level | null };

export type DeskPorts = {
  readonly sql: Sql;
  readonly trader: (traderId: string) => TriggerReceiver;
  readonly now: () => number;
  /** Price decimals of a symbol, for ordering its levels. */
  readonly priceDecimals: (symbol: Symbol) => number;
};

type RowColumns = {
  trader_id: string;
  order_id: string;
  version: number;
  symbol: string;
  direction: string;
  level: string;
  armed_trade_id: number;
};

const DELIVERY_DEADLINE_MS = 10_000;
const DELIVERIES_PER_CALL = 100;
/** Calls on their way at once. */
const MOST_CALLS = 50;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

const storedDelivery = z.object({
  orderId: z.string(),
  version: z.number(),
  trades: z.array(trade),
  bid: level.nullable(),
  ask: level.nullable(),
  late: z.boolean(),
  newTapeAt: z.number().optional(),
});
const direction = z.enum(["below", "above"]);

export class TriggerDesk {
  readonly #ports: DeskPorts;
  readonly #indexes = new Map<Symbol, TriggerIndex>();
  /** Traders with anything owed. */
  readonly #owing: Set<string>;
  readonly #calling = new Set<string>();
  /** Failures in a row and when to call again, by trader. */
  readonly #retries = new Map<string, { failures: number; at: number }>();

  constructor(ports: DeskPorts) {
    this.#ports = ports;
    const owing = ports.sql.exec<{ trader_id: string }>("SELECT DISTINCT trader_id FROM deliveries").toArray();
    this.#owing = new Set(owing.map((row) => row.trader_id));
    for (const columns of ports.sql.exec<RowColumns>("SELECT * FROM triggers").toArray()) {
      this.#index(columns.symbol).set(columns.trader_id, toRow(columns));
    }
    for (const traderId of this.#owing) {
      this.#followOwed(traderId);
    }
  }

  /** Symbols with rows: they stay subscribed. */
  symbols(): readonly Symbol[] {
    return [...this.#indexes].filter(([, index]) => index.size > 0).map(([symbol]) => symbol);
  }

  has(symbol: Symbol): boolean {
    return (this.#indexes.get(symbol)?.size ?? 0) > 0;
  }

  /** All rows of a trader. */
  rows(traderId: string): readonly TriggerRow[] {
    return [...this.#indexes.values()].flatMap((index) => index.rowsOf(traderId));
  }

  /** The traders with rows. */
  owners(): readonly string[] {
    return this.#ports.sql
      .exec<{ trader_id: string }>("SELECT DISTINCT trader_id FROM triggers")
      .toArray()
      .map((row) => row.trader_id);
  }

  digest(traderId: string): string {
    return triggerDigest(this.rows(traderId));
  }

  /**
   * Whether the row stands already, armed no later: then it has met every print that `row` has to meet. A trader's count moves
   * the armed id on with every print, and at each of its starts it registers everything again.
   */
  stands(traderId: string, row: TriggerRow): boolean {
    const known = this.#indexes.get(row.symbol)?.row(traderId, row.orderId) ?? null;
    return (
      known !== null &&
      known.armedTradeId <= row.armedTradeId &&
      isSame({ ...known, armedTradeId: row.armedTradeId }, row)
    );
  }

  /** Sets and removes single rows; answers the new or changed ones. */
  change(traderId: string, set: readonly TriggerRow[], remove: readonly string[]): readonly TriggerRow[] {
    for (const orderId of remove) {
      for (const index of this.#indexes.values()) {
        index.remove(traderId, orderId);
      }
      this.#ports.sql.exec("DELETE FROM triggers WHERE trader_id = ? AND order_id = ?", traderId, orderId);
    }
    const changed = set.filter((row) => !isSame(this.#indexes.get(row.symbol)?.row(traderId, row.orderId), row));
    for (const row of changed) {
      this.#store(traderId, row);
    }
    return changed;
  }

  /**
   * The venue's tape began anew: rows of the symbol are armed at this id of the new one (those beyond `beyond` only, when it is
   * given), and their traders are told, in turn with the prints that are owed.
   */
  rearm(symbol: Symbol, at: number, beyond = -1): void {
    const index = this.#indexes.get(symbol);
    for (const { traderId, row } of index?.all() ?? []) {
      if (row.armedTradeId > beyond) {
        this.#store(traderId, { ...row, armedTradeId: at });
        this.oweNewTape(traderId, row, at);
      }
    }
  }

  /** Tells a trader that its order stands at this id of a tape that began anew. */
  oweNewTape(traderId: string, row: TriggerRow, at: number): void {
    this.#owe({ traderId, row, trades: [] }, { bid: null, ask: null }, false, at);
  }

  /** Meets prints in id order with all rows of their symbol; what they reach is owed from here on. True when anything is. */
  matchTape(symbol: Symbol, trades: readonly Trade[], top: Top, late: boolean): boolean {
    const matches = this.#indexes.get(symbol)?.match(trades) ?? [];
    for (const match of matches) {
      this.#owe(match, top, late);
    }
    return matches.length > 0;
  }

  /** Meets a new or changed row with prints that went by before it arrived here. */
  matchRow(traderId: string, row: TriggerRow, past: readonly Trade[], top: Top, late: boolean): boolean {
    const trades = printsThatReach(row, past);
    if (trades.length > 0) {
      this.#owe({ traderId, row, trades }, top, late);
      if (isBestRow(row.orderId)) {
        this.#index(row.symbol).follow(traderId, row.orderId);
      }
    }
    return trades.length > 0;
  }

  /** Deliveries owed to a trader for a symbol, oldest first. */
  owed(traderId: string, symbol: Symbol): readonly TriggerDelivery[] {
    return this.#ports.sql
      .exec<{ id: number; symbol: string; body: string }>(
        "SELECT id, symbol, body FROM deliveries WHERE trader_id = ? AND symbol = ? ORDER BY id",
        traderId,
        symbol,
      )
      .toArray()
      .map(toDelivery);
  }

  /** Traders to whom something is owed and whose turn it is. */
  dueTraders(): readonly string[] {
    const now = this.#ports.now();
    return [...this.#owing].filter((traderId) => this.#isDue(traderId, now));
  }

  /**
   * Hands everything owed to the traders whose turn it is. One call per trader at a time, a failed one is repeated later; of many
   * traders some at a time, so that the first have sold long before the last, and none waits so long that it counts as failed.
   */
  async deliver(): Promise<void> {
    const lines = Math.max(0, MOST_CALLS - this.#calling.size);
    await Promise.all(Array.from({ length: lines }, () => this.#deliverInTurn()));
  }

  async #deliverInTurn(): Promise<void> {
    for (let next = this.#nextDue(); next !== undefined; next = this.#nextDue()) {
      await this.#deliverTo(next);
    }
  }

  #nextDue(): string | undefined {
    const now = this.#ports.now();
    for (const traderId of this.#owing) {
      if (this.#isDue(traderId, now)) {
        return traderId;
      }
    }
    return undefined;
  }

  #isDue(traderId: string, now: number): boolean {
    return !this.#calling.has(traderId) && (this.#retries.get(traderId)?.at ?? 0) <= now;
  }

  async #deliverTo(traderId: string): Promise<void> {
    this.#calling.add(traderId);
    try {
      for (let batch = this.#batch(traderId); batch.length > 0; batch = this.#batch(traderId)) {
        const call = this.#ports.trader(traderId).deliverTriggers(batch);
        const acknowledged = await withDeadline(Promise.resolve(call), DELIVERY_DEADLINE_MS, "deliverTriggers");
        this.#settle(traderId, acknowledged);
        if (!batch.every(({ deliveryId }) => acknowledged.includes(deliveryId))) {
          this.#postpone(traderId, "not acknowledged");
          return;
        }
      }
      this.#indexes.forEach((index) => index.unfollow(traderId));
      this.#owing.delete(traderId);
      this.#retries.delete(traderId);
    } catch (error) {
      this.#postpone(traderId, describeError(error).error);
    } finally {
      this.#calling.delete(traderId);
    }
  }

  /** After a restart: trailing orders whose move is still owed get every print until their trader has heard of it. */
  #followOwed(traderId: string): void {
    const bodies = this.#ports.sql
      .exec<{ symbol: string; body: string }>("SELECT symbol, body FROM deliveries WHERE trader_id = ?", traderId)
      .toArray();
    for (const { symbol, body } of bodies) {
      const { orderId } = storedDelivery.parse(JSON.parse(body));
      if (isBestRow(orderId)) {
        this.#indexes.get(symbol)?.follow(traderId, orderId);
      }
    }
  }

  #batch(traderId: string): readonly TriggerDelivery[] {
    return this.#ports.sql
      .exec<{ id: number; symbol: string; body: string }>(
        "SELECT id, symbol, body FROM deliveries WHERE trader_id = ? ORDER BY id LIMIT ?",
        traderId,
        DELIVERIES_PER_CALL,
      )
      .toArray()
      .map(toDelivery);
  }

  #settle(traderId: string, acknowledged: readonly number[]): void {
    for (const id of acknowledged) {
      this.#ports.sql.exec("DELETE FROM deliveries WHERE id = ? AND trader_id = ?", id, traderId);
    }
  }

  #postpone(traderId: string, error: string): void {
    const failures = (this.#retries.get(traderId)?.failures ?? 0) + 1;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    this.#retries.set(traderId, { failures, at: this.#ports.now() + delay });
    log("trigger_delivery_postponed", { traderId, failures, delay, error });
  }

  #store(traderId: string, row: TriggerRow): void {
    this.#index(row.symbol).set(traderId, row);
    this.#ports.sql.exec(
      `INSERT INTO triggers (trader_id, order_id, version, symbol, direction, level, armed_trade_id)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (trader_id, order_id) DO UPDATE SET
         version = excluded.version, symbol = excluded.symbol, direction = excluded.direction,
         level = excluded.level, armed_trade_id = excluded.armed_trade_id`,
      traderId,
      row.orderId,
      row.version,
      row.symbol,
      row.direction,
      row.level,
      row.armedTradeId,
    );
  }

  #owe({ traderId, row, trades }: TriggerMatch, top: Top, late: boolean, newTapeAt?: number): void {
    const { orderId, version, symbol } = row;
    this.#owing.add(traderId);
    this.#ports.sql.exec(
      "INSERT INTO deliveries (trader_id, symbol, body) VALUES (?, ?, ?)",
      traderId,
      symbol,
      JSON.stringify({ orderId, version, trades, ...top, late, newTapeAt }),
    );
  }

  #index(symbol: Symbol): TriggerIndex {
    const known = this.#indexes.get(symbol);
    if (known !== undefined) {
      return known;
    }
    const index = new TriggerIndex(symbol, this.#ports.priceDecimals(symbol));
    this.#indexes.set(symbol, index);
    return index;
  }
}

function toRow(columns: RowColumns): TriggerRow {
  return {
    orderId: columns.order_id,
    version: columns.version,
    symbol: columns.symbol,
    direction: direction.parse(columns.direction),
    level: decimalText.parse(columns.level),
    armedTradeId: columns.armed_trade_id,
  };
}

function toDelivery({ id, symbol, body }: { id: number; symbol: string; body: string }): TriggerDelivery {
  return { deliveryId: id, symbol, ...storedDelivery.parse(JSON.parse(body)) };
}

function isSame(known: TriggerRow | null | undefined, row: TriggerRow): boolean {
  return (
    known !== null &&
    known !== undefined &&
    known.version === row.version &&
    known.symbol === row.symbol &&
    known.direction === row.direction &&
    known.level === row.level &&
    known.armedTradeId === row.armedTradeId
  );
}

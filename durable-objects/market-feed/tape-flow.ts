/**
 * The way of a print: from the venue through the tape to candles, trigger rows and screens, in id order and each once. After a
 * gap nothing goes on before the missing prints are there (TRADING §4).
 */
import type { Trade, TriggerRow } from "../../domain/market.ts";
import { log } from "../lib/log.ts";
import { addToCandles } from "./charts.ts";
import { tellMarket, type FeedParts } from "./feed-parts.ts";
import type { FrameKind } from "./venue/frames.ts";
import type { WatchedMarket } from "./watched-market.ts";
import { watch } from "./watching.ts";

const FIRST_TRADE_WAIT_MS = 3_000;

/** Takes a trade frame of one symbol. */
export function takeTrades(parts: FeedParts, market: WatchedMarket, type: FrameKind, trades: readonly Trade[]): void {
  if (type === "snapshot") {
    beforeSnapshot(parts, market, trades);
  } else {
    parts.clock.observe(trades.at(-1)?.time ?? null);
  }
  processTrades(parts, market, market.takeTrades(trades, parts.ports.now()));
  if (market.tape.gap !== null) {
    parts.ports.background(parts.backfill.refill(market));
  }
}

/** Takes the prints of a refill: they reached us late. */
export function takeLateTrades(parts: FeedParts, market: WatchedMarket, trades: readonly Trade[]): void {
  market.lateThrough = Math.max(market.lateThrough, (market.tape.gap?.before ?? 0) - 1);
  processTrades(parts, market, market.takeTrades(trades, parts.ports.now()));
}

/** Goes on behind a hole whose prints cannot be had. */
export function skipGap(parts: FeedParts, market: WatchedMarket): void {
  processTrades(parts, market, market.skipGap(parts.ports.now()));
}

/** Sets and removes rows; prints that passed since a row was armed meet it first, before any later print does. */
export async function changeTriggers(
  parts: FeedParts,
  traderId: string,
  set: readonly TriggerRow[],
  remove: readonly string[],
): Promise<void> {
  parts.ports.transaction(() => {
    parts.desk.change(traderId, [], remove);
  });
  for (const row of set) {
    await arm(parts, traderId, row);
  }
  deliver(parts);
}

/** Makes `rows` all the trader's rows. A row that stands as it was has met every print already. */
export async function registerTriggers(parts: FeedParts, traderId: string, rows: readonly TriggerRow[]): Promise<void> {
  const wanted = new Set(rows.map(({ orderId }) => orderId));
  const known = parts.desk.rows(traderId).map(({ orderId }) => orderId);
  await changeTriggers(
    parts,
    traderId,
    rows,
    known.filter((orderId) => !wanted.has(orderId)),
  );
}

/** Hands over what is owed to traders, in the background. */
export function deliver({ desk, ports }: FeedParts): void {
  if (desk.dueTraders().length > 0) {
    ports.background(desk.deliver());
  }
}

/** A snapshot ends a silence: the prints in it that we do not know happened while we did not listen. */
function beforeSnapshot(parts: FeedParts, market: WatchedMarket, trades: readonly Trade[]): void {
  const newest = trades.reduce((most, { id }) => Math.max(most, id), 0);
  const { lastId } = market.tape;
  if (lastId !== null && newest > 0 && newest < lastId) {
    log("tape_began_anew", { symbol: market.symbol, lastId, newest });
    market.restartTape();
    parts.clock.restart();
    parts.marks.forget(market.symbol);
    parts.candles.forget(market.symbol);
    parts.ports.background(parts.backfill.start(market));
  } else if (lastId !== null) {
    market.lateThrough = Math.max(market.lateThrough, newest);
  }
}

function processTrades(parts: FeedParts, market: WatchedMarket, due: readonly Trade[]): void {
  if (due.length > 0) {
    const late = due.filter(({ id }) => id <= market.lateThrough);
    const live = due.filter(({ id }) => id > market.lateThrough);
    parts.ports.transaction(() => {
      addToCandles(parts, market, due);
      const top = market.top();
      const owesLate = parts.desk.matchTape(market.symbol, late, top, true);
      const owes = parts.desk.matchTape(market.symbol, live, top, false) || owesLate;
      // With the deliveries, in one transaction: a print is never matched twice.
      parts.marks.write(market, owes ? null : parts.ports.now());
    });
    market.sample(parts.clock.marketTime());
    parts.fanOut.changed(market.symbol, "trades");
    tellMarket(parts, market);
    deliver(parts);
  }
  parts.waiters.notify();
}

/** Puts a row to work, after it has met the prints since it was armed: each row sees its prints in order. */
async function arm(parts: FeedParts, traderId: string, row: TriggerRow): Promise<void> {
  if (parts.desk.stands(traderId, row)) {
    parts.ports.transaction(() => {
      parts.desk.change(traderId, [row], []);
    });
    return;
  }
  const market = await marketOf(parts, row);
  if (market === null) {
    // Not stored: the digest will differ, and the trader registers the row again.
    log("trigger_not_armed", { symbol: row.symbol, orderId: row.orderId });
    return;
  }
  const oldest = oldestRecent(market, row.armedTradeId + 1);
  const earlier = oldest > row.armedTradeId + 1 ? await parts.backfill.printsSince(market, row.armedTradeId) : [];
  if (earlier === null || !parts.markets.has(market)) {
    log("trigger_not_armed", { symbol: row.symbol, orderId: row.orderId });
    return;
  }
  parts.ports.transaction(() => {
    const changed = parts.desk.change(traderId, [row], []).length > 0;
    const recent = market.tape.recent();
    const past = [...earlier.filter(({ id }) => id < oldestRecent(market, Infinity)), ...recent];
    const owes = changed && parts.desk.matchRow(traderId, row, past, market.top(), earlier.length > 0);
    const isFirst = parts.marks.read(row.symbol) === null;
    parts.marks.write(market, owes || isFirst ? null : parts.ports.now());
  });
}

/** The row's market with a tape that has begun; null when it cannot be had now. */
async function marketOf(parts: FeedParts, row: TriggerRow): Promise<WatchedMarket | null> {
  const watched = await watch(parts, row.symbol, "trading");
  if (!watched.ok) {
    return null;
  }
  const market = watched.value;
  const hasTape = await parts.waiters.until(() => market.tape.lastId !== null, FIRST_TRADE_WAIT_MS);
  return hasTape ? market : null;
}

function oldestRecent(market: WatchedMarket, otherwise: number): number {
  return market.tape.recent()[0]?.id ?? (market.tape.lastId === null ? otherwise : market.tape.lastId + 1);
}

/**
 * The way of a print: from the venue through the tape to candles, trigger rows and screens, in id order and each once. After a
 * gap nothing goes on before the missing prints are there (TRADING §4).
 */
import type { Trade, TriggerRow } from "../../domain/market.ts";
import { log } from "../lib/log.ts";
import { addToCandles } from "./charts.ts";
import { tellMarket, type FeedParts } from "./feed-parts.ts";
import { readVenueTime } from "./venue-clock.ts";
import type { FrameKind } from "./venue/frames.ts";
import type { WatchedMarket } from "./watched-market.ts";
import { watch } from "./watching.ts";

const FIRST_TRADE_WAIT_MS = 3_000;

/** Takes a trade frame of one symbol. */
export function takeTrades(parts: FeedParts, market: WatchedMarket, type: FrameKind, trades: readonly Trade[]): void {
  if (market.tapeBeganAnew(type, trades)) {
    beginAnew(parts, market, type, trades);
  } else if (type === "snapshot") {
    // A snapshot ends a silence: the prints in it that we do not know happened while we did not listen.
    market.lateThrough =
      market.tape.lastId === null ? market.lateThrough : Math.max(market.lateThrough, newestOf(trades));
  } else {
    parts.clock.observe(trades.at(-1)?.time ?? null);
  }
  const due = market.takeTrades(trades, parts.ports.now());
  confirmTape(parts, market, trades);
  processTrades(parts, market, due);
  if (market.tape.gap !== null) {
    parts.ports.background(parts.backfill.refill(market));
  }
}

/** Takes the prints of a refill: they reached us late. */
export function takeLateTrades(parts: FeedParts, market: WatchedMarket, trades: readonly Trade[]): void {
  if (market.tapeBeganAnew("update", trades)) {
    // Only the venue's own snapshot tells where the new tape stands.
    market.tapeIsVoid = true;
    parts.subscriptions.renew("trade", market.symbol);
    return;
  }
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

/**
 * The venue's tape began anew: tape, candles, marks and what is published start over, and rows are armed where the new tape
 * stands now. Prints in a snapshot happened before that; those of an update are live, and rows meet them.
 */
function beginAnew(parts: FeedParts, market: WatchedMarket, type: FrameKind, trades: readonly Trade[]): void {
  const { symbol } = market;
  const oldest = trades.reduce((least, { id }) => Math.min(least, id), Infinity);
  const armedAt = type === "snapshot" ? newestOf(trades) : oldest - 1;
  log("tape_began_anew", { symbol, lastId: market.tape.lastId ?? 0, armedAt });
  market.restartTape();
  parts.clock.restart();
  parts.clock.observe(trades.at(-1)?.time ?? null);
  readVenueTime(parts);
  parts.ports.transaction(() => {
    parts.marks.forget(symbol);
    parts.candles.forget(symbol);
    parts.desk.rearm(symbol, armedAt);
  });
  parts.fanOut.restarted(symbol);
  parts.ports.background(parts.backfill.start(market));
  deliver(parts);
}

/** The venue has shown where its tape stands: rows that are armed beyond it were armed on a tape that is no more. */
function confirmTape(parts: FeedParts, market: WatchedMarket, trades: readonly Trade[]): void {
  const { newestId } = market.tape;
  if (!market.tapeConfirmed && trades.length > 0 && newestId !== null) {
    market.tapeConfirmed = true;
    parts.ports.transaction(() => {
      parts.desk.rearm(market.symbol, newestId, newestId);
    });
  }
}

function newestOf(trades: readonly Trade[]): number {
  return trades.reduce((most, { id }) => Math.max(most, id), 0);
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
  const known = parts.markets.get(row.symbol);
  if (parts.desk.stands(traderId, row) && (known === null || !isBeyond(known, row))) {
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
  if (isBeyond(market, row)) {
    armOnNewTape(parts, market, traderId, row);
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

/** A row is armed with an id that the feed has shown, so one beyond the tape's newest print is of an earlier tape. */
function isBeyond({ tapeConfirmed, tape }: WatchedMarket, row: TriggerRow): boolean {
  return tapeConfirmed && row.armedTradeId > (tape.newestId ?? Infinity);
}

function armOnNewTape(parts: FeedParts, market: WatchedMarket, traderId: string, row: TriggerRow): void {
  const at = market.tape.newestId ?? row.armedTradeId;
  log("trigger_armed_on_new_tape", { symbol: row.symbol, orderId: row.orderId, armedTradeId: row.armedTradeId, at });
  parts.ports.transaction(() => {
    parts.desk.change(traderId, [{ ...row, armedTradeId: at }], []);
    parts.desk.oweNewTape(traderId, row, at);
    parts.marks.write(market, null);
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

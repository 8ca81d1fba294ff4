/**
 * Nets two and three (TRADING §4): the trader looks after its watched levels itself, rung by its own alarm or by the cron sweep.
 * It asks the feed to settle their tapes; where the feed does not answer, or its tape has not moved for ten seconds, it reads the
 * exchange's trades itself, from where the last look ended. What it finds is booked as a delivery of the feed would be: twice does
 * nothing, late is labelled.
 */
import { triggerRows } from "../../../domain/account/effects.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import { targetOfRow } from "../../../domain/account/watched-levels.ts";
import type { Milliseconds, Symbol, Trade, TriggerDelivery, TriggerRow } from "../../../domain/market.ts";
import { orderOfRow, printsThatReach } from "../../../domain/triggers/trigger-index.ts";
import { cursorAt } from "../../market-feed/venue/rest.ts";
import { accountsOfMarket, applyPrints, contextOf } from "../commands.ts";
import type { Settled } from "../feed-client.ts";
import type { Parts } from "../parts.ts";
import { BEHIND_EVERY_MS } from "./intervals.ts";
import { keepCursors, readCursors, type Cursors } from "./tape-cursors.ts";
import { latest, markBefore, timeOf, type TapeRead, type TapeReader } from "./tape-reader.ts";
import { liveOrder } from "../../../domain/account/open-orders.ts";

/** A tape whose last trade is older than this is not believed to be all there is. */
const TAPE_AGE_MS = 10_000;
const FEED_PATIENCE_MS = 2_000;
/** The exchange's clock and ours may differ by this much. */
const OVERLAP_MS = 5_000;
/** What a feed that can be believed has shown is over and done with, once the digest of its rows was compared, every minute. */
const BELIEVED_AFTER_MS = 60_000;
const BELIEVED_EVERY_MS = 300_000;

/** A level with the moment before which nothing can have reached it; zero: only the armed trade tells. */
type Watched = { readonly row: TriggerRow; readonly since: Milliseconds; readonly notBefore: Milliseconds };
type Reads = ReadonlyMap<Symbol, TapeRead | null>;

/** Whether any level is watched. */
export function watchesAny(parts: Parts): boolean {
  return watchedBy(parts).length > 0;
}

/** Looks once; answers the symbols whose tape was read from the exchange. */
export async function lookAfterLevels(parts: Parts, readTape: TapeReader): Promise<readonly Symbol[]> {
  const { desk, feed, newId, schedule, clock } = parts;
  const symbols = [...new Set(watchedBy(parts).map(({ row }) => row.symbol))];
  const settled = await feed.settle(symbols, FEED_PATIENCE_MS);
  const doubtful = symbols.filter((symbol) => isDoubtful(settled, symbol));
  const reads: Reads = new Map(
    await Promise.all(
      doubtful.map(async (symbol): Promise<[Symbol, TapeRead | null]> => [
        symbol,
        await readTape(symbol, restNameOf(parts, symbol), startOf(parts, symbol)),
      ]),
    ),
  );
  const trades = [...reads.values()].flatMap((read) => read?.trades ?? []);
  desk.turn((turn) => {
    // The rows as they are now: what was awaited may have changed them.
    const missed = watchedOf([...turn.accounts().values()], parts).flatMap((watched) => deliveryOf(watched, trades));
    const owed = [...settled.deliveries, ...missed];
    if (owed.length > 0) {
      applyPrints(parts, turn, owed, contextOf(parts, settled, newId(), "manual"));
    }
  });
  // After what was found is booked, never before.
  keepCursors(desk.store, cursorsAfter(knownCursors(parts), symbols, settled, reads));
  if ([...reads.values()].some((read) => read?.complete === false)) {
    schedule.setNoLaterThan("levels", "", clock.wall() + BEHIND_EVERY_MS);
  }
  return doubtful;
}

function watchedBy(parts: Parts): readonly Watched[] {
  return watchedOf(parts.desk.accounts(), parts);
}

function watchedOf(states: readonly AccountState[], { market }: Parts): readonly Watched[] {
  return accountsOfMarket(states, market).flatMap((state) => triggerRows(state).map((row) => watchedRow(state, row)));
}

function watchedRow(state: AccountState, row: TriggerRow): Watched {
  const target = targetOfRow(state, row.orderId);
  if (target !== null) {
    // A change of its stop moves the time and leaves the target armed where it was.
    return { row, since: target.changedAt, notBefore: 0 };
  }
  const since =
    state.priceAlerts[row.orderId]?.createdAt ??
    liveOrder(state.orders, orderOfRow(row.orderId))?.createdAt ??
    state.createdAt;
  return { row, since, notBefore: since - OVERLAP_MS };
}

/** No answer, no fresh price, or a tape that stands still. */
function isDoubtful({ markets }: Settled, symbol: Symbol): boolean {
  const quote = markets[symbol]?.quote;
  return (
    quote === undefined || !quote.fresh || quote.lastTrade === null || quote.at - quote.lastTrade.time > TAPE_AGE_MS
  );
}

/** What is kept, but for a mark that is yet to come: it is of a tape that is no more (ADR 0012). */
function knownCursors({ desk, clock }: Parts): Cursors {
  const kept = Object.entries(readCursors(desk.store));
  return Object.fromEntries(kept.filter(([, cursor]) => timeOf(cursor) <= clock.market() + OVERLAP_MS));
}

/** Where the last look ended, or the oldest of the pair's levels. */
function startOf(parts: Parts, symbol: Symbol): string {
  const known = knownCursors(parts)[symbol];
  if (known !== undefined) {
    return known;
  }
  const times = watchedBy(parts).flatMap(({ row, since }) => (row.symbol === symbol ? since : []));
  return cursorAt(Math.min(...times) - OVERLAP_MS);
}

function cursorsAfter(before: Cursors, symbols: readonly Symbol[], { markets }: Settled, reads: Reads): Cursors {
  const after: Record<Symbol, string> = {};
  for (const symbol of symbols) {
    const known = before[symbol];
    const lastTrade = markets[symbol]?.quote.lastTrade ?? null;
    const believed = lastTrade === null ? undefined : markBefore(lastTrade.time - BELIEVED_AFTER_MS, BELIEVED_EVERY_MS);
    const reached = reads.has(symbol) ? reads.get(symbol)?.cursor : believed;
    if (reached !== undefined || known !== undefined) {
      after[symbol] = latest(known ?? reached ?? "0", reached ?? known ?? "0");
    }
  }
  return after;
}

/** Null where no account has traded the pair: of one that only an alert is of. */
function restNameOf(parts: Parts, symbol: Symbol): string | null {
  return parts.desk.accounts().flatMap((state) => state.instruments[symbol] ?? [])[0]?.restName ?? null;
}

function deliveryOf({ row, notBefore }: Watched, trades: readonly Trade[]): readonly TriggerDelivery[] {
  const reached = printsThatReach(
    row,
    trades.filter(({ symbol, time }) => symbol === row.symbol && time >= notBefore),
  );
  const { orderId, version, symbol } = row;
  // Not the feed's own delivery: there is nothing to acknowledge.
  return reached.length === 0
    ? []
    : [{ deliveryId: 0, orderId, version, symbol, trades: reached, bid: null, ask: null, late: true }];
}

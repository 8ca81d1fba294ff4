/**
 * Nets two and three (TRADING §4): the trader looks after its watched levels itself, rung by its own alarm or by the cron sweep.
 * It asks the feed to settle their tapes; where the feed does not answer, or its tape has not moved for ten seconds, it reads the
 * exchange's trades itself. What it finds is booked as a delivery of the feed would be: twice does nothing, late is labelled.
 */
import { triggerRows } from "../../../domain/account/effects.ts";
import type { AccountState } from "../../../domain/account/state.ts";
import type { Instrument, Symbol, Trade, TriggerDelivery, TriggerRow } from "../../../domain/market.ts";
import { printsThatReach } from "../../../domain/triggers/trigger-index.ts";
import { accountsOfMarket, applyPrints, contextOf } from "../commands.ts";
import type { Settled } from "../feed-client.ts";
import type { Parts } from "../parts.ts";
import type { TapeReader } from "./tape-reader.ts";

/** A tape whose last trade is older than this is not believed to be all there is. */
const TAPE_AGE_MS = 10_000;
const FEED_PATIENCE_MS = 2_000;
/** The exchange's clock and ours may differ by this much. */
const OVERLAP_MS = 5_000;

type Watched = { readonly account: AccountState; readonly rows: readonly TriggerRow[] };

/** Whether any level is watched. */
export function watchesAny(parts: Parts): boolean {
  return watchedOf(parts).some(({ rows }) => rows.length > 0);
}

/** Looks once; answers the symbols whose tape was read from the exchange. */
export async function lookAfterLevels(parts: Parts, readTape: TapeReader): Promise<readonly Symbol[]> {
  const { desk, feed, newId } = parts;
  const symbols = [...new Set(watchedOf(parts).flatMap(({ rows }) => rows.map(({ symbol }) => symbol)))];
  if (symbols.length === 0) {
    return [];
  }
  const settled = await feed.settle(symbols, FEED_PATIENCE_MS);
  const doubtful = symbols.filter((symbol) => isDoubtful(settled, symbol));
  const read = await Promise.all(doubtful.map((symbol) => readMissed(parts, readTape, symbol)));
  desk.turn((turn) => {
    // The rows as they are now: what was awaited may have changed them.
    const missed = [...turn.accounts().values()].flatMap((state) =>
      triggerRows(state).flatMap((row) => deliveryOf(row, read.flat())),
    );
    const owed = [...settled.deliveries, ...missed];
    if (owed.length > 0) {
      applyPrints(parts, turn, owed, contextOf(parts, settled, newId(), "manual"));
    }
  });
  return doubtful;
}

function watchedOf(parts: Parts): readonly Watched[] {
  return accountsOfMarket(parts.desk.accounts(), parts.market).map((account) => ({
    account,
    rows: triggerRows(account),
  }));
}

/** No answer, no fresh price, or a tape that stands still. */
function isDoubtful({ markets }: Settled, symbol: Symbol): boolean {
  const quote = markets[symbol]?.quote;
  return (
    quote === undefined || !quote.fresh || quote.lastTrade === null || quote.at - quote.lastTrade.time > TAPE_AGE_MS
  );
}

async function readMissed(parts: Parts, readTape: TapeReader, symbol: Symbol): Promise<readonly Trade[]> {
  const instrument = instrumentOf(parts, symbol);
  const since = armedSince(parts, symbol);
  return instrument === undefined || since === null
    ? []
    : ((await readTape(symbol, instrument.restName, since - OVERLAP_MS)) ?? []);
}

/** When the oldest of the symbol's levels was last changed: nothing before that can reach it. */
function armedSince(parts: Parts, symbol: Symbol): number | null {
  const times = watchedOf(parts).flatMap(({ account }) => [
    ...Object.values(account.orders).flatMap((order) =>
      order.symbol === symbol && order.queue !== null ? order.updatedAt : [],
    ),
    ...Object.values(account.protections).flatMap((protection) =>
      protection.symbol === symbol ? protection.changedAt : [],
    ),
  ]);
  return times.length === 0 ? null : Math.min(...times);
}

function instrumentOf(parts: Parts, symbol: Symbol): Instrument | undefined {
  return parts.desk.accounts().flatMap((state) => state.instruments[symbol] ?? [])[0];
}

function deliveryOf(row: TriggerRow, trades: readonly Trade[]): readonly TriggerDelivery[] {
  const reached = printsThatReach(
    row,
    trades.filter(({ symbol }) => symbol === row.symbol),
  );
  const { orderId, version, symbol } = row;
  // Not the feed's own delivery: there is nothing to acknowledge.
  return reached.length === 0
    ? []
    : [{ deliveryId: 0, orderId, version, symbol, trades: reached, bid: null, ask: null, late: true }];
}

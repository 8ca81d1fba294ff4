/**
 * Samples of equity for halts and for the equity curve (TRADING §5): at each minute while something is held, after every
 * fill, and for the minutes in which the trader slept, from the feed's 1-minute closes. All of it in market time.
 */
import type { AccountEvent } from "../../domain/account/events.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { isOwnMarket } from "../../domain/account/own-market.ts";
import { TIMEFRAME_MS } from "../../domain/candles/timeframe.ts";
import {
  TIMEFRAMES,
  type Asset,
  type Candle,
  type Milliseconds,
  type Quote,
  type Timeframe,
} from "../../domain/market.ts";
import { haltsInForce } from "../../domain/risk/halt.ts";
import { managedAssets } from "../../domain/risk/halts-positions.ts";
import { hasPosition } from "../../domain/risk/needs-samples.ts";
import { firstPrices, marksOf, sampleOf, type KnownMarks } from "../../domain/risk/sample-of.ts";
import { judgeSample, type EquitySample } from "../../domain/risk/samples.ts";
import { assetsSince, heldSince, missedSamples, walkedSamples } from "../../domain/risk/samples-missed.ts";
import { applyPrints, contextOf } from "./commands.ts";
import { writeEquityRows } from "./equity.ts";
import { NOTHING_SETTLED, type Settled } from "./feed-client.ts";
import { heldSymbols } from "./held-symbols.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import { decodeEvent } from "./journal-codec.ts";
import { ownQuotes } from "./own-prices.ts";
import type { Parts } from "./parts.ts";
import { MINUTE_MS } from "./timers.ts";

/** So many candles back at most: the feed has no older ones. */
const MOST_MISSED = 720;
/** Before the first missed one: a quiet minute has the close of an earlier one. */
const MORE = 20;
/** Events that may have moved inventory in that time. */
const EVENTS_LOOKED_AT = 1_000;
const PATIENCE_MS = 3_000;
/** Last good marks are written this often: only what outlives the feed needs them. */
const MARKS_EVERY_MS = 15 * MINUTE_MS;
/** A sample taken so soon after a minute's mark is the minute's. */
const ON_THE_MARK_MS = 2_000;

type KeptMarks = { readonly at: Milliseconds; readonly marks: KnownMarks };

/** Fills the minutes that were missed and takes the sample of now. */
export async function sampleAccount(parts: Parts, accountId: string): Promise<void> {
  const { desk, clock } = parts;
  const before = desk.account(accountId);
  if (before === null) {
    return;
  }
  const symbols = heldSymbols(before);
  const found = await ownQuotes(parts, before, symbols);
  if (symbols.length > 0 && found.length === 0) {
    // The feed is away: what else the alarm has to do does not wait for its candles. The next sample fills this minute too.
    return;
  }
  const known = lastGoodMarks(parts, before, found);
  valueFirst(parts, accountId, found, known);
  await fillMissed(parts, accountId, known);
  const quotes = await ownQuotes(parts, before, symbols);
  const now = desk.account(accountId) ?? before;
  const marks = lastGoodMarks(parts, now, quotes);
  const first = sampleOf(now, quotes, onTheMark(clock.market()), marks);
  if (first === null) {
    return;
  }
  if (finestOf(parts) !== "1m" && hasPosition(now)) {
    // Between the corners of such a recording nothing is known of the price: this one is for the curve alone.
    writeEquityRows(parts, accountId, [first]);
    return;
  }
  if (!asksForMarkets(desk.account(accountId) ?? before, [first])) {
    take(parts, accountId, [first], NOTHING_SETTLED);
    return;
  }
  // It halts, or goes on flattening: what that does to positions needs their markets.
  const settled = await settleManaged(parts, accountId);
  take(parts, accountId, [first], settled);
}

/** What had no price when it was counted and has one: booked before the sample that counts it at that. */
function valueFirst(parts: Parts, accountId: string, quotes: readonly Quote[], known: KnownMarks): void {
  const { desk, newId, clock } = parts;
  desk.turn((turn) => {
    const state = turn.account(accountId);
    const prices = state === null ? [] : firstPrices(state, quotes, clock.market(), known);
    if (prices.length > 0) {
      turn.apply(accountId, { type: "value_flows", prices }, contextOf(parts, NOTHING_SETTLED, newId(), "manual"));
    }
  });
}

/** Markets of what the desk manages, with the prints owed. */
export async function settleManaged({ desk, feed }: Parts, accountId: string): Promise<Settled> {
  const state = desk.account(accountId);
  const symbols = state === null ? [] : managedAssets(state).map((asset) => `${asset}/${state.currency}`);
  return symbols.length === 0 ? NOTHING_SETTLED : await feed.settle(symbols, PATIENCE_MS);
}

async function fillMissed(parts: Parts, accountId: string, marks: KnownMarks): Promise<void> {
  const { desk, clock } = parts;
  const state = desk.account(accountId);
  if (state === null) {
    return;
  }
  const now = clock.market();
  const timeframe = finestOf(parts);
  const length = TIMEFRAME_MS[timeframe];
  // The minute that has just ended is this sample's; of a coarser recording every candle that is closed counts.
  const to = timeframe === "1m" ? Math.floor(now / MINUTE_MS) * MINUTE_MS - MINUTE_MS : now;
  const known = desk.store.meta(untilKey(accountId));
  const since = Math.max(known === null ? state.createdAt : Number(known), now - MOST_MISSED * length);
  const events = to > since ? recentEvents(parts, accountId) : [];
  const from = to > since ? heldSince(state, events, since) : Infinity;
  if (from >= to) {
    return;
  }
  const candles = await candlesOf(parts, state, assetsSince(state, events, from), timeframe, from);
  const current = desk.account(accountId);
  if (candles === null || current === null) {
    // The feed is away: the next sample asks again.
    return;
  }
  const input = { state: current, events: recentEvents(parts, accountId), candles, marks, from, to };
  const samples = timeframe === "1m" ? missedSamples(input) : walkedSamples(input, length);
  const settled = asksForMarkets(current, samples) ? await settleManaged(parts, accountId) : NOTHING_SETTLED;
  take(parts, accountId, samples, settled);
}

/** The account's last good marks: of these quotes, and before them of the object's own memory, which outlives the feed's. */
export function lastGoodMarks({ desk, clock }: Parts, state: AccountState, quotes: readonly Quote[]): KnownMarks {
  const { store } = desk;
  const kept = store.meta(marksKey(state.accountId));
  const known = kept === null ? null : parseTrusted<KeptMarks>(kept);
  const marks = marksOf(state, quotes, known?.marks ?? {});
  const isOld = known === null || clock.wall() - known.at >= MARKS_EVERY_MS;
  if (isOld || Object.keys(marks).join() !== Object.keys(known.marks).join()) {
    store.setMeta(marksKey(state.accountId), JSON.stringify({ at: clock.wall(), marks } satisfies KeptMarks));
  }
  return marks;
}

/** Closed candles per asset; null when the feed did not answer for one of them. */
async function candlesOf(
  { feed, clock }: Parts,
  state: AccountState,
  assets: readonly Asset[],
  timeframe: Timeframe,
  from: Milliseconds,
): Promise<Readonly<Record<Asset, readonly Candle[]>> | null> {
  const limit = Math.min(MOST_MISSED, Math.ceil((clock.market() - from) / TIMEFRAME_MS[timeframe])) + MORE;
  const found: Record<Asset, readonly Candle[]> = {};
  for (const asset of assets) {
    const candles = await feed.closedCandles(`${asset}/${state.currency}`, timeframe, limit);
    if (candles === null) {
      return null;
    }
    found[asset] = candles;
  }
  return found;
}

/** Judges samples in one turn and keeps them for the curve. */
function take(parts: Parts, accountId: string, samples: readonly EquitySample[], settled: Settled): void {
  const { desk, newId } = parts;
  const last = samples.at(-1);
  if (last === undefined) {
    return;
  }
  desk.turn((turn) => {
    const context = contextOf(parts, settled, newId(), "manual");
    applyPrints(parts, turn, settled.deliveries, context);
    const state = turn.account(accountId);
    if (state !== null && isOwnMarket(state, parts)) {
      turn.apply(accountId, { type: "sample_equity", samples }, context);
    }
  });
  writeEquityRows(parts, accountId, samples);
  desk.store.setMeta(
    untilKey(accountId),
    String(Math.max(last.time, Number(desk.store.meta(untilKey(accountId)) ?? 0))),
  );
}

/** Whether taking the samples may sell or move stops, so that markets are needed. */
function asksForMarkets(state: AccountState, samples: readonly EquitySample[]): boolean {
  const halts = haltsInForce(state.halts, samples.at(-1)?.time ?? 0);
  if (managedAssets(state).length === 0) {
    return false;
  }
  let { watch } = state;
  const halted = {
    drawdown: halts.some(({ kind }) => kind === "drawdown"),
    dailyLoss: halts.some(({ kind }) => kind === "daily_loss"),
  };
  const trips = samples.some((sample) => {
    const judged = judgeSample(watch, sample, state.day, state.limits, halted);
    watch = { ...judged.watch, streak: watch.streak };
    return judged.trips.length > 0;
  });
  return trips || halts.some(({ positions, pending = [] }) => positions === "flatten" || pending.length > 0);
}

function recentEvents({ desk }: Parts, accountId: string): readonly AccountEvent[] {
  return desk.store.newestJournal(accountId, EVENTS_LOOKED_AT).map(decodeEvent);
}

/** On the minute when it is the minute's sample, so that a repeated alarm takes the same one. */
function onTheMark(time: Milliseconds): Milliseconds {
  return time % MINUTE_MS < ON_THE_MARK_MS ? time - (time % MINUTE_MS) : time;
}

/** The shortest candles that the market can tell apart: longer than a minute only in a replay of such a recording. */
function finestOf({ env }: Parts): Timeframe {
  return TIMEFRAMES.find((timeframe) => timeframe === env.MARKET_FINEST_TIMEFRAME) ?? "1m";
}

function marksKey(accountId: string): `last_marks ${string}` {
  return `last_marks ${accountId}`;
}

function untilKey(accountId: string): `sampled_until ${string}` {
  return `sampled_until ${accountId}`;
}

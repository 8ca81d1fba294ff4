/**
 * The samples of minutes in which nobody looked (TRADING §5): closes of the feed's 1-minute candles times what was held then.
 * What was held is what is held now with the trades since taken back; flows are left in, so that they are no profit or loss.
 */
import { add, isZero, negate, ZERO, type Decimal } from "../decimal.ts";
import type { AccountEvent } from "../account/events.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset, Candle, Milliseconds } from "../market.ts";
import type { KnownMarks } from "./sample-of.ts";
import type { EquitySample } from "./samples.ts";
import { valuedSample, type HoldingPrice, type Quantities } from "./valued-sample.ts";

const MINUTE_MS = 60_000;
/** A minute without trades has the close of the one before; after so many without, that is a last good price and no fresh one. */
const MOST_QUIET_MINUTES = 15;

type Trade = { readonly at: Milliseconds; readonly managed: Quantities; readonly external: Quantities };

export type MissedInput = {
  readonly state: AccountState;
  /** Of the account, any of them: those that moved inventory after `from` count. */
  readonly events: readonly AccountEvent[];
  /** Closed 1-minute candles of each asset's pair in account currency. */
  readonly candles: Readonly<Record<Asset, readonly Candle[]>>;
  /** Last good marks, for what has no candle. */
  readonly marks?: KnownMarks;
  /** Minutes after it, up to and including `to`. */
  readonly from: Milliseconds;
  readonly to: Milliseconds;
};

/** One sample for each full minute in which something was held and any price of that is known, oldest first. */
export function missedSamples({ state, events, candles, marks, from, to }: MissedInput): readonly EquitySample[] {
  const closes = new Map(Object.entries(candles).map(([asset, series]) => [asset, closesByEnd(series)]));
  const times: Milliseconds[] = [];
  for (let time = (Math.floor(from / MINUTE_MS) + 1) * MINUTE_MS; time <= to; time += MINUTE_MS) {
    times.push(time);
  }
  return samplesAt(
    state,
    tradesAfter(events, from),
    times,
    (asset, time) => closeAt(closes.get(asset), time) ?? lastMark(marks, asset),
  );
}

/**
 * The samples of a recording whose candles of `length` are the finest there are: each candle is walked open → adverse → favourable →
 * close (TRADING §3), and each corner is a sample. What is held is long, so the adverse extreme is the low.
 */
export function walkedSamples(
  { state, events, candles, marks, from, to }: MissedInput,
  length: Milliseconds,
): readonly EquitySample[] {
  const walks = new Map(Object.entries(candles).map(([asset, series]) => [asset, series.flatMap(cornersOf(length))]));
  const corners = [...walks.values()].flat().map(({ at }) => at);
  const times = [...new Set(corners)].filter((at) => at > from && at <= to).toSorted((left, right) => left - right);
  return samplesAt(state, tradesAfter(events, from), times, (asset, time) => {
    const last = walks.get(asset)?.findLast(({ at }) => at <= time);
    return last === undefined ? lastMark(marks, asset) : { price: last.price, fresh: time - last.at <= length };
  });
}

type Corner = { readonly at: Milliseconds; readonly price: Decimal };

function cornersOf(length: Milliseconds): (candle: Candle) => readonly Corner[] {
  return ({ time, open, low, high, close, closed }) =>
    closed
      ? [
          { at: time, price: open },
          { at: time + Math.floor(length / 3), price: low },
          { at: time + Math.floor((2 * length) / 3), price: high },
          { at: time + length - 1, price: close },
        ]
      : [];
}

function samplesAt(
  state: AccountState,
  trades: readonly Trade[],
  times: readonly Milliseconds[],
  priceAt: (asset: Asset, time: Milliseconds) => HoldingPrice | null,
): readonly EquitySample[] {
  const costs = Object.fromEntries(Object.entries(state.holdings).map(([asset, { cost }]) => [asset, cost]));
  return times.flatMap((time) => {
    const later = trades.filter(({ at }) => at > time);
    const managed = before(
      managedOf(state),
      later.map((trade) => trade.managed),
    );
    const external = before(
      externalOf(state),
      later.map((trade) => trade.external),
    );
    if (!holdsAnything(managed, state.currency) && !holdsAnything(external, state.currency)) {
      return [];
    }
    const books = { currency: state.currency, managed, external, costs };
    return valuedSample(time, books, (asset) => priceAt(asset, time)) ?? [];
  });
}

/** Pairs' assets whose candles are needed: held now, or traded since. */
export function assetsSince(
  state: AccountState,
  events: readonly AccountEvent[],
  from: Milliseconds,
): readonly Asset[] {
  const traded = tradesAfter(events, from).flatMap(({ managed, external }) => [
    ...Object.keys(managed),
    ...Object.keys(external),
  ]);
  const held = Object.keys(state.holdings);
  return [...new Set([...held, ...traded])].filter((asset) => asset !== state.currency).toSorted();
}

/** From when on something was held after `from`: nothing before that needs a sample. Infinity: nothing is or was. */
export function heldSince(state: AccountState, events: readonly AccountEvent[], from: Milliseconds): Milliseconds {
  const trades = tradesAfter(events, from);
  const managed = before(
    managedOf(state),
    trades.map((trade) => trade.managed),
  );
  const external = before(
    externalOf(state),
    trades.map((trade) => trade.external),
  );
  return holdsAnything(managed, state.currency) || holdsAnything(external, state.currency)
    ? from
    : Math.min(Infinity, ...trades.map(({ at }) => at));
}

function tradesAfter(events: readonly AccountEvent[], from: Milliseconds): readonly Trade[] {
  return events.flatMap((event): Trade[] => {
    if (event.type === "fill_booked" && event.filledAt > from) {
      return [{ at: event.filledAt, managed: summed(event.legs), external: {} }];
    }
    if (event.type === "external_fill_booked" && event.filledAt > from) {
      return [{ at: event.filledAt, managed: summed(event.legs), external: summed(event.external) }];
    }
    return [];
  });
}

function summed(legs: readonly { readonly asset: Asset; readonly quantity: Decimal }[]): Quantities {
  const quantities: Record<Asset, Decimal> = {};
  for (const { asset, quantity } of legs) {
    quantities[asset] = add(quantities[asset] ?? ZERO, quantity);
  }
  return quantities;
}

function before(now: Quantities, later: readonly Quantities[]): Quantities {
  const quantities: Record<Asset, Decimal> = { ...now };
  for (const trade of later) {
    for (const [asset, quantity] of Object.entries(trade)) {
      quantities[asset] = add(quantities[asset] ?? ZERO, negate(quantity));
    }
  }
  return quantities;
}

function managedOf({ holdings }: AccountState): Quantities {
  return Object.fromEntries(Object.entries(holdings).map(([asset, { managed }]) => [asset, managed]));
}

function externalOf({ holdings }: AccountState): Quantities {
  return Object.fromEntries(Object.entries(holdings).map(([asset, { external }]) => [asset, external]));
}

function holdsAnything(quantities: Quantities, currency: Asset): boolean {
  return Object.entries(quantities).some(([asset, quantity]) => asset !== currency && !isZero(quantity));
}

/** Closes by the end of their minutes, oldest first. */
function closesByEnd(series: readonly Candle[]): readonly Corner[] {
  return series
    .filter(({ closed }) => closed)
    .map(({ time, close }) => ({ at: time + MINUTE_MS, price: close }))
    .toSorted((left, right) => left.at - right.at);
}

function closeAt(closes: readonly Corner[] | undefined, time: Milliseconds): HoldingPrice | null {
  const last = closes?.findLast(({ at }) => at <= time);
  return last === undefined ? null : { price: last.price, fresh: time - last.at <= MOST_QUIET_MINUTES * MINUTE_MS };
}

function lastMark(marks: KnownMarks | undefined, asset: Asset): HoldingPrice | null {
  const price = marks?.[asset];
  return price === undefined ? null : { price, fresh: false };
}

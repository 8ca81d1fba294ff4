/** How a position is protected now, in the words of the interface: which net holds the stop, and what is missing. */
import { isPositive, smallest, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import { instrumentOf } from "../account/facts.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset, Milliseconds } from "../market.ts";
import { remaining, stands } from "./naked.ts";
import { nakedNow, nakedSince, NEVER_NAKED } from "./naked-time.ts";
import type { ProtectionStatus } from "./protection.ts";
import { heldByOthers, liveExits, restingStops, ownStops } from "./resting-stop.ts";
import { isTooSmall } from "./too-small.ts";

export type PositionProtection = {
  readonly status: ProtectionStatus;
  readonly reason: string | null;
  readonly stop: {
    readonly type: "fixed" | "trailing";
    readonly price: Decimal;
    readonly percent: Decimal | null;
  } | null;
  readonly target: Decimal | null;
  /** Without a stop of the desk: the level at which the trader's own stop orders have sold all of it. */
  readonly ownStop: Decimal | null;
  readonly stopOrderId: string | null;
  readonly protectedQuantity: Decimal;
  readonly stopNet: "exchange" | "desk" | null;
  readonly naked: NakedStanding;
};

/** What of the position nothing would sell, and since when (market time); the money of it is a matter of the mark. */
export type NakedStanding = {
  /** A stop is owed for it and does not rest yet: bounded, and over the bound an alert. */
  readonly owed: Decimal;
  readonly owedSince: Milliseconds | null;
  /** Left without one: no stop is wanted, orders of the trader's own hold it, or it is too little. */
  readonly left: Decimal;
  readonly leftSince: Milliseconds | null;
  /** Of this position, what was owed and rests now: the longest, and quantity × seconds in all. */
  readonly longestMs: Milliseconds;
  readonly quantitySeconds: Decimal;
};

/** The standing of the managed holding of `asset`. */
export function protectionStanding(state: AccountState, asset: Asset): PositionProtection {
  const protection = state.protections[asset];
  const stops = restingStops(state, asset);
  // One that the exchange has not accepted protects nothing yet.
  const standing = stops.filter(stands);
  const covered = sum(standing.map(remaining));
  const managed = state.holdings[asset]?.managed ?? ZERO;
  const stop = protection?.stop ?? null;
  const { status, reason } = statusOf(state, asset, managed, covered);
  return {
    status,
    reason,
    stop: stop === null ? null : { ...stop, percent: stop.type === "trailing" ? stop.percent : null },
    target: protection?.target ?? null,
    ownStop: stop === null ? ownStopPrice(state, asset, managed) : null,
    stopOrderId: stops[0]?.id ?? null,
    protectedQuantity: smallest(covered, managed),
    stopNet: standing.length === 0 ? null : state.venue === null ? "desk" : "exchange",
    naked: nakedStanding(state, asset),
  };
}

function nakedStanding({ naked }: AccountState, asset: Asset): NakedStanding {
  const { owed, left } = naked.positions[asset] ?? { owed: NEVER_NAKED, left: NEVER_NAKED };
  return {
    owed: nakedNow(owed),
    owedSince: nakedSince(owed),
    left: nakedNow(left),
    leftSince: nakedSince(left),
    longestMs: owed.longestMs,
    quantitySeconds: owed.quantitySeconds,
  };
}

/** Without a stop of the desk: what stop orders of the trader's own are there for. */
function ownStanding(
  state: AccountState,
  asset: Asset,
  managed: Decimal,
): { readonly status: ProtectionStatus; readonly reason: string } {
  const own = ownStops(state, asset).filter(stands);
  const [first] = own;
  if (first === undefined) {
    return { status: "unprotected", reason: "No stop: nothing sells this position when the price falls." };
  }
  const rest = subtract(managed, sum(own.map(remaining)));
  const level = first.triggerPrice === null ? "" : ` at ${first.triggerPrice}`;
  const by = own.length === 1 ? `a stop order of yours${level}` : `${own.length} stop orders of yours`;
  return isPositive(rest)
    ? {
        status: "partly",
        reason: `Covered by ${by}, without ${rest} ${asset}: nothing sells that when the price falls.`,
      }
    : { status: "protected", reason: `Covered by ${by}.` };
}

/** The lowest level at which the trader's own stop orders sell all of it; null where they do not, or it is not known. */
function ownStopPrice(state: AccountState, asset: Asset, managed: Decimal): Decimal | null {
  const own = ownStops(state, asset).filter(stands);
  const levels = own.flatMap(({ triggerPrice }) => triggerPrice ?? []);
  const isWhole = own.length > 0 && levels.length === own.length;
  return isWhole && !isPositive(subtract(managed, sum(own.map(remaining)))) ? smallestOf(levels) : null;
}

function smallestOf(levels: readonly Decimal[]): Decimal | null {
  return levels.reduce<Decimal | null>((least, level) => (least === null ? level : smallest(least, level)), null);
}

function statusOf(
  state: AccountState,
  asset: Asset,
  managed: Decimal,
  covered: Decimal,
): { readonly status: ProtectionStatus; readonly reason: string | null } {
  const [exit] = liveExits(state, asset);
  if (exit !== undefined) {
    return { status: "exiting", reason: exit.reason ?? `${exit.quantity} ${asset} is being sold.` };
  }
  const wish = state.protections[asset]?.exit ?? null;
  if (wish !== null) {
    return {
      status: "exiting",
      reason: `${wish.reason} It is to be sold${wish.refusal === null ? "." : ", and cannot be yet."}`,
    };
  }
  const stop = state.protections[asset]?.stop ?? null;
  if (stop === null) {
    return ownStanding(state, asset, managed);
  }
  const instrument = instrumentOf(state, asset);
  const tooSmall = (quantity: Decimal): boolean =>
    instrument === undefined ? !isPositive(quantity) : isTooSmall(quantity, stop.price, instrument);
  if (isPositive(covered)) {
    const rest = subtract(managed, covered);
    return tooSmall(rest)
      ? { status: "protected", reason: null }
      : { status: "partly", reason: `${rest} ${asset} of it is in other orders of yours or waits for its stop.` };
  }
  if (tooSmall(subtract(managed, heldByOthers(state, asset)))) {
    return tooSmall(managed)
      ? { status: "unprotected", reason: `Too small: ${managed} ${asset} is under the smallest order of the pair.` }
      : { status: "partly", reason: `Orders of your own hold all of it, so no stop can rest beside them.` };
  }
  return { status: "pending", reason: `Its stop at ${stop.price} is on its way.` };
}

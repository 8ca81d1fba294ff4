/**
 * What had no price when it was counted: found at the connection, deposited or withdrawn, adopted, or held when a day began. It is
 * remembered per asset, by quantity, until the first price, and its worth by that is then booked where it is missing, so that no
 * profit jumps by a deposit (TRADING §1 "Flows move baseline and peak, never P&L"). Until then those figures are incomplete.
 */
import { add, isZero, ZERO, type Decimal } from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import type { AccountState } from "../state.ts";

export type Unvalued = {
  /** Came in from outside (or, negative, went): missing in the baseline. */
  readonly flow: Decimal;
  /** Missing in the equity at the day's beginning and in the flows since. */
  readonly day: Decimal;
  /** Came into (or went from) what the desk manages: its peak has `counted` so much for it, in account currency. */
  readonly managed: Decimal;
  readonly counted: Decimal;
};

export type UnvaluedAssets = Readonly<Record<Asset, Unvalued>>;

const NOTHING: Unvalued = { flow: ZERO, day: ZERO, managed: ZERO, counted: ZERO };

/** The state that remembers so much more of the asset. */
export function withUnvalued(state: AccountState, asset: Asset, more: Partial<Unvalued>): AccountState {
  if (state.venue === null) {
    return state;
  }
  const before = state.venue.unvalued[asset] ?? NOTHING;
  const flow = add(before.flow, more.flow ?? ZERO);
  const day = add(before.day, more.day ?? ZERO);
  const managed = add(before.managed, more.managed ?? ZERO);
  const counted = add(before.counted, more.counted ?? ZERO);
  return replaced(state, { ...state.venue.unvalued, [asset]: { flow, day, managed, counted } });
}

/** It is booked. */
export function withoutUnvalued(state: AccountState, asset: Asset): AccountState {
  const { [asset]: _valued, ...rest } = state.venue?.unvalued ?? {};
  return replaced(state, rest);
}

/** A day begins: its equity lacks the external holdings of these assets and nothing else; positions count at their cost. */
export function unvaluedAtDayStart(state: AccountState, unpriced: readonly Asset[]): AccountState {
  const known = state.venue?.unvalued ?? {};
  const assets = new Set([...Object.keys(known), ...unpriced]);
  const entries = [...assets].map((asset): [Asset, Unvalued] => {
    const day = unpriced.includes(asset) ? (state.holdings[asset]?.external ?? ZERO) : ZERO;
    return [asset, { ...(known[asset] ?? NOTHING), day }];
  });
  return assets.size === 0 ? state : replaced(state, Object.fromEntries(entries));
}

/** Assets that make the profit of the day, or of all time, incomplete. */
export function incompleteAssets({ venue }: AccountState): readonly Asset[] {
  return Object.entries(venue?.unvalued ?? {})
    .filter(([, { flow, day }]) => !isZero(flow) || !isZero(day))
    .map(([asset]) => asset)
    .toSorted();
}

function replaced(state: AccountState, unvalued: UnvaluedAssets): AccountState {
  const kept = Object.entries(unvalued).filter(
    ([, { flow, day, managed, counted }]) => ![flow, day, managed, counted].every(isZero),
  );
  return state.venue === null ? state : { ...state, venue: { ...state.venue, unvalued: Object.fromEntries(kept) } };
}

import type { AccountState } from "../account/state.ts";
import { add, type Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Quote } from "../market.ts";
import { equityOf, type EquitySample } from "./samples.ts";

/** What the account is worth at these quotes; null while something that the desk manages has no fresh price. */
export function sampleOf(state: AccountState, quotes: readonly Quote[], time: Milliseconds): EquitySample | null {
  const marks = new Map(quotes.filter(({ fresh }) => fresh).map(({ symbol, mark }) => [symbol, mark]));
  const priceOf = (asset: Asset): Decimal | null => marks.get(`${asset}/${state.currency}`) ?? null;
  const managed = equityOf(quantitiesOf(state, "managed"), state.currency, priceOf);
  const external = equityOf(quantitiesOf(state, "external"), state.currency, priceOf);
  return managed === null ? null : { time, managed, equity: external === null ? null : add(managed, external) };
}

function quantitiesOf({ holdings }: AccountState, book: "managed" | "external"): Readonly<Record<Asset, Decimal>> {
  return Object.fromEntries(Object.entries(holdings).map(([asset, holding]) => [asset, holding[book]]));
}

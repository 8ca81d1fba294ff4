import { add, isPositive, isZero, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";
import type { FillLeg } from "./events.ts";
import type { OrderProvenance } from "../orders/order.ts";
import type { AccountState, Holding } from "./state.ts";

export type Holdings = AccountState["holdings"];

export const EMPTY_HOLDING: Holding = {
  managed: ZERO,
  external: ZERO,
  held: ZERO,
  cost: ZERO,
  realisedProfit: ZERO,
  openedAt: 0,
};

/** What the account has of the asset; nothing is a holding of zero. */
export function holdingOf(holdings: Holdings, asset: Asset): Holding {
  return holdings[asset] ?? EMPTY_HOLDING;
}

export function totalOf(holding: Holding): Decimal {
  return add(holding.managed, holding.external);
}

/** What may still be spent or sold: the total less what backs open orders. */
export function freeOf(holding: Holding): Decimal {
  return subtract(totalOf(holding), holding.held);
}

/** The holdings after `amount` more (or, negative, less) of the asset backs orders. */
export function changeHeld(holdings: Holdings, asset: Asset, amount: Decimal): Holdings {
  const holding = holdingOf(holdings, asset);
  return replace(holdings, asset, { ...holding, held: add(holding.held, amount) });
}

/** The holdings after money came (or, negative, went) that is no trade. */
export function changeManaged(holdings: Holdings, asset: Asset, amount: Decimal): Holdings {
  const holding = holdingOf(holdings, asset);
  return replace(holdings, asset, { ...holding, managed: add(holding.managed, amount) });
}

/** The holdings after something came (or, negative, went) that this desk did not trade. */
export function changeExternal(holdings: Holdings, asset: Asset, amount: Decimal): Holdings {
  const holding = holdingOf(holdings, asset);
  return replace(holdings, asset, { ...holding, external: add(holding.external, amount) });
}

/**
 * The holdings after one leg of a fill. A position that was flat starts its realised profit anew; what comes in by a proposal
 * (`provenance`) names it.
 */
export function applyLeg(
  holdings: Holdings,
  leg: FillLeg,
  at: Milliseconds,
  provenance: OrderProvenance | null,
): Holdings {
  const { provenance: known, ...before } = holdingOf(holdings, leg.asset);
  const wasFlat = isZero(before.managed);
  const managed = add(before.managed, leg.quantity);
  const carried = wasFlat ? ZERO : before.cost;
  // Something of unknown cost came: from then on nobody knows what the whole cost (TRADING §1), until it is flat again.
  const unknown = isPositive(leg.quantity) && leg.costUnknown === true;
  const cost = unknown || carried === null ? null : add(carried, leg.cost ?? ZERO);
  const named = isPositive(leg.quantity) && provenance !== null ? provenance : wasFlat ? undefined : known;
  return replace(holdings, leg.asset, {
    ...before,
    ...(named === undefined ? {} : { provenance: named }),
    managed,
    cost,
    realisedProfit: add(wasFlat ? ZERO : before.realisedProfit, leg.realisedProfit ?? ZERO),
    openedAt: wasFlat ? at : before.openedAt,
  });
}

function replace(holdings: Holdings, asset: Asset, holding: Holding): Holdings {
  if (isZero(holding.managed) && isZero(holding.external) && isZero(holding.held)) {
    const { [asset]: _gone, ...others } = holdings;
    return others;
  }
  return { ...holdings, [asset]: holding };
}

/** How a position is protected now, in the words of the interface: which net holds the stop, and what is missing. */
import { isPositive, smallest, subtract, sum, ZERO, type Decimal } from "../decimal.ts";
import { instrumentOf } from "../account/facts.ts";
import type { AccountState } from "../account/state.ts";
import type { Asset } from "../market.ts";
import type { ProtectionStatus } from "./protection.ts";
import { heldByOthers, liveExits, restingStops } from "./resting-stop.ts";
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
  readonly stopOrderId: string | null;
  readonly protectedQuantity: Decimal;
  readonly stopNet: "exchange" | "desk" | null;
};

/** The standing of the managed holding of `asset`. */
export function protectionStanding(state: AccountState, asset: Asset): PositionProtection {
  const protection = state.protections[asset];
  const stops = restingStops(state, asset);
  const covered = sum(stops.map(({ hold }) => hold.amount));
  const managed = state.holdings[asset]?.managed ?? ZERO;
  const stop = protection?.stop ?? null;
  const { status, reason } = statusOf(state, asset, managed, covered);
  return {
    status,
    reason,
    stop: stop === null ? null : { ...stop, percent: stop.type === "trailing" ? stop.percent : null },
    target: protection?.target ?? null,
    stopOrderId: stops[0]?.id ?? null,
    protectedQuantity: smallest(covered, managed),
    stopNet: stops.length === 0 ? null : state.venue === null ? "desk" : "exchange",
  };
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
  const stop = state.protections[asset]?.stop ?? null;
  if (stop === null) {
    return { status: "unprotected", reason: "No stop: nothing sells this position when the price falls." };
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

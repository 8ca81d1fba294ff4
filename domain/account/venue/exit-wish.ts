/** The wish to sell a position, as events (protection/exit-wish.ts): leave.ts makes the sale. */
import type { Asset } from "../../market.ts";
import { valuationSymbol } from "../../orders/conversion.ts";
import { withoutReasons, withReason, type ExitCause, type ExitWish } from "../../protection/exit-wish.ts";
import { record, stamp, type Turn } from "../turn.ts";

/** Notes that the position has to be sold. A second reason joins the first: each is dropped by itself. */
export function wishExit(turn: Turn, asset: Asset, cause: ExitCause, reason: string): void {
  const protection = turn.state.protections[asset];
  if (protection !== undefined) {
    const wish = protection.exit ?? null;
    const joined = withReason(wish, { cause, reason }, false);
    if (joined !== wish) {
      changeWish(turn, asset, joined);
    }
  }
}

/**
 * Notes that a halt or Stop sells the position, whether anything protects it or not: it comes before any other reason, which stands
 * again once trading is resumed. One that waits between two tries is due at once where `now` is true.
 */
export function wishFlatten(turn: Turn, asset: Asset, reason: string, now: boolean): void {
  if (turn.state.protections[asset] === undefined) {
    const { context, state } = turn;
    record(turn, {
      type: "protection_changed",
      ...stamp(context),
      asset,
      protection: {
        asset,
        symbol: valuationSymbol(asset, state.currency),
        stop: null,
        target: null,
        targetArmedTradeId: 0,
        version: 1,
        changedAt: context.marketTime,
      },
      reason,
    });
  }
  const wish = turn.state.protections[asset]?.exit ?? null;
  if (wish?.cause !== "flatten") {
    changeWish(turn, asset, withReason(wish, { cause: "flatten", reason }, true));
  } else if (now && wish.triedAt !== null) {
    changeWish(turn, asset, { ...wish, triedAt: null });
  }
}

/** It has not to be sold for those reasons any more. */
export function dropExitReasons(turn: Turn, asset: Asset, causes: readonly ExitCause[]): void {
  const wish = turn.state.protections[asset]?.exit ?? null;
  if (wish !== null) {
    const left = withoutReasons(wish, causes);
    if (left === null || left.cause !== wish.cause || (left.also ?? []).length !== (wish.also ?? []).length) {
      changeWish(turn, asset, left);
    }
  }
}

/** Records how the wish stands now. */
export function changeWish(turn: Turn, asset: Asset, exit: ExitWish | null): void {
  record(turn, { type: "exit_wish_changed", ...stamp(turn.context), asset, exit });
}

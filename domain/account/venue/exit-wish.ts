/** The wish to sell a position, as events (protection/exit-wish.ts): leave.ts makes the sale. */
import type { Asset } from "../../market.ts";
import { valuationSymbol } from "../../orders/conversion.ts";
import type { ExitCause, ExitWish } from "../../protection/exit-wish.ts";
import { record, stamp, type Turn } from "../turn.ts";

/** Notes that the position has to be sold. A second reason joins the first. */
export function wishExit(turn: Turn, asset: Asset, cause: ExitCause, reason: string): void {
  const protection = turn.state.protections[asset];
  if (protection !== undefined && (protection.exit ?? null) === null) {
    changeWish(turn, asset, { cause, reason, attempts: 0, triedAt: null, refusal: null });
  }
}

/**
 * Notes that a halt or Stop sells the position, whether anything protects it or not: it takes the place of any other reason. One that
 * waits between two tries is due at once where `now` is true.
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
    changeWish(turn, asset, { cause: "flatten", reason, attempts: 0, triedAt: null, refusal: null });
  } else if (now && wish.triedAt !== null) {
    changeWish(turn, asset, { ...wish, triedAt: null });
  }
}

/** Nothing has to be sold any more. */
export function dropExitWish(turn: Turn, asset: Asset): void {
  if ((turn.state.protections[asset]?.exit ?? null) !== null) {
    changeWish(turn, asset, null);
  }
}

/** Records how the wish stands now. */
export function changeWish(turn: Turn, asset: Asset, exit: ExitWish | null): void {
  record(turn, { type: "exit_wish_changed", ...stamp(turn.context), asset, exit });
}

/** The wish to sell a position, as events (protection/exit-wish.ts): leave.ts makes the sale. */
import type { Asset } from "../../market.ts";
import type { ExitCause, ExitWish } from "../../protection/exit-wish.ts";
import { record, stamp, type Turn } from "../turn.ts";

/** Notes that the position has to be sold. A second reason joins the first. */
export function wishExit(turn: Turn, asset: Asset, cause: ExitCause, reason: string): void {
  const protection = turn.state.protections[asset];
  if (protection !== undefined && (protection.exit ?? null) === null) {
    changeWish(turn, asset, { cause, reason, attempts: 0, triedAt: null, refusal: null });
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

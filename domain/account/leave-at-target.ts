import type { Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { wishExit } from "./venue/exit-wish.ts";
import { exitPosition } from "./exit-position.ts";
import type { Turn } from "./turn.ts";

/** Sells the position at the market because its target was reached; at the exchange its stop goes first (TRADING §4). */
export function leaveAtTarget(turn: Turn, asset: Asset, target: Decimal): void {
  if (turn.state.venue !== null) {
    // Tried at the end of this turn, and again should that sell nothing. An exit that sells it already is joined.
    wishExit(turn, asset, "target", `${asset} reached its target of ${target}.`);
    return;
  }
  exitPosition(turn, asset, "target", `${asset} reached its target of ${target}.`);
}

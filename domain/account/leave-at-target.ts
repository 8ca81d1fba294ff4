import { isPositive, subtract, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { closeAtExchange } from "./venue/place.ts";
import { beingSold } from "../protection/resting-stop.ts";
import { holdingOf } from "./holdings.ts";
import { exitPosition } from "./exit-position.ts";
import { nextId } from "./next-id.ts";
import type { Turn } from "./turn.ts";
import { raiseAlert } from "./venue/alerts.ts";

/** Sells the position at the market because its target was reached; at the exchange its stop goes first (TRADING §4). */
export function leaveAtTarget(turn: Turn, asset: Asset, target: Decimal): void {
  if (turn.state.venue !== null) {
    if (!isPositive(subtract(holdingOf(turn.state.holdings, asset).managed, beingSold(turn.state, asset)))) {
      return; // It joins the exit that sells all of it already.
    }
    const refused = closeAtExchange(turn, { asset, percent: 100 }, "target", nextId(turn));
    if (refused !== null) {
      const why = refused.problem.message;
      raiseAlert(turn, "critical", `${asset} reached its target of ${target} and cannot be sold: ${why}`, null);
    }
    return;
  }
  exitPosition(turn, asset, "target", `${asset} reached its target of ${target}.`);
}

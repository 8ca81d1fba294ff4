/** Ends every decision: what has been without the stop that it is owed for longer than its bound is told, once (TRADING §4). */
import { multiply, toFixedText, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { assetsOf, valuationSymbol } from "../orders/conversion.ts";
import { nakedness, stands } from "../protection/naked.ts";
import { nakedSince } from "../protection/naked-time.ts";
import { overdue } from "../protection/naked-watch.ts";
import { liveExits, restingStops } from "../protection/resting-stop.ts";
import type { AccountState } from "./state.ts";
import type { Turn } from "./turn.ts";
import { raiseAlert } from "./venue/alerts.ts";

/** Raises an alert for every position whose naked quantity is overdue. */
export function alertNaked(turn: Turn): void {
  for (const asset of overdue(turn.state, turn.context.marketTime)) {
    const position = turn.state.naked.positions[asset];
    const since = position === undefined ? null : nakedSince(position.owed);
    const seconds = Math.floor((turn.context.marketTime - (since ?? turn.context.marketTime)) / 1_000);
    const { owed } = nakedness(turn.state, asset);
    const worth = worthOf(turn, asset, owed);
    const about = worth === null ? "" : ` (about ${toFixedText(worth, 2)} ${turn.state.currency})`;
    const message = `${owed} ${asset}${about} has had no stop for ${seconds} s: ${whyNaked(turn.state, asset)}`;
    raiseAlert(turn, "critical", message, null, "unprotected", asset);
  }
}

/** Why the stop that the position is owed does not rest, as a sentence. */
export function whyNaked(state: AccountState, asset: Asset): string {
  const { venue } = state;
  const stop = state.protections[asset]?.stop ?? null;
  const level = stop === null ? "its stop" : `its stop at ${stop.price}`;
  if (venue !== null && venue.connection.status !== "trading") {
    return `${level} cannot be placed. ${venue.connection.reason ?? "The exchange is not connected."}`;
  }
  if (liveExits(state, asset).some((order) => !stands(order))) {
    return "it is to be sold, and the sale is not accepted yet.";
  }
  const pending = restingStops(state, asset);
  if (pending.some(({ status }) => status === "unknown")) {
    return `${level} was sent and what became of it is not known.`;
  }
  const waits = pending.flatMap((order) => order.venue?.waitReason ?? []);
  if (waits.length > 0) {
    return `${level} has to wait. ${waits[0]}`;
  }
  if (pending.some(stands)) {
    return `${level} covers less than the position and is being made larger.`;
  }
  const last = state.ended.findLast(({ origin, symbol }) => origin === "stop" && assetsOf(symbol).base === asset);
  if (pending.length === 0 && last?.status === "rejected") {
    return `${level} was refused${last.reason === null ? "." : `: ${last.reason}`}`;
  }
  return venue === null
    ? `${level} waits for a price, because there is no market just now.`
    : `${level} is on its way and the exchange has not accepted it.`;
}

function worthOf({ state, context }: Turn, asset: Asset, quantity: Decimal): Decimal | null {
  const mark = context.markets[valuationSymbol(asset, state.currency)]?.quote.mark;
  const price = mark ?? state.protections[asset]?.stop?.price ?? null;
  return price === null ? null : multiply(quantity, price);
}

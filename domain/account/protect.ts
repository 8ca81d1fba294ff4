/** What is wanted for a position: what its entries brought, what the trader changes, its end with the position (TRADING §4). */
import { isPositive, multiply, ONE, ZERO, type Decimal } from "../decimal.ts";
import type { Asset, Instrument } from "../market.ts";
import { assetsOf, valuationSymbol } from "../orders/conversion.ts";
import { checkEntryProtection, followedOn, mergedProtection, stopAt, targetAt } from "../protection/plan.ts";
import type { EntryProtection, Protection } from "../protection/protection.ts";
import type { Problem } from "../problem.ts";
import type { Command } from "./commands.ts";
import { holdingOf } from "./holdings.ts";
import type { FillBooked } from "./events.ts";
import { findOrder } from "./order-steps.ts";
import { lastPrice } from "./triggered.ts";
import { raiseAlert } from "./venue/alerts.ts";
import { dropExitReasons } from "./venue/exit-wish.ts";
import { record, stamp, type Outcome, type Turn } from "./turn.ts";

type Wanted = Pick<Protection, "stop" | "target">;

/** Takes in the stops and targets of entries whose first fill is in this turn. */
export function beginProtection(turn: Turn): void {
  endOlderProtections(turn);
  const firsts = turn.events.filter(
    (event): event is FillBooked => event.type === "fill_booked" && event.orderFilledQuantity === event.quantity,
  );
  for (const fill of firsts) {
    const order = findOrder(turn.state, fill.orderId);
    const wish = order?.protection ?? null;
    if (order !== undefined && wish !== null) {
      const { base, quote } = assetsOf(fill.symbol);
      const bought = fill.side === "buy" ? base : quote;
      // What is bought by selling ETH/BTC is bitcoin, at what bitcoin was worth then.
      const price = fill.side === "buy" ? (order.averagePrice ?? fill.price) : ONE;
      beginFor(turn, fill, bought, multiply(price, fill.conversionRate), wish);
    }
  }
}

function beginFor(turn: Turn, fill: FillBooked, asset: Asset, entry: Decimal, wish: EntryProtection): void {
  const { state } = turn;
  if (!isPositive(holdingOf(state.holdings, asset).managed)) {
    return;
  }
  const instrument = protectingPair(turn, asset);
  if (instrument === null) {
    if (wish.stop !== null) {
      const pair = valuationSymbol(asset, state.currency);
      raiseAlert(turn, "warning", `${asset} is unprotected: ${pair} is not known, so no stop can rest.`, fill.orderId);
    }
    return;
  }
  const before = state.protections[asset] ?? null;
  change(
    turn,
    asset,
    instrument,
    mergedProtection(before, wish, entry, instrument),
    `Came with the order ${fill.orderId}.`,
  );
  dropLevels(turn, asset, {
    stop: wish.stop !== null && !wish.isDefault,
    target: wish.target !== null && wish.isDefaultTarget !== true,
  });
}

/** What was wanted for a position that has closed, and was opened anew since: neither its levels nor its sale are of the new one. */
function endOlderProtections(turn: Turn): void {
  for (const { asset, over } of Object.values(turn.state.protections)) {
    if (over === true && isPositive(holdingOf(turn.state.holdings, asset).managed)) {
      endProtection(turn, asset, `The ${asset} position before is closed.`);
    }
  }
}

/** The trader changes what protects a position. What is absent stays, null goes. */
export function protectPosition(turn: Turn, command: Extract<Command, { type: "protect_position" }>): Outcome {
  const { asset } = command;
  const { state } = turn;
  const holding = holdingOf(state.holdings, asset);
  if (asset === state.currency || !isPositive(holding.managed)) {
    return refused("NOTHING_TO_CLOSE", `There is no ${asset} position to protect.`, { asset });
  }
  const instrument = protectingPair(turn, asset);
  if (instrument === null) {
    const pair = valuationSymbol(asset, state.currency);
    return refused("MARKET_UNAVAILABLE", `The market ${pair} cannot be reached just now. Try again in a moment.`, {
      symbol: pair,
    });
  }
  const view = turn.context.markets[instrument.symbol];
  const last = view === undefined ? null : lastPrice(view);
  const wish = { stop: command.stop ?? null, target: command.target ?? null };
  const allowed = checkEntryProtection(wish, last);
  if (!allowed.ok) {
    return { problem: allowed.error, events: [] };
  }
  const before: Wanted = state.protections[asset] ?? { stop: null, target: null };
  const needsLast = wish.stop?.type === "percent" || wish.stop?.type === "trailing" || wish.target?.type === "percent";
  if (last === null && needsLast) {
    return refused(
      "QUOTE_STALE",
      `${instrument.symbol} has no fresh price just now, so a distance in percent is not known. Say a price, or wait.`,
      { symbol: instrument.symbol },
    );
  }
  const from = last ?? ZERO;
  change(
    turn,
    asset,
    instrument,
    {
      stop:
        command.stop === undefined
          ? before.stop
          : wish.stop === null
            ? null
            : followedOn(before.stop, stopAt(wish.stop, from, instrument)),
      target:
        command.target === undefined
          ? before.target
          : wish.target === null
            ? null
            : targetAt(wish.target, from, instrument),
    },
    "Changed by you.",
  );
  dropLevels(turn, asset, { stop: command.stop !== undefined, target: command.target !== undefined });
  return null;
}

/**
 * Levels are set anew: the sale that the ones before asked for is not wanted any more. What a halt or Stop sells is called off by
 * resuming alone.
 */
function dropLevels(turn: Turn, asset: Asset, set: { readonly stop: boolean; readonly target: boolean }): void {
  dropExitReasons(turn, asset, [
    ...(set.stop ? (["past_stop", "stop_failed"] as const) : []),
    ...(set.target ? (["target"] as const) : []),
  ]);
}

/** The stop alone goes, because its order was cancelled by hand. */
export function dropStop(turn: Turn, asset: Asset, reason: string): void {
  const protection = turn.state.protections[asset];
  const instrument = protectingPair(turn, asset);
  if (protection !== undefined && protection.stop !== null && instrument !== null) {
    change(turn, asset, instrument, { stop: null, target: protection.target }, reason);
  }
}

/** Nothing is left to protect. */
export function endProtection(turn: Turn, asset: Asset, reason: string): void {
  record(turn, { type: "protection_changed", ...stamp(turn.context), asset, protection: null, reason });
}

/** Records what is wanted where it is something else than before. */
export function change(turn: Turn, asset: Asset, instrument: Instrument, wanted: Wanted, reason: string): void {
  const before = turn.state.protections[asset];
  const same =
    before !== undefined &&
    JSON.stringify(before.stop) === JSON.stringify(wanted.stop) &&
    before.target === wanted.target;
  if (same || (before === undefined && wanted.stop === null && wanted.target === null)) {
    return;
  }
  const { context } = turn;
  const keepsTarget = before !== undefined && before.target === wanted.target;
  record(turn, {
    type: "protection_changed",
    ...stamp(context),
    asset,
    protection: {
      asset,
      symbol: instrument.symbol,
      ...wanted,
      targetArmedTradeId: keepsTarget ? before.targetArmedTradeId : armedAt(turn, instrument.symbol),
      version: (before?.version ?? 0) + 1,
      changedAt: context.marketTime,
      ...(before?.exit === undefined ? {} : { exit: before.exit }),
      ...(before?.lost === undefined ? {} : { lost: before.lost }),
    },
    reason,
  });
}

/** The last print that is known: a target is not fired by what was traded before it was wanted. */
function armedAt({ context, events }: Turn, symbol: string): number {
  const fills = events.flatMap((event) =>
    event.type === "fill_booked" && event.symbol === symbol ? (event.tradeId ?? 0) : 0,
  );
  return Math.max(context.markets[symbol]?.tapeTradeId ?? 0, ...fills);
}

/** The pair by which the asset is sold for account currency; null while its rules are not known. */
export function protectingPair({ state, context }: Turn, asset: Asset): Instrument | null {
  const symbol = valuationSymbol(asset, state.currency);
  return context.markets[symbol]?.instrument ?? state.instruments[symbol] ?? null;
}

function refused(code: Problem["code"], message: string, details: Problem["details"]): Outcome {
  return { problem: { code, message, details }, events: [] };
}

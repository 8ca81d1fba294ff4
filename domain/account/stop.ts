/**
 * Stop (TRADING §2, CASES "kill switch"): entries end, orders end, positions are kept, protected or sold. It is never denied;
 * what it did and could not do is its own record. Orders made by hand stay as they are.
 */
import { haltsInForce } from "../risk/halt.ts";
import type { HaltCommand } from "../risk/halts-commands.ts";
import { cancelLive, ensureStop, managedAssets, sellPosition } from "../risk/halts-positions.ts";
import type { StopMode, StopStep } from "../risk/halts-stop.ts";
import { keptAtStop } from "./kept-at-stop.ts";
import type { OpenOrder } from "./state.ts";
import { record, stamp, type Turn } from "./turn.ts";
import { raiseAlert } from "./venue/alerts.ts";
import { liveOrder, liveOrders } from "./open-orders.ts";

/** Stops the account and records every step. */
export function stopTrading(turn: Turn, { mode, alert, others }: Extract<HaltCommand, { type: "stop_trading" }>): void {
  const before = turn.events.length;
  denyEntries(turn, mode);
  const steps: StopStep[] = [
    about("entries", "done", "Nothing is opened any more until you resume."),
    ...liveOrders(turn.state.orders).map((order) => endOrder(turn, order, mode)),
    ...positionSteps(turn, mode),
    ...leftByHand(turn),
  ];
  const acted = turn.events.length > before;
  record(turn, { type: "trading_stopped", ...stamp(turn.context), mode, steps });
  if (alert && (acted || others.length > 0)) {
    const failed = steps.some(({ outcome }) => outcome === "failed");
    const message = [summaryOf(turn.state.name, mode, steps), ...others].join(" ");
    raiseAlert(turn, failed ? "critical" : "warning", message, null, "stop");
  }
}

/** One sentence of what a stop did: "Paper stopped (flatten): 2 orders cancelled, 1 position sold." */
export function summaryOf(name: string, mode: StopMode, steps: readonly StopStep[]): string {
  const count = (what: StopStep["what"], outcome?: StopStep["outcome"]): number =>
    steps.filter((each) => each.what === what && (outcome === undefined || each.outcome === outcome)).length;
  const failed = steps.filter(({ outcome }) => outcome === "failed");
  const parts = [
    `${plural(count("cancel", "done"), "order")} cancelled`,
    ...some(count("cancel", "asked"), (n) => `${plural(n, "cancel")} on the way`),
    ...some(count("protect", "done"), (n) => `${plural(n, "position")} protected`),
    ...some(count("sell", "done"), (n) => `${plural(n, "position")} sold`),
    ...some(count("sell", "asked"), (n) => `${plural(n, "sale")} on the way`),
    ...some(count("leave"), (n) => `${plural(n, "order")} made by hand left`),
  ];
  return [`${name} stopped by you (${mode}): ${parts.join(", ")}.`, ...failed.map(({ sentence }) => sentence)].join(
    " ",
  );
}

function denyEntries(turn: Turn, mode: StopMode): void {
  const { state, context } = turn;
  const before = haltsInForce(state.halts, context.marketTime).find(({ kind }) => kind === "stopped");
  if (before?.positions === mode) {
    return;
  }
  record(turn, {
    type: "trading_halted",
    ...stamp(context),
    halt: {
      kind: "stopped",
      haltedAt: context.marketTime,
      waitUntil: null,
      endsAt: null,
      positions: mode,
      value: null,
      limit: null,
      reason: "Stopped by you.",
    },
  });
}

function endOrder(turn: Turn, order: OpenOrder, mode: StopMode): StopStep {
  const named = { orderId: order.id, asset: order.hold.asset, symbol: order.symbol };
  const words = `${order.side} of ${order.quantity} ${order.symbol}`;
  const kept = keptAtStop(order, mode);
  if (kept === "stop") {
    const sentence =
      mode === "flatten" ? `The stop of ${order.symbol} goes with its position.` : `The stop of ${order.symbol} stays.`;
    return { what: "keep", outcome: "done", ...named, sentence };
  }
  if (kept === "exit") {
    return { what: "keep", outcome: "done", ...named, sentence: `The ${words} goes on: it is an exit.` };
  }
  cancelLive(turn, order.id, "Cancelled because you stopped trading.");
  return liveOrder(turn.state.orders, order.id) === undefined
    ? { what: "cancel", outcome: "done", ...named, sentence: `The ${words} is cancelled.` }
    : { what: "cancel", outcome: "asked", ...named, sentence: `The cancel of the ${words} is on its way to Kraken.` };
}

function positionSteps(turn: Turn, mode: StopMode): readonly StopStep[] {
  switch (mode) {
    case "keep":
      return [];
    case "protect":
      return managedAssets(turn.state).map((asset) => ensureStop(turn, asset));
    case "flatten":
      return managedAssets(turn.state).map((asset) => sellPosition(turn, asset, "you stopped trading"));
  }
}

function leftByHand({ state }: Turn): readonly StopStep[] {
  return Object.values(state.venue?.externalOrders ?? {}).map(({ symbol, side, quantity, venueOrderId, strayOf }) => ({
    ...(strayOf === undefined
      ? about("leave", "done", `The ${side} of ${quantity} ${symbol} (${venueOrderId}) was made by hand: it stays.`)
      : about(
          "cancel",
          "asked",
          `The ${side} of ${quantity} ${symbol} had ended here already: it is being cancelled.`,
        )),
    symbol,
  }));
}

function about(what: StopStep["what"], outcome: StopStep["outcome"], sentence: string): StopStep {
  return { what, outcome, orderId: null, asset: null, symbol: null, sentence };
}

function some(count: number, words: (count: number) => string): readonly string[] {
  return count === 0 ? [] : [words(count)];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

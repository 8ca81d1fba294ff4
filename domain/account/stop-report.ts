/** What a press of Stop has come to, once the exchange has had its time to answer. */
import { ZERO } from "../decimal.ts";
import { managedAssets } from "../risk/halts-positions.ts";
import type { StopMode, StopStep } from "../risk/halts-stop.ts";
import { liveExits } from "../protection/resting-stop.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import type { AccountState } from "./state.ts";
import { liveOrder } from "./open-orders.ts";

/** The steps as they stand now; what came to the account meanwhile, and a flattening Stop has still to sell, is one more. */
export function answeredSteps(state: AccountState, steps: readonly StopStep[], mode: StopMode): readonly StopStep[] {
  const now = steps.map((step) => answered(state, step));
  return mode === "flatten" ? [...now, ...lateSales(state, now)] : now;
}

/** An order that is gone was ended as it was asked to, unless it was filled first. */
function answered(state: AccountState, step: StopStep): StopStep {
  if (step.outcome !== "asked" || step.orderId === null || liveOrder(state.orders, step.orderId) !== undefined) {
    return step;
  }
  const order = state.ended.find(({ id }) => id === step.orderId);
  if (step.what !== "cancel") {
    return order?.status === "filled"
      ? { ...step, outcome: "done", sentence: `${step.asset ?? "The position"} is sold.` }
      : { ...step, outcome: "failed", sentence: saleEnded(state, step, order?.reason ?? null) };
  }
  if (order?.status !== "filled") {
    return { ...step, outcome: "done", sentence: `The order on ${step.symbol ?? "its pair"} is cancelled.` };
  }
  const sentence = `The ${order.side} of ${order.quantity} ${order.symbol} was filled before its cancel arrived.`;
  // A sale left less to hold; a buy is what the cancel was to prevent.
  return { ...step, outcome: order.side === "sell" ? "done" : "failed", sentence };
}

function saleEnded({ protections }: AccountState, { asset }: StopStep, reason: string | null): string {
  const why = (reason ?? "Kraken ended it").replace(/\.$/, "");
  const again = asset !== null && protections[asset]?.exit?.cause === "flatten" ? " It is tried again and again." : "";
  return `The sale of ${asset ?? "the position"} did not go through: ${why}.${again}`;
}

/** Positions that no step speaks of: they came by fills after the Stop. */
function lateSales(state: AccountState, steps: readonly StopStep[]): readonly StopStep[] {
  const told = new Set(steps.flatMap(({ what, asset }) => (what === "sell" ? asset : [])));
  return managedAssets(state)
    .filter((asset) => !told.has(asset))
    .map((asset) => {
      const [sale] = liveExits(state, asset);
      const held = `${state.holdings[asset]?.managed ?? ZERO} ${asset} came by a fill after the Stop`;
      return {
        what: "sell",
        outcome: sale === undefined ? "failed" : "asked",
        orderId: sale?.id ?? null,
        asset,
        symbol: valuationSymbol(asset, state.currency),
        sentence:
          sale === undefined ? `${held} and is not being sold yet: it is tried again.` : `${held} and is being sold.`,
      };
    });
}

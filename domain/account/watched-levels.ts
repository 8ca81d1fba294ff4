/**
 * The levels that the feed watches for an account, and whose they are. A row's `orderId` is its key: the order's own id, or a
 * word that says what else it is of.
 */
import { add } from "../decimal.ts";
import type { Asset, TriggerRow } from "../market.ts";
import { bestPriceOf, isArmed, triggersBelow } from "../orders/trigger.ts";
import type { Protection } from "../protection/protection.ts";
import { bestRowOf } from "../triggers/trigger-index.ts";
import type { AccountState, OpenOrder } from "./state.ts";

/** The rows of one order; none for an order that does not stand in the paper market. */
export function orderRows(state: AccountState, order: OpenOrder): readonly TriggerRow[] {
  const { queue, id, version, symbol, side } = order;
  if (queue === null) {
    return [];
  }
  const row = { version, symbol, armedTradeId: queue.cursor };
  if (!isArmed(order)) {
    return order.limitPrice === null
      ? []
      : [{ ...row, orderId: id, direction: side === "buy" ? "below" : "above", level: order.limitPrice }];
  }
  if (order.triggerPrice === null) {
    return [];
  }
  const below = triggersBelow(order.type, side);
  const rows: TriggerRow[] = [{ ...row, orderId: id, direction: below ? "below" : "above", level: order.triggerPrice }];
  const instrument = state.instruments[symbol];
  if (order.trailingPercent !== null && instrument !== undefined) {
    const best = bestPriceOf(side, order.triggerPrice, order.trailingPercent, instrument);
    const level = side === "sell" ? add(best, instrument.tickSize) : best;
    rows.push({ ...row, orderId: bestRowOf(id), direction: below ? "above" : "below", level });
  }
  return rows;
}

/** The rows of the targets: the desk watches them, on paper and at the exchange alike (TRADING §4). */
export function targetRows(state: AccountState): readonly TriggerRow[] {
  return Object.values(state.protections).flatMap((protection) =>
    protection.target === null
      ? []
      : {
          orderId: targetKey(state.accountId, protection.asset),
          version: protection.version,
          symbol: protection.symbol,
          direction: "above" as const,
          level: protection.target,
          armedTradeId: protection.targetArmedTradeId,
        },
  );
}

/** The position whose target the row is, or null when the row is of an order. */
export function targetOfRow(state: AccountState, rowId: string): Protection | null {
  return Object.values(state.protections).find(({ asset }) => targetKey(state.accountId, asset) === rowId) ?? null;
}

function targetKey(accountId: string, asset: Asset): string {
  return `target/${accountId}/${asset}`;
}

import { add, isZero, multiply, sum, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import { assetsOf, conversionRate, type Markets } from "../orders/conversion.ts";
import { acquiredAsset, orderWorth, type TradingFacts } from "../orders/facts.ts";
import type { Equity } from "./facts.ts";

/** Everything that the account owns at fresh marks, external holdings included (TRADING §1 "Equity"). */
export function equityOf(facts: Pick<TradingFacts, "owned" | "currency">, markets: Markets): Equity {
  let value = ZERO;
  const missing: Asset[] = [];
  for (const [asset, quantity] of Object.entries(facts.owned)) {
    const price = isZero(quantity) ? null : conversionRate(asset, facts.currency, markets);
    if (price !== null && price.fresh) {
      value = add(value, multiply(quantity, price.rate));
    } else if (!isZero(quantity)) {
      missing.push(asset);
    }
  }
  return { value: missing.length === 0 ? value : null, missing };
}

/**
 * Worth of all positions and of the open entries that will add to them, in account currency: managed inventory alone
 * (TRADING §1). A position without a price counts nothing here; then equity is not known either and entries are denied.
 */
export function exposureOf(facts: TradingFacts, markets: Markets): Decimal {
  const positions = Object.entries(facts.balances)
    .filter(([asset]) => asset !== facts.currency)
    .map(([asset, { managed }]) => multiply(managed, conversionRate(asset, facts.currency, markets)?.rate ?? ZERO));
  const entries = facts.orders
    .filter((order) => acquiredAsset(order) !== facts.currency && addsExposure(facts, order))
    .map((order) => orderWorth(order, facts.currency, markets));
  return add(sum(positions), sum(entries));
}

/** Cash and positions of the desk at their marks; what has no price counts nothing. */
export function managedValue(facts: Pick<TradingFacts, "balances" | "currency">, markets: Markets): Decimal {
  return sum(
    Object.entries(facts.balances).map(([asset, { managed }]) =>
      multiply(managed, conversionRate(asset, facts.currency, markets)?.rate ?? ZERO),
    ),
  );
}

/** An entry that is paid with another position moves exposure and does not add to it. External inventory is no position. */
export function addsExposure(
  facts: Pick<TradingFacts, "currency" | "exchange">,
  order: { readonly symbol: string; readonly side: "buy" | "sell" },
): boolean {
  const { base, quote } = assetsOf(order.symbol);
  const paid = order.side === "buy" ? quote : base;
  return paid === facts.currency || facts.exchange;
}

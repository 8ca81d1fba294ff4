/** Reward to risk of an entry: how far its target is, in multiples of how far its stop is. Before fees. Pure. */
import { add, divide, HUNDRED, isPositive, multiply, subtract, type Decimal } from "../../../../domain/decimal.ts";
import type { CheckedOrder } from "../../../../domain/risk/check.ts";
import type { TargetPlan } from "../../../../domain/protection/protection.ts";

const DECIMALS = 2;

/**
 * `target` as the order has it: undefined is the account's default. Null: there is no target or no stop, the price of the
 * entry is not known, or one of the two lies on the wrong side of it.
 */
export function rewardToRisk(
  order: Pick<CheckedOrder, "entry" | "stop"> | null,
  target: TargetPlan | null | undefined,
  defaultPercent: Decimal | null,
): Decimal | null {
  if (order === null || order.entry === null || order.stop === null) {
    return null;
  }
  const level = levelOf(order.entry, target, defaultPercent);
  const risk = subtract(order.entry, order.stop);
  const reward = level === null ? null : subtract(level, order.entry);
  return reward === null || !isPositive(risk) || !isPositive(reward)
    ? null
    : divide(reward, risk, DECIMALS, "half-even");
}

function levelOf(
  entry: Decimal,
  target: TargetPlan | null | undefined,
  defaultPercent: Decimal | null,
): Decimal | null {
  if (target === null) {
    return null;
  }
  if (target?.type === "price") {
    return target.price;
  }
  const percent = target?.percent ?? defaultPercent;
  return percent === null ? null : add(entry, divide(multiply(entry, percent), HUNDRED, 18, "half-even"));
}

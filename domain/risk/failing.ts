/** Which of the limits that halt an account deny now, whether or not they have halted it yet. */
import { tradingFacts } from "../account/facts.ts";
import type { Turn } from "../account/turn.ts";
import { equityOf, managedValue } from "./equity.ts";
import type { HaltKind } from "./halt.ts";
import { dailyLoss, drawdown } from "./loss-rules.ts";

/**
 * Limits that fail at these markets or have a breach counted already. While something that is held has no price nobody can say that
 * they do not, so both are taken to fail.
 */
export function failingLimits({ state, context }: Turn): readonly HaltKind[] {
  const facts = tradingFacts(state, context.now);
  const { limits, currency, lossBases } = facts;
  const equity = equityOf(facts, context.markets);
  const managed = equity.value === null ? null : managedValue(facts, context.markets);
  const fallen = drawdown({ limits, currency, lossBases, managedValue: managed });
  const lost = dailyLoss({ limits, currency, lossBases, equity });
  const { drawdownBreaches, dailyLossBreaches } = state.watch;
  const isUnknown = equity.value === null;
  return [
    ...(isUnknown || drawdownBreaches > 0 || fallen?.passed === false ? ["drawdown" as const] : []),
    ...(isUnknown || dailyLossBreaches > 0 || lost?.passed === false ? ["daily_loss" as const] : []),
  ];
}

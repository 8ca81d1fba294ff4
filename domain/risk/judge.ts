/**
 * The one door through which every order passes before funds are looked at. It is handed facts and answers a verdict per
 * rule; the first that fails denies. Exits pass all rules of the desk; on paper no more of them rest than an exchange takes (TRADING
 * §2, §5, ADR 0016).
 */
import type { Rule, RiskFacts, RuleVerdict } from "./facts.ts";
import { dailyLoss, drawdown, equityKnown, halted, lossCooldown, riskPerTrade } from "./loss-rules.ts";
import {
  allowedSymbol,
  openOrders,
  orderRate,
  priceCollar,
  protectiveReserve,
  restingExits,
  staleQuote,
} from "./market-rules.ts";
import { exposure, openPositions, orderValue, positionQuantity, positionShare, positionValue } from "./size-rules.ts";

/** In the order in which a trader wants to hear of them. */
const ENTRY_RULES: readonly Rule[] = [
  halted,
  lossCooldown,
  allowedSymbol,
  staleQuote,
  orderRate,
  protectiveReserve,
  openOrders,
  priceCollar,
  equityKnown,
  drawdown,
  dailyLoss,
  openPositions,
  orderValue,
  positionQuantity,
  positionValue,
  positionShare,
  exposure,
  riskPerTrade,
];

const EXIT_RULES: readonly Rule[] = [restingExits];

/** One verdict for every rule that applies to the order. */
export function judge(facts: RiskFacts): readonly RuleVerdict[] {
  const rules = facts.intent === "exit" ? EXIT_RULES : ENTRY_RULES;
  return rules.flatMap((rule) => rule(facts) ?? []);
}

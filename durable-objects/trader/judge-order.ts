/** What every rule of the risk engine says of an order, on a market that is given: before it is placed, and when it is. */
import type { RiskCheckView } from "../../contract/risk.ts";
import { tradingFacts } from "../../domain/account/facts.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { entryProblem, exchangeFacts } from "../../domain/account/venue/standing.ts";
import type { Milliseconds } from "../../domain/market.ts";
import type { Markets } from "../../domain/orders/conversion.ts";
import type { TradingFacts } from "../../domain/orders/facts.ts";
import type { Result } from "../../domain/problem.ts";
import { checkOrder, type RiskQuestion } from "../../domain/risk/check.ts";
import type { CommandDependencies } from "./commands.ts";
import { keptAnswer, type Intent } from "./idempotency.ts";
import type { ExecutedOrder } from "./port.ts";
import type { Store } from "./store.ts";

export type JudgeDependencies = Pick<CommandDependencies, "clock" | "kraken">;
export type OrderVerdict = NonNullable<ExecutedOrder["verdict"]>;

export function judgeOrder(
  dependencies: JudgeDependencies,
  state: AccountState,
  question: RiskQuestion,
  markets: Markets,
): RiskCheckView {
  const market = { markets, instruments: state.instruments, marketTime: dependencies.clock.market() };
  const { request } = question;
  const answer = checkOrder(factsOf(dependencies, state, request.symbol), question, market);
  const closed = request.side === "buy" ? entryProblem(state, request.symbol) : null;
  const denial = answer.denial ?? closed;
  return { ...answer, denial: denial === null ? null : { ...denial, details: { ...denial.details } } };
}

/** The facts of an account, to judge an order of the pair by (none: to show how it stands). */
export function factsOf({ clock, kraken }: JudgeDependencies, state: AccountState, symbol: string): TradingFacts {
  return state.venue === null
    ? tradingFacts(state, clock.wall())
    : { ...exchangeFacts(state, clock.wall(), symbol), entryWaitSeconds: kraken.entryWaitSeconds(symbol) };
}

/** Under which the verdict on a proposal's order is kept, as long as its answer and in the same turn. */
export function verdictIntent(intent: Intent): Intent {
  return { ...intent, key: `verdict of ${intent.key}` };
}

/** What was kept; null where the order was not judged, or is not any more. */
export function keptVerdict(store: Store, intent: Intent, now: Milliseconds): OrderVerdict | null {
  const kept: Result<OrderVerdict> | null = keptAnswer<OrderVerdict>(store, verdictIntent(intent), now);
  return kept?.ok === true ? kept.value : null;
}

/** Calling the visitor's own trader: nobody can name another one. */
import type { Result } from "../../domain/problem.ts";
import type { Principal, TraderPort } from "../../durable-objects/trader/port.ts";
import { visitorOf } from "../auth/require-visitor.ts";
import { principalOf } from "../auth/visitor.ts";
import type { AppContext } from "../context.ts";
import { outcome, traderObject } from "../objects.ts";

/** Asks the visitor's trader. `deadlineMs`: where the trader has to ask somebody else in turn. */
export async function askTrader<T>(
  c: AppContext,
  what: string,
  call: (trader: TraderPort, principal: Principal) => Promise<Result<T>>,
  deadlineMs?: number,
): Promise<Result<T>> {
  const visitor = visitorOf(c);
  const trader = traderObject(c.env, c.var.config, visitor.traderId);
  return await outcome(what, () => call(trader, principalOf(visitor)), deadlineMs);
}

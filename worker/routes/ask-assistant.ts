/** Calling the visitor's own assistant: nobody can name another one. */
import type { Result } from "../../domain/problem.ts";
import type { AssistantPort } from "../../durable-objects/assistant/port.ts";
import type { Principal } from "../../durable-objects/trader/port.ts";
import { visitorOf } from "../auth/require-visitor.ts";
import { principalOf } from "../auth/visitor.ts";
import type { AppContext } from "../context.ts";
import { assistantObject, outcome } from "../objects.ts";

/** Where the assistant has to ask the Trader, the feed or a provider in turn. */
export const PATIENT_MS = 30_000;

export async function askAssistant<T>(
  c: AppContext,
  what: string,
  call: (assistant: AssistantPort, principal: Principal) => Promise<Result<T>>,
  deadlineMs?: number,
): Promise<Result<T>> {
  const visitor = visitorOf(c);
  const assistant = assistantObject(c.env, c.var.config, visitor.traderId);
  return await outcome(what, () => call(assistant, principalOf(visitor)), deadlineMs);
}

/** How a request is served: admitted against the user's budget, carried out, logged. What nobody expected is caught here alone. */
import type { Problem, Result } from "../../domain/problem.ts";
import { log, type LogFields } from "../lib/log.ts";
import type { Principal } from "../trader/port.ts";
import type { Budget } from "../trader/rate.ts";
import type { Parts } from "./parts.ts";

export const INTERNAL: Problem = {
  code: "INTERNAL",
  message: "Something went wrong on our side and was reported. Nothing was changed by this request.",
  details: {},
};

type Work<T> = (parts: Parts) => Result<T> | Promise<Result<T>>;

/** A read; the worker logs it with its request. */
export async function read<T>(parts: Parts, principal: Principal, work: Work<T>): Promise<Result<T>> {
  return guarded(parts, principal, "ordinary", "read", work);
}

/** Something that changes the assistant: one line in the log, with ids alone. */
export async function write<T>(
  parts: Parts,
  principal: Principal,
  name: string,
  ids: LogFields,
  work: Work<T>,
  budget: Budget = "ordinary",
): Promise<Result<T>> {
  const startedAt = parts.now();
  const result = await guarded(parts, principal, budget, name, work);
  const code = result.ok ? "OK" : result.error.code;
  log("command", { command: name, assistant: parts.traderId, ...ids, code, ms: parts.now() - startedAt });
  return result;
}

async function guarded<T>(
  parts: Parts,
  principal: Principal,
  budget: Budget,
  name: string,
  work: Work<T>,
): Promise<Result<T>> {
  try {
    const admitted = parts.admission.admit(principal, budget);
    return admitted.ok ? await work(parts) : admitted;
  } catch (error) {
    parts.schedule.reload();
    parts.unexpected("command_failed", error, { command: name });
    return { ok: false, error: INTERNAL };
  } finally {
    await parts.schedule.arm();
  }
}

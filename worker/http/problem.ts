/** Refusals on the wire: {error: {code, message, details}} with the status that contract/errors gives each code. */
import { ERROR_STATUS } from "../../contract/errors.ts";
import type { ErrorCode, ErrorDetails, Problem, Result } from "../../domain/problem.ts";
import type { AppContext } from "../context.ts";

/** The answer to a refused request. Records the code for the request's log line. */
export function refusal(c: AppContext, problem: Problem): Response {
  c.set("code", problem.code);
  const seconds = problem.details["retryAfterSeconds"];
  if (seconds !== undefined) {
    c.header("retry-after", seconds);
  }
  return c.json({ error: problem }, ERROR_STATUS[problem.code]);
}

/** As `refusal`, made on the spot. */
export function refuseWith(c: AppContext, code: ErrorCode, message: string, details: ErrorDetails = {}): Response {
  return refusal(c, { code, message, details });
}

/** The value as JSON, or the refusal. */
export function reply(c: AppContext, result: Result<unknown>, status: 200 | 201 = 200): Response {
  return result.ok ? json(c, result.value, status) : refusal(c, result.error);
}

/** A value as JSON. What it looks like is pinned by the contract schemas in the tests of each route. */
export function json(c: AppContext, value: unknown, status: 200 | 201 | 503 = 200): Response {
  return c.body(JSON.stringify(value), status, { "content-type": "application/json; charset=UTF-8" });
}

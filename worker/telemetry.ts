/**
 * One line per request, and every exception that nobody expected: logged once with the id of its request and sent to the
 * error sink. Fields are plain values; secrets are of a type that prints as "[redacted]" (secret.ts), and user ids appear
 * as a fingerprint that tells users apart without naming them.
 */
import { createHash } from "node:crypto";
import { DrizzleQueryError } from "drizzle-orm";
import type { Next } from "hono";
import { matchedRoutes } from "hono/route";
import { reportUnexpected as report } from "../durable-objects/lib/error-sink.ts";
import { log, type LogFields } from "../durable-objects/lib/log.ts";
import type { AppContext } from "./context.ts";
import { readConfig } from "./env.ts";

const FINGERPRINT_LENGTH = 12;
const LONGEST_ID = 64;

/** Gives the request its id, and logs it when it is answered. */
export async function logRequests(c: AppContext, next: Next): Promise<void> {
  const startedAt = performance.now();
  const requestId = c.req.header("cf-ray") ?? crypto.randomUUID();
  c.set("requestId", requestId);
  await next();
  // The headers of an accepted upgrade cannot be changed.
  if (c.res.status !== 101) {
    c.res.headers.set("x-request-id", requestId);
  }
  log("request", {
    ...requestFields(c),
    status: c.res.status,
    code: c.var.code ?? "OK",
    ms: Math.round((performance.now() - startedAt) * 10) / 10,
  });
}

/** Logs an unexpected exception and sends it to the sink, if there is one; the answer does not wait for the sink. */
export function reportUnexpected(c: AppContext, error: unknown): void {
  reportError(c.env, c.executionCtx, error, requestFields(c));
}

/** As reportUnexpected, outside a request. */
export function reportError(
  env: Env,
  execution: { waitUntil(promise: Promise<unknown>): void },
  error: unknown,
  fields: LogFields,
): void {
  const config = readConfig(env);
  const sinkUrl = config.ok ? (config.value.errorSinkUrl ?? "") : "";
  const where = { sinkUrl, waitUntil: (promise: Promise<unknown>) => execution.waitUntil(promise) };
  report(where, "unexpected_error", withoutParameters(error), fields);
}

/** Tells one user from another in logs without naming either. */
export function fingerprint(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, FINGERPRINT_LENGTH);
}

/** A failed query carries its parameters in its message, session tokens among them; what the database said is enough. */
export function withoutParameters(error: unknown): unknown {
  if (error instanceof DrizzleQueryError) {
    return new Error(`query failed: ${error.query}`, { cause: error.cause });
  }
  return error;
}

/** True for what D1 throws when it fails: worth another try, unlike a bug of ours. */
export function isDatabaseFailure(error: unknown): boolean {
  if (!(error instanceof Error)) {
    return false;
  }
  return /\bD1_|D1 DB|Network connection lost/.test(error.message) || isDatabaseFailure(error.cause);
}

function requestFields(c: AppContext): LogFields {
  const visitor = c.var.visitor;
  const route = routePattern(c);
  return {
    requestId: c.var.requestId,
    method: c.req.method,
    route,
    ...idsOf(route, new URL(c.req.url).pathname),
    user: visitor === undefined ? null : fingerprint(visitor.userId),
  };
}

/** What the path names, "/api/accounts/:accountId" → {accountId}, cut to the length of an id. */
function idsOf(route: string, path: string): LogFields {
  const parts = path.split("/");
  const named = route.split("/").flatMap((part, index): [string, string][] => {
    const value = parts[index];
    return part.startsWith(":") && value !== undefined ? [[part.slice(1), value.slice(0, LONGEST_ID)]] : [];
  });
  return Object.fromEntries(named);
}

/** The pattern of the route that answers, "/api/accounts/:id", so that lines of one route can be counted. */
function routePattern(c: AppContext): string {
  return matchedRoutes(c).findLast((route) => !route.path.endsWith("*"))?.path ?? "unknown";
}

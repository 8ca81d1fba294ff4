/**
 * fetch for this product: JSON in, JSON out, checked by a schema of the contract, refusals as values. A write carries the
 * idempotency key of its intent and is repeated with the same key when the outcome is unknown, so it happens once.
 */
import type { z } from "zod";
import { errorBody } from "../../../contract/errors.ts";
import { refuse, type Problem, type Result } from "../../../domain/problem.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export type RequestOptions = {
  readonly method?: Method;
  readonly body?: unknown;
  /** One key per wish of the trader (newIntent); required on every write that touches orders or money. */
  readonly intent?: string;
  readonly signal?: AbortSignal;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Longer than usual where the desk has to ask somebody else first. */
  readonly timeoutMs?: number;
};

type SessionHandler = (problem: Problem) => void;

let onSessionLost: SessionHandler = () => undefined;
const ATTEMPTS = 3;
const TIMEOUT_MS = 15_000;

/** The one place that hears of a 401. The session store registers itself. */
export function handleSessionLost(handler: SessionHandler): void {
  onSessionLost = handler;
}

/** A key for one wish. The same wish repeated (retry, double click) keeps it; a changed form gets a new one. */
export function newIntent(): string {
  return crypto.randomUUID();
}

/** The answer of the API as a value. Network trouble is TEMPORARILY_UNAVAILABLE with a sentence, never an exception. */
export async function request<T extends z.ZodType>(
  path: string,
  schema: T,
  options: RequestOptions = {},
): Promise<Result<z.output<T>>> {
  const mayRepeat = options.intent !== undefined || (options.method ?? "GET") === "GET";
  let answer = await attempt(path, schema, options);
  for (let tries = 1; mayRepeat && tries < ATTEMPTS && isUncertain(answer, options); tries += 1) {
    await pause(200 * 2 ** tries);
    answer = await attempt(path, schema, options);
  }
  if (!answer.ok && isSessionProblem(answer.error) && !path.startsWith("/api/auth/")) {
    onSessionLost(answer.error);
  }
  return answer;
}

async function attempt<T extends z.ZodType>(
  path: string,
  schema: T,
  options: RequestOptions,
): Promise<Result<z.output<T>>> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path + queryText(options.query), {
      method: options.method ?? "GET",
      headers: headersOf(options),
      credentials: "same-origin",
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    body = await response.json();
  } catch (error) {
    return unreachable(error, timeoutMs);
  }
  if (!response.ok) {
    const parsed = errorBody.safeParse(body);
    return parsed.success
      ? { ok: false, error: parsed.data.error }
      : refuse("INTERNAL", `The desk answered ${response.status} without a reason.`, {
          status: String(response.status),
        });
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    console.error(`The answer of ${path} is not in the contract.`, parsed.error.issues);
    return refuse("INTERNAL", "The desk's answer could not be read. Reload the page: it may be older than the server.");
  }
  return { ok: true, value: parsed.data };
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.body !== undefined) {
    headers["content-type"] = "application/json";
  }
  if (options.intent !== undefined) {
    headers["idempotency-key"] = options.intent;
  }
  return headers;
}

function queryText(query: RequestOptions["query"]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The request may have been carried out although no good answer came: only then is it repeated. */
function isUncertain(answer: Result<unknown>, options: RequestOptions): boolean {
  return (
    !answer.ok &&
    options.signal?.aborted !== true &&
    (answer.error.code === "TEMPORARILY_UNAVAILABLE" ||
      (answer.error.code === "INTERNAL" && "status" in answer.error.details))
  );
}

function isSessionProblem(problem: Problem): boolean {
  return problem.code === "UNAUTHENTICATED" || problem.code === "SESSION_EXPIRED";
}

function unreachable(error: unknown, timeoutMs: number): Result<never> {
  const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
  return refuse(
    "TEMPORARILY_UNAVAILABLE",
    isTimeout
      ? `The desk did not answer within ${Math.round(timeoutMs / 1000)} s.`
      : "The desk cannot be reached. Check the connection and try again.",
    { reason: error instanceof Error ? error.name : "unknown" },
  );
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/**
 * What providers answer instead of a reply, in words. Statuses and codes from their documentation: OpenAI and DeepSeek 401, 402,
 * 403, 404, 429 (with `insufficient_quota` for an empty account), Anthropic 529 when it is overloaded, Gemini 400
 * API_KEY_INVALID for a bad key. Nothing of the provider's own text is passed on but its short message, without keys in it.
 */
import { APIConnectionError, APIError } from "openai";
import type { ErrorCode, Problem } from "../../../domain/problem.ts";
import { ModelFailure } from "./call.ts";

const LONGEST_QUOTE = 200;
const MAXIMUM_RETRY_AFTER_MS = 10_000;

/** The failure that an exception of a call means; the exception itself when it is an abort or no provider's. */
export function failureOf(error: unknown, providerName: string): unknown {
  if (error instanceof ModelFailure) {
    return error;
  }
  if (error instanceof Error && error.cause instanceof ModelFailure) {
    // The SDK wraps what the connection threw.
    return error.cause;
  }
  const refusal = refusalOf(error);
  if (refusal !== null) {
    return ofStatus(refusal, providerName);
  }
  if (error instanceof APIConnectionError || isNetworkError(error)) {
    const message = `${providerName} cannot be reached. Check the address and the network, and try again.`;
    return new ModelFailure(problem("MODEL_UNREACHABLE", message), true);
  }
  if (error instanceof APIError) {
    // An error in the middle of the stream.
    const message = `${providerName} broke the answer off: ${quoted(error.message)}`;
    return new ModelFailure(problem("MODEL_FAILED", message), true);
  }
  return error;
}

/** An answer with a status, as plain values. */
type Refusal = {
  readonly status: number;
  readonly text: string;
  readonly message: string;
  readonly retryAfter: string;
};

function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof APIError)) {
    return null;
  }
  const status: unknown = error.status;
  const headers: unknown = error.headers;
  const { code, type, message } = error;
  return typeof status === "number"
    ? {
        status,
        text: `${code ?? ""} ${type ?? ""} ${message}`.toLowerCase(),
        message,
        retryAfter: headers instanceof Headers ? (headers.get("retry-after") ?? "") : "",
      }
    : null;
}

function ofStatus(refusal: Refusal, name: string): ModelFailure {
  const { status, text } = refusal;
  const said = quoted(refusal.message);
  const details = { status: String(status) };
  // An answer with a status was refused before anything was computed.
  const free = { isFree: true };
  if (status === 401 || (status === 400 && /api[_ ]key.{0,20}(?:invalid|not valid)/.test(text))) {
    return new ModelFailure(problem("MODEL_KEY_REFUSED", `${name} does not accept the key.`, details), false, free);
  }
  if (status === 402 || /insufficient_quota|insufficient balance|exceeded your current quota|billing/.test(text)) {
    const message = `The account at ${name} has no quota left. Add credit there, or use another model.`;
    return new ModelFailure(problem("MODEL_QUOTA", message, details), false, free);
  }
  if (status === 403 || status === 404 || /model_not_found|does not exist|not have access/.test(text)) {
    const message = `The key has no access to this model at ${name}, or the model is not there. ${said}`;
    return new ModelFailure(problem("MODEL_NO_ACCESS", message, details), false, free);
  }
  if (status === 429) {
    const message = `${name} is asked too often right now. Try again in a little while.`;
    return new ModelFailure(problem("MODEL_FAILED", message, details), true, {
      ...free,
      retryAfterMs: retryAfter(refusal),
    });
  }
  if (status === 413 || /context_length|maximum context|too many tokens|prompt is too long/.test(text)) {
    const message = `The question with its context is longer than this model takes. ${said}`;
    return new ModelFailure(problem("PROMPT_TOO_LONG", message, details), false, free);
  }
  if (status >= 500 || status === 408) {
    const message = `${name} has a problem of its own (${status}). Try again in a little while.`;
    return new ModelFailure(problem("MODEL_FAILED", message, details), true, {
      ...free,
      retryAfterMs: retryAfter(refusal),
    });
  }
  return new ModelFailure(
    problem("MODEL_FAILED", `${name} refused the request (${status}). ${said}`, details),
    false,
    free,
  );
}

function retryAfter(refusal: Refusal): number | null {
  const seconds = Number(refusal.retryAfter);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, MAXIMUM_RETRY_AFTER_MS) : null;
}

/** The provider's own words, short, on one line, and without anything that looks like a key. */
function quoted(message: string): string {
  const text = message
    .replace(/^\d{3}\s+/, "")
    .replaceAll(/[A-Za-z0-9_*-]{16,}/g, "…")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST_QUOTE);
  return text === "" ? "" : `It says: ${text}`;
}

/** Whether the line broke: what was sent may have arrived. */
export function isNetworkError(error: unknown): boolean {
  return (
    error instanceof TypeError || (error instanceof Error && /network connection lost|connection/i.test(error.message))
  );
}

function problem(code: ErrorCode, message: string, details: Readonly<Record<string, string>> = {}): Problem {
  return { code, message: message.trim().replace(/([^.!?…])$/, "$1."), details };
}

/** The key under which a write is done at most once. */
import type { Next } from "hono";
import type { Write } from "../../durable-objects/trader/port.ts";
import type { AppContext } from "../context.ts";
import { canonicalRequest } from "./body.ts";
import { refuseWith } from "./problem.ts";

const KEY = /^[\x21-\x7e]{1,128}$/;

/** Refuses a write without a usable Idempotency-Key. */
export async function requireIdempotencyKey(c: AppContext, next: Next): Promise<Response | void> {
  const key = c.req.header("idempotency-key");
  if (key === undefined || key === "") {
    return refuseWith(
      c,
      "IDEMPOTENCY_KEY_MISSING",
      "Send an Idempotency-Key header with every write, so that a repeated request is not done twice.",
    );
  }
  if (!KEY.test(key)) {
    return refuseWith(c, "BAD_REQUEST", "Idempotency-Key must have 1 to 128 visible ASCII characters.", {
      "idempotency-key": "must have 1 to 128 visible ASCII characters",
    });
  }
  return await next();
}

/** The request with its key, as the trader takes it. */
export function writeOf<T>(c: AppContext, request: T): Write<T> {
  return {
    idempotencyKey: c.req.header("idempotency-key") ?? "",
    body: canonicalRequest(c, request),
    request,
  };
}

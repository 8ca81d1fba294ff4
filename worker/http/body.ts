/** Bodies: capped before they are parsed, JSON only, and well formed. */
import { bodyLimit } from "hono/body-limit";
import type { Next } from "hono";
import { canonicalJson } from "../canonical-json.ts";
import type { AppContext } from "../context.ts";
import { refuseWith } from "./problem.ts";

export const MAXIMUM_BODY_BYTES = 64 * 1024;

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Refuses bodies over 64 KiB without reading further. */
export const limitBody = bodyLimit({
  maxSize: MAXIMUM_BODY_BYTES,
  onError: (c: AppContext) =>
    refuseWith(
      c,
      "BODY_TOO_LARGE",
      `The request is larger than ${MAXIMUM_BODY_BYTES} bytes, the most that is accepted.`,
      {
        maximumBytes: String(MAXIMUM_BODY_BYTES),
      },
    ),
});

/** Refuses anything but well-formed JSON where there is a body at all. */
export async function requireJson(c: AppContext, next: Next): Promise<Response | void> {
  if (c.req.method === "GET" || c.req.method === "HEAD") {
    return await next();
  }
  const text = await c.req.text();
  if (text === "") {
    return await next();
  }
  if (!JSON_TYPE.test(c.req.header("content-type") ?? "")) {
    return refuseWith(c, "UNSUPPORTED_MEDIA_TYPE", "Send the request as JSON, with content-type application/json.");
  }
  if (!isJson(text)) {
    return refuseWith(c, "MALFORMED_JSON", "The body of the request is not well-formed JSON.");
  }
  return await next();
}

/**
 * What decides whether two writes under one idempotency key are the same request: the operation with its target, and the
 * parsed request with its fields in a fixed order. Spelling differences ("0.50", white space, defaults) do not count.
 */
export function canonicalRequest(c: AppContext, request: unknown): string {
  const url = new URL(c.req.url);
  return `${c.req.method} ${url.pathname}${url.search}\n${canonicalJson(request)}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return false;
    }
    throw error;
  }
}

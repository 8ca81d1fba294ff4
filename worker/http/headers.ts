/**
 * Security headers of /api, and who may read from other origins. The pages themselves are static assets and get theirs from
 * web/public/_headers; keep the two in step.
 */
import type { Next } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { AppContext } from "../context.ts";

/** For every answer of /api: it is data, so nothing may be loaded, framed or sniffed. */
export const apiHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
  strictTransportSecurity: "max-age=63072000; includeSubDomains",
  xFrameOptions: "DENY",
  referrerPolicy: "no-referrer",
  // A route that serves something else (the API reference) sets its own.
  overwrite: false,
});

/** Nothing of /api is kept by anybody unless a route says so: most of it is somebody's own. */
export async function noStore(c: AppContext, next: Next): Promise<void> {
  await next();
  if (!c.res.headers.has("cache-control")) {
    c.res.headers.set("cache-control", "no-store");
  }
}

/** Reading from other origins is allowed to those of CORS_ORIGINS, by default to none. */
export const allowOrigins = cors({
  origin: (origin, c: AppContext) => (c.var.config.corsOrigins.includes(origin) ? origin : null),
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "content-type", "idempotency-key"],
  exposeHeaders: ["x-request-id", "retry-after", "x-cache"],
  maxAge: 600,
});

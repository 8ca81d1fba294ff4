/**
 * The guard against other sites: whatever changes state or opens a socket must come from an allowed origin. Browsers always
 * send `Origin` with such requests. Programs do not: they are let through only when no cookie could be at work.
 */
import type { Next } from "hono";
import { SESSION_COOKIE } from "../auth/cookies.ts";
import type { AppContext } from "../context.ts";
import type { Config } from "../env.ts";
import { refuseWith } from "./problem.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

export async function checkOrigin(c: AppContext, next: Next): Promise<Response | void> {
  if (SAFE_METHODS.has(c.req.method) && !isUpgrade(c.req.raw)) {
    return await next();
  }
  const origin = c.req.header("origin");
  if (origin === undefined) {
    if (hasSessionCookie(c.req.raw.headers)) {
      return refuseWith(c, "ORIGIN_REFUSED", "A request with a cookie must say where it comes from (Origin).");
    }
    return await next();
  }
  if (!isAllowed(origin, c.req.url, c.var.config)) {
    return refuseWith(c, "ORIGIN_REFUSED", "Requests from this site are not accepted.", {
      origin: origin.slice(0, 200),
    });
  }
  return await next();
}

export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

function isAllowed(origin: string, requestUrl: string, config: Config): boolean {
  if (config.allowedOrigins.includes(origin)) {
    return true;
  }
  // The desk on one's own machine may be opened as localhost or on another port than configured. The name must be loopback
  // itself, so that a foreign name pointing here (DNS rebinding) gains nothing.
  const own = new URL(requestUrl);
  return config.environment === "local" && LOOPBACK.has(own.hostname) && origin === own.origin;
}

function hasSessionCookie(headers: Headers): boolean {
  return headers.get("cookie")?.includes(SESSION_COOKIE) ?? false;
}

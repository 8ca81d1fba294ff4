/**
 * Who is asking. A session is checked against D1, but not on every request: within 30 seconds of the last check the signed
 * cookie (or, for bearer tokens, this isolate's memory) is enough. When D1 is slow or down the last good check counts for
 * up to 5 minutes, so that exits and cancels go on (TRADING §2). What must not be done by a session that has just been
 * ended elsewhere asks for an authoritative answer instead.
 */
import { createHash } from "node:crypto";
import { getCookieCache, getSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { log } from "../../durable-objects/lib/log.ts";
import type { Principal } from "../../durable-objects/trader/port.ts";
import type { AppContext } from "../context.ts";
import { clientAddress } from "../http/address.ts";
import { ADDRESS_HEADER, authFor } from "./auth.ts";
import { COOKIE_CACHE_SECONDS, COOKIE_PREFIX } from "./cookies.ts";

export type Visitor = {
  readonly userId: string;
  readonly name: string;
  /** Null for guests, whose stored address is a placeholder. */
  readonly email: string | null;
  readonly guest: boolean;
  readonly traderId: string;
  readonly sessionId: string;
  readonly sessionExpiresAt: number;
  readonly via: "page" | "api";
};

type Known = { readonly visitor: Visitor; readonly checkedAt: number };

const FRESH_MS = 30_000;
const TOLERATED_MS = COOKIE_CACHE_SECONDS * 1000;
const DATABASE_DEADLINE_MS = 1_500;
/** After a failure D1 is left alone this long where it can be, so that exits do not wait for it one by one. */
const RETRY_DATABASE_MS = 5_000;
const MAXIMUM_REMEMBERED = 5_000;

const bearer = /^bearer\s+(\S+)$/i;

const snapshot = z.object({
  session: z.object({ id: z.string(), token: z.string(), expiresAt: z.coerce.date() }),
  user: z.object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    isAnonymous: z.boolean().nullish(),
    traderId: z.string(),
  }),
});

/** Bearer sessions seen by this isolate, by hash of the token. */
const remembered = new Map<string, Known>();
/** Sessions ended by this isolate: their signed cookies are worthless at once, here. Elsewhere within 30 seconds. */
const ended = new Map<string, number>();

let databaseFailedAt = 0;

/** The signed-in visitor, or UNAUTHENTICATED, SESSION_EXPIRED, or TEMPORARILY_UNAVAILABLE when nobody can tell. */
export async function findVisitor(c: AppContext, how: "usual" | "authoritative" = "usual"): Promise<Result<Visitor>> {
  const token = bearerToken(c);
  if (token === null && getSessionCookie(c.req.raw.headers, { cookiePrefix: COOKIE_PREFIX }) === null) {
    return refuse("UNAUTHENTICATED", "Sign in first.");
  }
  const known = how === "authoritative" ? null : await lastKnown(c, token);
  const now = Date.now();
  if (known !== null && now - known.checkedAt < FRESH_MS) {
    return ok(known.visitor);
  }
  if (known !== null && now - databaseFailedAt < RETRY_DATABASE_MS && now - known.checkedAt < TOLERATED_MS) {
    return ok(known.visitor);
  }
  try {
    return await withDeadline(checkSession(c, token), DATABASE_DEADLINE_MS, "reading the session");
  } catch (error) {
    databaseFailedAt = now;
    if (known !== null && now - known.checkedAt < TOLERATED_MS) {
      log("session_accepted_unchecked", { requestId: c.var.requestId, ageMs: now - known.checkedAt });
      return ok(known.visitor);
    }
    log("session_unreadable", { requestId: c.var.requestId, error: error instanceof Error ? error.name : "unknown" });
    return refuse("TEMPORARILY_UNAVAILABLE", "Your session cannot be checked right now. Try again in a few seconds.");
  }
}

/** What the Trader is told about who asks. */
export function principalOf(visitor: Visitor): Principal {
  return {
    userId: visitor.userId,
    sessionId: visitor.sessionId,
    sessionExpiresAt: visitor.sessionExpiresAt,
    via: visitor.via,
  };
}

/** Headers that better-auth may see: the credential, the browser's name and the address we vouch for. */
export function authHeaders(c: AppContext, withCredential: boolean): Headers {
  const headers = new Headers({
    "content-type": "application/json",
    origin: c.var.config.publicOrigin,
    [ADDRESS_HEADER]: clientAddress(c.req.raw.headers),
  });
  const agent = c.req.header("user-agent");
  if (agent !== undefined) {
    headers.set("user-agent", agent.slice(0, 300));
  }
  const token = bearerToken(c);
  const cookie = c.req.header("cookie");
  if (withCredential && token !== null) {
    headers.set("authorization", `Bearer ${token}`);
  } else if (withCredential && cookie !== undefined) {
    headers.set("cookie", cookie);
  }
  return headers;
}

/** Makes this isolate forget sessions that have been ended in D1. */
export function forgetSessions(sessionIds: readonly string[]): void {
  const now = Date.now();
  for (const [id, until] of ended) {
    if (until < now) {
      ended.delete(id);
    }
  }
  for (const id of sessionIds) {
    ended.set(id, now + TOLERATED_MS);
  }
  for (const [key, known] of remembered) {
    if (sessionIds.includes(known.visitor.sessionId)) {
      remembered.delete(key);
    }
  }
}

/** The visitor of a session and user as better-auth or a query gives them. */
export function visitorFrom(value: unknown, via: "page" | "api"): Visitor | null {
  const parsed = snapshot.safeParse(value);
  if (!parsed.success) {
    return null;
  }
  const { session, user } = parsed.data;
  const guest = user.isAnonymous === true;
  return {
    userId: user.id,
    name: user.name,
    email: guest ? null : user.email,
    guest,
    traderId: user.traderId,
    sessionId: session.id,
    sessionExpiresAt: session.expiresAt.getTime(),
    via,
  };
}

function bearerToken(c: AppContext): string | null {
  return bearer.exec(c.req.header("authorization") ?? "")?.[1] ?? null;
}

async function lastKnown(c: AppContext, token: string | null): Promise<Known | null> {
  const known = token === null ? await fromCookie(c) : (remembered.get(keyOf(token)) ?? null);
  if (known === null || ended.has(known.visitor.sessionId) || known.visitor.sessionExpiresAt <= Date.now()) {
    return null;
  }
  return known;
}

async function fromCookie(c: AppContext): Promise<Known | null> {
  const cached = await getCookieCache(c.req.raw, {
    secret: c.var.config.authSecret.reveal(),
    cookiePrefix: COOKIE_PREFIX,
    isSecure: c.var.config.secureCookies,
  });
  const visitor = visitorFrom(cached, "page");
  if (cached === null || visitor === null) {
    return null;
  }
  // The two cookies are one credential: the cache counts only beside the token that it was made for.
  const [token] = (getSessionCookie(c.req.raw.headers, { cookiePrefix: COOKIE_PREFIX }) ?? "").split(".");
  return token === cached.session.token ? { visitor, checkedAt: cached.updatedAt } : null;
}

async function checkSession(c: AppContext, token: string | null): Promise<Result<Visitor>> {
  const via = token === null ? "page" : "api";
  const { headers, response } = await authFor(c.env, c.var.config).api.getSession({
    headers: authHeaders(c, true),
    query: { disableCookieCache: true },
    returnHeaders: true,
  });
  if (via === "page") {
    for (const cookie of headers.getSetCookie()) {
      c.header("set-cookie", cookie, { append: true });
    }
  }
  const visitor = visitorFrom(response, via);
  if (visitor === null) {
    return refuse("SESSION_EXPIRED", "Your session has ended. Sign in again.");
  }
  if (token !== null) {
    remember(keyOf(token), { visitor, checkedAt: Date.now() });
  }
  return ok(visitor);
}

function remember(key: string, known: Known): void {
  if (remembered.size >= MAXIMUM_REMEMBERED) {
    remembered.clear();
  }
  remembered.set(key, known);
}

function keyOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

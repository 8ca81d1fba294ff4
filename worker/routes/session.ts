/** Who is signed in, where, and tickets for sockets. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { endedSessions, endSessionsQuery, sessionList } from "../../contract/auth.ts";
import { sessionAnswer, socketTicket, type SessionView } from "../../contract/session.ts";
import { clearCookies } from "../auth/clear-cookies.ts";
import { requireCheckedVisitor, visitorOf } from "../auth/require-visitor.ts";
import { endSessions, listSessions } from "../auth/sessions.ts";
import { issueTicket } from "../auth/tickets.ts";
import { findVisitor, type Visitor } from "../auth/visitor.ts";
import type { AppEnv } from "../context.ts";
import { json, refusal, refuseWith } from "../http/problem.ts";
import { answers, body, sessionParams, SIGNED_IN } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const tags = ["Sessions"];

const sessionRoute = createRoute({
  method: "get",
  path: "/api/session",
  tags,
  summary: "Who is signed in",
  responses: answers(sessionAnswer, "The user and when the session ends; null when nobody is signed in"),
});

const sessionsRoute = createRoute({
  method: "get",
  path: "/api/sessions",
  tags,
  summary: "Where the user is signed in",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  responses: answers(sessionList, "Sessions, newest first"),
});

const endSessionRoute = createRoute({
  method: "delete",
  path: "/api/sessions/{sessionId}",
  tags,
  summary: "End one session",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { params: sessionParams },
  responses: answers(endedSessions, "The session has ended and its sockets are closed"),
});

const endSessionsRoute = createRoute({
  method: "delete",
  path: "/api/sessions",
  tags,
  summary: "Sign out everywhere",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { query: endSessionsQuery },
  responses: answers(endedSessions, "How many sessions ended"),
});

const ticketRoute = createRoute({
  method: "post",
  path: "/api/ws-ticket",
  tags,
  summary: "A ticket for /ws/trader: one use, 30 seconds",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(z.strictObject({})) },
  responses: answers(socketTicket, "The ticket"),
});

export function addSessionRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(sessionRoute, async (c) => {
    const found = await findVisitor(c, "usual");
    if (found.ok) {
      c.set("visitor", found.value); // The log line names who asked.
      return json(c, { session: sessionView(found.value) });
    }
    // A first visit is no error; a session that was named and has ended is one.
    return found.error.code === "UNAUTHENTICATED" ? json(c, { session: null }) : refusal(c, found.error);
  });

  app.openapi(sessionsRoute, async (c) => json(c, { sessions: await listSessions(c.env, visitorOf(c), Date.now()) }));

  app.openapi(endSessionRoute, async (c) => {
    const { sessionId } = c.req.valid("param");
    const visitor = visitorOf(c);
    const ended = await endSessions(c.env, c.var.config, visitor, (id) => id === sessionId);
    if (ended === 0) {
      return refuseWith(c, "NOT_FOUND", "You have no such session.");
    }
    if (sessionId === visitor.sessionId) {
      await clearCookies(c);
    }
    return json(c, { ended });
  });

  app.openapi(endSessionsRoute, async (c) => {
    const { keep } = c.req.valid("query");
    const visitor = visitorOf(c);
    const ended = await endSessions(
      c.env,
      c.var.config,
      visitor,
      (id) => keep === undefined || id !== visitor.sessionId,
    );
    if (keep === undefined) {
      await clearCookies(c);
    }
    return json(c, { ended });
  });

  app.openapi(ticketRoute, async (c) => {
    const admitted = await askTrader(c, "admit", (trader, principal) => trader.admit(principal));
    return admitted.ok ? json(c, await issueTicket(c.env, visitorOf(c), Date.now())) : refusal(c, admitted.error);
  });
}

/** A visitor as the wire shows it: what the trader object is called stays inside. */
export function sessionView(visitor: Visitor): SessionView {
  const { userId, name, email, guest, sessionExpiresAt } = visitor;
  return { user: { id: userId, name, email, guest }, expiresAt: sessionExpiresAt };
}

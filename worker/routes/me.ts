/** One's own data: taken away, thrown away, copied to the history again. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { dataExport, deleteMeRequest, done, historyState, rebuiltHistory } from "../../contract/auth.ts";
import { eraseUser } from "../auth/erase.ts";
import { clearCookies } from "../auth/clear-cookies.ts";
import { requireCheckedVisitor, requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import { listSessions } from "../auth/sessions.ts";
import { provePassword } from "../auth/sign-in.ts";
import { principalOf } from "../auth/visitor.ts";
import { ok, type Result } from "../../domain/problem.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { exportHistory } from "../history/export.ts";
import { json, refusal, refuseWith, reply } from "../http/problem.ts";
import { answers, body, SIGNED_IN } from "../http/route.ts";
import { assistantObject, outcome, traderObject } from "../objects.ts";

const tags = ["My data"];

const exportRoute = createRoute({
  method: "get",
  path: "/api/me/export",
  tags,
  summary: "Everything stored about me",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  responses: answers(dataExport, "A file"),
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/api/me",
  tags,
  summary: "Delete everything stored about me",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(deleteMeRequest) },
  responses: answers(done, "Gone"),
});

const rebuildRoute = createRoute({
  method: "post",
  path: "/api/me/rebuild-history",
  tags,
  summary: "Send my whole journal and what the assistant has kept to the history database again",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(z.strictObject({})) },
  responses: answers(rebuiltHistory, "How many rows are on their way"),
});

const historyRoute = createRoute({
  method: "get",
  path: "/api/me/history",
  tags,
  summary: "Whether my history is complete",
  security: SIGNED_IN,
  middleware: requireVisitor,
  responses: answers(historyState, "Changes that the history database would not take"),
});

export function addMyDataRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(exportRoute, async (c) => {
    const visitor = visitorOf(c);
    const trader = await outcome("exportData", () =>
      traderObject(c.env, c.var.config, visitor.traderId).exportData(principalOf(visitor)),
    );
    if (!trader.ok) {
      return refusal(c, trader.error);
    }
    const assistant = await outcome("exportData", () =>
      assistantObject(c.env, c.var.config, visitor.traderId).exportData(principalOf(visitor)),
    );
    if (!assistant.ok) {
      return refusal(c, assistant.error);
    }
    const now = Date.now();
    const { userId, name, email, guest } = visitor;
    c.header("content-disposition", 'attachment; filename="tradewithai-export.json"');
    return json(c, {
      exportedAt: now,
      user: { id: userId, name, email, guest },
      sessions: await listSessions(c.env, visitor, now),
      trader: trader.value,
      assistant: assistant.value,
      history: await exportHistory(c.env, visitor.traderId),
    });
  });

  app.openapi(deleteRoute, async (c) => {
    const visitor = visitorOf(c);
    const { password } = c.req.valid("json");
    if (!visitor.guest && password === undefined) {
      return refuseWith(c, "BAD_REQUEST", "The request is not valid: password is missing.", { password: "is missing" });
    }
    const proved = await provePassword(c, visitor, password ?? "");
    if (!proved.ok) {
      return refusal(c, proved.error);
    }
    const erased = await eraseUser(c.env, c.var.config, visitor);
    if (!erased.ok) {
      return refusal(c, erased.error);
    }
    await clearCookies(c);
    return json(c, { done: true });
  });

  app.openapi(historyRoute, async (c) => {
    const { trader, assistant, principal } = objectsOf(c);
    const parked = await Promise.all([
      outcome("parkedRows", () => trader.parkedRows(principal)),
      outcome("parkedRows", () => assistant.parkedRows(principal)),
    ]);
    return reply(
      c,
      added(parked, (parkedRows) => ({ parkedRows })),
    );
  });

  app.openapi(rebuildRoute, async (c) => {
    const { trader, assistant, principal } = objectsOf(c);
    const queued = await Promise.all([
      outcome("rebuildHistory", () => trader.rebuildHistory(principal)),
      outcome("rebuildHistory", () => assistant.rebuildHistory(principal)),
    ]);
    const rows = queued.map((each) => (each.ok ? ok(each.value.queued) : each));
    return reply(
      c,
      added(rows, (total) => ({ queued: total })),
    );
  });
}

/** The two objects of the visitor that keep a copy in the history database. */
function objectsOf(c: AppContext) {
  const visitor = visitorOf(c);
  return {
    trader: traderObject(c.env, c.var.config, visitor.traderId),
    assistant: assistantObject(c.env, c.var.config, visitor.traderId),
    principal: principalOf(visitor),
  };
}

/** The sum of what each answered, or the first refusal. */
function added<T>(answered: readonly Result<number>[], shown: (total: number) => T): Result<T> {
  let total = 0;
  for (const each of answered) {
    if (!each.ok) {
      return each;
    }
    total += each.value;
  }
  return ok(shown(total));
}

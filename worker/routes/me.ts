/** One's own data: taken away, thrown away, copied to the history again. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { dataExport, deleteMeRequest, done, rebuiltHistory } from "../../contract/auth.ts";
import { eraseUser } from "../auth/erase.ts";
import { clearCookies } from "../auth/clear-cookies.ts";
import { requireCheckedVisitor, visitorOf } from "../auth/require-visitor.ts";
import { listSessions } from "../auth/sessions.ts";
import { provePassword } from "../auth/sign-in.ts";
import { principalOf } from "../auth/visitor.ts";
import type { AppEnv } from "../context.ts";
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
  summary: "Send my whole journal to the history database again",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(z.strictObject({})) },
  responses: answers(rebuiltHistory, "How many rows are on their way"),
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

  app.openapi(rebuildRoute, async (c) => {
    const visitor = visitorOf(c);
    return reply(
      c,
      await outcome("rebuildHistory", () =>
        traderObject(c.env, c.var.config, visitor.traderId).rebuildHistory(principalOf(visitor)),
      ),
    );
  });
}

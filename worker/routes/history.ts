/** Lists across time from D1: fills and the equity curve. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { equityCurve as equityCurveSchema, equityQuery } from "../../contract/accounts.ts";
import { fillPage as fillPageSchema } from "../../contract/orders.ts";
import { historyQuery } from "../../contract/paging.ts";
import { ok } from "../../domain/problem.ts";
import { requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { equityCurve } from "../history/equity.ts";
import { fillPage } from "../history/pages.ts";
import { refusal, reply } from "../http/problem.ts";
import { accountParams, answers, SIGNED_IN } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const tags = ["History"];

const fillsRoute = createRoute({
  method: "get",
  path: "/api/accounts/{accountId}/fills",
  tags,
  summary: "Fills, newest first",
  security: SIGNED_IN,
  middleware: [requireVisitor],
  request: { params: accountParams, query: historyQuery },
  responses: answers(fillPageSchema, "A page of fills"),
});

const equityRoute = createRoute({
  method: "get",
  path: "/api/accounts/{accountId}/equity",
  tags,
  summary: "The equity curve",
  security: SIGNED_IN,
  middleware: [requireVisitor],
  request: { params: accountParams, query: equityQuery },
  responses: answers(equityCurveSchema, "Samples, oldest first"),
});

export function addHistoryRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(fillsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const state = await askTrader(c, "account", (trader, principal) => trader.account(principal, accountId));
    if (!state.ok) {
      return refusal(c, state.error);
    }
    const owner = { traderId: visitorOf(c).traderId, accountId };
    return reply(c, await fillPage(c.env, owner, c.req.valid("query"), state.value.recentFills));
  });

  app.openapi(equityRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { from, to } = c.req.valid("query");
    // The trader counts the request and knows whose account it is; the points are in D1 alone.
    const owned = await askTrader(c, "positions", (trader, principal) => trader.positions(principal, accountId));
    if (!owned.ok) {
      return refusal(c, owned.error);
    }
    const owner = { traderId: visitorOf(c).traderId, accountId };
    const points = await equityCurve(c.env, owner, { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER });
    return reply(c, points.ok ? ok({ points: points.value }) : points);
  });
}

/** /api/accounts/{id}/risk: the rules of an account, how it stands against them, and asking them without ordering. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { riskChange, riskCheck, riskCheckRequest, riskSettings, riskView } from "../../contract/risk.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { reply } from "../http/problem.ts";
import { accountParams, answers, body, SIGNED_IN } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const base = "/api/accounts/{accountId}/risk";
const common = { tags: ["Risk"], security: SIGNED_IN, middleware: [requireVisitor] };

const readRoute = createRoute({
  ...common,
  method: "get",
  path: base,
  summary: "The risk settings of an account, with the table that explains them and how it stands now",
  request: { params: accountParams },
  responses: answers(riskView, "Settings and standing"),
});

const changeRoute = createRoute({
  ...common,
  method: "put",
  path: base,
  summary: "Change the risk settings; repeating it changes nothing",
  request: { params: accountParams, body: body(riskSettings) },
  responses: answers(riskView, "Settings and standing after it"),
});

const changeSomeRoute = createRoute({
  ...common,
  method: "patch",
  path: base,
  summary:
    "Change some risk settings; what waits of others, and what others changed, stays. Repeating it changes nothing",
  request: { params: accountParams, body: body(riskChange) },
  responses: answers(riskView, "Settings and standing after it"),
});

const checkRoute = createRoute({
  ...common,
  method: "post",
  path: `${base}/check`,
  summary: "Ask every rule about an order without placing it",
  request: { params: accountParams, body: body(riskCheckRequest) },
  responses: answers(riskCheck, "What each rule says, the size that the risk allows, exposure and worst case"),
});

export function addRiskRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(readRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    return reply(c, await askTrader(c, "risk", (trader, principal) => trader.risk(principal, accountId)));
  });

  app.openapi(changeRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const settings = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "changeRisk", (trader, principal) => trader.changeRisk(principal, accountId, settings)),
    );
  });

  app.openapi(changeSomeRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const change = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "changeSomeRisk", (trader, principal) => trader.changeSomeRisk(principal, accountId, change)),
    );
  });

  app.openapi(checkRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const request = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "checkRisk", (trader, principal) => trader.checkRisk(principal, accountId, request)),
    );
  });
}

/** Stop, resuming after a halt, and price alerts. Stop needs no idempotency key: pressing it twice does nothing the second time. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { resumed, resumeRequest, stopReport, stopRequest } from "../../contract/halts.ts";
import { priceAlert, priceAlertList, priceAlertRequest } from "../../contract/price-alerts.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { requireIdempotencyKey, writeOf } from "../http/idempotency.ts";
import { reply } from "../http/problem.ts";
import { accountParams, answers, body, makes, SIGNED_IN, writeHeaders } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const account = "/api/accounts/{accountId}";
const stopping = { tags: ["Stop"], security: SIGNED_IN, middleware: [requireVisitor] };
const alerts = { tags: ["Price alerts"], security: SIGNED_IN };
/** The feed, the turn and a moment for the exchange's answers, with room to spare. */
const STOP_DEADLINE_MS = 10_000;

const stopAllRoute = createRoute({
  ...stopping,
  method: "post",
  path: "/api/stop",
  summary: "Stop all my accounts",
  request: { body: body(stopRequest) },
  responses: answers(stopReport, "What was done, step by step, and what could not be"),
});

const stopRoute = createRoute({
  ...stopping,
  method: "post",
  path: `${account}/stop`,
  summary: "Stop one account",
  request: { params: accountParams, body: body(stopRequest) },
  responses: answers(stopReport, "What was done, step by step, and what could not be"),
});

const resumeRoute = createRoute({
  ...stopping,
  method: "post",
  path: `${account}/halts/resume`,
  summary: "Take entries again, with a new baseline or after the waiting time",
  request: { params: accountParams, body: body(resumeRequest) },
  responses: answers(resumed, "What had stopped it"),
});

const listAlertsRoute = createRoute({
  ...alerts,
  middleware: [requireVisitor],
  method: "get",
  path: `${account}/price-alerts`,
  summary: "Price alerts, and the last that are over",
  request: { params: accountParams },
  responses: answers(priceAlertList, "The alerts"),
});

const setAlertRoute = createRoute({
  ...alerts,
  middleware: [requireVisitor, requireIdempotencyKey],
  method: "post",
  path: `${account}/price-alerts`,
  summary: "Be told when a pair trades at a price",
  request: { headers: writeHeaders, params: accountParams, body: body(priceAlertRequest) },
  responses: makes(priceAlert, "The alert"),
});

const removeAlertRoute = createRoute({
  ...alerts,
  middleware: [requireVisitor, requireIdempotencyKey],
  method: "delete",
  path: `${account}/price-alerts/{alertId}`,
  summary: "Remove a price alert",
  request: {
    headers: writeHeaders,
    params: accountParams.extend({ alertId: z.string().regex(/^[\w-]{1,64}$/, "must be an id") }),
  },
  responses: answers(priceAlertList, "The alerts that are left"),
});

export function addStopRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(stopAllRoute, async (c) => {
    const { mode } = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "stop", (trader, principal) => trader.stop(principal, null, mode), STOP_DEADLINE_MS),
    );
  });

  app.openapi(stopRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { mode } = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "stop", (trader, principal) => trader.stop(principal, accountId, mode), STOP_DEADLINE_MS),
    );
  });

  app.openapi(resumeRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { how } = c.req.valid("json");
    return reply(c, await askTrader(c, "resume", (trader, principal) => trader.resume(principal, accountId, how)));
  });

  app.openapi(listAlertsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    return reply(c, await askTrader(c, "priceAlerts", (trader, principal) => trader.priceAlerts(principal, accountId)));
  });

  app.openapi(setAlertRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "setPriceAlert", (trader, principal) => trader.setPriceAlert(principal, accountId, write)),
      201,
    );
  });

  app.openapi(removeAlertRoute, async (c) => {
    const { accountId, alertId } = c.req.valid("param");
    const write = writeOf(c, null);
    return reply(
      c,
      await askTrader(c, "removePriceAlert", (trader, principal) =>
        trader.removePriceAlert(principal, accountId, alertId, write),
      ),
    );
  });
}

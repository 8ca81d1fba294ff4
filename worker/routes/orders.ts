/** /api/accounts/{id}/orders: placing, changing, cancelling, listing. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import {
  amendOrderRequest,
  cancelAllQuery,
  cancelAllResult,
  order,
  orderPage as orderPageSchema,
  placedOrder,
  placeOrderRequest,
} from "../../contract/orders.ts";
import { orderListQuery } from "../../contract/paging.ts";
import { ok } from "../../domain/problem.ts";
import { requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { orderPage } from "../history/pages.ts";
import { requireIdempotencyKey, writeOf } from "../http/idempotency.ts";
import { refusal, reply } from "../http/problem.ts";
import { accountParams, answers, body, makes, orderParams, SIGNED_IN, writeHeaders } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const tags = ["Orders"];
const base = "/api/accounts/{accountId}/orders";
const reading = { tags, security: SIGNED_IN, middleware: [requireVisitor] };
const writing = { tags, security: SIGNED_IN, middleware: [requireVisitor, requireIdempotencyKey] };

const listRoute = createRoute({
  ...reading,
  method: "get",
  path: base,
  summary: "Orders, newest first",
  request: { params: accountParams, query: orderListQuery },
  responses: answers(orderPageSchema, "A page of orders"),
});

const placeRoute = createRoute({
  ...writing,
  method: "post",
  path: base,
  summary: "Place an order",
  request: { headers: writeHeaders, params: accountParams, body: body(placeOrderRequest) },
  responses: makes(placedOrder, "The order with the fills that it already has"),
});

const cancelAllRoute = createRoute({
  ...writing,
  method: "delete",
  path: base,
  summary: "Cancel all open orders, or those of one pair",
  request: { headers: writeHeaders, params: accountParams, query: cancelAllQuery },
  responses: answers(cancelAllResult, "What was cancelled and what was not"),
});

const readRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/{orderId}`,
  summary: "An order with its fills",
  request: { params: orderParams },
  responses: answers(placedOrder, "The order"),
});

const amendRoute = createRoute({
  ...writing,
  method: "patch",
  path: `${base}/{orderId}`,
  summary: "Change quantity or limit price",
  request: { headers: writeHeaders, params: orderParams, body: body(amendOrderRequest) },
  responses: answers(placedOrder, "The order after it"),
});

const cancelRoute = createRoute({
  ...writing,
  method: "delete",
  path: `${base}/{orderId}`,
  summary: "Cancel an order",
  request: { headers: writeHeaders, params: orderParams },
  responses: answers(order, "The order after it"),
});

export function addOrderRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { status, ...filter } = c.req.valid("query");
    if (status === "open") {
      const open = await askTrader(c, "openOrders", (trader, principal) => trader.openOrders(principal, accountId));
      return reply(c, open.ok ? ok({ rows: open.value, next: null }) : open);
    }
    const state = await askTrader(c, "account", (trader, principal) => trader.account(principal, accountId));
    if (!state.ok) {
      return refusal(c, state.error);
    }
    const owner = { traderId: visitorOf(c).traderId, accountId };
    return reply(c, await orderPage(c.env, owner, filter, [...state.value.openOrders, ...state.value.recentOrders]));
  });

  app.openapi(placeRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "placeOrder", (trader, principal) => trader.placeOrder(principal, accountId, write)),
      201,
    );
  });

  app.openapi(cancelAllRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { symbol } = c.req.valid("query");
    const write = writeOf(c, null);
    return reply(
      c,
      await askTrader(c, "cancelAll", (trader, principal) =>
        trader.cancelAll(principal, accountId, symbol ?? null, write),
      ),
    );
  });

  app.openapi(readRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    return reply(c, await askTrader(c, "order", (trader, principal) => trader.order(principal, accountId, orderId)));
  });

  app.openapi(amendRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "amendOrder", (trader, principal) => trader.amendOrder(principal, accountId, orderId, write)),
    );
  });

  app.openapi(cancelRoute, async (c) => {
    const { accountId, orderId } = c.req.valid("param");
    const write = writeOf(c, null);
    return reply(
      c,
      await askTrader(c, "cancelOrder", (trader, principal) =>
        trader.cancelOrder(principal, accountId, orderId, write),
      ),
    );
  });
}

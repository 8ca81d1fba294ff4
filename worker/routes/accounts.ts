/** /api/accounts: the paper accounts of the visitor. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import {
  account,
  adoptRequest,
  boughtCost,
  accountDetail,
  accountList,
  depositRequest,
  openAccountRequest,
  position,
  resetRequest,
  settingsRequest,
} from "../../contract/accounts.ts";
import {
  cancelExternalQuery,
  cancelExternalResult,
  closePositionRequest,
  placedOrder,
  protectPositionRequest,
} from "../../contract/orders.ts";
import { eventList, eventQuery, journalEvent } from "../../contract/trader-socket.ts";
import { ok } from "../../domain/problem.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { requireIdempotencyKey, writeOf } from "../http/idempotency.ts";
import { reply } from "../http/problem.ts";
import { accountParams, answers, assetParams, body, makes, SIGNED_IN, writeHeaders } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const tags = ["Accounts"];
const base = "/api/accounts";
const reading = { tags, security: SIGNED_IN, middleware: [requireVisitor] };
const writing = { tags, security: SIGNED_IN, middleware: [requireVisitor, requireIdempotencyKey] };

/** As eventList; an OpenAPI document cannot be made of a schema that contains itself, as any JSON does. */
const documentedEvents = eventList.extend({
  events: z.array(journalEvent.extend({ data: z.record(z.string(), z.unknown()) })),
});

const listRoute = createRoute({
  ...reading,
  method: "get",
  path: base,
  summary: "My accounts",
  responses: answers(accountList, "The accounts"),
});

const openRoute = createRoute({
  ...writing,
  method: "post",
  path: base,
  summary: "Open a paper account",
  request: { headers: writeHeaders, body: body(openAccountRequest) },
  responses: makes(account, "The new account"),
});

const readRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/{accountId}`,
  summary: "An account with everything that is alive in it",
  request: { params: accountParams },
  responses: answers(accountDetail, "The account"),
});

const depositRoute = createRoute({
  ...writing,
  method: "post",
  path: `${base}/{accountId}/deposit`,
  summary: "Deposit paper money",
  request: { headers: writeHeaders, params: accountParams, body: body(depositRequest) },
  responses: answers(account, "The account after it"),
});

const resetRoute = createRoute({
  ...writing,
  method: "post",
  path: `${base}/{accountId}/reset`,
  summary: "Start a paper account again; its history stays",
  request: { headers: writeHeaders, params: accountParams, body: body(resetRequest) },
  responses: answers(account, "The account after it"),
});

const settingsRoute = createRoute({
  ...reading,
  method: "patch",
  path: `${base}/{accountId}/settings`,
  summary: "Change name, zone or fees",
  request: { params: accountParams, body: body(settingsRequest) },
  responses: answers(account, "The account after it"),
});

const positionsRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/{accountId}/positions`,
  summary: "Positions",
  request: { params: accountParams },
  responses: answers(z.object({ positions: z.array(position) }), "The positions"),
});

const closeRoute = createRoute({
  ...writing,
  method: "post",
  path: `${base}/{accountId}/positions/{asset}/close`,
  summary: "Close a position, whole or in part",
  request: { headers: writeHeaders, params: assetParams, body: body(closePositionRequest) },
  responses: makes(placedOrder, "The exit order"),
});

const protectRoute = createRoute({
  ...writing,
  method: "put",
  path: `${base}/{accountId}/positions/{asset}/protection`,
  summary: "Change the stop and the target of a position",
  request: { params: assetParams, body: body(protectPositionRequest) },
  responses: answers(account, "The account after it"),
});

const boughtCostRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/{accountId}/holdings/{asset}/cost`,
  summary: "What Kraken's history says that an external holding was bought for; a suggestion for adopting it",
  request: { params: assetParams },
  responses: answers(boughtCost, "The cost of the last so many bought, and how far the history reaches"),
});

const adoptRoute = createRoute({
  ...writing,
  method: "post",
  path: `${base}/{accountId}/holdings/{asset}/adopt`,
  summary: "Take external inventory into the desk's own, at a stated cost",
  request: { headers: writeHeaders, params: assetParams, body: body(adoptRequest) },
  responses: answers(account, "The account after it"),
});

const cancelExternalRoute = createRoute({
  ...writing,
  method: "delete",
  path: `${base}/{accountId}/external-orders`,
  summary: "Cancel the orders that were made by hand at the exchange",
  request: { params: accountParams, query: cancelExternalQuery },
  responses: answers(cancelExternalResult, "What the exchange took"),
});

const eventsRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/{accountId}/events`,
  summary: "The journal of an account",
  request: { params: accountParams, query: eventQuery },
  responses: answers(documentedEvents, "Events, oldest first"),
});

export function addAccountRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const accounts = await askTrader(c, "accounts", (trader, principal) => trader.accounts(principal));
    return reply(c, accounts.ok ? ok({ accounts: accounts.value }) : accounts);
  });

  app.openapi(openRoute, async (c) => {
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "openAccount", (trader, principal) => trader.openAccount(principal, write)),
      201,
    );
  });

  app.openapi(readRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    return reply(c, await askTrader(c, "account", (trader, principal) => trader.account(principal, accountId)));
  });

  app.openapi(depositRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(c, await askTrader(c, "deposit", (trader, principal) => trader.deposit(principal, accountId, write)));
  });

  app.openapi(resetRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "reset", (trader, principal) => trader.resetAccount(principal, accountId, write)),
    );
  });

  app.openapi(settingsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const request = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "settings", (trader, principal) => trader.changeSettings(principal, accountId, request)),
    );
  });

  app.openapi(positionsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const positions = await askTrader(c, "positions", (trader, principal) => trader.positions(principal, accountId));
    return reply(c, positions.ok ? ok({ positions: positions.value }) : positions);
  });

  app.openapi(closeRoute, async (c) => {
    const { accountId, asset } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "close", (trader, principal) => trader.closePosition(principal, accountId, asset, write)),
      201,
    );
  });

  app.openapi(protectRoute, async (c) => {
    const { accountId, asset } = c.req.valid("param");
    const request = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "protect", (trader, principal) =>
        trader.protectPosition(principal, accountId, asset, request),
      ),
    );
  });

  app.openapi(boughtCostRoute, async (c) => {
    const { accountId, asset } = c.req.valid("param");
    return reply(
      c,
      await askTrader(c, "boughtCost", (trader, principal) => trader.boughtCost(principal, accountId, asset)),
    );
  });

  app.openapi(adoptRoute, async (c) => {
    const { accountId, asset } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(c, "adopt", (trader, principal) => trader.adoptHolding(principal, accountId, asset, write)),
    );
  });

  app.openapi(cancelExternalRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const venueOrderIds = c.req.valid("query").orders.split(",");
    return reply(
      c,
      await askTrader(c, "cancelExternal", (trader, principal) =>
        trader.cancelExternalOrders(principal, accountId, venueOrderIds),
      ),
    );
  });

  app.openapi(eventsRoute, async (c) => {
    const { accountId } = c.req.valid("param");
    const { after, limit } = c.req.valid("query");
    return reply(
      c,
      await askTrader(c, "events", (trader, principal) => trader.events(principal, accountId, after, limit)),
    );
  });
}

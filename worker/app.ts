/**
 * The HTTP side of the desk: what every request goes through, in order, and the routes. Errors become answers in three
 * places only: a route that refuses, notFound and onError below.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Next } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AppContext, AppEnv } from "./context.ts";
import { readConfig } from "./env.ts";
import { limitPerAddress } from "./http/address-limit.ts";
import { limitBody, requireJson } from "./http/body.ts";
import { allowOrigins, apiHeaders, noStore } from "./http/headers.ts";
import { methodsOf } from "./http/methods.ts";
import { checkOrigin } from "./http/origin.ts";
import { refusal, refuseWith } from "./http/problem.ts";
import { badRequest } from "./http/validation.ts";
import { addAccountRoutes } from "./routes/accounts.ts";
import { addAssistantRoutes } from "./routes/assistant.ts";
import { addAssistantProposalRoutes } from "./routes/assistant-proposals.ts";
import { addAssistantProviderRoutes } from "./routes/assistant-providers.ts";
import { addAuthRoutes } from "./routes/auth.ts";
import { addCredentialRoutes } from "./routes/credentials.ts";
import { addDocumentRoutes } from "./routes/document.ts";
import { addHealthRoute } from "./routes/health.ts";
import { addHistoryRoutes } from "./routes/history.ts";
import { addMarketRoutes } from "./routes/markets.ts";
import { addMyDataRoutes } from "./routes/me.ts";
import { addNotificationRoutes } from "./routes/notifications.ts";
import { addOperatorRoutes } from "./routes/operator.ts";
import { addOrderRoutes } from "./routes/orders.ts";
import { addRiskRoutes } from "./routes/risk.ts";
import { addSessionRoutes } from "./routes/session.ts";
import { addStopRoutes } from "./routes/stop.ts";
import { addSocketRoutes } from "./routes/sockets.ts";
import { isDatabaseFailure, logRequests, reportUnexpected } from "./telemetry.ts";

export type App = OpenAPIHono<AppEnv>;

const REQUESTS_PER_MINUTE = 1_500;
const PUBLIC_REQUESTS_PER_MINUTE = 300;
/** Of keys: each may ask Kraken, who locks out whoever tries too many wrong ones. New guests are no way around it. */
const KEY_REQUESTS_PER_MINUTE = 60;

/** The application with all its routes. One per isolate. */
export function createApp(): App {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => (result.success ? undefined : refusal(c, badRequest(result.error.issues))),
  });
  app.use(logRequests, requireConfig, limitPerAddress(REQUESTS_PER_MINUTE));
  app.use("/api/*", noStore, apiHeaders, allowOrigins);
  app.use(checkOrigin);
  app.use("/api/*", limitBody, requireJson);
  const publicLimit = limitPerAddress(PUBLIC_REQUESTS_PER_MINUTE);
  for (const path of [
    "/api/health",
    "/api/markets",
    "/api/markets/*",
    "/api/openapi.json",
    "/api/docs",
    "/ws/market",
  ]) {
    app.use(path, publicLimit);
  }
  app.use("/api/credentials/*", limitPerAddress(KEY_REQUESTS_PER_MINUTE));
  app.use("/api/assistant/credentials/*", limitPerAddress(KEY_REQUESTS_PER_MINUTE));
  // Each test of a channel posts somewhere.
  app.use("/api/notifications/test", limitPerAddress(KEY_REQUESTS_PER_MINUTE));

  addHealthRoute(app);
  addAuthRoutes(app);
  addSessionRoutes(app);
  addMyDataRoutes(app);
  addMarketRoutes(app);
  addAccountRoutes(app);
  addOrderRoutes(app);
  addRiskRoutes(app);
  addStopRoutes(app);
  addHistoryRoutes(app);
  addCredentialRoutes(app);
  addNotificationRoutes(app);
  addAssistantRoutes(app);
  addAssistantProviderRoutes(app);
  addAssistantProposalRoutes(app);
  addOperatorRoutes(app);
  addSocketRoutes(app);
  addDocumentRoutes(app);

  app.notFound((c) => notFound(app, c));
  app.onError((error, c) => unexpected(error, c));
  return app;
}

async function requireConfig(c: AppContext, next: Next): Promise<Response | void> {
  const config = readConfig(c.env);
  if (!config.ok) {
    return refusal(c, config.error);
  }
  c.set("config", config.value);
  return await next();
}

function notFound(app: App, c: AppContext): Response | Promise<Response> {
  const { pathname } = new URL(c.req.url);
  if (!pathname.startsWith("/api/") && !pathname.startsWith("/ws/")) {
    return c.env.ASSETS.fetch(c.req.raw);
  }
  const methods = methodsOf(app.routes, pathname);
  if (methods.length > 0) {
    c.header("allow", methods.join(", "));
    return refuseWith(c, "METHOD_NOT_ALLOWED", `This address answers ${methods.join(", ")}, not ${c.req.method}.`);
  }
  return refuseWith(c, "NOT_FOUND", "There is nothing at this address.");
}

function unexpected(error: Error, c: AppContext): Response {
  if (error instanceof HTTPException && error.status === 415) {
    return refuseWith(c, "UNSUPPORTED_MEDIA_TYPE", "Send the request as JSON, with content-type application/json.");
  }
  reportUnexpected(c, error);
  if (isDatabaseFailure(error)) {
    return refuseWith(
      c,
      "TEMPORARILY_UNAVAILABLE",
      "The database does not answer right now. Try again in a few seconds.",
    );
  }
  return refuseWith(c, "INTERNAL", "Something broke on our side. It has been recorded; nothing of yours is lost.", {
    requestId: c.var.requestId,
  });
}

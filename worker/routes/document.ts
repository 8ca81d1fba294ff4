/** /api/openapi.json and, for people, /api/docs. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { version } from "../../package.json";
import { SESSION_COOKIE } from "../auth/cookies.ts";
import type { AppEnv } from "../context.ts";
import { referencePage } from "../http/reference-page.ts";

const DESCRIPTION = `Paper trading on a live Kraken market. Decimals are strings, times are milliseconds since the epoch, symbols in paths
are written BTC-USD. Every refusal is {error: {code, message, details}}. What a schema cannot say is in docs/protocol.md.`;

/** A page of text and styles: no script runs in it, from us or from anybody. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export function addDocumentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: SESSION_COOKIE,
    description: "Set by signing in; needs an allowed Origin on everything that changes state.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "The token that a sign-in without an Origin answers.",
  });

  // Making it takes tens of milliseconds, and anybody may ask: it is made once, when all routes are there.
  let document: string | null = null;
  let page: ReturnType<typeof referencePage> | null = null;

  app.get("/api/openapi.json", (c) => {
    c.header("cache-control", "public, max-age=300");
    c.header("content-type", "application/json");
    document ??= JSON.stringify(documentOf(app));
    return c.body(document);
  });

  app.get("/api/docs", (c) => {
    c.header("content-security-policy", PAGE_POLICY);
    c.header("cache-control", "public, max-age=300");
    page ??= referencePage(documentOf(app));
    return c.html(page);
  });
}

/** The OpenAPI 3.1 document of the application. */
export function documentOf(app: OpenAPIHono<AppEnv>) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "TradeWithAI", version, description: DESCRIPTION, license: { name: "MIT" } },
    servers: [{ url: "/" }],
  });
}

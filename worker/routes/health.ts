/** Is the desk alive: the database and the connection to the exchange. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { sql } from "drizzle-orm";
import { health, type HealthView } from "../../contract/session.ts";
import { withDeadline } from "../../durable-objects/lib/deadline.ts";
import { logUnexpected } from "../../durable-objects/lib/log.ts";
import { version } from "../../package.json";
import type { AppContext, AppEnv } from "../context.ts";
import { database } from "../database.ts";
import { makeMemoryCache } from "../../durable-objects/lib/memory-cache.ts";
import { json } from "../http/problem.ts";
import { answers, type Answers } from "../http/route.ts";
import { feedObject } from "../objects.ts";
import { withoutParameters } from "../telemetry.ts";

type Check = HealthView["checks"][string];

const CHECK_DEADLINE_MS = 2_000;
/** A page that everybody may ask must not become a way to keep the feed and the database busy. */
const CACHE_MS = 1_000;
const cache = makeMemoryCache<HealthView>(CACHE_MS, 1);

const responses: Answers = {
  ...answers(health, "All is well"),
  503: { description: "Degraded", content: { "application/json": { schema: health } } },
};

const healthRoute = createRoute({
  method: "get",
  path: "/api/health",
  tags: ["Operations"],
  summary: "Health of the desk; 503 when degraded",
  responses,
});

export function addHealthRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(healthRoute, async (c) => {
    const now = Date.now();
    const known = cache.get(c.var.config.environment, now);
    const view = known ?? (await examine(c));
    if (known === null && view.status === "ok") {
      cache.set(c.var.config.environment, view, now);
    }
    return json(c, view, view.status === "ok" ? 200 : 503);
  });
}

async function examine(c: AppContext): Promise<HealthView> {
  const { config } = c.var;
  const [databaseCheck, marketCheck] = await Promise.all([
    check("database", async () => {
      await database(c.env).run(sql`SELECT 1`);
      return { ok: true, detail: "answers" };
    }),
    check("market", async () => {
      const state = await feedObject(c.env, config).heartbeat();
      const stale = state.staleSymbols.length;
      const detail = state.connected
        ? `connected, ${state.symbols} symbols, ${stale} of them stale`
        : "not connected to the exchange";
      return { ok: state.connected && (state.symbols === 0 || stale < state.symbols), detail };
    }),
  ]);
  return {
    status: databaseCheck.ok && marketCheck.ok ? "ok" : "degraded",
    environment: config.environment,
    market: config.market,
    checks: { database: databaseCheck, market: marketCheck },
    version,
  };
}

async function check(name: string, examineIt: () => Promise<Check>): Promise<Check> {
  try {
    return await withDeadline(examineIt(), CHECK_DEADLINE_MS, name);
  } catch (error) {
    logUnexpected("health_check_failed", withoutParameters(error), { check: name });
    return { ok: false, detail: "does not answer" };
  }
}

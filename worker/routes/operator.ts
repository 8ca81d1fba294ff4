/** /api/operator: for whoever runs the desk, known by the vault's master. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Next } from "hono";
import { resealAnswer, resealRequest } from "../../contract/operator.ts";
import { isOperatorProof, OPERATOR_PROOF_HEADER } from "../../durable-objects/lib/operator-proof.ts";
import { log } from "../../durable-objects/lib/log.ts";
import { Vault } from "../../durable-objects/lib/vault.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { json, refuseWith } from "../http/problem.ts";
import { answers, body } from "../http/route.ts";
import { resealPage } from "../operator/reseal.ts";

const resealRoute = createRoute({
  method: "post",
  path: "/api/operator/vault/reseal",
  tags: ["Operator"],
  summary: "Encrypt a page of users' keys with the current VAULT_SECRET (npm run vault:rotate)",
  security: [{ operator: [] }],
  middleware: requireOperator,
  request: { body: body(resealRequest) },
  responses: answers(resealAnswer, "What was done, and where to go on"),
});

export function addOperatorRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "operator", {
    type: "apiKey",
    in: "header",
    name: OPERATOR_PROOF_HEADER,
    description: "A mark of time and request under VAULT_SECRET (durable-objects/lib/operator-proof.ts).",
  });

  app.openapi(resealRoute, async (c) => {
    const answer = await resealPage(c.env, c.var.config, c.req.valid("json"));
    const { traders, resealed, current, unreadable, failed } = answer;
    log("vault_page_resealed", { requestId: c.var.requestId, traders, resealed, current, unreadable, failed });
    return json(c, answer);
  });
}

async function requireOperator(c: AppContext, next: Next): Promise<Response | void> {
  const { vaultSecret } = c.var.config;
  const proof = c.req.header(OPERATOR_PROOF_HEADER) ?? "";
  if (!(await isOperatorProof(new Vault(vaultSecret, null), Date.now(), await c.req.text(), proof))) {
    return refuseWith(c, "FORBIDDEN", "Only the operator of this desk may ask that, with its current VAULT_SECRET.");
  }
  return await next();
}

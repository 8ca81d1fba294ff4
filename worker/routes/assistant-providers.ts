/** /api/assistant/providers and /credentials. A key is sealed here, before it goes anywhere, and never comes out. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import {
  addProviderRequest,
  changeProviderRequest,
  credentialList,
  keyTest,
  modelKeyUsePage,
  providerList,
  saveKeyRequest,
  testKeyRequest,
} from "../../contract/assistant.ts";
import { pageQuery } from "../../contract/paging.ts";
import { sealModelKey } from "../../durable-objects/assistant/keys/model-keys.ts";
import { Vault } from "../../durable-objects/lib/vault.ts";
import { requireCheckedVisitor, requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { reply } from "../http/problem.ts";
import { answers, body, id, makes, SIGNED_IN } from "../http/route.ts";
import { askAssistant, PATIENT_MS } from "./ask-assistant.ts";

const base = "/api/assistant";
const tags = ["Assistant"];
const plain = { tags, security: SIGNED_IN, middleware: [requireVisitor] };
/** A session that was just ended elsewhere enters no key and no address. */
const checkedVisit = { tags, security: SIGNED_IN, middleware: [requireCheckedVisitor] };
const providerParams = z.object({ providerId: id });

const listRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/providers`,
  summary: "Providers and models, and which of them are ready",
  responses: answers(providerList, "The table with my own entries"),
});
const addRoute = createRoute({
  ...checkedVisit,
  method: "post",
  path: `${base}/providers`,
  summary: "Add an OpenAI-compatible endpoint",
  request: { body: body(addProviderRequest) },
  responses: makes(providerList, "The table with it"),
});
const changeRoute = createRoute({
  ...checkedVisit,
  method: "put",
  path: `${base}/providers/{providerId}`,
  summary: "Change an endpoint of mine, or add models to a known provider; a new address forgets the key",
  request: { params: providerParams, body: body(changeProviderRequest) },
  responses: answers(providerList, "The table with it"),
});
const removeRoute = createRoute({
  ...plain,
  method: "delete",
  path: `${base}/providers/{providerId}`,
  summary: "Remove an endpoint of mine with its key",
  request: { params: providerParams },
  responses: answers(providerList, "The table without it"),
});
const keysRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/credentials`,
  summary: "My keys at providers, without the keys",
  responses: answers(credentialList, "What is saved"),
});
const saveKeyRoute = createRoute({
  ...checkedVisit,
  method: "put",
  path: `${base}/credentials/{providerId}`,
  summary: "Save a key; a blank one is unchanged",
  request: { params: providerParams, body: body(saveKeyRequest) },
  responses: answers(credentialList, "What is saved now"),
});
const testKeyRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/credentials/{providerId}/test`,
  summary: "Ask the provider now: does the key work, and for this model",
  request: { params: providerParams, body: body(testKeyRequest) },
  responses: answers(keyTest, "What it says"),
});
const removeKeyRoute = createRoute({
  ...plain,
  method: "delete",
  path: `${base}/credentials/{providerId}`,
  summary: "Forget a key",
  request: { params: providerParams },
  responses: answers(credentialList, "What is saved now"),
});
const auditRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/credentials/audit`,
  summary: "Every decryption of my keys at providers",
  request: { query: pageQuery },
  responses: answers(modelKeyUsePage, "Uses, newest first"),
});

export function addAssistantProviderRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) =>
    reply(c, await askAssistant(c, "providers", (assistant, who) => assistant.providers(who))),
  );
  app.openapi(addRoute, async (c) => {
    const request = c.req.valid("json");
    return reply(c, await askAssistant(c, "addProvider", (assistant, who) => assistant.addProvider(who, request)), 201);
  });
  app.openapi(changeRoute, async (c) => {
    const { providerId } = c.req.valid("param");
    const request = c.req.valid("json");
    return reply(
      c,
      await askAssistant(c, "changeProvider", (assistant, who) => assistant.changeProvider(who, providerId, request)),
    );
  });
  app.openapi(removeRoute, async (c) => {
    const { providerId } = c.req.valid("param");
    return reply(
      c,
      await askAssistant(c, "removeProvider", (assistant, who) => assistant.removeProvider(who, providerId)),
    );
  });

  app.openapi(keysRoute, async (c) =>
    reply(c, await askAssistant(c, "credentials", (assistant, who) => assistant.credentials(who))),
  );
  app.openapi(auditRoute, async (c) => {
    const { cursor = null, limit } = c.req.valid("query");
    return reply(c, await askAssistant(c, "keyUses", (assistant, who) => assistant.keyUses(who, { cursor, limit })));
  });
  app.openapi(saveKeyRoute, async (c) => {
    const { providerId } = c.req.valid("param");
    const sealed = await sealedKey(c, providerId, c.req.valid("json").key);
    return reply(c, await askAssistant(c, "saveKey", (assistant, who) => assistant.saveKey(who, providerId, sealed)));
  });
  app.openapi(testKeyRoute, async (c) => {
    const { providerId } = c.req.valid("param");
    const { modelId = null } = c.req.valid("json");
    return reply(
      c,
      await askAssistant(c, "testKey", (assistant, who) => assistant.testKey(who, providerId, modelId), PATIENT_MS),
    );
  });
  app.openapi(removeKeyRoute, async (c) => {
    const { providerId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "removeKey", (assistant, who) => assistant.removeKey(who, providerId)));
  });
}

/** What came in, encrypted for the visitor's assistant; null when the field was blank. */
async function sealedKey(c: AppContext, providerId: string, key: string): Promise<string | null> {
  const { vaultSecret, previousVaultSecret } = c.var.config;
  const vault = new Vault(vaultSecret, previousVaultSecret);
  return key === "" ? null : sealModelKey(vault, visitorOf(c).traderId, providerId, key);
}

/**
 * /api/credentials/kraken: the visitor's keys at Kraken. What comes in is sealed here, before it goes anywhere; the trader
 * opens it to ask Kraken about it, and stores it as it is.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  connectKrakenRequest,
  credentialUsePage,
  credentialUseQuery,
  krakenCredentials,
  krakenTest,
  removeKrakenQuery,
  replaceKrakenRequest,
  testKrakenRequest,
} from "../../contract/credentials.ts";
import { Vault } from "../../durable-objects/lib/vault.ts";
import { sealKey, sealSecret } from "../../durable-objects/trader/credentials/seals.ts";
import type { KeySubmission } from "../../durable-objects/trader/credentials/submission.ts";
import { requireCheckedVisitor, requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { reply } from "../http/problem.ts";
import { answers, body, SIGNED_IN } from "../http/route.ts";
import { askTrader } from "./trader.ts";

const base = "/api/credentials/kraken";
const tags = ["Kraken keys"];
const reading = { tags, security: SIGNED_IN, middleware: requireVisitor };
/** A session that was just ended elsewhere connects no key. */
const connecting = { tags, security: SIGNED_IN, middleware: requireCheckedVisitor };
/** Kraken is asked, up to eight times where it does not tell what a key may do. */
const KRAKEN_DEADLINE_MS = 30_000;

const readRoute = createRoute({
  ...reading,
  method: "get",
  path: base,
  summary: "My Kraken keys, without the keys",
  responses: answers(krakenCredentials, "What is connected and what it may do"),
});

const connectRoute = createRoute({
  ...connecting,
  method: "post",
  path: base,
  summary: "Connect a Kraken key; it is checked at Kraken first",
  request: { body: body(connectKrakenRequest) },
  responses: answers(krakenCredentials, "What is connected now"),
});

const replaceRoute = createRoute({
  ...connecting,
  method: "put",
  path: base,
  summary: "Replace key, secret or both; a blank field is unchanged",
  request: { body: body(replaceKrakenRequest) },
  responses: answers(krakenCredentials, "What is connected now"),
});

const testRoute = createRoute({
  ...reading,
  method: "post",
  path: `${base}/test`,
  summary: "Ask Kraken now whether the key works and what it may do",
  request: { body: body(testKrakenRequest) },
  responses: answers(krakenTest, "What Kraken says"),
});

const removeRoute = createRoute({
  ...reading,
  method: "delete",
  path: base,
  summary: "Forget a Kraken key",
  request: { query: removeKrakenQuery },
  responses: answers(krakenCredentials, "What is connected now"),
});

const auditRoute = createRoute({
  ...reading,
  method: "get",
  path: `${base}/audit`,
  summary: "Every decryption of my keys",
  request: { query: credentialUseQuery },
  responses: answers(credentialUsePage, "Uses, newest first"),
});

export function addCredentialRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(readRoute, async (c) =>
    reply(c, await askTrader(c, "krakenCredentials", (trader, principal) => trader.krakenCredentials(principal))),
  );

  app.openapi(connectRoute, async (c) => {
    const submission = await sealed(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(
        c,
        "connectKraken",
        (trader, principal) => trader.connectKraken(principal, submission),
        KRAKEN_DEADLINE_MS,
      ),
    );
  });

  app.openapi(replaceRoute, async (c) => {
    const submission = await sealed(c, c.req.valid("json"));
    return reply(
      c,
      await askTrader(
        c,
        "replaceKraken",
        (trader, principal) => trader.replaceKraken(principal, submission),
        KRAKEN_DEADLINE_MS,
      ),
    );
  });

  app.openapi(testRoute, async (c) => {
    const { slot } = c.req.valid("json");
    return reply(
      c,
      await askTrader(c, "testKraken", (trader, principal) => trader.testKraken(principal, slot), KRAKEN_DEADLINE_MS),
    );
  });

  app.openapi(removeRoute, async (c) => {
    const { slot, force } = c.req.valid("query");
    return reply(
      c,
      await askTrader(
        c,
        "removeKraken",
        (trader, principal) => trader.removeKraken(principal, slot, force),
        KRAKEN_DEADLINE_MS,
      ),
    );
  });

  app.openapi(auditRoute, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    return reply(
      c,
      await askTrader(c, "credentialUses", (trader, principal) =>
        trader.credentialUses(principal, cursor ?? null, limit),
      ),
    );
  });
}

/** What came in, encrypted for the visitor's trader; blank fields are left out. */
async function sealed(c: AppContext, request: z.output<typeof replaceKrakenRequest>): Promise<KeySubmission> {
  const { vaultSecret, previousVaultSecret } = c.var.config;
  const vault = new Vault(vaultSecret, previousVaultSecret);
  const { traderId } = visitorOf(c);
  const { slot, key = "", secret = "", confirmedNoWithdrawal } = request;
  return {
    slot,
    sealedKey: key === "" ? null : await sealKey(vault, traderId, slot, key),
    sealedSecret: secret === "" ? null : await sealSecret(vault, traderId, slot, secret),
    confirmedNoWithdrawal,
  };
}

/**
 * /api/notifications: outgoing channels of the visitor. Addresses and tokens are sealed here, before they go anywhere; the
 * webhook's secret is made here and shown once.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  notifications,
  notificationsRequest,
  removeNotificationsQuery,
  savedNotifications,
  testNotificationRequest,
  testNotificationResult,
} from "../../contract/notifications.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { Vault } from "../../durable-objects/lib/vault.ts";
import { sealForNotify } from "../../durable-objects/trader/notify/seals.ts";
import type { NotifySubmission } from "../../durable-objects/trader/notify/submission.ts";
import { requireVisitor, visitorOf } from "../auth/require-visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { randomHex } from "../hex.ts";
import { refusal, reply } from "../http/problem.ts";
import { answers, body, SIGNED_IN } from "../http/route.ts";
import { webhookProblem } from "../http/webhook-address.ts";
import { askTrader } from "./trader.ts";

const base = "/api/notifications";
const common = { tags: ["Notifications"], security: SIGNED_IN, middleware: requireVisitor };
const SECRET_BYTES = 32;
const TOKEN_END = 4;
/** The other side has five seconds each for its answer and its words. */
const TEST_DEADLINE_MS = 15_000;

const readRoute = createRoute({
  ...common,
  method: "get",
  path: base,
  summary: "My outgoing channels, without their secrets",
  responses: answers(notifications, "The channels and what they are told of"),
});

const saveRoute = createRoute({
  ...common,
  method: "put",
  path: base,
  summary: "Set outgoing channels; what is absent or blank is unchanged",
  request: { body: body(notificationsRequest) },
  responses: answers(savedNotifications, "The channels; the webhook's secret where it is new"),
});

const testRoute = createRoute({
  ...common,
  method: "post",
  path: `${base}/test`,
  summary: "Send a test message now",
  request: { body: body(testNotificationRequest) },
  responses: answers(testNotificationResult, "Whether it was taken, and what the other side said"),
});

const removeRoute = createRoute({
  ...common,
  method: "delete",
  path: base,
  summary: "Forget one outgoing channel, or all",
  request: { query: removeNotificationsQuery },
  responses: answers(notifications, "The channels that are left"),
});

export function addNotificationRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(readRoute, async (c) =>
    reply(c, await askTrader(c, "notifications", (trader, principal) => trader.notifications(principal))),
  );

  app.openapi(saveRoute, async (c) => {
    const secret = randomHex(SECRET_BYTES);
    const submission = await sealed(c, c.req.valid("json"), secret);
    if (!submission.ok) {
      return refusal(c, submission.error);
    }
    const saved = await askTrader(c, "changeNotifications", (trader, principal) =>
      trader.changeNotifications(principal, submission.value),
    );
    return reply(
      c,
      saved.ok ? ok({ ...saved.value.view, webhookSecret: saved.value.tookSecret ? secret : null }) : saved,
    );
  });

  app.openapi(testRoute, async (c) => {
    const { channel } = c.req.valid("json");
    return reply(
      c,
      await askTrader(
        c,
        "testNotifications",
        (trader, principal) => trader.testNotifications(principal, channel),
        TEST_DEADLINE_MS,
      ),
    );
  });

  app.openapi(removeRoute, async (c) => {
    const { channel } = c.req.valid("query");
    return reply(
      c,
      await askTrader(c, "removeNotifications", (trader, principal) =>
        trader.removeNotifications(principal, channel ?? null),
      ),
    );
  });
}

async function sealed(
  c: AppContext,
  { topics, webhook, telegram }: z.output<typeof notificationsRequest>,
  secret: string,
): Promise<Result<NotifySubmission>> {
  const { vaultSecret, previousVaultSecret, environment } = c.var.config;
  const vault = new Vault(vaultSecret, previousVaultSecret);
  const { traderId } = visitorOf(c);
  const url = webhook === undefined || webhook.url === "" ? null : new URL(webhook.url);
  const wrong = url === null ? null : webhookProblem(url, environment === "local");
  if (wrong !== null) {
    return refuse("BAD_REQUEST", wrong, { url: wrong });
  }
  const token = telegram?.token ?? "";
  return ok({
    topics: topics ?? null,
    webhook:
      webhook === undefined
        ? null
        : {
            sealedUrl: url === null ? null : await sealForNotify(vault, traderId, "webhook address", url.href),
            host: url === null ? null : url.host,
            sealedSecret: await sealForNotify(vault, traderId, "webhook secret", secret),
            newSecret: webhook.newSecret,
            enabled: webhook.enabled,
          },
    telegram:
      telegram === undefined
        ? null
        : {
            sealedToken: token === "" ? null : await sealForNotify(vault, traderId, "telegram token", token),
            tokenEnd: token === "" ? null : token.slice(-TOKEN_END),
            chatId: telegram.chatId,
            enabled: telegram.enabled,
          },
  });
}

/** The real sender against a real server on this machine, which stands in for the webhook and for Telegram. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountEvent } from "../../../domain/account/events.ts";
import { unopenedAccount } from "../../../domain/account/state.ts";
import { nodeStorage } from "../../../tests/support/desk-storage.ts";
import { migrate } from "../../lib/migrate.ts";
import { Secret } from "../../lib/secret.ts";
import { Vault } from "../../lib/vault.ts";
import { MIGRATIONS } from "../migrations.ts";
import { Notifier } from "./notifier.ts";
import { sealForNotify } from "./seals.ts";
import { hmac } from "./send.ts";
import { NotifyTable } from "./table.ts";
import { testSecret } from "../../../tests/support/secrets.ts";

type Received = { readonly url: string; readonly body: string; readonly headers: IncomingMessage["headers"] };

const OWNER = "trader-1";
const SECRET = testSecret("secret of a webhook", "a-secret-that-signs");
const BOT_TOKEN = testSecret("token of a Telegram bot", "123456:the-token-of-a-bot-0001");
const MASTER = testSecret("VAULT_SECRET", "a-vault-secret-for-tests-only-0123456789");
const NEW_MASTER = testSecret("VAULT_SECRET", "another-vault-secret-for-tests-9876543210");
const vault = new Vault(new Secret(MASTER), null);

let server: Server;
let base: string;
let received: Received[];
let answer: { status: number; body: string; hang: boolean };
let now: number;
let planned: number | null;
let table: NotifyTable;
let notifier: Notifier;

beforeEach(async () => {
  received = [];
  answer = { status: 200, body: "{}", hang: false };
  now = 1_800_000_000_000;
  planned = null;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => {
      body += piece.toString();
    });
    request.on("end", () => {
      received.push({ url: request.url ?? "", body, headers: request.headers });
      if (!answer.hang) {
        response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const storage = nodeStorage();
  migrate(storage.sql, MIGRATIONS);
  table = new NotifyTable(storage.sql);
  notifier = new Notifier({
    table,
    vault,
    owner: OWNER,
    now: () => now,
    fetch: (url, init) => fetch(url, init),
    telegramUrl: base,
    plan: (at) => {
      planned = at;
    },
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

async function connectWebhook(): Promise<void> {
  const saved = notifier.change({
    topics: null,
    webhook: {
      sealedUrl: await sealForNotify(vault, OWNER, "webhook address", `${base}/hook/private-part`),
      host: new URL(base).host,
      sealedSecret: await sealForNotify(vault, OWNER, "webhook secret", SECRET),
      newSecret: false,
      enabled: true,
    },
    telegram: null,
  });
  expect(saved).toMatchObject({ ok: true, value: { tookSecret: true } });
}

async function connectTelegram(): Promise<void> {
  notifier.change({
    topics: null,
    webhook: null,
    telegram: {
      sealedToken: await sealForNotify(vault, OWNER, "telegram token", BOT_TOKEN),
      tokenEnd: "0001",
      chatId: "42",
      enabled: true,
    },
  });
}

function happens(
  message: string,
  about: "halt" | "price" | null,
  severity: "information" | "critical" = "critical",
): void {
  const event: AccountEvent = {
    type: "alert_raised",
    time: now,
    marketTime: now,
    alertId: `alert-${message}`,
    severity,
    message,
    orderId: null,
    ...(about === null ? {} : { about }),
  };
  const account = { ...unopenedAccount("account-1"), name: "Paper" };
  notifier.enqueue([{ seq: 1, accountId: "account-1", event, before: account, after: account }]);
}

describe("outgoing alerts", () => {
  it("reach a webhook with a body that its secret signs", async () => {
    await connectWebhook();
    happens("halted", "halt");
    await notifier.drain();
    const [post] = received;
    expect(post?.url).toBe("/hook/private-part");
    expect(JSON.parse(post?.body ?? "")).toMatchObject({ topic: "halts", message: "halted", accountName: "Paper" });
    const signature = String(post?.headers["x-tradewithai-signature"]);
    const seconds = /^t=(\d+),/u.exec(signature)?.[1] ?? "";
    expect(signature).toBe(`t=${seconds},v1=${await hmac(SECRET, `${seconds}.${post?.body ?? ""}`)}`);
    expect(notifier.view().webhook).toMatchObject({ waiting: 0, last: { delivered: true } });
    expect(planned).toBeNull();
  });

  it("reach a Telegram chat as a sentence", async () => {
    await connectTelegram();
    happens("BTC is sold.", "halt");
    await notifier.drain();
    expect(received[0]?.url).toBe(`/bot${BOT_TOKEN}/sendMessage`);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ chat_id: "42", text: "Paper: BTC is sold." });
  });

  it("go out only for the topics that were chosen", async () => {
    await connectWebhook();
    notifier.change({ topics: ["price_alerts"], webhook: null, telegram: null });
    happens("halted", "halt");
    happens("reached", "price", "information");
    happens("noted", null, "information");
    await notifier.drain();
    expect(received.map(({ body }) => Reflect.get(Object(JSON.parse(body)), "message"))).toEqual(["reached"]);
  });

  it("wait and are tried again, later each time, in their order, when the other side fails", async () => {
    await connectWebhook();
    answer = { status: 500, body: "broken", hang: false };
    happens("first", "halt");
    happens("second", "halt");
    await notifier.drain();
    expect(received).toHaveLength(1);
    expect(planned).toBe(now + 5_000);
    expect(notifier.view().webhook).toMatchObject({ waiting: 2, last: { delivered: false } });
    now += 5_000;
    await notifier.drain();
    expect(planned).toBe(now + 10_000);
    answer = { status: 200, body: "", hang: false };
    now += 10_000;
    await notifier.drain();
    expect(received.slice(2).map(({ body }) => Reflect.get(Object(JSON.parse(body)), "message"))).toEqual([
      "first",
      "second",
    ]);
    expect(notifier.view().webhook?.waiting).toBe(0);
  });

  it("are given up in the end, and the queue is bounded", async () => {
    await connectWebhook();
    for (let index = 0; index < 230; index += 1) {
      happens(String(index), "halt");
    }
    expect(notifier.view().webhook?.waiting).toBe(200);
    server.closeAllConnections();
    answer = { status: 503, body: "", hang: false };
    for (let tries = 0; tries < 20; tries += 1) {
      await notifier.drain();
      now = planned ?? now;
    }
    expect(notifier.view().webhook?.waiting).toBe(199);
  });

  it("of one channel that hangs do not hold up the other, and say that it did not answer", async () => {
    await connectTelegram();
    await connectWebhook();
    const slow = new Notifier({
      table,
      vault,
      owner: OWNER,
      now: () => now,
      fetch: (url, init) => (url.includes("/hook/") ? new Promise(() => undefined) : fetch(url, init)),
      telegramUrl: base,
      plan: () => undefined,
    });
    happens("halted", "halt");
    const drained = slow.drain();
    await expect.poll(() => received.length).toBe(1);
    await drained;
    expect(slow.view().telegram).toMatchObject({ waiting: 0 });
    expect(slow.view().webhook).toMatchObject({ waiting: 1, last: { message: "The webhook did not answer in time." } });
  }, 15_000);

  it("never show an address, a token or a secret", async () => {
    await connectTelegram();
    await connectWebhook();
    answer = { status: 401, body: '{"ok":false,"description":"Unauthorized"}', hang: false };
    expect(await notifier.test("telegram")).toMatchObject({
      ok: true,
      value: { delivered: false, message: "Telegram answered 401: Unauthorized" },
    });
    await notifier.test("webhook");
    const shown = JSON.stringify(notifier.view());
    for (const secret of ["private-part", "the-token", SECRET]) {
      expect(shown).not.toContain(secret);
      expect(JSON.stringify(table.channels())).not.toContain(secret);
    }
  });

  it("keep address and secret when only a switch is changed, and end with their channel", async () => {
    await connectWebhook();
    const before = table.channel("webhook");
    const off = { sealedUrl: null, host: null, sealedSecret: "another", newSecret: false, enabled: false };
    expect(notifier.change({ topics: null, webhook: off, telegram: null })).toMatchObject({
      ok: true,
      value: { tookSecret: false },
    });
    expect(table.channel("webhook")).toEqual({ ...before, enabled: false });
    happens("halted", "halt");
    expect(notifier.view().webhook?.waiting).toBe(0);
    expect(notifier.remove("webhook").webhook).toBeNull();
    expect(await notifier.test("webhook")).toMatchObject({ ok: false, error: { code: "CHANNEL_UNAVAILABLE" } });
  });

  it("are readable after the vault's master was changed and everything sealed again", async () => {
    await connectWebhook();
    const rotated = new Vault(new Secret(NEW_MASTER), new Secret(MASTER));
    const after = new Notifier({
      table,
      vault: rotated,
      owner: OWNER,
      now: () => now,
      fetch: (url, init) => fetch(url, init),
      telegramUrl: base,
      plan: () => undefined,
    });
    expect(await after.reseal()).toEqual({ resealed: 1, current: 0, unreadable: 0 });
    expect(await after.reseal()).toEqual({ resealed: 0, current: 1, unreadable: 0 });
    expect(await after.test("webhook")).toMatchObject({ value: { delivered: true } });
  });
});

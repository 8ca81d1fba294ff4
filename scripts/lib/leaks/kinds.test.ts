/** Each kind of secret, noted as the tests of the product note it, and leaked. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { sealModelKey } from "../../../durable-objects/assistant/keys/model-keys.ts";
import { Secret } from "../../../durable-objects/lib/secret.ts";
import { Vault } from "../../../durable-objects/lib/vault.ts";
import { sealKey, sealSecret } from "../../../durable-objects/trader/credentials/seals.ts";
import { sealForNotify } from "../../../durable-objects/trader/notify/seals.ts";
import { KeyRing } from "../../../exchange-sim/keys.ts";
import { createRandom } from "../../../exchange-sim/random.ts";
import { collectedSecrets } from "../../../tests/support/secrets.ts";
import { looksSecret } from "../../lint/noted-secrets.mjs";
import { ensureSecrets } from "../secrets.ts";
import { secretsAnswered, secretsInCookie, secretsSent } from "./carried.ts";
import { SECRET_KINDS, type NotedSecret, type SecretKind } from "./kinds.ts";
import { SECRETS_VARIABLE } from "./noted.ts";
import { PART, SecretSearch } from "./search.ts";

const noted = z.object({ what: z.enum(SECRET_KINDS), secret: z.string() });
const folders: string[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

/** 40 characters that stand nowhere else. */
function drawn(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(30))).toString("base64url");
}

/** What is noted in a file while something runs. */
function inFile<T>(act: (folder: string) => T): { readonly result: T; readonly secrets: readonly NotedSecret[] } {
  const folder = mkdtempSync(join(tmpdir(), "tradewithai-kinds-"));
  folders.push(folder);
  const file = join(folder, "noted.jsonl");
  vi.stubEnv(SECRETS_VARIABLE, file);
  const result = act(folder);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return { result, secrets: lines.map((line) => noted.parse(JSON.parse(line))) };
}

type Way = () => Promise<Used> | Used;
type Used = { readonly text: string; readonly secrets: readonly NotedSecret[] };

function sent(path: string, bodyOf: (text: string) => object, text = drawn()): Used {
  return { text, secrets: secretsSent(path, bodyOf(text)) };
}

function answered(path: string, bodyOf: (text: string) => object, text = drawn()): Used {
  return { text, secrets: secretsAnswered(path, bodyOf(text)) };
}

async function sealed(seal: (vault: Vault, text: string) => Promise<string>, text = drawn()): Promise<Used> {
  await seal(new Vault(new Secret(drawn()), null), text);
  return { text, secrets: collectedSecrets() };
}

function ofTheDesk(name: "AUTH_SECRET" | "VAULT_SECRET"): Used {
  const { result, secrets } = inFile((folder) => ensureSecrets(folder).values[name] ?? "");
  return { text: result, secrets };
}

function ofTheExchange(pick: (ring: KeyRing) => string): Used {
  const { result, secrets } = inFile(() => pick(new KeyRing(createRandom(crypto.randomUUID()), () => {})));
  return { text: result, secrets };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const keyOf = (ring: KeyRing) => ring.create("account", "desk", [], 0);

const WAYS: readonly (readonly [SecretKind, string, Way])[] = [
  ["AUTH_SECRET", "of a desk", () => ofTheDesk("AUTH_SECRET")],
  ["VAULT_SECRET", "of a desk", () => ofTheDesk("VAULT_SECRET")],
  ["VAULT_SECRET", "that a test makes", async () => sealedWith(drawn())],
  ["session", "in a cookie", () => inCookie(drawn())],
  ["session", "of a program", () => answered("/api/auth/sign-in/anonymous", (token) => ({ token }))],
  ["password", "of a sign-in", () => sent("/api/auth/sign-in/email", (password) => ({ email: "a@b.c", password }))],
  ["password", "that is new", () => sent("/api/auth/change-password", (newPassword) => ({ newPassword }))],
  ["password", "that erases", () => sent("/api/me", (password) => ({ password }))],
  ["ticket of a socket", "for a program", () => answered("/api/ws-ticket", (ticket) => ({ ticket, expiresAt: 1 }))],
  ["key of the exchange", "that is made there", () => ofTheExchange((ring) => keyOf(ring).key)],
  ["secret of the exchange", "that is made there", () => ofTheExchange((ring) => keyOf(ring).secret)],
  [
    "token of the exchange's socket",
    "that is made there",
    () => ofTheExchange((ring) => ring.issueToken(keyOf(ring), 0)),
  ],
  ["key of the exchange", "that is connected", () => sent("/api/credentials/kraken", (key) => ({ key }))],
  ["secret of the exchange", "that is connected", () => sent("/api/credentials/kraken", (secret) => ({ secret }))],
  ["key of the exchange", "that is sealed", async () => sealed((vault, key) => sealKey(vault, "o", "trading", key))],
  [
    "secret of the exchange",
    "that is sealed",
    async () => sealed((vault, secret) => sealSecret(vault, "o", "history", secret), base64(drawn())),
  ],
  ["key of a model provider", "that is saved", () => sent("/api/assistant/credentials/openai", (key) => ({ key }))],
  [
    "key of a model provider",
    "that is sealed",
    async () => sealed((vault, key) => sealModelKey(vault, "o", "anthropic", key)),
  ],
  [
    "token of a Telegram bot",
    "that is saved",
    () => sent("/api/notifications", (token) => ({ telegram: { token, chatId: "1" } })),
  ],
  [
    "token of a Telegram bot",
    "that is sealed",
    async () => sealed((vault, token) => sealForNotify(vault, "o", "telegram token", token)),
  ],
  [
    "address of a webhook",
    "that is saved",
    () => sent("/api/notifications", (url) => ({ webhook: { url } }), `https://hooks.example.org/${drawn()}`),
  ],
  [
    "address of a webhook",
    "that is sealed",
    async () =>
      sealed((vault, url) => sealForNotify(vault, "o", "webhook address", url), `https://hooks.example.org/${drawn()}`),
  ],
  [
    "secret of a webhook",
    "that is drawn",
    () => answered("/api/notifications", (webhookSecret) => ({ webhookSecret })),
  ],
  [
    "secret of a webhook",
    "that is sealed",
    async () => sealed((vault, secret) => sealForNotify(vault, "o", "webhook secret", secret)),
  ],
];

async function sealedWith(master: string): Promise<Used> {
  await new Vault(new Secret(master), null).version();
  return { text: master, secrets: collectedSecrets() };
}

function inCookie(text: string): Used {
  return { text, secrets: secretsInCookie("__Host-trade.session_token", encodeURIComponent(text)) };
}

describe("a leak is found", () => {
  it("of every kind of secret there is", () => {
    expect(new Set(WAYS.map(([kind]) => kind))).toEqual(new Set(SECRET_KINDS));
  });

  it.each(WAYS)("of %s %s", async (kind, _origin, way) => {
    const { text, secrets } = await way();
    const log = (end: number) => `{"event":"one"}\n{"event":"two","value":"${text.slice(end - PART, end)}"}\n`;
    const search = new SecretSearch(secrets);
    expect(search.leaksIn(log(text.length))).toEqual([{ what: kind, line: 2 }]);
    expect(search.leaksIn('{"event":"one","url":"https://hooks.example.org/"}\n')).toEqual([]);
  });
});

describe("the lint rule for secrets that a test writes out", () => {
  it.each([
    ["sk-ant-api03-abcdefgh", ""],
    ["Bearer sk-proj-0123456789", "header"],
    ["123456789:AAF-abcdefghijklmnop", ""],
    ["https://hooks.example.org/T01/private", ""],
    ["A".repeat(86), ""],
    ["a-text-that-is-long", "secret"],
    ["a-text-that-is-long", "VAULT_SECRET"],
    ["a-text-that-is-long", "newPassword"],
    ["a-text-that-is-long", "apiKey"],
    ["a-text-that-is-long", "Secret"],
  ])("asks to note %s as %s", (text, name) => {
    expect(looksSecret(text, name)).toBe(true);
  });

  it.each([
    ["short", "password"],
    ["must be the current one", "currentPassword"],
    ["/api/auth/change-password", "password"],
    ["00000000-0000-4000-8000-000000000000", "id"],
    ["a-text-that-is-long", "name"],
  ])("lets %s as %s be", (text, name) => {
    expect(looksSecret(text, name)).toBe(false);
  });
});

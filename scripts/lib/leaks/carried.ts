/**
 * The secrets that a call of the API carries, found by path and field. Every client of the tests asks this about all it sends and
 * gets, so that no test has to remember to note what it uses.
 */
import type { NotedSecret, SecretKind } from "./kinds.ts";

type Field = readonly [path: RegExp, field: string, what: SecretKind];

const SENT: readonly Field[] = [
  [/^\/api\/(?:auth\/|me)/u, "password", "password"],
  [/^\/api\/auth\//u, "currentPassword", "password"],
  [/^\/api\/auth\//u, "newPassword", "password"],
  [/^\/api\/credentials\/kraken/u, "key", "key of the exchange"],
  [/^\/api\/credentials\/kraken/u, "secret", "secret of the exchange"],
  [/^\/api\/assistant\/credentials\//u, "key", "key of a model provider"],
  [/^\/api\/notifications/u, "telegram.token", "token of a Telegram bot"],
  [/^\/api\/notifications/u, "webhook.url", "address of a webhook"],
];

const ANSWERED: readonly Field[] = [
  [/^\/api\/auth\//u, "token", "session"],
  [/^\/api\/ws-ticket/u, "ticket", "ticket of a socket"],
  [/^\/api\/notifications/u, "webhookSecret", "secret of a webhook"],
];

/** Secrets in what is sent to a path. */
export function secretsSent(path: string, body: unknown): readonly NotedSecret[] {
  return secretsIn(SENT, path, body);
}

/** Secrets in what a path answers. */
export function secretsAnswered(path: string, body: unknown): readonly NotedSecret[] {
  return secretsIn(ANSWERED, path, body);
}

/** The session that a Set-Cookie line hands out, if it does. */
export function secretsInCookie(name: string, value: string): readonly NotedSecret[] {
  return name.includes("session_token") ? [{ what: "session", secret: decodeURIComponent(value) }] : [];
}

/** What of a secret is secret: of an address, that is what follows the host. */
export function secretPart(what: SecretKind, text: string): string {
  return what === "address of a webhook" ? text.replace(/^[a-z]+:\/\/[^/]*/u, "") : text;
}

function secretsIn(fields: readonly Field[], path: string, body: unknown): readonly NotedSecret[] {
  return fields.flatMap(([where, field, what]) => {
    const value = where.test(path) ? fieldOf(body, field.split(".")) : undefined;
    return typeof value === "string" && value !== "" ? [{ what, secret: secretPart(what, value) }] : [];
  });
}

function fieldOf(body: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) {
    return body;
  }
  return typeof body === "object" && body !== null ? fieldOf(Reflect.get(body, name), rest) : undefined;
}

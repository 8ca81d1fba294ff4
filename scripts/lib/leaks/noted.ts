/**
 * What a run of the tests notes to search its logs for secrets afterwards: every secret that was drawn or used, and every log that no
 * stage prints. Without the variables, as in everything that is not a test run, nothing is noted.
 */
import { appendFileSync, copyFileSync, existsSync, mkdirSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import type { NotedSecret, SecretKind } from "./kinds.ts";

/** Names the file of noted secrets, a line of JSON each. */
export const SECRETS_VARIABLE = "TRADE_NOTED_SECRETS";
/** Names the folder of noted logs. */
export const LOGS_VARIABLE = "TRADE_NOTED_LOGS";

/** Notes a secret that must not be found in any log, and gives it back. */
export function noteSecret(what: SecretKind, secret: string): string {
  const file = process.env[SECRETS_VARIABLE];
  if (file !== undefined && file !== "" && secret !== "") {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify({ what, secret } satisfies NotedSecret)}\n`, { mode: 0o600 });
  }
  return secret;
}

export function noteSecrets(secrets: readonly NotedSecret[]): void {
  secrets.forEach(({ what, secret }) => {
    noteSecret(what, secret);
  });
}

/** Adds to a log of that name. */
export function noteLog(name: string, text: string): void {
  const file = logFile(`${name}.log`);
  if (file !== undefined) {
    appendFileSync(file, text);
  }
}

/** Keeps a copy of a log that will be deleted or written anew. */
export function noteLogFile(name: string, path: string): void {
  const file = logFile(`${name}-${randomUUID()}.log`);
  if (file !== undefined && existsSync(path)) {
    copyFileSync(path, file);
  }
}

function logFile(name: string): string | undefined {
  const folder = process.env[LOGS_VARIABLE];
  if (folder === undefined || folder === "") {
    return undefined;
  }
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

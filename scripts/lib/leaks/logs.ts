import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { SECRET_KINDS, type NotedSecret, type SecretKind } from "./kinds.ts";
import { LOGS_VARIABLE, SECRETS_VARIABLE } from "./noted.ts";
import { PART, SecretSearch } from "./search.ts";

const notedSecret = z.object({ what: z.enum(SECRET_KINDS), secret: z.string() });

/**
 * Searches every noted log for parts of the noted secrets. Undefined when there are none, else what is wrong. `expected`: how the
 * names of logs begin that have to be there. `kinds`: what has to have been noted, long enough to be found.
 */
export function searchNotedLogs(expected: readonly string[], kinds: readonly SecretKind[]): string | undefined {
  const secrets = readSecrets(process.env[SECRETS_VARIABLE] ?? "");
  const logs = readLogs(process.env[LOGS_VARIABLE] ?? "");
  if (secrets.length === 0 || logs.length === 0) {
    // Nothing to look for or nothing to look at proves nothing.
    return `${String(secrets.length)} secrets were noted and ${String(logs.length)} logs: there have to be some of both`;
  }
  const missing = expected.filter((begin) => !logs.some(({ name, text }) => name.startsWith(begin) && text !== ""));
  if (missing.length > 0) {
    return `these logs were not kept: ${missing.join(", ")}`;
  }
  const unseen = kinds.filter((kind) => !secrets.some(({ what, secret }) => what === kind && secret.length >= PART));
  if (unseen.length > 0) {
    return `of these kinds no secret was noted: ${unseen.join(", ")}`;
  }
  const search = new SecretSearch(secrets);
  const leaks = logs.flatMap(({ name, text }) =>
    search.leaksIn(text).map(({ what, line }) => `  ${name}:${String(line)} contains a part of a secret (${what})`),
  );
  if (leaks.length > 0) {
    console.log(leaks.join("\n"));
    return "secrets are in the logs, at the places above";
  }
  const characters = logs.reduce((sum, { text }) => sum + text.length, 0);
  console.log(
    `  ${String(logs.length)} logs with ${characters.toLocaleString("en-US")} characters hold no part of ${String(secrets.length)} secrets.`,
  );
  return undefined;
}

function readSecrets(file: string): readonly NotedSecret[] {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const secrets = new Map<string, NotedSecret>();
  for (const line of lines.filter((each) => each !== "")) {
    const noted = notedSecret.parse(JSON.parse(line));
    secrets.set(noted.secret, secrets.get(noted.secret) ?? noted);
  }
  return [...secrets.values()];
}

function readLogs(folder: string): readonly { readonly name: string; readonly text: string }[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

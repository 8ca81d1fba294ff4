import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteSecret } from "./leaks/noted.ts";

export interface LocalSecrets {
  /** The env file, readable by its owner only and never committed. */
  readonly file: string;
  readonly values: Readonly<Record<string, string>>;
}

const names = ["AUTH_SECRET", "VAULT_SECRET"] as const;

/** The secrets of one state folder: what is missing is drawn at random once, what is there is kept. */
export function ensureSecrets(stateFolder: string): LocalSecrets {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, "secrets.env");
  const written = existsSync(file) ? readFileSync(file, "utf8") : "";
  const known = noted(parseEnvFile(written));
  const drawn = names
    .filter((name) => known[name] === undefined || known[name] === "")
    .map((name) => `${name}=${randomBytes(48).toString("base64url")}\n`);
  if (drawn.length === 0) {
    return { file, values: known };
  }
  const text = written + drawn.join("");
  writeFileSync(file, text, { mode: 0o600 });
  return { file, values: noted(parseEnvFile(text)) };
}

function noted(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  names.forEach((name) => noteSecret(name, values[name] ?? ""));
  noteSecret("VAULT_SECRET", values["VAULT_SECRET_PREVIOUS"] ?? "");
  return values;
}

/** The secrets of a state folder as they are, without drawing any; undefined when there are none. */
export function readSecrets(stateFolder: string): LocalSecrets | undefined {
  const file = join(stateFolder, "secrets.env");
  return existsSync(file) ? { file, values: noted(parseEnvFile(readFileSync(file, "utf8"))) } : undefined;
}

/** A new VAULT_SECRET, with the one so far beside it as VAULT_SECRET_PREVIOUS. */
export function drawVaultSecret({ file, values }: LocalSecrets): void {
  rewrite(file, {
    VAULT_SECRET: randomBytes(48).toString("base64url"),
    VAULT_SECRET_PREVIOUS: values["VAULT_SECRET"],
  });
}

/** Nothing is encrypted with it any more. */
export function dropPreviousVaultSecret({ file }: LocalSecrets): void {
  rewrite(file, { VAULT_SECRET_PREVIOUS: undefined });
}

/** Sets names, or removes them where the value is undefined. What else is in the file stays as it is. */
function rewrite(file: string, changes: Readonly<Record<string, string | undefined>>): void {
  const kept = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !Object.keys(changes).some((name) => line.trimStart().startsWith(`${name}=`)));
  noted({ VAULT_SECRET: changes["VAULT_SECRET"] ?? "" });
  const set = Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  // Whole or not at all: half a file would lose the master, and with it every key.
  writeFileSync(`${file}.new`, [...kept, ...set, ""].join("\n"), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function parseEnvFile(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    const [, name, value] = match ?? [];
    if (name !== undefined && value !== undefined) {
      values[name] = value;
    }
  }
  return values;
}

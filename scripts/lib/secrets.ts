import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface LocalSecrets {
  /** The env file, readable by its owner only and never committed. */
  readonly file: string;
  readonly values: Readonly<Record<string, string>>;
}

const names = ["AUTH_SECRET", "VAULT_SECRET"];

/** The secrets of one state folder: what is missing is drawn at random once, what is there is kept. */
export function ensureSecrets(stateFolder: string): LocalSecrets {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, "secrets.env");
  const written = existsSync(file) ? readFileSync(file, "utf8") : "";
  const known = parseEnvFile(written);
  const drawn = names
    .filter((name) => known[name] === undefined || known[name] === "")
    .map((name) => `${name}=${randomBytes(48).toString("base64url")}\n`);
  if (drawn.length === 0) {
    return { file, values: known };
  }
  const text = written + drawn.join("");
  writeFileSync(file, text, { mode: 0o600 });
  return { file, values: parseEnvFile(text) };
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

/**
 * Secrets that tests use, noted for the search of the logs (scripts/lib/leaks). They are collected here and handed over when the test
 * file ends: a test in workerd or in a browser can write no file.
 */
import { inject } from "vitest";
import { secretPart } from "../../scripts/lib/leaks/carried.ts";
import type { NotedSecret, SecretKind } from "../../scripts/lib/leaks/kinds.ts";

declare module "vitest" {
  /** As tests/support/global-setup.ts provides it. */
  interface ProvidedContext {
    secretsUrl: string;
  }
}

const collected = new Map<string, SecretKind>();

/** A secret that a test writes out: given back as it is, and searched for in every log of the run. */
export function testSecret(what: SecretKind, text: string): string {
  collectSecrets([{ what, secret: secretPart(what, text) }]);
  return text;
}

export function collectSecrets(secrets: readonly NotedSecret[]): void {
  secrets.forEach(({ what, secret }) => {
    collected.set(secret, collected.get(secret) ?? what);
  });
}

/** What was collected since it was last handed over. */
export function collectedSecrets(): readonly NotedSecret[] {
  return [...collected].map(([secret, what]) => ({ what, secret }));
}

/** Hands over what was collected since the last time. */
export async function handOverSecrets(): Promise<void> {
  const secrets = collectedSecrets();
  collected.clear();
  if (secrets.length === 0) {
    return;
  }
  const { status } = await fetch(inject("secretsUrl"), { method: "POST", body: JSON.stringify(secrets) });
  if (status !== 200) {
    throw new Error(`the secrets were not noted: ${String(status)}`);
  }
}

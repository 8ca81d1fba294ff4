import { inject } from "vitest";

declare module "vitest" {
  /** As tests/support/global-setup.ts provides it. */
  interface ProvidedContext {
    secretsUrl: string;
  }
}

/** Notes a secret that must not be found in any log of the run (scripts/lib/leaks). */
export async function noteSecret(what: string, secret: string): Promise<void> {
  const { status } = await fetch(`${inject("secretsUrl")}/${encodeURIComponent(what)}`, {
    method: "POST",
    body: secret,
  });
  if (status !== 200) {
    throw new Error(`the secret was not noted: ${status}`);
  }
}

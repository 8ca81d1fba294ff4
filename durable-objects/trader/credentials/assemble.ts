/** The keyring of one trader and what connects keys to it, over the object's own storage, D1 and Kraken's REST API. */
import type { LogFields } from "../../lib/log.ts";
import type { Sql } from "../../lib/sql.ts";
import { Vault } from "../../lib/vault.ts";
import { fetchTransport } from "../kraken/rest/transport.ts";
import type { TraderSettings } from "../settings.ts";
import { refusalOfKeys } from "./acceptance.ts";
import { KeyConnector } from "./connector.ts";
import { d1KeyClaims } from "./key-claims.ts";
import { Keyring } from "./keyring.ts";
import { restKeyProbe } from "./probe.ts";

export type CredentialSurroundings = {
  readonly settings: TraderSettings;
  readonly storage: { readonly sql: Sql; transactionSync<T>(work: () => T): T };
  readonly database: D1Database;
  readonly owner: string;
  readonly now: () => number;
  readonly newId: () => string;
  /** Plans the job that calls `tidy`; null takes it off. */
  readonly planTidy: (inMs: number | null) => void;
  readonly unexpected: (event: string, error: unknown, fields: LogFields) => void;
};

export function assembleCredentials(surroundings: CredentialSurroundings): {
  readonly keyring: Keyring;
  readonly keyConnector: KeyConnector;
} {
  const { settings, storage, database, owner, now, newId, planTidy, unexpected } = surroundings;
  const vault = new Vault(settings.VAULT_SECRET, settings.VAULT_SECRET_PREVIOUS);
  const refusal = refusalOfKeys(settings);
  const keyring = new Keyring({ storage, vault, owner, now, refusal });
  const probe = restKeyProbe({
    base: settings.KRAKEN_REST_URL,
    transport: fetchTransport(),
    clock: { now, after },
    newId,
  });
  const claims = d1KeyClaims(database);
  const keyConnector = new KeyConnector({ keyring, vault, owner, now, refusal, claims, probe, planTidy, unexpected });
  return { keyring, keyConnector };
}

/** A timer that lives inside a request which waits for it anyway. */
function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}

/** What is told of the keys. */
import type { KrakenCredentialView } from "../../../contract/credentials.ts";
import { KEY_PERMISSION_FACTS } from "../../../domain/venue/keys.ts";
import { KEY_PERMISSIONS } from "../../../domain/venue/wishes.ts";
import type { StoredCredential } from "./credential-table.ts";

export function credentialView(credential: StoredCredential): KrakenCredentialView {
  const { slot, fingerprint, findings, connectedAt, checkedAt, lastUsedAt, error } = credential;
  return {
    slot,
    name: findings.name,
    fingerprint,
    permissions: KEY_PERMISSIONS.map((permission) => {
      const { label, purpose, wanted } = KEY_PERMISSION_FACTS[permission];
      return { permission, label, granted: findings.permissions[permission], wanted: wanted[slot], purpose };
    }),
    permissionsSource: findings.source,
    connectedAt,
    checkedAt,
    lastUsedAt,
    lastError: error,
  };
}

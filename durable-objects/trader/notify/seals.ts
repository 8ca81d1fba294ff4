/** How addresses and tokens of outgoing channels lie in the vault. The worker seals them before they go anywhere. */
import type { SealedFor, Vault } from "../../lib/vault.ts";

export const NOTIFY_SEALS = ["webhook address", "webhook secret", "telegram token"] as const;
export type NotifySeal = (typeof NOTIFY_SEALS)[number];

export async function sealForNotify(vault: Vault, owner: string, what: NotifySeal, text: string): Promise<string> {
  return vault.seal(sealedFor(owner, what), Uint8Array.from(new TextEncoder().encode(text)));
}

/** The text, or null when this server cannot read it any more. */
export async function openForNotify(
  vault: Vault,
  owner: string,
  what: NotifySeal,
  sealed: string,
): Promise<string | null> {
  const opened = await vault.open(sealedFor(owner, what), sealed);
  return opened.ok ? new TextDecoder().decode(opened.bytes) : null;
}

function sealedFor(owner: string, what: NotifySeal): SealedFor {
  return { purpose: `notify ${what}`, owner };
}

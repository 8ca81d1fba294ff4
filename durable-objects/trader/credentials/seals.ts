/** How keys of the exchange lie in the vault: the key as text, the secret as the bytes that sign. */
import type { KeySlot } from "../../../domain/venue/keys.ts";
import type { SealedFor, Vault } from "../../lib/vault.ts";

/** What became of a trader's keys when the master was rotated. */
export type Resealed = { readonly resealed: number; readonly current: number; readonly unreadable: number };

/** Both sealed, for one owner and slot. */
export type SealedPair = { readonly sealedKey: string; readonly sealedSecret: string };

/** A key ready to sign with. Whoever gets it overwrites the bytes as soon as it has signed. */
export type OpenKey = { readonly key: string; readonly secretBytes: Uint8Array<ArrayBuffer> };

/** Why a sealed value does not open (lib/vault.ts). */
export type Unreadable = "version" | "spoiled";

export type Readable<T> = (T & { readonly ok: true }) | { readonly ok: false; readonly reason: Unreadable };

/** What marks of keys are made for. */
export const MARK_PURPOSE = "kraken key";
const FINGERPRINT_LENGTH = 8;

export async function sealKey(vault: Vault, owner: string, slot: KeySlot, key: string): Promise<string> {
  return vault.seal(whatOf(owner, slot, "key"), Uint8Array.from(new TextEncoder().encode(key)));
}

/** `secret`: base64, as the exchange shows it. */
export async function sealSecret(vault: Vault, owner: string, slot: KeySlot, secret: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
  const sealed = await vault.seal(whatOf(owner, slot, "secret"), bytes);
  bytes.fill(0);
  return sealed;
}

/** The key without its secret: enough to tell whether it is known. */
export async function openKeyText(
  vault: Vault,
  owner: string,
  slot: KeySlot,
  sealedKey: string,
): Promise<Readable<{ readonly text: string }>> {
  const opened = await vault.open(whatOf(owner, slot, "key"), sealedKey);
  return opened.ok ? { ok: true, text: new TextDecoder().decode(opened.bytes) } : opened;
}

export async function openPair(
  vault: Vault,
  owner: string,
  slot: KeySlot,
  { sealedKey, sealedSecret }: SealedPair,
): Promise<Readable<{ readonly open: OpenKey }>> {
  const key = await openKeyText(vault, owner, slot, sealedKey);
  if (!key.ok) {
    return key;
  }
  const secret = await vault.open(whatOf(owner, slot, "secret"), sealedSecret);
  return secret.ok ? { ok: true, open: { key: key.text, secretBytes: secret.bytes } } : secret;
}

/** The same pair under the current master; the reason when it does not open. */
export async function sealAgain(
  vault: Vault,
  owner: string,
  slot: KeySlot,
  pair: SealedPair,
): Promise<Readable<{ readonly pair: SealedPair; readonly key: string }>> {
  const opened = await openPair(vault, owner, slot, pair);
  if (!opened.ok) {
    return opened;
  }
  const { open } = opened;
  const sealedKey = await sealKey(vault, owner, slot, open.key);
  const sealedSecret = await vault.seal(whatOf(owner, slot, "secret"), open.secretBytes);
  open.secretBytes.fill(0);
  return { ok: true, pair: { sealedKey, sealedSecret }, key: open.key };
}

/** What people see instead of a key. */
export function fingerprintOf(mark: string): string {
  return mark.slice(0, FINGERPRINT_LENGTH);
}

function whatOf(owner: string, slot: KeySlot, field: "key" | "secret"): SealedFor {
  return { purpose: `kraken ${slot} ${field}`, owner };
}

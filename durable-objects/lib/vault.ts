/**
 * Secrets of users, encrypted for storage. Every value has a key of its own owner and purpose: HKDF-SHA256 of the master
 * secret, used for AES-256-GCM with a random 96-bit IV; owner, purpose and the master's version are authenticated with it,
 * so that a value copied to another owner, another field or another version does not open. Keys are derived anew for each
 * call, cannot be exported and are not kept.
 *
 * Two masters can stand side by side: the current one seals, the previous one only opens what it sealed, until everything
 * has been sealed again (scripts/rotate-vault.ts).
 *
 * A sealed value is text: `v1.VERSION.IV.CIPHERTEXT`. VERSION is derived from the master, so no counter can be mistaken.
 */
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import type { Secret } from "./secret.ts";

/** What a value is and whose. Both are part of its key. */
export type SealedFor = { readonly purpose: string; readonly owner: string };

/**
 * Bytes, because they can be overwritten after use and text cannot. `version`: sealed with a master that this server does
 * not have. `spoiled`: changed, cut, or somebody else's.
 */
export type Opened =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly reason: "version" | "spoiled" };

/** The mark of one text under each master, for finding it without storing it. */
export type Marks = { readonly current: string; readonly previous: string | null };

const FORMAT = "v1";
const IV_BYTES = 12;
const VERSION_BYTES = 6;
const MARK_BYTES = 32;

export class Vault {
  readonly #current: Secret;
  readonly #previous: Secret | null;

  /** Masters are texts of at least 32 random characters; configuration has checked that. */
  constructor(current: Secret, previous: Secret | null) {
    this.#current = current;
    this.#previous = previous;
  }

  /** Version of the master that seals now. */
  async version(): Promise<string> {
    return versionOf(this.#current);
  }

  /** Encrypts with the current master. */
  async seal(what: SealedFor, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const version = await this.version();
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const key = await sealingKey(this.#current, what);
    const ciphertext = await crypto.subtle.encrypt(parameters(iv, what, version), key, bytes);
    return [FORMAT, version, toBase64Url(iv), toBase64Url(new Uint8Array(ciphertext))].join(".");
  }

  /** Decrypts with the master that the value names. */
  async open(what: SealedFor, sealed: string): Promise<Opened> {
    const parts = partsOf(sealed);
    if (parts === null) {
      return { ok: false, reason: "spoiled" };
    }
    const master = await this.#masterOf(parts.version);
    if (master === null) {
      return { ok: false, reason: "version" };
    }
    const key = await sealingKey(master, what);
    try {
      const bytes = await crypto.subtle.decrypt(parameters(parts.iv, what, parts.version), key, parts.ciphertext);
      return { ok: true, bytes: new Uint8Array(bytes) };
    } catch {
      // OperationError, and no more is ever told: the tag does not fit.
      return { ok: false, reason: "spoiled" };
    }
  }

  /** Whether the value was sealed with the current master. */
  async isCurrent(sealed: string): Promise<boolean> {
    return partsOf(sealed)?.version === (await this.version());
  }

  /**
   * HMAC-SHA256 of a text as 64 hexadecimal digits, the same for every owner: it tells that two users hold the same thing.
   * It changes with the master, so both marks count until a rotation is complete.
   */
  async marks(purpose: string, text: string): Promise<Marks> {
    return {
      current: await markUnder(this.#current, purpose, text),
      previous: this.#previous === null ? null : await markUnder(this.#previous, purpose, text),
    };
  }

  async #masterOf(version: string): Promise<Secret | null> {
    for (const master of [this.#current, this.#previous]) {
      if (master !== null && (await versionOf(master)) === version) {
        return master;
      }
    }
    return null;
  }
}

/** HKDF-SHA256 (RFC 5869) of a master for one use: no salt, the use as info. Different uses give unrelated keys. */
async function derive(master: Secret, use: readonly string[], bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey("raw", utf8(master.reveal()), "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits(hkdf(use), material, bytes * 8));
}

/** A list as JSON: no two uses have the same info, whatever their parts contain. */
function hkdf(use: readonly string[]): HkdfParameters {
  const info = utf8(JSON.stringify(["tradewithai vault", FORMAT, ...use]));
  return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
}

type HkdfParameters = {
  readonly name: "HKDF";
  readonly hash: "SHA-256";
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly info: Uint8Array<ArrayBuffer>;
};

async function sealingKey(master: Secret, { purpose, owner }: SealedFor) {
  const material = await crypto.subtle.importKey("raw", utf8(master.reveal()), "HKDF", false, ["deriveKey"]);
  const algorithm = { name: "AES-GCM", length: 256 };
  return crypto.subtle.deriveKey(hkdf(["seal", purpose, owner]), material, algorithm, false, ["encrypt", "decrypt"]);
}

async function markUnder(master: Secret, purpose: string, text: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const bytes = await derive(master, ["mark", purpose], MARK_BYTES);
  const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text))));
}

async function versionOf(master: Secret): Promise<string> {
  return toHex(await derive(master, ["version"], VERSION_BYTES));
}

function parameters(iv: Uint8Array<ArrayBuffer>, { purpose, owner }: SealedFor, version: string) {
  const additionalData = utf8(JSON.stringify([FORMAT, version, purpose, owner]));
  return { name: "AES-GCM", iv, additionalData, tagLength: 128 };
}

type SealedParts = {
  readonly version: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
};

function partsOf(sealed: string): SealedParts | null {
  const [format, version, ivText, ciphertextText, ...rest] = sealed.split(".");
  const iv = fromBase64Url(ivText ?? "");
  const ciphertext = fromBase64Url(ciphertextText ?? "");
  const isWhole = format === FORMAT && version !== undefined && iv?.length === IV_BYTES && rest.length === 0;
  return isWhole && ciphertext !== null ? { version, iv, ciphertext } : null;
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

import { MINUTE, SECOND, type Micros } from "./clock.ts";
import { noteSecret } from "./noted-secrets.ts";
import type { Random } from "./random.ts";
import { isSignature } from "./rest/signature.ts";

export const permissions = [
  "query-funds",
  "add-funds",
  "withdraw-funds",
  "earn-funds",
  "query-open-trades",
  "query-closed-trades",
  "modify-trades",
  "close-trades",
  "query-ledger",
  "export-data",
  "create-ws-token",
] as const;

export type Permission = (typeof permissions)[number];

/** What a trading key should have: everything but moving money. */
export const tradingPermissions: readonly Permission[] = permissions.filter(
  (each) => each !== "add-funds" && each !== "withdraw-funds" && each !== "earn-funds",
);

export interface ApiKey {
  readonly key: string;
  readonly secret: string;
  readonly name: string;
  readonly account: string;
  permissions: readonly Permission[];
  nonceWindow: bigint;
  lastNonce: bigint;
  readonly createdAt: Micros;
  lastUsedAt: Micros;
}

export interface SignedCall {
  readonly key: string | undefined;
  readonly sign: string | undefined;
  readonly path: string;
  readonly body: string;
  readonly nonce: string | undefined;
  readonly now: Micros;
}

interface Token {
  readonly key: ApiKey;
  readonly expiresAt: Micros;
}

/** A token has to be used within this time (PROTOCOL §6). */
export const tokenLife = 15 * MINUTE;
const lockout = 15 * MINUTE;
const failuresUntilLockout = 20;
const failureMemory = 60 * SECOND;
const largestNonce = 2n ** 64n - 1n;
const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** API keys, their nonces and their WebSocket tokens. */
export class KeyRing {
  readonly keys = new Map<string, ApiKey>();
  readonly #random: Random;
  readonly #tokens = new Map<string, Token>();
  readonly #failures = new Map<string, Micros[]>();
  readonly #lockedUntil = new Map<string, Micros>();
  readonly #usedInWindow = new Map<string, Set<bigint>>();
  readonly #changed: (key: ApiKey) => void;

  constructor(random: Random, changed: (key: ApiKey) => void) {
    this.#random = random;
    this.#changed = changed;
  }

  create(account: string, name: string, granted: readonly Permission[], now: Micros): ApiKey {
    const key: ApiKey = {
      key: this.#text(56),
      secret: `${this.#text(85)}${base64.charAt(this.#random.integer(4) * 16)}==`,
      name,
      account,
      permissions: granted,
      nonceWindow: 0n,
      lastNonce: 0n,
      createdAt: now,
      lastUsedAt: now,
    };
    noteSecret("key of the exchange", key.key);
    noteSecret("secret of the exchange", key.secret);
    this.add(key);
    this.#changed(key);
    return key;
  }

  /** Takes in a key of an earlier run. */
  add(key: ApiKey): void {
    this.keys.set(key.key, key);
  }

  /** The key that signed a call, or Kraken's error. Nothing is executed when the nonce is refused (PROTOCOL §1.3). */
  authenticate(call: SignedCall): { readonly key: ApiKey } | { readonly error: string } {
    const key = call.key === undefined ? undefined : this.keys.get(call.key);
    if (key === undefined) {
      return { error: "EAPI:Invalid key" };
    }
    if ((this.#lockedUntil.get(key.key) ?? 0) > call.now) {
      this.#lockedUntil.set(key.key, call.now + lockout);
      return { error: "EGeneral:Temporary lockout" };
    }
    if (!isSignature(call.sign ?? "", key.secret, call.path, call.nonce ?? "", call.body)) {
      return { error: this.#failed(key, "EAPI:Invalid signature", call.now) };
    }
    const nonce = /^\d{1,20}$/.test(call.nonce ?? "") ? BigInt(call.nonce ?? "0") : largestNonce + 1n;
    if (nonce > largestNonce || !this.#isFresh(key, nonce)) {
      return { error: this.#failed(key, "EAPI:Invalid nonce", call.now) };
    }
    key.lastNonce = nonce > key.lastNonce ? nonce : key.lastNonce;
    key.lastUsedAt = call.now;
    this.#changed(key);
    return { key };
  }

  #isFresh(key: ApiKey, nonce: bigint): boolean {
    if (nonce > key.lastNonce) {
      this.#used(key).add(nonce);
      return true;
    }
    const used = this.#used(key);
    if (nonce <= key.lastNonce - key.nonceWindow || used.has(nonce)) {
      return false;
    }
    used.add(nonce);
    return true;
  }

  #used(key: ApiKey): Set<bigint> {
    const used = this.#usedInWindow.get(key.key) ?? new Set<bigint>();
    if (key.nonceWindow === 0n || used.size > 10_000) {
      used.clear();
    }
    this.#usedInWindow.set(key.key, used);
    return used;
  }

  #failed(key: ApiKey, error: string, now: Micros): string {
    const recent = (this.#failures.get(key.key) ?? []).filter((at) => at > now - failureMemory);
    recent.push(now);
    this.#failures.set(key.key, recent);
    if (recent.length >= failuresUntilLockout) {
      this.#failures.set(key.key, []);
      this.#lockedUntil.set(key.key, now + lockout);
    }
    return error;
  }

  /** Ends a lockout, for tests that do not want to wait. */
  unlock(): void {
    this.#lockedUntil.clear();
    this.#failures.clear();
  }

  issueToken(key: ApiKey, now: Micros): string {
    const token = this.#text(43);
    noteSecret("token of the exchange's socket", token);
    this.#tokens.set(token, { key, expiresAt: now + tokenLife });
    return token;
  }

  /** The key behind a token that is not yet expired. */
  tokenOwner(token: string, now: Micros): ApiKey | undefined {
    const known = this.#tokens.get(token);
    return known !== undefined && known.expiresAt > now ? known.key : undefined;
  }

  /** Makes every token that was issued so far invalid. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  #text(length: number): string {
    let text = "";
    for (let index = 0; index < length; index += 1) {
      text += base64.charAt(this.#random.integer(64));
    }
    return text;
  }
}

/**
 * The user's keys at the exchange, as they are stored and as they are used. A key is decrypted for one call and each time that
 * is written down first; nothing here keeps it. Connecting and removing: connecting.ts.
 */
import type { CredentialUsePage, KrakenCredentialsView } from "../../../contract/credentials.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { KEY_SLOTS, type KeySlot } from "../../../domain/venue/keys.ts";
import type { Sql } from "../../lib/sql.ts";
import type { Vault } from "../../lib/vault.ts";
import { CredentialTable } from "./credential-table.ts";
import { noKey, unreadable } from "./refusals.ts";
import { openPair, type OpenKey, type SealedPair } from "./seals.ts";
import { UseLog, type Use } from "./use-log.ts";
import { credentialView } from "./views.ts";

/** The last nonce of a key, in storage that outlives the object. */
export type KeyNonces = { last(): string | null; save(nonce: string): void };

export type KeyringDependencies = {
  readonly storage: { readonly sql: Sql; transactionSync<T>(work: () => T): T };
  readonly vault: Vault;
  /** Whose keys: the trader's id. */
  readonly owner: string;
  /** Wall time. */
  readonly now: () => number;
  /** Why no key is taken here; null: keys are taken (acceptance.ts). */
  readonly refusal: string | null;
};

const USED_EVERY_MS = 60_000;
const EXPORTED_PAGE = 1_000;

export class Keyring {
  readonly table: CredentialTable;
  readonly uses: UseLog;
  readonly #dependencies: KeyringDependencies;
  /** Written to the table once a minute at most. */
  readonly #usedAt = new Map<KeySlot, number>();
  #isClosed = false;

  constructor(dependencies: KeyringDependencies) {
    this.#dependencies = dependencies;
    this.table = new CredentialTable(dependencies.storage.sql);
    this.uses = new UseLog(dependencies.storage);
  }

  /** False once the trader was erased. */
  get isOpen(): boolean {
    return !this.#isClosed;
  }

  /** Whether a key is connected that may be used here. */
  has(slot: KeySlot): boolean {
    return this.isOpen && this.#dependencies.refusal === null && this.table.get(slot) !== null;
  }

  /**
   * Decrypts the key of a slot, right before it signs. `purpose` is what the user reads of it, such as "sign AddOrder".
   * Refused: KEYS_NOT_ACCEPTED, NOT_FOUND when there is no key, KEY_UNREADABLE. Whoever gets the key overwrites
   * `secretBytes` when it has signed.
   */
  async openSecret(slot: KeySlot, purpose: string): Promise<Result<OpenKey>> {
    const { refusal } = this.#dependencies;
    const credential = this.isOpen ? this.table.get(slot) : null;
    if (credential === null) {
      return noKey(slot);
    }
    if (refusal !== null) {
      return refuse("KEYS_NOT_ACCEPTED", refusal);
    }
    const now = this.#dependencies.now();
    this.#usedAt.set(slot, now);
    if (now - (credential.lastUsedAt ?? 0) >= USED_EVERY_MS) {
      this.table.setUsed(slot, now);
    }
    const opened = await this.openCandidate({ slot, purpose, fingerprint: credential.fingerprint }, credential);
    if (!opened.ok) {
      this.note(slot, opened.error.message);
    }
    return opened;
  }

  /** As openSecret, for a key that is not stored (yet). */
  async openCandidate(use: Use, pair: SealedPair): Promise<Result<OpenKey>> {
    if (this.#isClosed) {
      return noKey(use.slot);
    }
    const { vault, owner, now } = this.#dependencies;
    this.uses.record(use, now());
    const opened = await openPair(vault, owner, use.slot, pair);
    return opened.ok ? ok(opened.open) : unreadable(opened.reason);
  }

  /** Why the exchange last refused the key; null: it works. Costs nothing when that is known. */
  note(slot: KeySlot, message: string | null): void {
    const credential = this.isOpen ? this.table.get(slot) : null;
    if (credential !== null && credential.error?.message !== (message ?? undefined)) {
      this.table.setError(slot, message === null ? null : { at: this.#dependencies.now(), message });
    }
  }

  /** Nonces of the key of a slot. They go with the key, so that a client may be made anew at any time. */
  nonces(slot: KeySlot): KeyNonces {
    return {
      last: () => this.table.nonce(slot),
      save: (nonce) => {
        this.table.setNonce(slot, nonce);
      },
    };
  }

  view(): KrakenCredentialsView {
    const [trading = null, history = null] = KEY_SLOTS.map((slot) => {
      const credential = this.table.get(slot);
      if (credential === null) {
        return null;
      }
      return credentialView({ ...credential, lastUsedAt: this.#usedAt.get(slot) ?? credential.lastUsedAt });
    });
    return { refusal: this.#dependencies.refusal, trading, history };
  }

  usePage(cursor: string | null, limit: number): Result<CredentialUsePage> {
    const page = this.uses.page(cursor, limit);
    return page === null
      ? refuse("BAD_REQUEST", "The request is not valid: cursor is not one of this list.", {
          cursor: "is not one of this list",
        })
      : ok(page);
  }

  /** For "export my data": everything but the keys. */
  exported(): Readonly<Record<string, unknown>> {
    const uses: CredentialUsePage["rows"] = [];
    let cursor: string | null = null;
    do {
      const page: CredentialUsePage | null = this.uses.page(cursor, EXPORTED_PAGE);
      uses.push(...(page?.rows ?? []));
      cursor = page?.next ?? null;
    } while (cursor !== null);
    return { kraken: this.view(), uses };
  }

  /** Ends it for good: the trader is being erased. */
  close(): void {
    this.#isClosed = true;
  }
}

/**
 * Connecting, testing, replacing and removing keys. One thing at a time: each step waits for the one before, so nothing that was
 * read before an await has changed behind it. The order is claim, check, store, release: at worst a claim outlives its key,
 * and a due job puts that right.
 */
import type { KrakenCredentialsView, KrakenTestView } from "../../../contract/credentials.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { judgeKey, KEY_SLOTS, type KeyFindings, type KeySlot } from "../../../domain/venue/keys.ts";
import type { LogFields } from "../../lib/log.ts";
import type { Marks, Vault } from "../../lib/vault.ts";
import type { StoredCredential } from "./credential-table.ts";
import { NO_HOOKS, type CredentialHooks } from "./hooks.ts";
import type { KeyClaims } from "./key-claims.ts";
import type { Keyring, KeyNonces } from "./keyring.ts";
import type { KrakenKeyProbe } from "./probe.ts";
import {
  backsLiveOrders,
  connectedTwice,
  inUse,
  noKey,
  notConfirmed,
  otherKeyConnected,
  registryDown,
  unreadable,
} from "./refusals.ts";
import { fingerprintOf, MARK_PURPOSE, openKeyText, sealAgain, type Resealed, type SealedPair } from "./seals.ts";
import type { KeySubmission } from "./submission.ts";

export type ConnectorDependencies = {
  readonly keyring: Keyring;
  readonly vault: Vault;
  /** Whose keys: the trader's id. */
  readonly owner: string;
  readonly now: () => number;
  /** Why no key is taken here; null: keys are taken. */
  readonly refusal: string | null;
  readonly claims: KeyClaims;
  readonly probe: KrakenKeyProbe;
  /** Plans `tidy`; null: nothing is left to do. */
  readonly planTidy: (inMs: number | null) => void;
  readonly unexpected: (event: string, error: unknown, fields: LogFields) => void;
};

/** A key that is about to be used, and what is known of it before the exchange has been asked. */
type Candidate = {
  readonly slot: KeySlot;
  readonly pair: SealedPair;
  readonly marks: Marks;
  /** The credential that it is, when it is stored already. */
  readonly stored: StoredCredential | null;
  readonly nonces: KeyNonces;
};

const TIDY_SOON_MS = 60_000;

export class KeyConnector {
  readonly #dependencies: ConnectorDependencies;
  #hooks: CredentialHooks = NO_HOOKS;
  #last: Promise<unknown> = Promise.resolve();

  constructor(dependencies: ConnectorDependencies) {
    this.#dependencies = dependencies;
  }

  /** Whoever trades with the keys says here what it wants to know. */
  attach(hooks: Partial<CredentialHooks>): void {
    this.#hooks = { ...this.#hooks, ...hooks };
  }

  /** Takes a key into an empty slot; the key that is there already is checked again. */
  async connect(submission: KeySubmission): Promise<Result<KrakenCredentialsView>> {
    return this.#inTurn(async () => {
      const { slot, sealedKey, sealedSecret, confirmedNoWithdrawal } = submission;
      if (sealedKey === null || sealedSecret === null) {
        return refuse("BAD_REQUEST", "The request is not valid: key and secret are needed.");
      }
      const candidate = await this.#candidateOf(slot, { sealedKey, sealedSecret });
      if (candidate.ok && candidate.value.stored === null && this.#table.get(slot) !== null) {
        return otherKeyConnected(slot);
      }
      return candidate.ok ? this.#take(candidate.value, confirmedNoWithdrawal) : candidate;
    });
  }

  /** Replaces key, secret or both; what is null stays. */
  async replace(submission: KeySubmission): Promise<Result<KrakenCredentialsView>> {
    return this.#inTurn(async () => {
      const { slot, sealedKey, sealedSecret, confirmedNoWithdrawal } = submission;
      const stored = this.#table.get(slot);
      if (stored === null) {
        return noKey(slot);
      }
      if (sealedKey === null && sealedSecret === null) {
        return ok(this.#dependencies.keyring.view());
      }
      const candidate = await this.#candidateOf(slot, {
        sealedKey: sealedKey ?? stored.sealedKey,
        sealedSecret: sealedSecret ?? stored.sealedSecret,
      });
      return candidate.ok ? this.#take(candidate.value, confirmedNoWithdrawal) : candidate;
    });
  }

  /** Asks the exchange now. A refusal is kept as the key's last error; the key stays connected. */
  async test(slot: KeySlot): Promise<Result<KrakenTestView>> {
    return this.#inTurn(async () => {
      const { keyring, now } = this.#dependencies;
      const stored = this.#table.get(slot);
      if (stored === null) {
        return noKey(slot);
      }
      const candidate = await this.#candidateOf(slot, stored);
      const findings = candidate.ok ? await this.#ask(candidate.value) : candidate;
      // Whether it can withdraw was confirmed when it was connected.
      const judged = findings.ok ? judgeKey(slot, findings.value, true) : findings;
      if (findings.ok) {
        this.#table.setFindings(slot, findings.value, now());
      }
      keyring.note(slot, judged.ok ? null : judged.error.message);
      if (judged.ok) {
        await this.#tell("onConnected", slot);
      }
      const credential = keyring.view()[slot];
      return credential === null ? noKey(slot) : ok({ credential, problem: judged.ok ? null : judged.error });
    });
  }

  /** Forgets a key. Removing what is not there changes nothing. */
  async remove(slot: KeySlot, force: boolean): Promise<Result<KrakenCredentialsView>> {
    return this.#afterOthers(async () => {
      const { keyring, planTidy } = this.#dependencies;
      const liveOrders = slot === "trading" && this.#table.get(slot) !== null ? this.#hooks.liveOrders() : 0;
      if (liveOrders > 0 && !force) {
        return backsLiveOrders(slot, liveOrders);
      }
      if (this.#table.get(slot) !== null) {
        planTidy(TIDY_SOON_MS);
        this.#table.remove(slot);
        await this.#tell("onRemoved", slot);
        await this.#release();
      }
      return ok(keyring.view());
    });
  }

  /** Encrypts everything with the current master and marks it anew. Repeating it changes nothing. Throws when D1 fails. */
  async reseal(): Promise<Resealed> {
    return this.#afterOthers(async () => {
      const { vault, owner, claims, now, keyring, planTidy } = this.#dependencies;
      const counts = { resealed: 0, current: 0, unreadable: 0 };
      for (const stored of this.#table.all()) {
        if ((await vault.isCurrent(stored.sealedKey)) && (await vault.isCurrent(stored.sealedSecret))) {
          counts.current += 1;
          continue;
        }
        const { slot, fingerprint } = stored;
        keyring.uses.record({ slot, purpose: "encrypt the key anew", fingerprint }, now());
        const again = await sealAgain(vault, owner, slot, stored);
        if (!again.ok) {
          counts.unreadable += 1;
          continue;
        }
        const marks = await vault.marks(MARK_PURPOSE, again.key);
        planTidy(TIDY_SOON_MS);
        await claims.claim(owner, marks, now());
        this.#table.setSeals(slot, again.pair, marks.current);
        counts.resealed += 1;
      }
      await claims.keepOnly(owner, this.#marks());
      planTidy(null);
      return counts;
    });
  }

  /** Releases claims that no key is left of. */
  async tidy(): Promise<void> {
    await this.#afterOthers(() => this.#release());
  }

  /** Ends everything, after what is under way: the trader is being erased. */
  async close(): Promise<void> {
    await this.#afterOthers(async () => {
      this.#dependencies.keyring.close();
    });
  }

  get #table() {
    return this.#dependencies.keyring.table;
  }

  async #candidateOf(slot: KeySlot, pair: SealedPair): Promise<Result<Candidate>> {
    const { vault, owner, keyring } = this.#dependencies;
    const key = await openKeyText(vault, owner, slot, pair.sealedKey);
    if (!key.ok) {
      return unreadable(key.reason);
    }
    const marks = await vault.marks(MARK_PURPOSE, key.text);
    const isSame = (other: StoredCredential | null): boolean =>
      other !== null && (other.mark === marks.current || other.mark === marks.previous);
    const twin = KEY_SLOTS.find((other) => other !== slot && isSame(this.#table.get(other)));
    if (twin !== undefined) {
      return connectedTwice(twin);
    }
    const there = this.#table.get(slot);
    const stored = isSame(there) ? there : null;
    return ok({ slot, pair, marks, stored, nonces: stored === null ? newNonces() : keyring.nonces(slot) });
  }

  /** Claims, checks and stores a key. A refusal leaves everything as it was. */
  async #take(candidate: Candidate, confirmedNoWithdrawal: boolean): Promise<Result<KrakenCredentialsView>> {
    const { keyring, claims, owner, now, planTidy, unexpected } = this.#dependencies;
    const { slot, pair, marks, stored, nonces } = candidate;
    planTidy(TIDY_SOON_MS);
    let findings: Result<KeyFindings>;
    try {
      findings = (await claims.claim(owner, marks, now())) ? await this.#ask(candidate) : inUse();
    } catch (error) {
      unexpected("key_claim_failed", error, { slot });
      return registryDown();
    }
    if (!findings.ok) {
      await this.#release();
      return findings;
    }
    const judged = judgeKey(slot, findings.value, confirmedNoWithdrawal);
    if (!judged.ok) {
      await this.#release();
      return judged;
    }
    this.#table.put({
      slot,
      ...pair,
      mark: marks.current,
      fingerprint: stored?.fingerprint ?? fingerprintOf(marks.current),
      findings: findings.value,
      connectedAt: stored?.connectedAt ?? now(),
      checkedAt: now(),
      lastUsedAt: stored?.lastUsedAt ?? null,
      error: null,
      nonce: nonces.last(),
    });
    await this.#release();
    await this.#tell("onConnected", slot);
    return ok(keyring.view());
  }

  async #ask({ slot, pair, marks, stored, nonces }: Candidate): Promise<Result<KeyFindings>> {
    const { keyring, probe, now } = this.#dependencies;
    const use = { slot, purpose: "check the key", fingerprint: stored?.fingerprint ?? fingerprintOf(marks.current) };
    const isUnchanged = stored?.sealedSecret === pair.sealedSecret;
    const reply = await probe({
      rest: isUnchanged ? this.#hooks.restOf(slot) : null,
      nonces,
      // The read-only key is compared when it is used (history-line.ts): where it does not fit, it is only not used.
      knownLedgerIds: slot === "trading" ? this.#hooks.knownLedgerIds() : [],
      credentials: async () => {
        const opened = await keyring.openCandidate(use, pair);
        return opened.ok ? opened.value : null;
      },
    });
    return reply.ok ? ok(reply.value) : notConfirmed(reply.failure, now());
  }

  #marks(): readonly string[] {
    return this.#table.all().map((credential) => credential.mark);
  }

  /** Releases what is claimed but not stored; later, when the database does not answer. */
  async #release(): Promise<void> {
    const { claims, owner, planTidy, unexpected } = this.#dependencies;
    try {
      await claims.keepOnly(owner, this.#marks());
      planTidy(null);
    } catch (error) {
      unexpected("key_release_failed", error, {});
      planTidy(TIDY_SOON_MS);
    }
  }

  /** A hook that fails is reported; the key is connected or removed all the same. */
  async #tell(hook: "onConnected" | "onRemoved", slot: KeySlot): Promise<void> {
    try {
      await this.#hooks[hook](slot);
    } catch (error) {
      this.#dependencies.unexpected("credential_hook_failed", error, { hook, slot });
    }
  }

  async #inTurn<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
    const { refusal } = this.#dependencies;
    return refusal === null ? this.#afterOthers(work) : refuse("KEYS_NOT_ACCEPTED", refusal);
  }

  async #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}

/** For a key that is not stored yet: kept in memory, and stored with it. */
function newNonces(): KeyNonces {
  let last: string | null = null;
  return {
    last: () => last,
    save: (nonce) => {
      last = nonce;
    },
  };
}

/** What the account that trades with a key lets the credentials know, and wants to know of them. */
import type { KeySlot } from "../../../domain/venue/keys.ts";
import type { KrakenRest } from "../kraken/rest/api.ts";

export type CredentialHooks = {
  /** How many live orders the trading key backs: it is not removed under them unless forced. */
  readonly liveOrders: () => number;
  /** A key was connected, replaced, or confirmed by a test. */
  readonly onConnected: (slot: KeySlot) => Promise<void>;
  readonly onRemoved: (slot: KeySlot) => Promise<void>;
  /** The client that already calls with the key of this slot: calls of one key go through one queue (PROTOCOL §1.3). */
  readonly restOf: (slot: KeySlot) => KrakenRest | null;
  /** Ids of ledger rows of the exchange account whose belief is kept here; none when there is no such account yet. */
  readonly knownLedgerIds: () => readonly string[];
};

export const NO_HOOKS: CredentialHooks = {
  liveOrders: () => 0,
  onConnected: async () => {},
  onRemoved: async () => {},
  restOf: () => null,
  knownLedgerIds: () => [],
};

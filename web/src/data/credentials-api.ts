/** The routes of the trader's Kraken keys. A key goes out once and never comes back. */
import {
  credentialUsePage,
  krakenCredentials,
  krakenTest,
  type ConnectKrakenRequest,
  type CredentialSlot,
  type CredentialUsePage,
  type KrakenCredentialsView,
  type KrakenTestView,
  type ReplaceKrakenRequest,
} from "../../../contract/credentials.ts";
import type { Result } from "../../../domain/problem.ts";
import { request } from "./http.ts";

const PATH = "/api/credentials/kraken";
/** Kraken is asked before the desk answers. */
const timeoutMs = 40_000;

export function fetchKrakenKeys(): Promise<Result<KrakenCredentialsView>> {
  return request(PATH, krakenCredentials);
}

/** Checks the key at Kraken and stores it encrypted. */
export function connectKraken(wish: ConnectKrakenRequest): Promise<Result<KrakenCredentialsView>> {
  return request(PATH, krakenCredentials, { method: "POST", body: wish, timeoutMs });
}

/** A blank or absent field is unchanged. */
export function replaceKraken(wish: ReplaceKrakenRequest): Promise<Result<KrakenCredentialsView>> {
  return request(PATH, krakenCredentials, { method: "PUT", body: wish, timeoutMs });
}

export function testKraken(slot: CredentialSlot): Promise<Result<KrakenTestView>> {
  return request(`${PATH}/test`, krakenTest, { method: "POST", body: { slot }, timeoutMs });
}

/** `force`: although orders of the desk are open at Kraken. */
export function removeKraken(slot: CredentialSlot, force: boolean): Promise<Result<KrakenCredentialsView>> {
  return request(PATH, krakenCredentials, { method: "DELETE", query: { slot, force: String(force) }, timeoutMs });
}

/** Decryptions of the keys, newest first. */
export function fetchKeyUses(cursor: string | null): Promise<Result<CredentialUsePage>> {
  return request(`${PATH}/audit`, credentialUsePage, { query: { limit: 50, cursor: cursor ?? undefined } });
}

/** Kraken keys of the simulator, and users who connect them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import { z } from "zod";
import { krakenCredentials, type KrakenCredentialsView } from "../../../contract/credentials.ts";
import type { Client } from "../api/client.ts";

export const PATH = "/api/credentials/kraken";
export const ALL_TRADING = [
  "query-funds",
  "query-open-trades",
  "query-closed-trades",
  "query-ledger",
  "modify-trades",
  "close-trades",
  "create-ws-token",
];

const venueKey = z.object({ account: z.string(), key: z.string(), secret: z.string() });
export type VenueKey = z.infer<typeof venueKey>;

let keyExchange: Promise<string> | null = null;

/** Traders of this file ask a simulator of its own, which may be made to misbehave. */
export async function useKeyExchange(): Promise<void> {
  keyExchange ??= newExchange();
  Object.assign(env, { KRAKEN_REST_URL: await keyExchange });
}

async function newExchange(): Promise<string> {
  const response = await fetch(inject("newExchangeUrl"), { method: "POST" });
  return z.object({ url: z.string() }).parse(await response.json()).url;
}

export async function admin(method: "POST" | "DELETE", path: string, body: object): Promise<unknown> {
  await useKeyExchange();
  const response = await fetch(`${env.KRAKEN_REST_URL}/admin/${path}`, { method, body: JSON.stringify(body) });
  return await response.json();
}

/** A key of an account of its own: all that trading needs unless said otherwise. */
export async function venueKeyOf(wish: { readonly permissions?: readonly string[]; readonly withdraw?: boolean } = {}) {
  return venueKey.parse(await admin("POST", "keys", { account: crypto.randomUUID(), name: "desk", ...wish }));
}

/** Has the exchange not know GetApiKeyInfo. Gives back what ends that. */
export async function withoutKeyInfo(): Promise<() => Promise<void>> {
  return await fault({ kind: "error", target: "GetApiKeyInfo", text: "EGeneral:Unknown method" });
}

export async function fault(wish: object): Promise<() => Promise<void>> {
  const { id } = z.object({ id: z.number() }).parse(await admin("POST", "faults", wish));
  return async () => {
    await admin("DELETE", "faults", { id });
  };
}

export async function connect(client: Client, key: VenueKey, more: object = {}): Promise<Response> {
  return await client.post(PATH, { key: key.key, secret: key.secret, ...more });
}

export async function stateOf(client: Client): Promise<KrakenCredentialsView> {
  return krakenCredentials.parse(await (await client.get(PATH)).json());
}

/** The trader of whoever connected the only key of this moment. */
export async function traderOf(client: Client): Promise<string> {
  const { user } = z
    .object({ user: z.object({ id: z.string() }) })
    .parse(z.object({ session: z.unknown() }).parse(await (await client.get("/api/session")).json()).session);
  const row = await env.DB.prepare("SELECT trader_id FROM users WHERE id = ?").bind(user.id).first<string>("trader_id");
  return row ?? "";
}

/** Marks that a trader holds in D1. */
export async function claimsOf(traderId: string): Promise<readonly string[]> {
  const rows = await env.DB.prepare("SELECT mark FROM kraken_keys WHERE trader_id = ? ORDER BY mark")
    .bind(traderId)
    .all<{ mark: string }>();
  return rows.results.map((row) => row.mark);
}

/** Everything in the trader's own database, as text. */
export async function storageOf(traderId: string): Promise<string> {
  return await runInDurableObject(env.TRADER.getByName(traderId), (_instance, state) => {
    const tables = state.storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return tables
      .map(({ name }) => JSON.stringify(state.storage.sql.exec(`SELECT * FROM "${name}"`).toArray()))
      .join("\n");
  });
}

/** Every part of a key that must appear nowhere: pieces of twelve characters, as they are and as bytes may be shown. */
export function piecesOf({ key, secret }: VenueKey): readonly string[] {
  const bytes = Uint8Array.from(atob(secret), (character) => character.charCodeAt(0));
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [key, secret, hex, bytes.join(",")].flatMap((text) =>
    Array.from({ length: Math.floor(text.length / 6) - 1 }, (_, index) => text.slice(index * 6, index * 6 + 12)),
  );
}

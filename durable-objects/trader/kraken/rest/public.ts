/** Public calls that the adapter needs: no key, no nonce, no queue (PROTOCOL §2.2). */
import type { z } from "zod";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { NameTable } from "../../../../domain/venue/names.ts";
import type { KrakenRestPorts } from "./api.ts";
import { assetPairsResult, assetsResult, toNameTable } from "./parse-account.ts";
import { replyOf } from "./reply.ts";

export type PublicPorts = Pick<KrakenRestPorts, "base" | "transport" | "clock">;

const READ_TIMEOUT_MS = 5_000;

/** The venue's names for pairs and assets, from its tables (PROTOCOL §7). They change: read them again every hour or so. */
export async function readNames(ports: PublicPorts): Promise<VenueReply<NameTable>> {
  const [pairs, assets] = await Promise.all([
    readPublic(ports, "AssetPairs", assetPairsResult),
    readPublic(ports, "Assets", assetsResult),
  ]);
  if (!pairs.ok) {
    return pairs;
  }
  return assets.ok ? { ok: true, value: toNameTable(pairs.value, assets.value) } : assets;
}

/** One public call without parameters. */
export async function readPublic<S extends z.ZodType>(
  { base, transport, clock }: PublicPorts,
  method: string,
  schema: S,
): Promise<VenueReply<z.output<S>>> {
  const controller = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<"timeout">();
  const cancelTimeout = clock.after(READ_TIMEOUT_MS, () => {
    resolve("timeout");
    controller.abort();
  });
  const headers = { "User-Agent": "tradewithai" };
  const request = { url: `${base}/0/public/${method}`, method: "GET", headers, body: null } as const;
  const sent = transport(request, controller.signal).catch(() => "no answer" as const);
  const answer = await Promise.race([late, sent]);
  cancelTimeout();
  return replyOf(answer, "read", clock.now(), schema);
}

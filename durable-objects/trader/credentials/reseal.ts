/** Rotation of the vault's master, of one trader. The operator asks for it through the worker; no user does. */
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import { log } from "../../lib/log.ts";
import type { Parts } from "../parts.ts";
import type { Resealed } from "./seals.ts";

/** What was encrypted anew. Refused TEMPORARILY_UNAVAILABLE when it has to be repeated. */
export async function reseal({ keyConnector, notifier, traderId, unexpected }: Parts): Promise<Result<Resealed>> {
  try {
    const keys = await keyConnector.reseal();
    const channels = await notifier.reseal();
    const counts = {
      resealed: keys.resealed + channels.resealed,
      current: keys.current + channels.current,
      unreadable: keys.unreadable + channels.unreadable,
    };
    if (counts.resealed > 0 || counts.unreadable > 0) {
      log("keys_resealed", { trader: traderId, ...counts });
    }
    return ok(counts);
  } catch (error) {
    unexpected("reseal_failed", error, {});
    return refuse("TEMPORARILY_UNAVAILABLE", "The keys of this trader were not encrypted anew. Run it again.");
  }
}

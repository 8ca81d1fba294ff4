/** What is said when a key is not taken or cannot be used. */
import { refuse, type Result } from "../../../domain/problem.ts";
import type { VenueFailure } from "../../../domain/venue/failure.ts";
import type { KeySlot } from "../../../domain/venue/keys.ts";
import type { Unreadable } from "./seals.ts";

export function noKey<T>(slot: KeySlot): Result<T> {
  return refuse("NOT_FOUND", `No Kraken key is connected for ${slot}.`, { slot });
}

export function unreadable<T>(reason: Unreadable): Result<T> {
  return refuse(
    "KEY_UNREADABLE",
    reason === "version"
      ? "The stored key was encrypted with a secret that this server no longer has. Enter the key again."
      : "The stored key cannot be decrypted: it was damaged. Enter the key again.",
    { reason },
  );
}

export function inUse<T>(): Result<T> {
  return refuse(
    "KEY_IN_USE",
    "This Kraken key is in use by another user of this desk. Make a key at Kraken that only you and only this desk use.",
  );
}

export function otherKeyConnected<T>(slot: KeySlot): Result<T> {
  return refuse("CONFLICT", "Another Kraken key is connected already. Replace it, or remove it first.", { slot });
}

export function connectedTwice<T>(slot: KeySlot): Result<T> {
  return refuse("CONFLICT", `This key is connected already, for ${slot}. Make another one at Kraken.`, { slot });
}

export function registryDown<T>(): Result<T> {
  return refuse(
    "TEMPORARILY_UNAVAILABLE",
    "It cannot be checked right now whether somebody else uses this key, so it was not stored. Try again in a minute.",
  );
}

export function backsLiveOrders<T>(slot: KeySlot, liveOrders: number): Result<T> {
  return refuse(
    "KEY_HAS_LIVE_ORDERS",
    `${liveOrders === 1 ? "1 order is" : `${liveOrders} orders are`} live at Kraken. Without the key the desk can neither ` +
      "see nor cancel them: cancel them first, or remove the key all the same.",
    { slot, liveOrders: String(liveOrders) },
  );
}

/** The exchange refuses the key (KEY_REFUSED), or could not be asked (TEMPORARILY_UNAVAILABLE). */
export function notConfirmed<T>(failure: VenueFailure, now: number): Result<T> {
  const wait = failure.retryAt === null ? 0 : Math.ceil((failure.retryAt - now) / 1_000);
  const details = { kraken: failure.text, ...(wait > 0 ? { retryAfterSeconds: String(wait) } : {}) };
  return failure.class === "suspended" || failure.class === "refused"
    ? refuse("KEY_REFUSED", failure.message, details)
    : refuse("TEMPORARILY_UNAVAILABLE", `Kraken could not be asked about this key. ${failure.message}`, details);
}

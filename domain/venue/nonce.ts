/**
 * The number that makes each signed call unlike every other (PROTOCOL §1.3): microseconds, and always more than the last. The
 * unit is never changed, because a key refuses everything until the clock has caught up with the largest number it has seen.
 */
import type { Milliseconds } from "../market.ts";

/** Nonces are unsigned 64-bit numbers. */
const LARGEST = 2n ** 64n - 1n;

/** The nonce after `last` (null: the first), as decimal text. Throws when the numbers are used up, which is a broken store. */
export function nextNonce(last: string | null, now: Milliseconds): string {
  const byClock = BigInt(Math.floor(now)) * 1_000n;
  const afterLast = last === null ? 0n : BigInt(last) + 1n;
  const nonce = byClock > afterLast ? byClock : afterLast;
  if (nonce > LARGEST) {
    throw new RangeError("the key's nonces are used up");
  }
  return nonce.toString();
}

/**
 * The request budget of one user: a token bucket each for ordinary requests and for what protects (exits and cancels), so
 * that a page gone wild can never keep its owner from getting out. Pure: time is an argument, the caller keeps the state.
 */
export type Bucket = { readonly tokens: number; readonly at: number };
export type BucketRule = { readonly capacity: number; readonly perMinute: number };

export type Budget = "ordinary" | "protective";
export const BUDGETS: Readonly<Record<Budget, BucketRule>> = {
  ordinary: { capacity: 100, perMinute: 100 },
  protective: { capacity: 300, perMinute: 300 },
};

/** Frames a client may send over one socket. It needs one to resume; the rest is generosity. */
export const SOCKET_FRAMES: BucketRule = { capacity: 20, perMinute: 60 };

const MINUTE_MS = 60_000;

export function fullBucket(rule: BucketRule, now: number): Bucket {
  return { tokens: rule.capacity, at: now };
}

/** Takes one token. `waitMs` is how long until one is there, 0 when it was. A clock that ran backwards refills nothing. */
export function takeToken(
  bucket: Bucket,
  rule: BucketRule,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const elapsed = Math.max(0, now - bucket.at);
  const tokens = Math.min(rule.capacity, bucket.tokens + (elapsed * rule.perMinute) / MINUTE_MS);
  const at = Math.max(now, bucket.at);
  if (tokens < 1) {
    return { bucket: { tokens, at }, waitMs: Math.ceil(((1 - tokens) * MINUTE_MS) / rule.perMinute) };
  }
  return { bucket: { tokens: tokens - 1, at }, waitMs: 0 };
}

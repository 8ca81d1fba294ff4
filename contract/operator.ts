/** What the operator of a desk may ask of it (npm run vault:rotate). */
import { z } from "zod";

/** POST /api/operator/vault/reseal: a page of traders. `cursor` is the `next` of the page before. */
export const resealRequest = z.strictObject({
  cursor: z.string().max(100).nullable().default(null),
  limit: z.number().int().min(1).max(100).default(25),
});
export type ResealRequest = z.infer<typeof resealRequest>;

const count = z.number().int().nonnegative();

export const resealAnswer = z.object({
  traders: count,
  /** Keys that were encrypted with the current master just now, were so before, or cannot be decrypted at all. */
  resealed: count,
  current: count,
  unreadable: count,
  /** Traders that did not answer: the same page has to be asked for again. */
  failed: count,
  /** Null: that was the last page. */
  next: z.string().nullable(),
});
export type ResealAnswer = z.infer<typeof resealAnswer>;

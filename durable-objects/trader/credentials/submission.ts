/**
 * A key on its way from the worker to the trader: sealed already, so that no plaintext crosses RPC. The trader stores what it
 * was given once the exchange has confirmed it.
 */
import { z } from "zod";
import { KEY_SLOTS } from "../../../domain/venue/keys.ts";

const sealed = z.string().max(1_000).nullable();

/** Null: unchanged. */
export const keySubmission = z.strictObject({
  slot: z.enum(KEY_SLOTS),
  sealedKey: sealed,
  sealedSecret: sealed,
  confirmedNoWithdrawal: z.boolean(),
});
export type KeySubmission = z.infer<typeof keySubmission>;

/** Halts, Stop and resuming on the wire (TRADING §5). */
import { z } from "zod";
import { HALT_KINDS, HALT_POSITIONS } from "../domain/risk/halt.ts";
import { STOP_MODES, STOP_STEPS } from "../domain/risk/halts-stop.ts";
import { decimalText } from "./decimal.ts";
import { milliseconds } from "./markets.ts";
import { symbolText } from "./symbols.ts";

/** Why the account opens nothing. Times are market time. */
export const halt = z.object({
  kind: z.enum(HALT_KINDS),
  haltedAt: milliseconds,
  /** It may be resumed by waiting from then on; null: at any time. */
  waitUntil: milliseconds.nullable(),
  /** It ends by itself then; null: only somebody can end it. */
  endsAt: milliseconds.nullable(),
  /** What was to become of the positions. */
  positions: z.enum(HALT_POSITIONS),
  /** In percent or in losses; null where the trader stopped. */
  value: decimalText.nullable(),
  limit: decimalText.nullable(),
  /** A sentence. */
  reason: z.string(),
});
export type HaltView = z.infer<typeof halt>;

/**
 * `baseline`: at once; peak and day are measured from what the account is worth now. `wait`: after the waiting time; the loss
 * that was waited out does not halt again, a further one of the same size does.
 */
export const resumeRequest = z.strictObject({ how: z.enum(["baseline", "wait"]) });
export type ResumeRequest = z.infer<typeof resumeRequest>;

/** What had stopped it. */
export const resumed = z.object({ resumed: z.array(halt), halts: z.array(halt) });
export type Resumed = z.infer<typeof resumed>;

/**
 * `keep`: entries and other resting orders are cancelled, protective stops stay. `protect`: every position has a stop after
 * it. `flatten`: everything of the desk is cancelled and every managed position sold. Orders made by hand stay.
 */
export const stopRequest = z.strictObject({ mode: z.enum(STOP_MODES) });
export type StopRequest = z.infer<typeof stopRequest>;

/** `done`: it is so. `asked`: the exchange was asked and has not answered yet. `failed`: it could not be done, and why. */
export const stopStep = z.object({
  what: z.enum(STOP_STEPS),
  outcome: z.enum(["done", "asked", "failed"]),
  orderId: z.string().nullable(),
  asset: z.string().nullable(),
  symbol: symbolText.nullable(),
  sentence: z.string(),
});
export type StopStepView = z.infer<typeof stopStep>;

export const accountStop = z.object({
  accountId: z.string(),
  name: z.string(),
  /** False: something went wrong on our side and this account was not stopped. */
  stopped: z.boolean(),
  /** Nothing failed and nothing is still on its way. */
  complete: z.boolean(),
  steps: z.array(stopStep),
});
export type AccountStop = z.infer<typeof accountStop>;

export const stopReport = z.object({ mode: z.enum(STOP_MODES), complete: z.boolean(), accounts: z.array(accountStop) });
export type StopReport = z.infer<typeof stopReport>;

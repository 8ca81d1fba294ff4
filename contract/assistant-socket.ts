/**
 * /ws/assistant: what the user's runs are doing, on every open page alike. Each run has a sequence of its own; every frame about
 * it carries the next number. The client names the runs it shows and how far it has each; the server sends the frames after
 * that, or one `start` with all there is when they are no longer kept. A gap in a run's numbers: resume again.
 */
import { z } from "zod";
import { proposalView, run, runUsage } from "./assistant.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";

export const ASSISTANT_SOCKET_PROTOCOL = 1;
export const MAXIMUM_RESUMED_RUNS = 50;

const runId = z.string().max(64);
const seq = z.number().int().nonnegative();

export const assistantClientFrame = z.discriminatedUnion("type", [
  /** First frame of every connection, and again at any time. Nothing is sent before it. */
  z.strictObject({
    type: z.literal("resume"),
    runs: z.array(z.strictObject({ runId, seq })).max(MAXIMUM_RESUMED_RUNS).default([]),
  }),
]);
export type AssistantClientFrame = z.infer<typeof assistantClientFrame>;

export const assistantServerFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    protocol: z.number().int(),
    serverTime: milliseconds,
    sessionExpiresAt: milliseconds,
    /** Runs that have not ended; a `start` for each that the client did not name follows. */
    active: z.array(runId),
  }),
  /** The run as it is: replaces whatever is known of it. Comes when it is queued, when it is sent, when its place changes. */
  z.object({ type: z.literal("start"), runId, seq, run }),
  /** Text to append to the answer or to the thinking. */
  z.object({ type: z.literal("delta"), runId, seq, channel: z.enum(["text", "thinking"]), text: z.string() }),
  z.object({ type: z.literal("usage"), runId, seq, usage: runUsage }),
  /** A proposal that is new or has changed, also long after its run. */
  z.object({ type: z.literal("proposal"), runId, seq, proposal: proposalView }),
  /** Finished or stopped. */
  z.object({ type: z.literal("end"), runId, seq, run }),
  /** Cut by a restart of the desk: charged, kept as far as it came, never repeated by itself. */
  z.object({ type: z.literal("interrupted"), runId, seq, run }),
  /** A run that failed; without a run: a frame of the client's that is not in the contract. */
  z.object({
    type: z.literal("error"),
    runId: runId.nullable(),
    seq: seq.nullable(),
    error: problem,
    run: run.nullable(),
  }),
]);
export type AssistantServerFrame = z.infer<typeof assistantServerFrame>;

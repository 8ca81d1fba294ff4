import { z } from "zod";
import { milliseconds } from "./markets.ts";

/** Who is signed in, as every route of signing in answers it. */
export const session = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable(), guest: z.boolean() }),
  expiresAt: milliseconds,
});
export type SessionView = z.infer<typeof session>;

/** GET /api/session: null when nobody is signed in, which is no error: every first visit asks. */
export const sessionAnswer = z.object({ session: session.nullable() });

/** POST /api/ws-ticket: one use, 30 seconds. */
export const socketTicket = z.object({ ticket: z.string(), expiresAt: milliseconds });

/** GET /api/health */
export const health = z.object({
  status: z.enum(["ok", "degraded"]),
  environment: z.string(),
  market: z.string(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
  version: z.string(),
});
export type HealthView = z.infer<typeof health>;

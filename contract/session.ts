import { z } from "zod";
import { milliseconds } from "./markets.ts";

/** GET /api/session: who is signed in. Better-auth's own routes live under /api/auth. */
export const session = z.object({
  user: z.object({ id: z.string(), name: z.string(), email: z.string().nullable(), guest: z.boolean() }),
  expiresAt: milliseconds,
});
export type SessionView = z.infer<typeof session>;

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

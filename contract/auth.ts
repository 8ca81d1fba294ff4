/**
 * Signing up, in and out (/api/auth/*), one's sessions and one's data. Better-auth does the work behind these routes; the
 * shapes are ours, so that no session token reaches a page and every error looks alike.
 */
import { z } from "zod";
import { equityPoint } from "./accounts.ts";
import { milliseconds } from "./markets.ts";
import { fill, order } from "./orders.ts";
import { session } from "./session.ts";

export const MINIMUM_PASSWORD_LENGTH = 12;
export const MAXIMUM_PASSWORD_LENGTH = 128;

export const emailAddress = z
  .email("must be an e-mail address such as ada@example.org")
  .max(254)
  .transform((text) => text.toLowerCase());

/** Length only; whether it is a common one is judged by the server. */
export const newPassword = z
  .string()
  .min(MINIMUM_PASSWORD_LENGTH, `must have at least ${MINIMUM_PASSWORD_LENGTH} characters`)
  .max(MAXIMUM_PASSWORD_LENGTH, `must have at most ${MAXIMUM_PASSWORD_LENGTH} characters`);

const password = z.string().min(1).max(MAXIMUM_PASSWORD_LENGTH);

export const personName = z.string().trim().min(1, "must not be empty").max(60, "must have at most 60 characters");

/** POST /api/auth/sign-up/email. A guest who sends it keeps everything: the same user becomes a named one. */
export const signUpRequest = z.strictObject({ name: personName, email: emailAddress, password: newPassword });
export type SignUpRequest = z.infer<typeof signUpRequest>;

/**
 * POST /api/auth/sign-in/email. A guest gets 409 CONFLICT (details.reason = "guest") until the request says
 * `discardGuest: true`: then the guest's desk is erased, after the password has proved right.
 */
export const signInRequest = z.strictObject({
  email: emailAddress,
  password,
  discardGuest: z.boolean().default(false),
});
export type SignInRequest = z.infer<typeof signInRequest>;

/** POST /api/auth/change-password. The other sessions are signed out. */
export const changePasswordRequest = z.strictObject({ currentPassword: password, newPassword });
export type ChangePasswordRequest = z.infer<typeof changePasswordRequest>;

/** POST /api/auth/update-user */
export const updateUserRequest = z.strictObject({ name: personName });

/** Answer to every sign-up and sign-in. `token` is for programs only: a browser, known by its Origin, gets cookies. */
export const signedIn = session.extend({ token: z.string().optional() });
export type SignedIn = z.infer<typeof signedIn>;

/** Answer of routes that only do something. */
export const done = z.object({ done: z.literal(true) });

/** One place where the user is signed in. */
export const sessionEntry = z.object({
  id: z.string(),
  current: z.boolean(),
  createdAt: milliseconds,
  /** When the session was last renewed, at most once a day. */
  lastUsedAt: milliseconds,
  expiresAt: milliseconds,
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
});
export type SessionEntry = z.infer<typeof sessionEntry>;

/** GET /api/sessions */
export const sessionList = z.object({ sessions: z.array(sessionEntry) });

/** DELETE /api/sessions?keep=current. Without `keep` this session ends too: "sign out everywhere". */
export const endSessionsQuery = z.strictObject({ keep: z.literal("current").optional() });
export const endedSessions = z.object({ ended: z.number().int() });

/** What must be typed to delete everything. */
export const DELETE_CONFIRMATION = "delete everything";

/** DELETE /api/me. Those who have a password give it. */
export const deleteMeRequest = z.strictObject({
  confirmation: z.literal(DELETE_CONFIRMATION, `must be "${DELETE_CONFIRMATION}"`),
  password: password.optional(),
});

/** GET /api/me/export: everything stored about the user, money as text. */
export const dataExport = z.object({
  exportedAt: milliseconds,
  user: session.shape.user,
  sessions: z.array(sessionEntry),
  /** As the trader object knows it: accounts with all their events. */
  trader: z.record(z.string(), z.unknown()),
  /** Chats, runs, proposals, prompts and providers; no key. */
  assistant: z.record(z.string(), z.unknown()),
  /** The copy in the history database. */
  history: z.object({
    orders: z.array(order),
    fills: z.array(fill),
    equity: z.array(equityPoint.extend({ accountId: z.string() })),
  }),
});

/** GET /api/me/history: changes that the history database would not take. Above 0 the history is incomplete until it is rebuilt. */
export const historyState = z.object({ parkedRows: z.number().int().nonnegative() });
export type HistoryStateView = z.infer<typeof historyState>;

/** POST /api/me/rebuild-history */
export const rebuiltHistory = z.object({ queued: z.number().int() });

/** Signing up, in and out through better-auth, and what a guest keeps or is asked. */
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { SignInRequest, SignUpRequest } from "../../contract/auth.ts";
import { ok, refuse, type Problem, type Result } from "../../domain/problem.ts";
import type { AppContext } from "../context.ts";
import { database, tables } from "../database.ts";
import { clientAddress } from "../http/address.ts";
import { outcome, traderObject } from "../objects.ts";
import { AUTH_PATH, authFor } from "./auth.ts";
import { weaknessOf } from "./common-passwords.ts";
import { eraseUser } from "./erase.ts";
import { beginAttempt, clearAttempt, withdrawAttempt } from "./lockout.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { closeSockets, endSessions, sessionVisitor } from "./sessions.ts";
import { authHeaders, findVisitor, principalOf, type Visitor } from "./visitor.ts";

/** A new session: its cookies for a browser, its token for a program. */
export type SignedInSession = {
  readonly visitor: Visitor;
  readonly token: string;
  readonly cookies: readonly string[];
};

const issued = z.object({ token: z.string() });
const failed = z.object({ code: z.string() });

/** Makes a guest ("Try it with paper money"). */
export async function signInAsGuest(c: AppContext): Promise<Result<SignedInSession>> {
  const current = await currentVisitor(c);
  if (!current.ok) {
    return current;
  }
  if (current.value !== null) {
    return refuse("CONFLICT", "You are signed in already.", { reason: "signed_in" });
  }
  return await newSession(c, "/sign-in/anonymous", {});
}

/** Makes a named user; of a guest, by giving the same user a name, so that trader, trades and open orders stay. */
export async function signUp(c: AppContext, request: SignUpRequest): Promise<Result<SignedInSession>> {
  const weakness = weaknessOf(request.password, personalWords(request.email, request.name));
  if (weakness !== null) {
    return badField("password", weakness);
  }
  const current = await currentVisitor(c);
  if (!current.ok) {
    return current;
  }
  if (current.value === null) {
    return await newSession(c, "/sign-up/email", request);
  }
  if (!current.value.guest) {
    return refuse("CONFLICT", "You are signed in already. Sign out first.", { reason: "signed_in" });
  }
  return await nameGuest(c, current.value, request);
}

/** Signs in to an existing user. A guest is asked first, because the guest's desk is erased with it. */
export async function signIn(c: AppContext, request: SignInRequest): Promise<Result<SignedInSession>> {
  const found = await currentVisitor(c);
  if (!found.ok) {
    return found;
  }
  const current = found.value;
  if (current?.guest === true && !request.discardGuest) {
    return { ok: false, error: await askGuest(c, current) };
  }
  if (current?.guest === true) {
    const trader = traderObject(c.env, c.var.config, current.traderId);
    const free = await outcome("may_erase", () => trader.mayErase(principalOf(current)));
    if (!free.ok) {
      return free;
    }
  }
  const { email, password } = request;
  const signedIn = await guarded(c, email, () => newSession(c, "/sign-in/email", { email, password }));
  if (!signedIn.ok || current === null) {
    return signedIn;
  }
  if (current.guest) {
    const erased = await eraseUser(c.env, c.var.config, current);
    return erased.ok ? signedIn : erased;
  }
  await endSessions(c.env, c.var.config, current, (id) => id === current.sessionId);
  return signedIn;
}

/** Changes the password, gives this visitor a new session and ends all others. */
export async function changePassword(
  c: AppContext,
  visitor: Visitor,
  request: { readonly currentPassword: string; readonly newPassword: string },
): Promise<Result<SignedInSession>> {
  if (visitor.email === null) {
    return refuse("FORBIDDEN", "A guest has no password. Sign up to get one.");
  }
  const weakness = weaknessOf(request.newPassword, personalWords(visitor.email, visitor.name));
  if (weakness !== null) {
    return badField("newPassword", weakness);
  }
  const before = await database(c.env)
    .select({ id: tables.sessions.id })
    .from(tables.sessions)
    .where(eq(tables.sessions.userId, visitor.userId));
  const changed = await guarded(c, visitor.email, () =>
    newSession(c, "/change-password", { ...request, revokeOtherSessions: true }),
  );
  if (!changed.ok && changed.error.code === "UNAUTHENTICATED") {
    return badField("currentPassword", "is wrong");
  }
  if (changed.ok) {
    const ids = before.map((row) => row.id);
    await closeSockets(c.env, c.var.config, visitor.traderId, ids);
  }
  return changed;
}

/** Whether the password is the visitor's, counted like a sign-in. */
export async function provePassword(c: AppContext, visitor: Visitor, password: string): Promise<Result<null>> {
  const { email } = visitor;
  if (email === null) {
    return ok(null);
  }
  const proved = await guarded(c, email, async () => {
    const [row] = await database(c.env)
      .select({ hash: tables.credentials.password })
      .from(tables.credentials)
      .where(eq(tables.credentials.userId, visitor.userId));
    const right = row !== undefined && row.hash !== null && (await verifyPassword({ hash: row.hash, password }));
    return right ? ok(null) : refuse("UNAUTHENTICATED", "The password is wrong.");
  });
  return !proved.ok && proved.error.code === "UNAUTHENTICATED" ? badField("password", "is wrong") : proved;
}

/**
 * The visitor, or null when nobody is signed in any more. That it cannot be known right now is a refusal: a guest taken for
 * nobody would lose the desk.
 */
async function currentVisitor(c: AppContext): Promise<Result<Visitor | null>> {
  const found = await findVisitor(c, "authoritative");
  return found.ok || found.error.code === "TEMPORARILY_UNAVAILABLE" ? found : ok(null);
}

async function nameGuest(c: AppContext, guest: Visitor, request: SignUpRequest): Promise<Result<SignedInSession>> {
  const { users, credentials } = tables;
  const db = database(c.env);
  const taken = await db.select({ id: users.id }).from(users).where(eq(users.email, request.email));
  if (taken.length > 0) {
    return emailTaken();
  }
  const password = await hashPassword(request.password);
  const now = new Date();
  try {
    await db.batch([
      db
        .update(users)
        .set({ name: request.name, email: request.email, isAnonymous: false, updatedAt: now })
        .where(eq(users.id, guest.userId)),
      db.insert(credentials).values({
        id: crypto.randomUUID(),
        userId: guest.userId,
        accountId: guest.userId,
        providerId: "credential",
        password,
        createdAt: now,
        updatedAt: now,
      }),
    ]);
  } catch (error) {
    // Somebody took the address between the look and the write.
    if (error instanceof Error && /UNIQUE/.test(`${error.message} ${String(error.cause)}`)) {
      return emailTaken();
    }
    throw error;
  }
  const signedIn = await newSession(c, "/sign-in/email", { email: request.email, password: request.password });
  if (signedIn.ok) {
    // What was a guest's session must not become a named user's: whoever else holds its token stays outside.
    await endSessions(c.env, c.var.config, guest, (id) => id !== signedIn.value.visitor.sessionId);
  }
  return signedIn;
}

async function askGuest(c: AppContext, guest: Visitor): Promise<Problem> {
  const accounts = await outcome("accounts", () =>
    traderObject(c.env, c.var.config, guest.traderId).accounts(principalOf(guest)),
  );
  const counts = accounts.ok
    ? {
        accounts: String(accounts.value.length),
        positions: String(accounts.value.reduce((sum, account) => sum + account.positions.length, 0)),
      }
    : {};
  return {
    code: "CONFLICT",
    message:
      "You are trading as a guest. Signing in to an existing account closes the guest's desk with all its orders and trades. Sign up instead to keep them, or confirm.",
    details: { reason: "guest", ...counts },
  };
}

/** Runs a password check under the lockout: a wrong one counts, a right one clears, a failure of ours does neither. */
async function guarded<T>(c: AppContext, email: string, check: () => Promise<Result<T>>): Promise<Result<T>> {
  const attempt = await beginAttempt(c.env, c.var.config, email, clientAddress(c.req.raw.headers), Date.now());
  if (!attempt.ok) {
    return attempt;
  }
  const result = await check();
  if (result.ok) {
    await clearAttempt(c.env, attempt.value);
  } else if (result.error.code !== "UNAUTHENTICATED") {
    await withdrawAttempt(c.env, attempt.value);
  }
  return result;
}

/** Asks better-auth for a session; refusals come back in our words. */
async function newSession(c: AppContext, path: string, request: object): Promise<Result<SignedInSession>> {
  const url = `${c.var.config.publicOrigin}${AUTH_PATH}${path}`;
  // Only a change of password is done as somebody; a sign-in carries no earlier session into the new one.
  const headers = authHeaders(c, path === "/change-password");
  const response = await authFor(c.env, c.var.config).handler(
    new Request(url, { method: "POST", headers, body: JSON.stringify(request) }),
  );
  if (!response.ok) {
    return { ok: false, error: await inOurWords(response) };
  }
  const { token } = issued.parse(await response.json());
  const visitor = await sessionVisitor(c.env, { token }, Date.now());
  if (visitor === null) {
    return refuse("TEMPORARILY_UNAVAILABLE", "The new session cannot be read yet. Sign in again in a moment.");
  }
  return ok({ visitor, token, cookies: response.headers.getSetCookie() });
}

async function inOurWords(response: Response): Promise<Problem> {
  const code = await codeOf(response);
  if (response.status === 429) {
    const seconds = response.headers.get("x-retry-after") ?? "60";
    return {
      code: "RATE_LIMITED",
      message: `Too many sign-ins came from your address. Wait ${seconds} s.`,
      details: { retryAfterSeconds: seconds },
    };
  }
  switch (code) {
    case "USER_ALREADY_EXISTS":
    case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
      return emailTaken().error;
    case "INVALID_EMAIL_OR_PASSWORD":
    case "INVALID_PASSWORD":
      return { code: "UNAUTHENTICATED", message: "The e-mail address or the password is wrong.", details: {} };
    default:
      return {
        code: "TEMPORARILY_UNAVAILABLE",
        message: "Signing in does not work right now. Try again in a few seconds.",
        details: {},
      };
  }
}

async function codeOf(response: Response): Promise<string | null> {
  const body = failed.safeParse(await response.json().catch(() => null));
  return body.success ? body.data.code : null;
}

function emailTaken(): { readonly ok: false; readonly error: Problem } {
  return {
    ok: false,
    error: {
      code: "CONFLICT",
      message: "There is an account with this e-mail address already. Sign in instead.",
      details: { reason: "email_taken" },
    },
  };
}

function badField(field: string, text: string): { readonly ok: false; readonly error: Problem } {
  return {
    ok: false,
    error: { code: "BAD_REQUEST", message: `The request is not valid: ${field} ${text}.`, details: { [field]: text } },
  };
}

function personalWords(email: string, name: string): string[] {
  const [local = ""] = email.split("@");
  return [email, local, ...local.split(/[._+-]/), ...name.split(/\s+/), "tradewithai"];
}

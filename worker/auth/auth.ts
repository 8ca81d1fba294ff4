/**
 * better-auth, set up once per isolate. It owns users, sessions, cookies and the rates of the sign-in paths; what a guest
 * keeps or loses (guest.ts), lockout (lockout.ts) and which shapes the wire has (routes/auth.ts) are ours.
 */
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { anonymous, bearer } from "better-auth/plugins";
import { MAXIMUM_PASSWORD_LENGTH, MINIMUM_PASSWORD_LENGTH } from "../../contract/auth.ts";
import { logUnexpected } from "../../durable-objects/lib/log.ts";
import { database, tables } from "../database.ts";
import type { Config } from "../env.ts";
import { withoutParameters } from "../telemetry.ts";
import { COOKIE_CACHE_SECONDS, COOKIE_PREFIX } from "./cookies.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";

export const AUTH_PATH = "/api/auth";
/** Header by which the Worker tells better-auth the client's address; always overwritten. */
export const ADDRESS_HEADER = "x-client-address";

/** As long as an idle guest is kept: a guest has no other way back in. */
const SESSION_SECONDS = 30 * 24 * 3600;
const RENEW_AFTER_SECONDS = 24 * 3600;
/** Per address. On one's own machine every client is 127.0.0.1, test suites included. */
const RATES = {
  local: { window: 60, max: 10_000 },
  deployed: { window: 60, max: 20 },
} as const;

export type Auth = ReturnType<typeof makeAuth>;

const instances = new WeakMap<Env, Auth>();

/** The instance for these bindings. */
export function authFor(env: Env, config: Config): Auth {
  const known = instances.get(env);
  if (known !== undefined) {
    return known;
  }
  const auth = makeAuth(env, config);
  instances.set(env, auth);
  return auth;
}

function makeAuth(env: Env, config: Config) {
  const rate = config.environment === "local" ? RATES.local : RATES.deployed;
  return betterAuth({
    appName: "TradeWithAI",
    baseURL: config.publicOrigin,
    basePath: AUTH_PATH,
    secret: config.authSecret.reveal(),
    trustedOrigins: [...config.allowedOrigins],
    database: drizzleAdapter(database(env), {
      provider: "sqlite",
      schema: {
        user: tables.users,
        session: tables.sessions,
        account: tables.credentials,
        verification: tables.verifications,
        rateLimit: tables.rateLimits,
      },
    }),
    user: {
      additionalFields: {
        // Stays inside the signed cookie, from which the order path reads it while D1 is down; no route shows it.
        traderId: { type: "string", required: true, input: false, defaultValue: newTraderId },
      },
    },
    session: {
      expiresIn: SESSION_SECONDS,
      updateAge: RENEW_AFTER_SECONDS,
      freshAge: 0,
      cookieCache: { enabled: true, maxAge: COOKIE_CACHE_SECONDS },
    },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: MINIMUM_PASSWORD_LENGTH,
      maxPasswordLength: MAXIMUM_PASSWORD_LENGTH,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      ...rate,
      customRules: {
        "/sign-in/*": rate,
        "/sign-up/*": rate,
        "/change-password": rate,
      },
    },
    advanced: {
      cookiePrefix: COOKIE_PREFIX,
      useSecureCookies: config.secureCookies,
      defaultCookieAttributes: { httpOnly: true, secure: config.secureCookies, sameSite: "strict", path: "/" },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    plugins: [anonymous({ generateName: () => "Guest", disableDeleteAnonymousUser: true }), bearer()],
    telemetry: { enabled: false },
    logger: { level: "error", log: logAuthError },
  });
}

function newTraderId(): string {
  return crypto.randomUUID();
}

/** better-auth's messages can name people; only that something failed, and the exception itself, are logged. */
function logAuthError(level: string, _message: string, ...details: unknown[]): void {
  if (level === "error") {
    const error = details.find((detail) => detail instanceof Error);
    logUnexpected("auth_error", withoutParameters(error ?? new Error("sign-in failed inside better-auth")), {});
  }
}

/**
 * Bindings and variables, checked at first use. Nothing falls back to a default: a Worker that is set up wrongly answers
 * every request with 503 CONFIG_INVALID and the name of the variable, never with a weaker service.
 */
import { z } from "zod";
import { MARKETS, TIMEFRAMES, type Timeframe } from "../domain/market.ts";
import { ok, refuse, type Result } from "../domain/problem.ts";
import { addressFault, readBaseUrls } from "../durable-objects/assistant/wire/addresses.ts";
import { Secret } from "../durable-objects/lib/secret.ts";

/** Whether users may connect keys of their own at Kraken. */
export const KRAKEN_KEYS = ["allowed", "refused"] as const;
const LOCATION_HINTS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;
const MINIMUM_SECRET_LENGTH = 32;
/** Fewer different characters than this in 32 is typed, not drawn. */
const MINIMUM_SECRET_VARIETY = 10;

const webAddress = z.url({ protocol: /^https?$/, error: "must be an http(s) address" });
const socketAddress = z.url({ protocol: /^wss?$/, error: "must be a ws(s) address" });
const origin = z
  .string()
  .refine(isOrigin, "must be an origin such as https://trade.example.org, without a path or a final slash");
const origins = z
  .string()
  .transform((text) => text.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()])))
  .pipe(z.array(origin));

const masterSecret = z
  .string("must be set: a secret of at least 32 random characters")
  .min(MINIMUM_SECRET_LENGTH, `must have at least ${MINIMUM_SECRET_LENGTH} characters`)
  .refine((text) => new Set(text).size >= MINIMUM_SECRET_VARIETY, "is too regular: draw it at random");

const variables = z
  .object({
    ENVIRONMENT: z.enum(["local", "staging", "production"]),
    MARKET: z.enum(MARKETS),
    MARKET_FINEST_TIMEFRAME: z
      .literal("")
      .transform(() => TIMEFRAMES[0])
      .or(z.enum(TIMEFRAMES, "must be empty or a timeframe such as 1h")),
    KRAKEN_REST_URL: webAddress,
    KRAKEN_WS_URL: socketAddress,
    KRAKEN_WS_PRIVATE_URL: socketAddress,
    FEED_LOCATION_HINT: z.enum(LOCATION_HINTS),
    FEED_RELAYS: z.string().regex(/^\d{1,2}$/, "must be a whole number from 0 to 99"),
    PUBLIC_ORIGIN: origin,
    CORS_ORIGINS: origins,
    ERROR_SINK_URL: z.string().refine(isEmptyOrWebAddress, "must be empty or an http(s) address"),
    MODEL_BASE_URLS: z
      .string()
      .refine((text) => readBaseUrls(text) !== null, "must be provider=address pairs separated by spaces, or empty"),
    AUTH_SECRET: masterSecret,
    VAULT_SECRET: masterSecret,
    VAULT_SECRET_PREVIOUS: z
      .literal("")
      .transform(() => undefined)
      .or(masterSecret)
      .optional(),
    KRAKEN_KEYS: z.enum(KRAKEN_KEYS),
    DB: binding("a D1 database"),
    TRADER: binding("a Durable Object namespace"),
    MARKET_FEED: binding("a Durable Object namespace"),
    ASSISTANT: binding("a Durable Object namespace"),
    ASSETS: binding("the static assets"),
  })
  .superRefine(checkTogether);

export type Config = {
  readonly environment: "local" | "staging" | "production";
  readonly market: (typeof MARKETS)[number];
  /** The shortest candles that the market can tell apart: longer than a minute only in a replay of such a recording. */
  readonly finestTimeframe: Timeframe;
  readonly locationHint: (typeof LOCATION_HINTS)[number];
  /** Relays between the market feed and its clients; 0: clients hang on the feed itself. */
  readonly feedRelays: number;
  readonly publicOrigin: string;
  /** Origins that may change state: the public one and those of CORS_ORIGINS. */
  readonly allowedOrigins: readonly string[];
  /** Origins other than our own that a browser may read from. */
  readonly corsOrigins: readonly string[];
  /** Cookies are Secure exactly when the public origin is https; plain loopback could not store them otherwise. */
  readonly secureCookies: boolean;
  readonly errorSinkUrl: string | null;
  readonly authSecret: Secret;
  /** Masters of the vault; the previous one only while a rotation is under way. */
  readonly vaultSecret: Secret;
  readonly previousVaultSecret: Secret | null;
};

const checked = new WeakMap<Env, Result<Config>>();

/** The configuration, or CONFIG_INVALID whose message and details name each wrong variable (never its value). */
export function readConfig(env: Env): Result<Config> {
  const known = checked.get(env);
  if (known !== undefined) {
    return known;
  }
  const result = check(env);
  checked.set(env, result);
  return result;
}

function check(env: Env): Result<Config> {
  const parsed = variables.safeParse(env);
  if (!parsed.success) {
    const details: Record<string, string> = {};
    for (const issue of parsed.error.issues) {
      details[String(issue.path[0])] ??= issue.message;
    }
    const list = Object.entries(details).map(([name, message]) => `${name} ${message}`);
    return refuse("CONFIG_INVALID", `The server is not set up: ${list.join("; ")}.`, details);
  }
  const value = parsed.data;
  return ok({
    environment: value.ENVIRONMENT,
    market: value.MARKET,
    finestTimeframe: value.MARKET_FINEST_TIMEFRAME,
    locationHint: value.FEED_LOCATION_HINT,
    feedRelays: Number(value.FEED_RELAYS),
    publicOrigin: value.PUBLIC_ORIGIN,
    allowedOrigins: [value.PUBLIC_ORIGIN, ...value.CORS_ORIGINS],
    corsOrigins: value.CORS_ORIGINS,
    secureCookies: value.PUBLIC_ORIGIN.startsWith("https:"),
    errorSinkUrl: value.ERROR_SINK_URL === "" ? null : value.ERROR_SINK_URL,
    authSecret: new Secret(value.AUTH_SECRET),
    vaultSecret: new Secret(value.VAULT_SECRET),
    previousVaultSecret: value.VAULT_SECRET_PREVIOUS === undefined ? null : new Secret(value.VAULT_SECRET_PREVIOUS),
  });
}

type Together = {
  readonly ENVIRONMENT: "local" | "staging" | "production";
  readonly MODEL_BASE_URLS: string;
  readonly PUBLIC_ORIGIN: string;
  readonly MARKET: string;
  readonly KRAKEN_REST_URL: string;
  readonly AUTH_SECRET: string;
  readonly VAULT_SECRET: string;
};

/** What only shows when several variables are looked at together. */
function checkTogether(
  value: Together,
  context: { addIssue: (issue: { code: "custom"; path: string[]; message: string }) => void },
): void {
  if (value.VAULT_SECRET === value.AUTH_SECRET) {
    context.addIssue({ code: "custom", path: ["VAULT_SECRET"], message: "must differ from AUTH_SECRET" });
  }
  if (value.MARKET !== "live" && /(^|\.)kraken\.com$/.test(new URL(value.KRAKEN_REST_URL).hostname)) {
    // Keys would be used, and orders placed, with real money beside simulated prices.
    context.addIssue({
      code: "custom",
      path: ["KRAKEN_REST_URL"],
      message: "is the real Kraken, but MARKET is not live",
    });
  }
  for (const [provider, address] of readBaseUrls(value.MODEL_BASE_URLS) ?? []) {
    const fault = addressFault(address, value.ENVIRONMENT);
    if (fault !== null) {
      context.addIssue({ code: "custom", path: ["MODEL_BASE_URLS"], message: `for ${provider}: ${fault}` });
    }
  }
  if (value.ENVIRONMENT === "local") {
    return;
  }
  if (!value.PUBLIC_ORIGIN.startsWith("https:")) {
    context.addIssue({ code: "custom", path: ["PUBLIC_ORIGIN"], message: "must be https when deployed" });
  }
  if (new URL(value.PUBLIC_ORIGIN).hostname.endsWith("example.com")) {
    context.addIssue({ code: "custom", path: ["PUBLIC_ORIGIN"], message: "still holds the example: name your own" });
  }
}

function binding(what: string): z.ZodType<object> {
  return z.custom<object>(
    (value) => value !== null && ["object", "function"].includes(typeof value),
    `must be ${what}`,
  );
}

function isEmptyOrWebAddress(text: string): boolean {
  return text === "" || webAddress.safeParse(text).success;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

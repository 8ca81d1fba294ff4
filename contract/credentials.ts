/**
 * Kraken keys of the user (/api/credentials/kraken). A key goes in and never comes out: what is told of it is a fingerprint,
 * the name that Kraken knows it by, and what it may do.
 */
import { z } from "zod";
import { KEY_SLOTS } from "../domain/venue/keys.ts";
import { KEY_PERMISSIONS } from "../domain/venue/wishes.ts";
import { problem } from "./errors.ts";
import { milliseconds } from "./markets.ts";
import { pageOf, pageQuery } from "./paging.ts";

/** `trading` signs orders; the optional `history` key can only read and spares the trading key's rate counter. */
export const credentialSlot = z.enum(KEY_SLOTS);
export type CredentialSlot = z.infer<typeof credentialSlot>;

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const WRONG_KEY = "must be the API key as Kraken shows it: about 56 letters, digits, + and /";
const WRONG_SECRET = "must be the private key as Kraken shows it once: about 88 letters, digits, +, / and ==";

/** The messages never quote what was typed: it may be the secret in the wrong field. */
export const krakenKey = z
  .string(WRONG_KEY)
  .trim()
  .regex(/^[A-Za-z0-9+/]{40,80}={0,2}$/, WRONG_KEY);
export const krakenSecret = z
  .string(WRONG_SECRET)
  .trim()
  .min(80, WRONG_SECRET)
  .max(200, WRONG_SECRET)
  .regex(BASE64, WRONG_SECRET);

const blank = z.string().trim().length(0);

/**
 * POST /api/credentials/kraken. `confirmedNoWithdrawal` is asked for (KEY_UNCONFIRMED) only where Kraken does not tell what
 * a key may do: whether it can withdraw cannot be found out by trying.
 */
export const connectKrakenRequest = z.strictObject({
  slot: credentialSlot.default("trading"),
  key: krakenKey,
  secret: krakenSecret,
  confirmedNoWithdrawal: z.boolean().default(false),
});
export type ConnectKrakenRequest = z.input<typeof connectKrakenRequest>;

/** PUT /api/credentials/kraken. A blank or absent field is unchanged. */
export const replaceKrakenRequest = z.strictObject({
  slot: credentialSlot.default("trading"),
  key: blank.or(krakenKey).optional(),
  secret: blank.or(krakenSecret).optional(),
  confirmedNoWithdrawal: z.boolean().default(false),
});
export type ReplaceKrakenRequest = z.input<typeof replaceKrakenRequest>;

/** POST /api/credentials/kraken/test */
export const testKrakenRequest = z.strictObject({ slot: credentialSlot.default("trading") });

/**
 * DELETE /api/credentials/kraken. A key that backs live orders goes only with `force=true` (KEY_HAS_LIVE_ORDERS): the orders
 * stay at Kraken, and the desk no longer sees them.
 */
export const removeKrakenQuery = z.strictObject({
  slot: credentialSlot.default("trading"),
  force: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
});

/** One permission of a key, and what it is for. */
export const keyPermissionState = z.object({
  permission: z.enum(KEY_PERMISSIONS),
  /** As Kraken's settings call it. */
  label: z.string(),
  /** Null: Kraken does not tell and trying it would do harm. */
  granted: z.boolean().nullable(),
  /** Whether a key of this slot needs it, may have it, or must not have it. */
  wanted: z.enum(["needed", "optional", "forbidden"]),
  /** What the desk does with it, or cannot do without it: a phrase. */
  purpose: z.string(),
});
export type KeyPermissionState = z.infer<typeof keyPermissionState>;

export const krakenCredential = z.object({
  slot: credentialSlot,
  /** The name it has at Kraken; null when Kraken does not tell. */
  name: z.string().nullable(),
  /** Eight characters that tell keys apart and give nothing of them away. */
  fingerprint: z.string(),
  permissions: z.array(keyPermissionState),
  /** `told` by Kraken, or found out by calls that change nothing. */
  permissionsSource: z.enum(["told", "tried"]),
  connectedAt: milliseconds,
  /** When the permissions were last checked. */
  checkedAt: milliseconds,
  /** When it last signed a call; null: never since it was connected. */
  lastUsedAt: milliseconds.nullable(),
  /** The last time Kraken refused it; null: never, or it has worked since. */
  lastError: z.object({ at: milliseconds, message: z.string() }).nullable(),
});
export type KrakenCredentialView = z.infer<typeof krakenCredential>;

/** GET /api/credentials/kraken, and the answer to connecting, replacing and removing. */
export const krakenCredentials = z.object({
  /** Null: keys are accepted here; else the sentence that says why not and how to change it. */
  refusal: z.string().nullable(),
  trading: krakenCredential.nullable(),
  history: krakenCredential.nullable(),
});
export type KrakenCredentialsView = z.infer<typeof krakenCredentials>;

/** Answer to a test of the connection: the refusal that connecting this key now would get, or null. */
export const krakenTest = z.object({ credential: krakenCredential, problem: problem.nullable() });
export type KrakenTestView = z.infer<typeof krakenTest>;

/** Decryptions of one key for one purpose within one minute. */
export const credentialUse = z.object({
  id: z.string(),
  slot: credentialSlot,
  /** For example "sign AddOrder". */
  purpose: z.string(),
  fingerprint: z.string(),
  firstAt: milliseconds,
  lastAt: milliseconds,
  count: z.number().int().positive(),
});
export type CredentialUseView = z.infer<typeof credentialUse>;

/** GET /api/credentials/kraken/audit: newest first. */
export const credentialUseQuery = pageQuery;
export const credentialUsePage = pageOf(credentialUse);
export type CredentialUsePage = z.infer<typeof credentialUsePage>;

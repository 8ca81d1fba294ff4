/** What the assistant reads of its environment, checked at its start. The worker has refused a wrong configuration before. */
import { z } from "zod";
import { market } from "../../contract/markets.ts";
import { Secret } from "../lib/secret.ts";
import { readBaseUrls } from "./wire/addresses.ts";

const schema = z.object({
  ENVIRONMENT: z.enum(["local", "staging", "production"]),
  MARKET: market,
  VAULT_SECRET: z
    .string()
    .min(1)
    .transform((text) => new Secret(text)),
  VAULT_SECRET_PREVIOUS: z
    .string()
    .optional()
    .transform((text) => (text === undefined || text === "" ? null : new Secret(text))),
  FEED_LOCATION_HINT: z.enum(["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"]),
  ERROR_SINK_URL: z.string(),
  MODEL_BASE_URLS: z.string().transform((text) => readBaseUrls(text) ?? new Map<string, string>()),
});

export type AssistantSettings = z.infer<typeof schema>;

/** Throws on a configuration that cannot be. */
export function readSettings(env: object): AssistantSettings {
  return schema.parse(env);
}

/** What the trader reads of its environment, checked at its start. The worker has refused a wrong configuration before. */
import { z } from "zod";
import { market } from "../../contract/markets.ts";
import { Secret } from "../lib/secret.ts";

const schema = z.object({
  ENVIRONMENT: z.enum(["local", "staging", "production"]),
  MARKET: market,
  KRAKEN_REST_URL: z.url(),
  KRAKEN_WS_PRIVATE_URL: z.url(),
  KRAKEN_KEYS: z.enum(["allowed", "refused"]),
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
  /** Where Telegram's bots are asked. */
  TELEGRAM_URL: z.url().default("https://api.telegram.org"),
});

export type TraderSettings = z.infer<typeof schema>;

/** Throws on a configuration that cannot be. */
export function readSettings(env: object): TraderSettings {
  return schema.parse(env);
}

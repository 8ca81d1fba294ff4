/** What the trader reads of its environment, checked at its start. The worker has refused a wrong configuration before. */
import { z } from "zod";
import { market } from "../../contract/markets.ts";

const schema = z.object({
  MARKET: market,
  FEED_LOCATION_HINT: z.enum(["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"]),
  ERROR_SINK_URL: z.string(),
});

export type TraderSettings = z.infer<typeof schema>;

/** Throws on a configuration that cannot be. */
export function readSettings(env: object): TraderSettings {
  return schema.parse(env);
}

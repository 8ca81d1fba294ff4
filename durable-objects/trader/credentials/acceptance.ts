/** Whether this desk takes keys at all: local live mode only when started so, a replay never. */
import type { Market } from "../../../domain/market.ts";

type Setup = {
  readonly ENVIRONMENT: "local" | "staging" | "production";
  readonly MARKET: Market;
  readonly KRAKEN_KEYS: "allowed" | "refused";
};

/** Null: keys are taken; else the sentence that says why not, and how to change it where that is possible. */
export function refusalOfKeys({ ENVIRONMENT: environment, MARKET: market, KRAKEN_KEYS: keys }: Setup): string | null {
  if (market === "replay") {
    return "A replay takes no Kraken key: its prices are of the past.";
  }
  if (keys === "allowed") {
    return null;
  }
  return environment === "local"
    ? "This desk trades paper money and takes no Kraken key. To trade real money from this machine, start it with " +
        "`npm run start:live -- --allow-kraken-key`."
    : "This desk takes no Kraken keys. Its operator can allow them with the variable KRAKEN_KEYS.";
}

import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The command of an installed package, e.g. `binary("wrangler")`. */
export function binary(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

/** What every tool of ours is started with: no telemetry, no banner, no question, no look at the network. */
export function toolEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH ?? ""}`,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    ...extra,
  };
}

/** The folder with the specification's recordings, if there is one beside the project; TRADE_SHARED chooses another. */
export function sharedFolder(): string | undefined {
  const chosen = process.env.TRADE_SHARED ?? join(root, "..", "shared");
  return existsSync(chosen) ? chosen : undefined;
}

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binary, root } from "./paths.ts";
import { run } from "./run.ts";

export type Environment = "staging" | "production";

export interface DeployBuild {
  /** The configuration to hand to `wrangler deploy -c`; undefined when the build failed. */
  readonly configuration: string | undefined;
  readonly output: string;
}

/** Builds for an environment into a folder of its own, so that the local build stays what it is. */
export async function buildFor(environment: Environment): Promise<DeployBuild> {
  const folder = join(".state", "deploy", environment);
  rmSync(join(root, folder), { recursive: true, force: true });
  const { status, output } = await run(binary("vite"), ["build", "--logLevel", "warn"], {
    environment: { CLOUDFLARE_ENV: environment, TRADEWITHAI_OUT_DIR: folder },
  });
  const worker = status === 0 ? readdirSync(join(root, folder)).find((name) => name !== "client") : undefined;
  return {
    configuration: worker === undefined ? undefined : join(root, folder, worker, "wrangler.json"),
    output,
  };
}

/** What `wrangler deploy` would upload for an environment, without an account. Returns whether it would work. */
export async function dryRun(environment: Environment): Promise<boolean> {
  const built = await buildFor(environment);
  if (built.configuration === undefined) {
    console.log(built.output);
    return false;
  }
  const { status, output } = await run(binary("wrangler"), ["deploy", "--dry-run", "-c", built.configuration], {
    environment: { WRANGLER_LOG_PATH: join(root, ".state", "deploy", "logs") },
  });
  const size = /Total Upload: .*/.exec(output)?.[0] ?? "";
  console.log(`  ${status === 0 ? "ok  " : "FAIL"} ${environment} ${size}`);
  if (status !== 0) {
    console.log(output);
  }
  return status === 0;
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.ts";
import { binary, root } from "./paths.ts";
import { run } from "./run.ts";

/** Where wrangler and vite keep D1 and the Durable Objects of a state folder. */
export function workerState(stateFolder: string): string {
  return join(stateFolder, "worker");
}

/** Brings the local D1 of a state folder to the newest schema. Does nothing when it is there already. */
export async function migrateDatabase(stateFolder: string): Promise<void> {
  if (!existsSync(join(root, "migrations"))) {
    return;
  }
  const { status, output } = await run(
    binary("wrangler"),
    ["d1", "migrations", "apply", "DB", "--local", "--persist-to", workerState(stateFolder), "-c", "wrangler.toml"],
    { environment: { CI: "1", WRANGLER_LOG_PATH: join(stateFolder, "logs") } }, // CI: no question is asked
  );
  if (status !== 0) {
    throw new Failure(`The database could not be brought up to date:\n${output}`);
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtConfiguration, ensureBuilt } from "../../scripts/lib/build.ts";
import { migrateDatabase, workerState } from "../../scripts/lib/database.ts";
import { binary, root, toolEnvironment } from "../../scripts/lib/paths.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { ensureSecrets } from "../../scripts/lib/secrets.ts";
import { waitForAnswer } from "../../scripts/lib/wait.ts";
import { startServer, type Server } from "./server.ts";

export type BenchDesk = Server & { readonly origin: string };

/** The built product against a venue, with state of its own that is removed at the end, or with a folder that is kept. */
export async function startDesk(venuePort: number, kept?: string): Promise<BenchDesk> {
  await ensureBuilt();
  const stateFolder = kept ?? mkdtempSync(join(tmpdir(), "tradewithai-bench-"));
  const secrets = ensureSecrets(stateFolder);
  await migrateDatabase(stateFolder);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = startServer(
    "the worker",
    binary("wrangler"),
    [
      "dev",
      "--local",
      `--config=${builtConfiguration}`,
      "--ip=127.0.0.1",
      `--port=${port}`,
      "--inspector-port=0",
      `--persist-to=${workerState(stateFolder)}`,
      `--env-file=${secrets.file}`,
      "--show-interactive-dev-session=false",
      `--var=PUBLIC_ORIGIN:${origin}`,
      `--var=KRAKEN_REST_URL:http://127.0.0.1:${venuePort}`,
      `--var=KRAKEN_WS_URL:ws://127.0.0.1:${venuePort}/v2`,
      `--var=KRAKEN_WS_PRIVATE_URL:ws://127.0.0.1:${venuePort}/v2-auth`,
    ],
    toolEnvironment({ WRANGLER_LOG_PATH: join(stateFolder, "logs") }),
    root,
  );
  const problem = await waitForAnswer(`${origin}/api/health`, 60_000, new AbortController().signal);
  if (problem !== undefined) {
    await server.stop();
    throw new Error(`the desk did not come up: ${problem}`);
  }
  return {
    ...server,
    origin,
    stop: async () => {
      await server.stop();
      if (kept === undefined) {
        rmSync(stateFolder, { recursive: true, force: true });
      }
    },
  };
}

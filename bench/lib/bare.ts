import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, toolEnvironment } from "../../scripts/lib/paths.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { waitForAnswer } from "../../scripts/lib/wait.ts";
import { startServer } from "./server.ts";

/** A bare Worker under wrangler dev: what a figure of the desk is held against. */
export async function startBare(
  config: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ readonly origin: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "tradewithai-bare-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const args = ["dev", "--local", `--config=${config}`, "--ip=127.0.0.1", `--port=${port}`, "--inspector-port=0"];
  const server = startServer(
    "the bare worker",
    binary("wrangler"),
    [
      ...args,
      `--persist-to=${folder}`,
      "--show-interactive-dev-session=false",
      ...Object.entries(variables).map(([name, value]) => `--var=${name}:${value}`),
    ],
    toolEnvironment({ WRANGLER_LOG_PATH: join(folder, "logs") }),
    folder,
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const problem = await waitForAnswer(origin, 60_000, new AbortController().signal);
  if (problem !== undefined) {
    await stop();
    throw new Error(`the bare worker did not come up: ${problem}`);
  }
  return { origin, stop };
}

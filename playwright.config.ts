import { rmSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";
import { chromiumArguments, findChromium } from "./scripts/lib/chromium.ts";
import { root } from "./scripts/lib/paths.ts";
import { freePort } from "./scripts/lib/ports.ts";

const stateFolder = join(root, ".state", "e2e");

// This file is read again in every worker process: only the first reading chooses ports and clears the state.
if (process.env.E2E_PORT === undefined) {
  process.env.E2E_PORT = String(await freePort());
  process.env.E2E_SIM_PORT = String(await freePort());
  rmSync(stateFolder, { recursive: true, force: true });
}
const port = process.env.E2E_PORT;
const simulatorPort = process.env.E2E_SIM_PORT ?? "";
const executablePath = findChromium();

/** The whole product as `npm start` runs it, with ports and a state folder of its own. */
export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  // Real processes on a shared machine: one slow start must not fail a whole run. A retried test is reported as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["json", { outputFile: join(root, ".state", "test", "playwright.json") }]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    locale: "en-US",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      args: [...chromiumArguments],
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
  webServer: {
    command: `node scripts/bootstrap.mjs scripts/start.ts --port ${port} --sim-port ${simulatorPort} --state ${stateFolder}`,
    url: `http://127.0.0.1:${port}/api/health`,
    timeout: 90_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    stdout: "ignore",
    stderr: "pipe",
  },
});

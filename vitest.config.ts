import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import tailwindcss from "@tailwindcss/vite";
import { playwright } from "@vitest/browser-playwright";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";
import { chromiumArguments, findChromium } from "./scripts/lib/chromium.ts";
import { noteSecret } from "./scripts/lib/leaks/noted.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";
process.env.WRANGLER_SEND_METRICS ??= "false";
// Random text occurs nowhere by chance: the logs of a run are searched for every part of it.
const authSecret = randomBytes(36).toString("base64url");
const vaultSecret = randomBytes(36).toString("base64url");
noteSecret("AUTH_SECRET", authSecret);
noteSecret("VAULT_SECRET", vaultSecret);
// Declared as required in wrangler.toml.
process.env.AUTH_SECRET = authSecret;
process.env.VAULT_SECRET = vaultSecret;

const chromiumPath = findChromium();

export default defineConfig({
  test: {
    // Much of what they do is to wait for sockets and alarms, so no core is left free for the runner.
    maxWorkers: Math.max(2, availableParallelism()),
    // The Worker's log lines are of interest only beside a test that failed.
    silent: "passed-only",
    // Tests in workerd and of the simulator run on real sockets and clocks; pure ones never need the second try.
    retry: process.env.CI === undefined ? 0 : 1,
    // At root level: inside the workers project `ws` would resolve to its browser stub.
    globalSetup: ["./tests/support/global-setup.ts"],
    coverage: {
      provider: "istanbul",
      reporter: ["text-summary", "json-summary", "html"],
      reportsDirectory: "coverage",
      reportOnFailure: true,
      include: [
        "worker/**/*.ts",
        "durable-objects/**/*.ts",
        "domain/**/*.ts",
        "contract/**/*.ts",
        "exchange-sim/**/*.ts",
        "web/src/**/*.{ts,tsx}",
      ],
      exclude: ["**/*.test.{ts,tsx}", "**/*.d.ts", "**/testing/**"],
      thresholds: {
        "worker/**": { lines: 80 },
        "durable-objects/**": { lines: 80 },
        "domain/**": { lines: 80 },
        "web/**": { lines: 70 },
      },
    },
    projects: [
      {
        test: {
          name: "domain",
          environment: "node",
          include: ["{domain,contract,scripts,durable-objects,worker}/**/*.test.ts"],
          setupFiles: ["./tests/support/note-sealed.ts"],
          // Nothing here waits: what takes long is a property on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "process",
          environment: "node",
          include: ["tests/process/**/*.test.ts"],
          // Each test starts the whole product, and kills it.
          fileParallelism: false,
          testTimeout: 150_000,
        },
      },
      {
        test: {
          name: "chaos",
          environment: "node",
          include: ["tests/chaos/**/*.test.ts"],
          testTimeout: 300_000, // they compute, and share the cores
        },
      },
      {
        test: {
          name: "sim",
          environment: "node",
          include: ["exchange-sim/**/*.test.ts", "tests/sim/**/*.test.ts"],
          testTimeout: 40_000,
        },
      },
      {
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            remoteBindings: false,
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                AUTH_SECRET: authSecret,
                VAULT_SECRET: vaultSecret,
                KRAKEN_REST_URL: inject("exchangeUrl"),
                KRAKEN_WS_URL: inject("exchangeWsUrl"),
                KRAKEN_WS_PRIVATE_URL: `${inject("exchangeWsUrl")}-auth`,
                TEST_MIGRATIONS: existsSync("./migrations") ? await readD1Migrations("./migrations") : [],
              },
            },
          })),
        ],
        test: {
          name: "workers",
          // Off: all that is cached goes to workerd in one message, which with coverage is more than it takes.
          fsModuleCache: false,
          include: ["tests/workers/**/*.test.ts"],
          setupFiles: ["./tests/workers/apply-migrations.ts", "./tests/support/note-sealed.ts"],
          testTimeout: 20_000,
          expect: { poll: { timeout: 10_000 } }, // ends as soon as it is so
        },
      },
      {
        plugins: [solid(), tailwindcss()],
        test: {
          name: "web",
          include: ["tests/web/**/*.test.{ts,tsx}", "web/**/*.test.{ts,tsx}"],
          expect: { poll: { timeout: 5_000 } }, // the machine that runs all of this at once is slow
          fileParallelism: false, // a page draws on more than one core as it is
          globals: true, // @solidjs/testing-library cleans up after each test only with a global afterEach
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              contextOptions: { locale: "en-US", timezoneId: "UTC" },
              launchOptions: {
                args: [...chromiumArguments],
                ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { SECRET_KINDS, type SecretKind } from "./lib/leaks/kinds.ts";
import { searchNotedLogs } from "./lib/leaks/logs.ts";
import { LOGS_VARIABLE, noteLog, noteLogFile, SECRETS_VARIABLE } from "./lib/leaks/noted.ts";
import { runChecks } from "./lib/checks.ts";
import { dryRun } from "./lib/deploy.ts";
import { Failure, runMain } from "./lib/failure.ts";
import { requireChromium } from "./lib/get-chromium.ts";
import { binary, root, sharedFolder } from "./lib/paths.ts";
import { run } from "./lib/run.ts";
import { type Counts, readPlaywrightCounts, readVitestCounts, sum } from "./lib/test-counts.ts";

interface Stage {
  readonly name: string;
  readonly title: string;
  /** Undefined when all is well, else what failed, in a few words. */
  readonly run: () => Promise<string | undefined>;
}

const reports = join(root, ".state", "test");
const vitestReport = join(reports, "vitest.json");
const logReporter = join(root, "scripts", "lib", "leaks", "log-reporter.ts");
const playwrightReport = join(reports, "playwright.json");

const stages: readonly Stage[] = [
  { name: "check", title: "format, lint and types", run: check },
  { name: "browser", title: "a Chromium for the tests", run: browser },
  { name: "unit", title: "unit, property, worker and component tests, with coverage", run: unit },
  { name: "e2e", title: "end to end in Chromium", run: endToEnd },
  { name: "deploy", title: "dry-run deploys", run: deploys },
  { name: "secrets", title: "no part of a secret in any log", run: secrets },
];

/** `npm test` runs every stage and stops at the first that fails; `--only NAME` runs one. */
async function main(): Promise<number> {
  const chosen = choose(process.argv.slice(2));
  // Whoever says where secrets and logs are noted has them searched as they are, and keeps them.
  const keepsSecrets = process.env[SECRETS_VARIABLE] !== undefined;
  if (!keepsSecrets) {
    rmSync(reports, { recursive: true, force: true });
  }
  mkdirSync(reports, { recursive: true });
  process.env[SECRETS_VARIABLE] ??= join(reports, "secrets.jsonl");
  process.env[LOGS_VARIABLE] ??= join(reports, "logs");
  const begin = Date.now();
  let failure: string | undefined;
  for (const stage of chosen) {
    console.log(`\n== ${stage.title}`);
    const start = Date.now();
    const problem = await keepingOutput(stage);
    console.log(`== ${stage.title}: ${problem === undefined ? "ok" : "FAILED"} after ${seconds(start)}`);
    if (problem !== undefined) {
      failure = `Stopped at the stage "${stage.name}": ${problem}.`;
      break;
    }
  }
  if (!keepsSecrets) {
    rmSync(process.env[SECRETS_VARIABLE], { force: true });
  }
  console.log(`\n${failure ?? "All stages passed."} ${seconds(begin)} in all.`);
  summarise(failure !== undefined);
  return failure === undefined ? 0 : 1;
}

function choose(commandLine: readonly string[]): readonly Stage[] {
  const [flag, name] = commandLine;
  if (flag === undefined) {
    return stages;
  }
  const stage = stages.find((candidate) => candidate.name === name);
  if (flag !== "--only" || stage === undefined) {
    throw new Failure(`npm test [-- --only ${stages.map((candidate) => candidate.name).join("|")}]`);
  }
  return name === "unit" || name === "e2e" ? stages.filter((one) => one.name === "browser" || one === stage) : [stage];
}

/** Runs a stage and keeps what it prints, to be searched for secrets. */
async function keepingOutput(stage: Stage): Promise<string | undefined> {
  ran.push(stage.name);
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: string | Uint8Array, ...rest: never[]): boolean => {
    noteLog(`stage-${stage.name}`, typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
    return write(chunk, ...rest);
  };
  try {
    return await stage.run();
  } finally {
    stdout.write = write;
  }
}

async function check(): Promise<string | undefined> {
  const failed = await runChecks();
  return failed.length === 0 ? undefined : `these failed: ${failed.join(", ")}`;
}

async function browser(): Promise<string | undefined> {
  try {
    const path = await requireChromium();
    process.env.CHROMIUM_PATH = path; // for the stages that follow
    console.log(`  ${path}`);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) {
      return error.message;
    }
    throw error;
  }
}

async function unit(): Promise<string | undefined> {
  const shared = sharedFolder();
  if (shared === undefined) {
    console.log(
      "  The tests that need the recordings of the specification are skipped: set TRADE_SHARED to its folder.",
    );
  }
  const { status } = await run(
    binary("vitest"),
    [
      "run",
      "--coverage",
      "--reporter=default",
      "--reporter=json",
      `--reporter=${logReporter}`,
      `--outputFile.json=${vitestReport}`,
    ],
    { show: true, environment: shared === undefined ? {} : { TRADE_SHARED: shared } },
  );
  return status === 0 ? undefined : "a test failed or the coverage is too low, as shown above";
}

async function endToEnd(): Promise<string | undefined> {
  const { status } = await run(binary("playwright"), ["test"], {
    show: true,
    environment: { PLAYWRIGHT_HTML_OPEN: "never" },
  });
  for (const name of ["worker.log", "exchange.log"]) {
    noteLogFile(`e2e-${name}`, join(root, ".state", "e2e", "logs", name));
  }
  return status === 0 ? undefined : "a test failed, as shown above; traces are in test-results/";
}

async function deploys(): Promise<string | undefined> {
  const environments = ["staging", "production"] as const;
  const would = await Promise.all(environments.map(dryRun));
  const failed = environments.filter((_, place) => would[place] !== true);
  return failed.length === 0 ? undefined : `${failed.join(" and ")} would not deploy`;
}

/** Logs that a stage leaves behind, beside what it prints. */
const keptLogs: Readonly<Record<string, readonly string[]>> = {
  unit: ["console", "desks", "chaos"],
  e2e: ["e2e-worker"],
};
/** Kinds of secrets that a stage is known to use. One that is not noted any more would not be searched for. */
const usedKinds: Readonly<Record<string, readonly SecretKind[]>> = {
  unit: SECRET_KINDS,
  e2e: ["AUTH_SECRET", "VAULT_SECRET", "session", "password", "key of the exchange", "secret of the exchange"],
};
const ran: string[] = [];

/** Last, because it looks at what all the others logged. */
async function secrets(): Promise<string | undefined> {
  return searchNotedLogs(
    ran.flatMap((name) => keptLogs[name] ?? []),
    ran.flatMap((name) => usedKinds[name] ?? []),
  );
}

/** The last line is for machines as well: a stage that fails without a failing test counts as one. */
function summarise(stageFailed: boolean): void {
  const counts: Counts = sum([readVitestCounts(vitestReport), readPlaywrightCounts(playwrightReport)]);
  const failed = stageFailed ? Math.max(counts.failed, 1) : counts.failed;
  if (counts.skipped > 0) {
    console.log(`${counts.skipped} skipped`);
  }
  console.log(`${counts.passed} passed, ${failed} failed`);
}

function seconds(start: number): string {
  return `${((Date.now() - start) / 1000).toFixed(1)} s`;
}

await runMain(main);

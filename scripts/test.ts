import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
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
const playwrightReport = join(reports, "playwright.json");

const stages: readonly Stage[] = [
  { name: "check", title: "format, lint and types", run: check },
  { name: "browser", title: "a Chromium for the tests", run: browser },
  { name: "unit", title: "unit, property, worker and component tests, with coverage", run: unit },
  { name: "e2e", title: "end to end in Chromium", run: endToEnd },
  { name: "deploy", title: "dry-run deploys", run: deploys },
];

/** `npm test` runs every stage and stops at the first that fails; `--only NAME` runs one. */
async function main(): Promise<number> {
  const chosen = choose(process.argv.slice(2));
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const begin = Date.now();
  let failure: string | undefined;
  for (const stage of chosen) {
    console.log(`\n== ${stage.title}`);
    const start = Date.now();
    const problem = await stage.run();
    console.log(`== ${stage.title}: ${problem === undefined ? "ok" : "FAILED"} after ${seconds(start)}`);
    if (problem !== undefined) {
      failure = `Stopped at the stage "${stage.name}": ${problem}.`;
      break;
    }
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
    ["run", "--coverage", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    { show: true, environment: shared === undefined ? {} : { TRADE_SHARED: shared } },
  );
  return status === 0 ? undefined : "a test failed or the coverage is too low, as shown above";
}

async function endToEnd(): Promise<string | undefined> {
  const { status } = await run(binary("playwright"), ["test"], {
    show: true,
    environment: { PLAYWRIGHT_HTML_OPEN: "never" },
  });
  return status === 0 ? undefined : "a test failed, as shown above; traces are in test-results/";
}

async function deploys(): Promise<string | undefined> {
  for (const environment of ["staging", "production"] as const) {
    if (!(await dryRun(environment))) {
      return `${environment} would not deploy`;
    }
  }
  return undefined;
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

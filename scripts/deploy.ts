import { readFileSync } from "node:fs";
import { buildFor, type Environment } from "./lib/deploy.ts";
import { Failure, runMain } from "./lib/failure.ts";
import { binary } from "./lib/paths.ts";
import { run } from "./lib/run.ts";

/** `npm run deploy -- staging|production`: migrations first, then the Worker. docs/operations.md says what it needs. */
async function main(): Promise<number> {
  const environment = readEnvironment(process.argv.slice(2));
  const { status } = await run(binary("wrangler"), ["whoami", "--json"]);
  if (status !== 0) {
    throw new Failure(
      "You are not logged in to Cloudflare. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN and " +
        "CLOUDFLARE_ACCOUNT_ID; docs/operations.md says which permissions the token needs.",
    );
  }
  console.log(`Building for ${environment} ...`);
  const built = await buildFor(environment);
  if (built.configuration === undefined) {
    throw new Failure(`The build failed:\n${built.output}`);
  }
  requireOwnSettings(environment, readFileSync(built.configuration, "utf8"));
  // The new Worker may read what a migration adds; the old one ignores it. Never the other way round.
  await step("Bringing the database up to date", ["d1", "migrations", "apply", "DB", "--remote", "--env", environment]);
  await step("Deploying", ["deploy", "-c", built.configuration]);
  return 0;
}

function readEnvironment(commandLine: readonly string[]): Environment {
  const [name, ...rest] = commandLine;
  if ((name !== "staging" && name !== "production") || rest.length > 0) {
    throw new Failure("npm run deploy -- staging|production");
  }
  return name;
}

/** The repository holds examples where an account's own names belong. */
function requireOwnSettings(environment: Environment, configuration: string): void {
  const section = `[env.${environment}]`;
  if (/"database_id":"0{8}-/.test(configuration)) {
    throw new Failure(
      `database_id of ${section} in wrangler.toml is still the example: run \`npx wrangler d1 create NAME\` and put its id there.`,
    );
  }
  if (/"PUBLIC_ORIGIN":"[^"]*example\.com"/.test(configuration)) {
    throw new Failure(`PUBLIC_ORIGIN of ${section} in wrangler.toml is still the example: put your own address there.`);
  }
}

async function step(title: string, wranglerArguments: readonly string[]): Promise<void> {
  console.log(`${title} ...`);
  const { status } = await run(binary("wrangler"), wranglerArguments, { show: true, environment: { CI: "1" } });
  if (status !== 0) {
    throw new Failure(`${title} failed; wrangler's message above says why. Nothing after it was done.`);
  }
}

await runMain(main);

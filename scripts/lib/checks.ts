import { binary } from "./paths.ts";
import { type Run, run } from "./run.ts";

interface Check {
  readonly name: string;
  readonly tool: string;
  readonly arguments: readonly string[];
}

const checks: readonly Check[] = [
  { name: "format", tool: "oxfmt", arguments: ["--check"] },
  { name: "lint", tool: "oxlint", arguments: ["--deny-warnings"] },
  // One compiler run per runtime, never -b: TypeScript 7.0.2 misses changes in worker-configuration.d.ts there.
  ...["domain", "worker", "web", "node"].map((name) => ({
    name: `types of ${name}`,
    tool: "tsc",
    arguments: ["-p", `tsconfig.${name}.json`, "--pretty", String(process.stdout.isTTY === true)],
  })),
  {
    name: "worker-configuration.d.ts is what `npm run types` writes",
    tool: "wrangler",
    arguments: ["types", "--check", "--strict-vars", "false"],
  },
];

/** Format, lint and types. Shows what is wrong and returns the names of the checks that failed. */
export async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  await Promise.all(
    checks.map(async (check) => {
      const { status, output }: Run = await run(binary(check.tool), check.arguments);
      console.log(`  ${status === 0 ? "ok  " : "FAIL"} ${check.name}`);
      if (status !== 0) {
        failed.push(check.name);
        console.log(output);
      }
    }),
  );
  return failed;
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Failure } from "./failure.ts";
import { binary, root } from "./paths.ts";
import { run } from "./run.ts";

/** The Worker's configuration as the build wrote it, for `wrangler dev -c`. */
export const builtConfiguration = join(root, "dist", "tradewithai", "wrangler.json");

const stamp = join(root, "dist", ".sources");
const sources = [
  "contract",
  "domain",
  "durable-objects",
  "migrations",
  "web",
  "worker",
  "package-lock.json",
  "vite.config.ts",
  "wrangler.toml",
];

/** Builds page and Worker into dist/, unless they were built from exactly these sources. Returns whether it built. */
export async function ensureBuilt(): Promise<boolean> {
  const wanted = fingerprintOfSources();
  if (existsSync(builtConfiguration) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return false;
  }
  rmSync(stamp, { force: true });
  const { status, output } = await run(binary("vite"), ["build", "--logLevel", "warn"]);
  if (status !== 0) {
    throw new Failure(`The build failed:\n${output}`);
  }
  writeFileSync(stamp, wanted);
  return true;
}

function fingerprintOfSources(): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((name) => filesOf(join(root, name)))) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) {
    return [];
  }
  try {
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.name.includes(".test."))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.includes(`${join("web", ".wrangler")}`))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") {
      return [path];
    }
    throw error;
  }
}

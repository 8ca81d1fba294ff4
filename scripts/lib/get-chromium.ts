import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromiumCacheFolder, findChromium } from "./chromium.ts";
import { Failure } from "./failure.ts";
import { binary } from "./paths.ts";
import { run } from "./run.ts";

const sparticuz = "@sparticuz/chromium@153.0.0";

/**
 * The path of a Chromium that starts, fetched if need be: Debian's package when we may install it, Playwright's own
 * download, the npm-shipped build. Says what it does. Throws a Failure that says what to install.
 */
export async function requireChromium(): Promise<string> {
  const present = await startable();
  if (present !== undefined) {
    return present;
  }
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== "") {
    throw new Failure(`CHROMIUM_PATH is ${chosen}, which does not start. Correct it or unset it.`);
  }
  for (const way of [fromDebian, fromPlaywright, fromNpm]) {
    await way();
    const path = await startable();
    if (path !== undefined) {
      return path;
    }
  }
  throw new Failure(
    "The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.",
  );
}

/** A Chromium that is there may still miss its libraries; asking for its version shows that. */
async function startable(): Promise<string | undefined> {
  const path = findChromium();
  if (path === undefined) {
    return undefined;
  }
  const { status, output } = await run(path, ["--version", "--no-sandbox"]);
  if (status !== 0) {
    console.log(`  ${path} does not start: ${output.trim().split("\n")[0] ?? ""}`);
    return undefined;
  }
  return path;
}

/** Only adds a package that is missing: one that is there but does not start is its owner's to mend or upgrade. */
async function fromDebian(): Promise<void> {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get") || existsSync("/usr/bin/chromium")) {
    return;
  }
  console.log("  no Chromium here: apt-get install chromium ...");
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  const update = await run("apt-get", ["update", "-q"], { environment });
  const install = await run(
    "apt-get",
    ["install", "-qy", "--no-install-recommends", "--no-upgrade", "--no-remove", "chromium"],
    { environment },
  );
  report(install.status, `${update.output}${install.output}`);
}

async function fromPlaywright(): Promise<void> {
  console.log("  no Chromium here: playwright install chromium ...");
  const { status, output } = await run(binary("playwright"), ["install", "chromium"]);
  report(status, output);
}

/** A Chromium inside an npm package, for machines that reach nothing but a registry; Linux x64. */
async function fromNpm(): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return;
  }
  console.log(`  no Chromium here: npm install ${sparticuz} into ${chromiumCacheFolder()} ...`);
  mkdirSync(chromiumCacheFolder(), { recursive: true });
  const install = await run("npm", ["install", "--no-save", "--prefix", chromiumCacheFolder(), sparticuz]);
  if (install.status !== 0) {
    report(install.status, install.output);
    return;
  }
  const entry = join(chromiumCacheFolder(), "node_modules", "@sparticuz", "chromium", "build", "index.js");
  const unpack = `const { default: chromium } = await import(${JSON.stringify(pathToFileURL(entry).href)});
    await chromium.executablePath();`;
  // It unpacks into the temporary folder, which is therefore the cache folder.
  const unpacked = await run(process.execPath, ["--input-type=module", "--eval", unpack], {
    environment: { TMPDIR: chromiumCacheFolder() },
  });
  report(unpacked.status, unpacked.output);
}

function report(status: number, output: string): void {
  console.log(status === 0 ? "  done" : `  that did not work: ${lastLines(output)}`);
}

function lastLines(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !/^\s*at /.test(line));
  return lines.slice(-3).join(" | ").slice(0, 400);
}

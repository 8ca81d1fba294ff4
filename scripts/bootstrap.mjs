/**
 * The door of every npm script: `node scripts/bootstrap.mjs FILE.ts [arguments]` runs a TypeScript file of the project.
 * It needs nothing but Node 20: it installs the packages when they are missing or older than the lock, and runs the
 * script with the Node 24 that comes with them, which understands TypeScript.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, "node_modules", ".bin");

const [file, ...scriptArguments] = process.argv.slice(2);
if (major(process.versions.node) < 20) {
  fail(`Node 20 or newer is needed; this is ${process.versions.node}. Get one from https://nodejs.org.`);
}
const script = join(root, file ?? "");
if (file === undefined || !existsSync(script)) {
  fail(`There is no ${file ?? "file to run"}.`);
}
install();
run(modernNode());

/** `npm ci`, unless node_modules already holds what the lock file asks for. */
function install() {
  if (isInstalled()) {
    return;
  }
  console.log("Installing packages (only when they change; about half a minute) ...");
  if (npm(["ci", "--no-audit", "--no-fund"]) !== 0) {
    fail("`npm ci` failed. It needs the npm registry or a filled npm cache; the message above says what was missing.");
  }
}

/**
 * Compares the lock file with npm's own record of what it installed, and that with what is there: a record that was copied or linked
 * from elsewhere says more. Optional packages of other platforms may miss.
 */
function isInstalled() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) {
    return false;
  }
  const wanted = packagesOf(join(root, "package-lock.json"));
  const installed = packagesOf(record);
  return Object.entries(wanted).every(([path, entry]) => {
    const found = installed[path];
    if (path === "" || found === undefined) {
      return path === "" || entry.optional === true;
    }
    return found.version === entry.version && existsSync(join(root, path));
  });
}

function packagesOf(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

function npm(npmArguments) {
  const npmScript = process.env.npm_execpath;
  const [command, first] =
    npmScript !== undefined && npmScript.endsWith(".js") ? [process.execPath, [npmScript]] : ["npm", []];
  return spawnSync(command, [...first, ...npmArguments], { cwd: root, stdio: ["ignore", "inherit", "inherit"] }).status;
}

/** The packaged Node 24 where it runs (Linux x64), else this one if it can run TypeScript. */
function modernNode() {
  const packaged = join(binaries, "node");
  if (existsSync(packaged) && spawnSync(packaged, ["--version"]).status === 0) {
    return packaged;
  }
  const [majorVersion, minorVersion] = process.versions.node.split(".").map(Number);
  if (majorVersion > 22 || (majorVersion === 22 && minorVersion >= 18)) {
    return process.execPath;
  }
  return fail(
    `On ${process.platform} ${process.arch} the packages bring no Node of their own: please install Node 24 ` +
      `(22.18 at least); this is ${process.versions.node}.`,
  );
}

function run(node) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...scriptArguments], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}` },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal)); // the script ends its own children, then we follow
  }
  // npm passes a kill on to its shell only, which does not pass it on to us: we notice that the shell is gone.
  const parent = process.ppid;
  setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) {
      child.kill("SIGTERM");
    }
  }, 500).unref();
  child.on("error", (error) => fail(`${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function major(version) {
  return Number(version.split(".")[0]);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

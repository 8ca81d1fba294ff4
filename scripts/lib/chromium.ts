import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Switches that keep an automated Chromium quiet, off the network and able to run as root in a container. */
export const chromiumArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

const commandNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const fixedPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Where the npm-shipped browser is unpacked: outside the project, so that no package.json mentions it. */
export function chromiumCacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "tradewithai", "chromium");
}

/**
 * The path of a Chromium that is already on this machine, or undefined. CHROMIUM_PATH wins, then the PATH and the usual
 * places, then Playwright's own download, then the npm-shipped one that `npm test` may have unpacked earlier.
 */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== "") {
    return isExecutable(chosen) ? chosen : undefined;
  }
  const onPath = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => commandNames.map((name) => join(folder, name)));
  return [...onPath, ...fixedPlaces, ...playwrightDownloads(), join(chromiumCacheFolder(), "chromium")].find(
    isExecutable,
  );
}

/** The browsers that `npx playwright install chromium` left behind, newest first. */
function playwrightDownloads(): string[] {
  const folders = [
    process.env.PLAYWRIGHT_BROWSERS_PATH,
    join(homedir(), ".cache", "ms-playwright"),
    join(homedir(), "Library", "Caches", "ms-playwright"),
  ].filter((folder) => folder !== undefined);
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith("chromium-"))
      .sort((a, b) => b.localeCompare(a, undefined, { numeric: true }))
      .flatMap((name) => [
        join(folder, name, "chrome-linux", "chrome"),
        join(folder, name, "chrome-linux64", "chrome"),
        join(folder, name, "chrome-mac", "Chromium.app", "Contents", "MacOS", "Chromium"),
      ]),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

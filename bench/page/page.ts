import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ensureBuilt } from "../../scripts/lib/build.ts";
import { root } from "../../scripts/lib/paths.ts";
import type { Section } from "../lib/report.ts";

const BUDGET_KB = 120;
const client = join(root, "dist", "client");

/** What the first page downloads before it can be used: the scripts that index.html names, and those they import at once. */
export async function benchPage(): Promise<Section> {
  await ensureBuilt();
  const html = readFileSync(join(client, "index.html"), "utf8");
  const entry = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((match) => match[1] ?? "");
  const all = withImports(new Set(), entry);
  const first = kilobytes([...all]);
  // Fetched beside it: the desk that stands behind the door, then the chart's own code, each with all that it imports at once.
  const withDesk = withImports(all, filesOf(/^desk-[\w-]*\.js$/));
  const withChart = withImports(withDesk, filesOf(/^chart[\w-]*\.js$/));
  const everything = kilobytes(
    readdirSync(join(client, "assets"))
      .filter((file) => file.endsWith(".js"))
      .map((file) => `assets/${file}`),
  );
  return {
    title: "First page",
    method:
      "gzip -9 of the JavaScript that index.html loads and imports statically; the chart and the dialogs are loaded when shown.",
    rows: [
      { what: "JavaScript of the first page", figure: `${first.toFixed(1)} kB`, against: `budget ${BUDGET_KB} kB` },
      {
        what: "with the desk, for who is signed in",
        figure: `${kilobytes([...withDesk]).toFixed(1)} kB`,
        against: "fetched beside the session; its dialogs and further tabs when opened",
      },
      {
        what: "with the desk and the chart",
        figure: `${kilobytes([...withChart]).toFixed(1)} kB`,
        against: "the budget speaks of the first page; the React original's 293 kB",
      },
      { what: "JavaScript of every page together", figure: `${everything.toFixed(1)} kB`, against: "" },
    ],
  };
}

function filesOf(name: RegExp): string[] {
  return readdirSync(join(client, "assets"))
    .filter((file) => name.test(file))
    .map((file) => `assets/${file}`);
}

/** Those files, further ones, and all that these import at once. */
function withImports(before: ReadonlySet<string>, further: readonly string[]): ReadonlySet<string> {
  const found = new Set(before);
  for (const queue = [...further]; queue.length > 0;) {
    const file = queue.pop() ?? "";
    if (!found.has(file)) {
      found.add(file);
      queue.push(...staticImports(file));
    }
  }
  return found;
}

function staticImports(file: string): readonly string[] {
  const text = readFileSync(join(client, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map((match) => `assets/${match[1]}`);
}

function kilobytes(files: readonly string[]): number {
  return (
    files.reduce((total, file) => total + gzipSync(readFileSync(join(client, file)), { level: 9 }).length, 0) / 1000
  );
}

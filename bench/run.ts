/**
 * `npm run bench [-- section …]`: measures what the design budgets, each figure beside what it is held against. Prints; nothing
 * is asserted. A section that fails says so and the others go on.
 */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { binary } from "../scripts/lib/paths.ts";
import { benchReader } from "./assistant/reader.ts";
import { benchRuns } from "./assistant/runs.ts";
import { benchBook } from "./book/book.ts";
import { benchFanOut } from "./fan-out/fan-out.ts";
import { benchCancels } from "./kraken/cancels.ts";
import { benchExecutions } from "./kraken/executions.ts";
import { benchHop } from "./kraken/hop.ts";
import { benchReconciliation } from "./kraken/reconciliation.ts";
import { benchSigning } from "./kraken/signing.ts";
import { benchPage } from "./page/page.ts";
import { benchMemory } from "./memory/memory.ts";
import { benchOrders } from "./orders/orders.ts";
import { benchBurst } from "./burst/burst.ts";
import { benchExits } from "./burst/exits.ts";
import { benchHistory } from "./history/history.ts";
import { benchRecovery } from "./recovery/recovery.ts";
import { benchRules } from "./risk/rules.ts";
import { benchScreen } from "./screen/screen.ts";
import { benchUptime } from "./uptime/uptime.ts";
import { printSection, type Section } from "./lib/report.ts";

const sections: Readonly<Record<string, () => Section | Promise<Section>>> = {
  book: benchBook,
  memory: benchMemory,
  signing: benchSigning,
  executions: benchExecutions,
  reconciliation: benchReconciliation,
  cancels: benchCancels,
  hop: benchHop,
  rules: benchRules,
  page: benchPage,
  orders: benchOrders,
  "fan-out": benchFanOut,
  burst: benchBurst,
  exits: benchExits,
  screen: benchScreen,
  history: benchHistory,
  recovery: benchRecovery,
  uptime: benchUptime,
  reader: benchReader,
  runs: benchRuns,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in sections));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(", ")}. Sections: ${Object.keys(sections).join(", ")}.`);
  process.exit(1);
}
printMachine();
for (const [name, run] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(name)) {
    continue;
  }
  try {
    printSection(await run());
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n## ${name}\ncould not be measured: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function printMachine(): void {
  const [first] = cpus();
  const wrangler = execFileSync(binary("wrangler"), ["--version"], { encoding: "utf8" }).trim().split("\n").at(-1);
  const workerd = execFileSync(binary("workerd"), ["--version"], { encoding: "utf8" }).trim();
  console.log(
    `${new Date().toISOString()} · ${cpus().length} cores ${first?.model.trim()} · ${Math.round(totalmem() / 2 ** 30)} GiB · Node ${process.version} · wrangler ${wrangler} · ${workerd}`,
  );
}

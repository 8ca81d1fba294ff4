/**
 * Whether the simulation would notice: each mutant is the project's source with one deliberate break, copied to a folder of its
 * own, against the same seeds. One that no seed catches is a hole in the proof.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

type Mutant = { readonly name: string; readonly file: string; readonly from: string; readonly to: string };

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOLDERS = ["contract", "domain", "durable-objects", "exchange-sim", "migrations", "tests/chaos", "web/src/data"];
const CORE = "domain/account/venue";

const MUTANTS: readonly Mutant[] = [
  {
    name: "resend on timeout",
    file: `${CORE}/replies.ts`,
    from: 'record(turn, { type: "order_unknown", ...stamp(turn.context), orderId, reason: failure.message });',
    to: 'deferAction(turn, orderId, "place", null, failure.message);',
  },
  {
    name: "resend what was on its way at a crash",
    file: `${CORE}/replies.ts`,
    from: 'if (link?.placement === "sent" && order.status === "submitting") {',
    to: 'if (link?.placement === "sent") { deferAction(turn, order.id, "place", null, ""); } else if (link?.missing) {',
  },
  {
    name: "count a fill twice",
    file: "durable-objects/trader/store.ts",
    from: "  knownVenueIds(ids: readonly string[]): ReadonlySet<string> {",
    to: "  knownVenueIds(ids: readonly string[]): ReadonlySet<string> {\n    if (ids.length > 0) return new Set();",
  },
  {
    name: "forget the hold of a sale",
    file: `${CORE}/place.ts`,
    from: "recordSubmission(turn, plan, {",
    to: 'recordSubmission(turn, plan.side === "sell" ? { ...plan, hold: { ...plan.hold, amount: decimal("0") } } : plan, {',
  },
  {
    name: "remove the fence",
    file: "durable-objects/trader/kraken/dispatch.ts",
    from: 'judge.apply({ type: "send_action", action, orderId, nonce }).type === "denied"',
    to: "nonce === ''",
  },
  {
    name: "lose a late fill",
    file: `${CORE}/executions.ts`,
    from: "    bookLate(turn, past, execution);",
    to: "    void bookLate;",
  },
  {
    name: "trust an empty read",
    file: `${CORE}/orders.ts`,
    from: "const ABSENCE_AFTER_MS = 60_000;",
    to: "const ABSENCE_AFTER_MS = -60_000;",
  },
  {
    name: "sell external inventory",
    file: `${CORE}/spendable.ts`,
    from: "const left = subtract(holding.managed, taken);",
    to: "const left = subtract(totalOf(holding), taken);",
  },
  {
    name: "reuse a nonce",
    file: "domain/venue/nonce.ts",
    from: "byClock > afterLast ? byClock : afterLast",
    to: "byClock",
  },
  {
    name: "skip withdrawals of the ledger",
    file: `${CORE}/ledger.ts`,
    from: "    const quantity = subtract(row.amount, row.fee);",
    to: '    const quantity = subtract(row.amount, row.fee);\n    if (row.type === "withdrawal") continue;',
  },
  {
    name: "send entries after the stop",
    file: `${CORE}/cancel.ts`,
    from: '    requestCancel(turn, order.id, "Cancelled by you, with all others.");',
    to: '    if (order.venue?.placement !== "queued") requestCancel(turn, order.id, "Cancelled by you, with all others.");',
  },
  {
    name: "never wait for the counters",
    file: "domain/venue/rate-counters.ts",
    from: "  if (surplus <= 0) {",
    to: "  if (surplus <= 0 || points > 0) {",
  },
  {
    name: "starve the fills of an ended order",
    file: `${CORE}/work.ts`,
    from: "if (link.ending !== null) {",
    to: "if (order.id === '') {",
  },
  {
    name: "skip a page of trades",
    file: "durable-objects/trader/kraken/reconcile.ts",
    from: "const counted = rows.filter(",
    to: "const counted = rows.slice(1).filter(",
  },
  {
    name: "never place a stop again",
    file: `${CORE}/keep-protected.ts`,
    from: "if (looked || turn.context.markets[protection.symbol] !== undefined || lastStop(turn.state, asset) === undefined) {",
    to: "if (lastStop(turn.state, asset) === undefined) {",
  },
  {
    name: "write events that a replay does not give",
    file: "durable-objects/trader/turn.ts",
    from: "      state = after;",
    to: '      state = event.type === "fill_booked" ? { ...after, arrivals: after.arrivals + 1 } : after;',
  },
];

/** Runs every mutant over `seeds` seeds and prints who was caught by what. */
export function runMutants(seeds: number): number {
  const base = join(root, ".state", "mutants");
  const rows = MUTANTS.map((mutant) => {
    const folder = join(base, mutant.name.replaceAll(" ", "-"));
    const applied = plant(mutant, folder);
    const verdict = applied ? hunt(folder, seeds) : "the text to break is not there any more";
    rmSync(folder, { recursive: true, force: true });
    console.info(`${mutant.name.padEnd(36)} ${verdict}`);
    return verdict.startsWith("caught");
  });
  console.info(`${String(rows.filter(Boolean).length)} of ${String(rows.length)} mutants caught`);
  return rows.every(Boolean) ? 0 : 1;
}

function plant({ file, from, to }: Mutant, folder: string): boolean {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "tests"), { recursive: true });
  for (const name of FOLDERS) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  writeFileSync(path, source.replaceAll(from, to));
  return source.includes(from);
}

function hunt(folder: string, seeds: number): string {
  const run = spawnSync(process.execPath, ["tests/chaos/run.ts", "--seeds", String(seeds), "--stop"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 120_000,
  });
  const caught = /^seed (\S+) with \S*: (.*)$/mu.exec(run.stdout);
  if (caught !== null) {
    return `caught by seed ${caught[1] ?? ""}: ${(caught[2] ?? "").slice(0, 110)}`;
  }
  return run.status === 0 ? "SURVIVED" : `caught: it ends with ${run.signal ?? String(run.status)}`;
}

/**
 * Whether the simulation would notice: each mutant is the project's source with one deliberate break, copied to a folder of its
 * own, against the same seeds. One that no seed catches is a hole in the proof.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** A seed that is known to need it, played first: what it breaks happens seldom. */
  readonly at?: { readonly seed: string; readonly features: string };
};

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const FOLDERS = [
  "contract",
  "domain",
  "durable-objects",
  "exchange-sim",
  "migrations",
  "scripts/lib/leaks",
  "tests/chaos",
  "web/src/data",
];
const HUNT_LIMIT_MS = 240_000;
const CORE = "domain/account/venue";

export const MUTANTS: readonly Mutant[] = [
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
    from: "{ ...plan, ...close },",
    to: 'plan.side === "sell" ? { ...plan, hold: { ...plan.hold, amount: decimal("0") } } : { ...plan, ...close },',
  },
  {
    name: "do not look for stops that have ended",
    file: "durable-objects/trader/kraken/stop-search.ts",
    from: "const ended = wanting.length === 0 ? [] : await this.#endedOf(wanting, readAt);",
    to: "const ended: readonly VenueOrder[] | null = [];",
    at: { seed: "24", features: "carried,jumps,halts" },
  },
  {
    name: "take a stop for not made before the lists are sure to show it",
    file: "domain/protection/carried-stop.ts",
    from: "return look.readAt >= changedAtOf(entry.carriedStop) + lag;",
    to: "return look.readAt + lag >= 0;",
    at: { seed: "34", features: "carried,jumps,halts,kinds" },
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
    at: { seed: "115", features: "kinds,halts,history" },
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
    at: { seed: "187", features: "kinds,targets,jumps,closures,halts,alarms,client" },
  },
  {
    name: "skip a page of trades",
    file: "durable-objects/trader/kraken/history-pages.ts",
    from: "const counted = rows.filter(",
    to: "const counted = rows.slice(1).filter(",
  },
  {
    name: "never place a stop again",
    file: `${CORE}/keep-protected.ts`,
    from: 'if (knows || (stop.type === "fixed" && lastStop(turn.state, asset) === undefined)) {',
    to: "if (lastStop(turn.state, asset) === undefined) {",
  },
  {
    name: "reverse the lanes",
    file: "domain/venue/lanes.ts",
    from: "return rank(left) < rank(right);",
    to: "return rank(left) > rank(right);",
    at: { seed: "9", features: "socket" },
  },
  {
    name: "ignore a sequence gap",
    file: "domain/venue/execution-stream-sequence.ts",
    from: "if (sequence !== this.#expected) {",
    to: "this.#expected = sequence;\n    if (sequence < 0) {",
  },
  {
    name: "know a fill by its id alone",
    file: "domain/venue/reports.ts",
    from: "return tradeId === null ? null :",
    to: "return tradeId !== undefined ? null :",
  },
  {
    name: "let calls decay before they arrive",
    file: "durable-objects/trader/kraken/rest/rate-keeper.ts",
    from: "    this.charge(cost);\n    const call",
    to: "    this.charge(cost);\n    if (cost.calls > 0) return () => undefined;\n    const call",
    at: { seed: "102", features: "kinds,targets,jumps,closures,halts,history,client,socket,carried,enlarged" },
  },
  {
    name: "open in a halted account",
    file: "domain/risk/judge.ts",
    from: "  halted,\n  lossCooldown,\n  allowedSymbol,",
    to: "  allowedSymbol,",
  },
  {
    name: "leave the entries of a halted account",
    file: "domain/risk/halts-decide.ts",
    from: 'cancelLive(turn, id, "Cancelled because the account was halted.");',
    to: "void id;",
  },
  {
    name: "forget the exposure",
    file: "domain/risk/judge.ts",
    from: "  positionShare,\n  exposure,",
    to: "  positionShare,",
  },
  {
    name: "sell what is being sold",
    file: `${CORE}/place.ts`,
    from: "const selling = beingSold(state, wish.asset);",
    to: 'const selling = decimal("0");',
  },
  {
    name: "enlarge a sale beside its stop",
    file: `${CORE}/amend.ts`,
    from: "if (!isAbove(add(more, awaited), freeInventory(turn.state, asset))) {",
    to: "if (isAbove(add(more, awaited), ZERO)) {",
    at: { seed: "4", features: "targets,limits,history,enlarged" },
  },
  {
    name: "forget what D1 did not take",
    file: "durable-objects/trader/outbox.ts",
    from: "    return error instanceof Error ? error.message : String(error);\n  }\n  dependencies.remove",
    to: "    void error;\n  }\n  dependencies.remove",
  },
  {
    name: "keep changed balances from the browser",
    file: "durable-objects/trader/frames.ts",
    from: "...(before.holdings === after.holdings ? {} :",
    to: "...(before.holdings !== after.holdings ? {} :",
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
    const verdict = applied ? hunt(folder, seeds, mutant.at) : "the text to break is not there any more";
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

/** Only a failed invariant counts: one that does not even start, or throws, says nothing about the proof. */
function hunt(folder: string, seeds: number, at: Mutant["at"]): string {
  const known = at === undefined ? null : play(folder, ["--seed", at.seed, "--features", at.features]);
  return known?.startsWith("caught") === true ? known : play(folder, ["--seeds", String(seeds)]);
}

function play(folder: string, what: readonly string[]): string {
  const run = spawnSync(process.execPath, ["tests/chaos/run.ts", ...what, "--stop"], {
    cwd: folder,
    encoding: "utf8",
    timeout: HUNT_LIMIT_MS,
  });
  const caught = /^seed (\S+) with \S*: (.*)$/mu.exec(run.stdout);
  if (caught !== null) {
    return `caught by seed ${caught[1] ?? ""}: ${(caught[2] ?? "").slice(0, 110)}`;
  }
  if (run.signal !== null) {
    return `NOT DONE within ${String(HUNT_LIMIT_MS / 1_000)} s`;
  }
  const threw = /^seed (\S+) threw \S*: (.*)$/mu.exec(run.stdout);
  if (threw !== null || run.status !== 0) {
    return `THREW, and no invariant failed: ${threw?.[2] ?? run.stderr.slice(0, 200)}`;
  }
  return "SURVIVED";
}

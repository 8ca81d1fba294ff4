/** Accounts come into being: the first by itself, others on request. */
import type { AccountView } from "../../contract/accounts.ts";
import { openAccountRequest, type OpenAccountRequest } from "../../contract/accounts.ts";
import { decimal } from "../../domain/decimal.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { checked } from "./checked.ts";
import { contextOf, type CommandDependencies } from "./commands.ts";
import { NOTHING_SETTLED } from "./feed-client.ts";
import { intentOf, keepAnswer, keptAnswer } from "./idempotency.ts";
import type { Write } from "./port.ts";
import type { Turn } from "./turn.ts";
import { accountView } from "./views.ts";

const MAXIMUM_ACCOUNTS = 10;
const FIRST_ACCOUNT = { name: "Paper", startingBalance: decimal("10000"), fees: "standard" } as const;

/** Opens the first account of a trader that has none. */
export function ensureAccount(dependencies: CommandDependencies): void {
  if (dependencies.desk.accounts().length === 0) {
    dependencies.desk.turn((turn) => open(dependencies, turn, FIRST_ACCOUNT));
  }
}

/** Opens a further account in the market that this desk trades. */
export function openAccount(dependencies: CommandDependencies, write: Write<OpenAccountRequest>): Result<AccountView> {
  const request = checked(openAccountRequest, write.request);
  if (!request.ok) {
    return request;
  }
  const { desk, clock } = dependencies;
  const intent = intentOf(write, "open account");
  const known = keptAnswer<AccountView>(desk.store, intent, clock.wall());
  if (known !== null) {
    return known;
  }
  if (desk.accounts().length >= MAXIMUM_ACCOUNTS) {
    return refuse("ACCOUNT_LIMIT", `A desk has at most ${MAXIMUM_ACCOUNTS} accounts.`, {
      limit: String(MAXIMUM_ACCOUNTS),
    });
  }
  return desk.turn((turn) => {
    const answer = open(dependencies, turn, request.value);
    keepAnswer(turn, intent, answer, clock.wall());
    return answer;
  });
}

function open(
  dependencies: CommandDependencies,
  turn: Turn,
  request: Pick<OpenAccountRequest, "name" | "startingBalance" | "fees">,
): Result<AccountView> {
  const id = dependencies.newId();
  const context = contextOf(dependencies, NOTHING_SETTLED, id, "manual");
  const decision = turn.apply(id, { type: "open_account", ...request, zone: "UTC" }, context);
  if (decision.type === "denied") {
    return { ok: false, error: decision.problem };
  }
  const state = turn.account(id);
  if (state === null) {
    throw new Error("accepted, but there is no account");
  }
  return ok(accountView(state));
}

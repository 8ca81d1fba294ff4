/** The rules of an account as they are asked for and changed. Nothing here decides: that is domain/risk. */
import {
  riskCheckRequest,
  riskSettings,
  type RiskCheckRequest,
  type RiskCheckView,
  type RiskSettingsView,
  type RiskView,
} from "../../contract/risk.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { heldSymbols } from "../../domain/account/symbols.ts";
import { symbolsOfOrder } from "../../domain/orders/conversion.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { describedSettings } from "../../domain/risk/settings-table.ts";
import { riskStanding } from "../../domain/risk/standing.ts";
import { checked } from "./checked.ts";
import { unknownAccount, type Wish } from "./commands.ts";
import { factsOf, judgeOrder } from "./judge-order.ts";
import { ownViews } from "./own-prices.ts";
import type { Parts } from "./parts.ts";
import { positionViews } from "./views.ts";

/** As long as a change of the rules waits for the prices by which it is judged. */
const PATIENCE_MS = 900;

/** Settings, what of them waits, and how the account stands now. */
export async function readRisk(
  parts: Parts,
  accountId: string,
  notices: readonly string[] = [],
): Promise<Result<RiskView>> {
  const before = parts.desk.account(accountId);
  if (before === null) {
    return unknownAccount();
  }
  const markets = await ownViews(parts, before, heldSymbols(before));
  const state = parts.desk.account(accountId) ?? before;
  const at = parts.clock.market();
  const { plannedRisk } = state;
  const isDue = plannedRisk !== null && plannedRisk.dueAt <= at;
  const limits = isDue ? plannedRisk.settings : state.limits;
  const facts = { ...factsOf(parts, state, ""), limits };
  const standing = riskStanding(facts, positionViews(state), markets);
  return ok({
    settings: toWire(limits),
    planned: plannedRisk === null || isDue ? null : { ...plannedRisk, settings: toWire(plannedRisk.settings) },
    standing,
    notices,
    table: describedSettings(),
    at,
  });
}

/** Repeating it changes nothing, so it needs no key. It answers what the trader should know about the change. */
export function riskWish(accountId: string, asked: RiskSettingsView): Result<Wish<readonly string[]>> {
  const settings = checked(riskSettings, asked);
  if (!settings.ok) {
    return settings;
  }
  return ok({
    accountId,
    command: { type: "change_settings", limits: settings.value },
    origin: "manual",
    intent: null,
    patienceMs: PATIENCE_MS,
    needsMarket: false,
    answer: (_turn, decision) => ok(decision.notices),
  });
}

/** What every rule says of an order that is not placed: the market is looked at, nothing is settled or recorded. */
export async function checkRisk(
  parts: Parts,
  accountId: string,
  asked: RiskCheckRequest,
): Promise<Result<RiskCheckView>> {
  const question = checked(riskCheckRequest, asked);
  const before = parts.desk.account(accountId);
  if (!question.ok) {
    return question;
  }
  if (before === null) {
    return unknownAccount();
  }
  const { riskPercent = null, ...request } = question.value;
  const symbols = [...new Set([...symbolsOfOrder(request.symbol, before.currency), ...heldSymbols(before)])];
  const markets = await ownViews(parts, before, symbols);
  return ok(judgeOrder(parts, parts.desk.account(accountId) ?? before, { request, riskPercent }, markets));
}

function toWire(settings: AccountState["limits"]): RiskSettingsView {
  return { ...settings, maximumPositionQuantity: { ...settings.maximumPositionQuantity } };
}

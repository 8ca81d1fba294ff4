/** The rules of an account as they are asked for and changed. Nothing here decides: that is domain/risk. */
import {
  riskChange,
  riskCheckRequest,
  riskSettings,
  type RiskChangeRequest,
  type RiskCheckRequest,
  type RiskCheckView,
  type RiskSettingsView,
  type RiskView,
} from "../../contract/risk.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { heldSymbols } from "../../domain/account/symbols.ts";
import { symbolsOfOrder } from "../../domain/orders/conversion.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { settingsAt, type RiskChange } from "../../domain/risk/change-settings.ts";
import type { RiskSettings } from "../../domain/risk/settings.ts";
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
  const { limits, planned } = settingsAt(state, at);
  const facts = { ...factsOf(parts, state, ""), limits };
  const standing = riskStanding(facts, positionViews(state), markets);
  return ok({
    settings: toWire(limits),
    planned: planned === null ? null : { ...planned, settings: toWire(planned.settings) },
    standing,
    notices,
    table: describedSettings(),
    at,
  });
}

/** Repeating it changes nothing, so it needs no key. It answers what the trader should know about the change. */
export function riskWish(accountId: string, asked: RiskSettingsView): Result<Wish<readonly string[]>> {
  const settings = checked(riskSettings, asked);
  return settings.ok ? ok(changeWish(accountId, { limits: settings.value })) : settings;
}

/** The same for some of them. */
export function riskChangeWish(accountId: string, asked: RiskChangeRequest): Result<Wish<readonly string[]>> {
  const change = checked(riskChange, asked);
  return change.ok ? ok(changeWish(accountId, { limitChanges: change.value })) : change;
}

function changeWish(
  accountId: string,
  what: { readonly limits: RiskSettings } | { readonly limitChanges: RiskChange },
): Wish<readonly string[]> {
  return {
    accountId,
    command: { type: "change_settings", ...what },
    origin: "manual",
    intent: null,
    patienceMs: PATIENCE_MS,
    needsMarket: false,
    answer: (_turn, decision) => ok(decision.notices),
  };
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

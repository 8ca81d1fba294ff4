/** The routes of an account's risk: what stands, and its settings. */
import { riskView, type RiskSettingsView, type RiskView } from "../../../contract/risk.ts";
import type { Result } from "../../../domain/problem.ts";
import { request } from "./http.ts";

/** The rules of the account, the table that explains them, and how it stands against them now. */
export function fetchRisk(accountId: string): Promise<Result<RiskView>> {
  return request(`/api/accounts/${accountId}/risk`, riskView);
}

/** All settings at once. A rule that has halted the account is not loosened at once: the answer says what waits. */
export function changeRisk(accountId: string, settings: RiskSettingsView): Promise<Result<RiskView>> {
  return request(`/api/accounts/${accountId}/risk`, riskView, { method: "PUT", body: settings });
}

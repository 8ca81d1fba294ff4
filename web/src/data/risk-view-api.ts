/** The routes of an account's risk: what stands, and its settings. */
import { riskView, type RiskView } from "../../../contract/risk.ts";
import type { RiskChange } from "../../../domain/risk/change-settings.ts";
import type { Result } from "../../../domain/problem.ts";
import { request } from "./http.ts";

/** The rules of the account, the table that explains them, and how it stands against them now. */
export function fetchRisk(accountId: string): Promise<Result<RiskView>> {
  return request(`/api/accounts/${accountId}/risk`, riskView);
}

/**
 * Changes what is named, where it is still what was seen. A rule that has halted the account is not loosened at once: the answer says
 * what waits.
 */
export function changeRisk(accountId: string, change: RiskChange): Promise<Result<RiskView>> {
  return request(`/api/accounts/${accountId}/risk`, riskView, { method: "PATCH", body: change });
}

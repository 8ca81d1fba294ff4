/** The routes of Stop, of halts, and of price alerts. */
import { resumed, stopReport, type Resumed, type ResumeRequest, type StopReport } from "../../../contract/halts.ts";
import {
  priceAlert,
  priceAlertList,
  type PriceAlertList,
  type PriceAlertRequest,
  type PriceAlertView,
} from "../../../contract/price-alerts.ts";
import type { Result } from "../../../domain/problem.ts";
import type { StopMode } from "../../../domain/risk/halts-stop.ts";
import { request } from "./http.ts";

/** The desk gives the exchange a moment to answer before it reports. */
const STOP_TIMEOUT_MS = 15_000;

/** Stops one account, or all of them. Pressing it twice does nothing the second time, so it carries no key. */
export function stopTrading(accountId: string | null, mode: StopMode): Promise<Result<StopReport>> {
  const path = accountId === null ? "/api/stop" : `/api/accounts/${accountId}/stop`;
  return request(path, stopReport, { method: "POST", body: { mode }, timeoutMs: STOP_TIMEOUT_MS });
}

/** Takes entries again. Answers what had stopped them. */
export function resumeTrading(accountId: string, how: ResumeRequest["how"]): Promise<Result<Resumed>> {
  return request(`/api/accounts/${accountId}/halts/resume`, resumed, { method: "POST", body: { how } });
}

/** The alerts that wait, and the last that are over. */
export function fetchPriceAlerts(accountId: string): Promise<Result<PriceAlertList>> {
  return request(`/api/accounts/${accountId}/price-alerts`, priceAlertList);
}

export function setPriceAlert(
  accountId: string,
  wish: PriceAlertRequest,
  intent: string,
): Promise<Result<PriceAlertView>> {
  return request(`/api/accounts/${accountId}/price-alerts`, priceAlert, { method: "POST", body: wish, intent });
}

export function removePriceAlert(accountId: string, alertId: string, intent: string): Promise<Result<PriceAlertList>> {
  return request(`/api/accounts/${accountId}/price-alerts/${alertId}`, priceAlertList, { method: "DELETE", intent });
}

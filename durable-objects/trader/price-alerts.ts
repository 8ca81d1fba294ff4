/** Price alerts as wishes and views. */
import type { PriceAlertList, PriceAlertRequest, PriceAlertView } from "../../contract/price-alerts.ts";
import { priceAlertRequest } from "../../contract/price-alerts.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { pastAlertViews, priceAlertViews } from "../../domain/alerts/views.ts";
import type { AnswerMessage } from "../../domain/assistant/alert-answer.ts";
import { ok, type Result } from "../../domain/problem.ts";
import { checked } from "./checked.ts";
import { unknownAccount, type Wish } from "./commands.ts";
import { intentOf } from "./idempotency.ts";
import type { Write } from "./port.ts";

/** The feed has to tell where its tape stands, or the alert would be fired by what was traded before it. */
const PATIENCE_MS = 900;
const LONGEST_ANSWER = 1_000;

export function priceAlertList(state: AccountState): PriceAlertList {
  return { alerts: [...priceAlertViews(state)], past: [...pastAlertViews(state)] };
}

export function setPriceAlertWish(accountId: string, write: Write<PriceAlertRequest>): Result<Wish<PriceAlertView>> {
  const request = checked(priceAlertRequest, write.request);
  if (!request.ok) {
    return request;
  }
  return ok({
    accountId,
    command: { type: "set_price_alert", ...request.value },
    origin: "manual",
    intent: intentOf(write, `price alert ${accountId}`),
    patienceMs: PATIENCE_MS,
    needsMarket: true,
    answer: (turn, _decision, id) => {
      const state = turn.account(accountId);
      const made = state === null ? undefined : priceAlertViews(state).find((alert) => alert.id === id);
      if (made === undefined) {
        throw new Error(`accepted, but there is no price alert ${id}`);
      }
      return ok(made);
    },
  });
}

export function removePriceAlertWish(
  accountId: string,
  priceAlertId: string,
  write: Write<null>,
): Wish<PriceAlertList> {
  return {
    accountId,
    command: { type: "remove_price_alert", priceAlertId },
    origin: "manual",
    intent: intentOf(write, `remove price alert ${accountId} ${priceAlertId}`),
    patienceMs: PATIENCE_MS,
    needsMarket: false,
    answer: (turn) => {
      const state = turn.account(accountId);
      return state === null ? unknownAccount() : ok(priceAlertList(state));
    },
  };
}

/** What came of a run that alerts started. Told twice, it is one alert. */
export function alertAnswerWish(accountId: string, runId: string, answer: AnswerMessage): Wish<null> {
  return {
    accountId,
    command: { type: "tell_alert_answer", severity: answer.severity, message: answer.message.slice(0, LONGEST_ANSWER) },
    origin: "manual",
    intent: intentOf({ idempotencyKey: `answer of ${runId}`, body: runId }, `alert answer ${accountId}`),
    patienceMs: PATIENCE_MS,
    needsMarket: false,
    answer: () => ok(null),
  };
}

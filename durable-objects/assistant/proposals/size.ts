/** The size of an order that states its risk: asked of the risk engine that will judge it, so that both count the same. */
import { placeOrderRequest, type PlaceOrderRequest } from "../../../contract/orders.ts";
import type { RiskCheckRequest, RiskCheckView } from "../../../contract/risk.ts";
import { sizeByRisk, type Order, type OrderByRisk, type Wish } from "../../../domain/assistant/sizing.ts";
import type { OrderRequest } from "../../../domain/orders/request.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";

/** Asks the engine about an order of the account that it is for. */
export type RiskQuestion = (request: RiskCheckRequest) => Promise<Result<RiskCheckView>>;

export type SizedWish =
  | { readonly kind: "order"; readonly request: PlaceOrderRequest; readonly notes: readonly string[] }
  | { readonly kind: "nothing"; readonly reason: string };

/** The wish as an order with its size. */
export async function sizeWish(wish: Wish, ask: RiskQuestion): Promise<Result<SizedWish>> {
  if (wish.kind === "nothing") {
    return ok(wish);
  }
  const sized = wish.kind === "order" ? ok(wish) : await askSize(wish, ask);
  if (!sized.ok) {
    return sized;
  }
  const request = wireOf(sized.value.request);
  return request.ok ? ok({ kind: "order", request: request.value, notes: sized.value.notes }) : request;
}

/** A risk that the proposal did not state gives way to an account that risks less a trade. */
async function askSize(wish: OrderByRisk, ask: RiskQuestion): Promise<Result<Order>> {
  const request = wireOf(wish.request);
  if (!request.ok) {
    return request;
  }
  const check = await ask({ ...request.value, riskPercent: wish.riskPercent });
  if (!check.ok) {
    return check;
  }
  const isTooMuch = check.value.rules.some(({ code, passed }) => code === "RISK_PER_TRADE_LIMIT" && !passed);
  if (wish.isStated || !isTooMuch) {
    return sizeByRisk(wish, check.value);
  }
  const ofAccount = await ask(request.value);
  return ofAccount.ok ? sizeByRisk(wish, ofAccount.value) : ofAccount;
}

function wireOf(order: OrderRequest): Result<PlaceOrderRequest> {
  const request = placeOrderRequest.safeParse(order);
  return request.success ? ok(request.data) : refuse("PROPOSAL_UNUSABLE", "The proposal cannot be put into an order.");
}

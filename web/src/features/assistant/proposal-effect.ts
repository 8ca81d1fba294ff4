/** What a proposal would do to the account that it is for, in figures, before anything is sent. Pure. */
import type { ProposalView } from "../../../../contract/assistant.ts";
import { editedOrder, type OrderEdits } from "../../../../domain/assistant/edited-order.ts";
import { recheck } from "../../../../domain/assistant/shelf-life.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { assetsOf, type Markets } from "../../../../domain/orders/conversion.ts";
import { factsOfViews, previewOrder, type Estimate } from "../../../../domain/orders/estimate.ts";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import type { Problem, Result } from "../../../../domain/problem.ts";
import { checkOrder, type RiskCheck } from "../../../../domain/risk/check.ts";
import type { DeskAccount } from "../../data/trader-state.ts";
import { rewardToRisk } from "../order-form/reward.ts";
import { closePlan, type ClosePlan } from "../positions/close-plan.ts";

export type ProposalEffect =
  | {
      readonly type: "order";
      /** Exactly what would be asked for, the trader's changes in it. */
      readonly request: OrderRequest;
      readonly estimate: Estimate | null;
      readonly check: RiskCheck;
      /** After the changes; null without a stop and a target. */
      readonly reward: Decimal | null;
    }
  | { readonly type: "close"; readonly plan: ClosePlan; readonly quantity: Decimal }
  /** There is nothing that it could be done to. */
  | { readonly type: "nothing"; readonly reason: string };

/** What is known of the market, and when. */
export type EffectMarket = {
  readonly instrument: Instrument;
  readonly markets: Markets;
  readonly marketTime: number;
  /** Wall time of the server, by which entries are counted. */
  readonly serverTime: number;
};

/** Judged in the account of the proposal, which need not be the one on screen. */
export function effectOf(
  { trade, request }: Pick<ProposalView, "trade" | "request">,
  edits: OrderEdits,
  desk: DeskAccount,
  market: EffectMarket,
): ProposalEffect {
  return trade.action === "close"
    ? closeEffect(trade.symbol, desk, market)
    : request === null
      ? { type: "nothing", reason: "No order follows from this proposal." }
      : editedEffect(editedOrder(request, edits), desk, market);
}

function editedEffect(order: Result<OrderRequest>, desk: DeskAccount, market: EffectMarket): ProposalEffect {
  return order.ok ? orderEffect(order.value, desk, market) : { type: "nothing", reason: order.error.message };
}

function closeEffect(symbol: string, desk: DeskAccount, market: EffectMarket): ProposalEffect {
  const { base } = assetsOf(symbol);
  const position = desk.account.positions.find(({ asset }) => asset === base);
  if (position === undefined) {
    return { type: "nothing", reason: `${desk.account.name} holds no ${base} that could be closed.` };
  }
  const { instrument, markets, marketTime } = market;
  const plan = closePlan(position, 100, desk.account, desk.openOrders, instrument, markets, marketTime);
  return { type: "close", plan, quantity: position.quantity };
}

function orderEffect(request: OrderRequest, desk: DeskAccount, market: EffectMarket): ProposalEffect {
  const { account, openOrders } = desk;
  const { markets, marketTime, serverTime } = market;
  const check = checkOrder(
    factsOfViews(account, openOrders, serverTime),
    { request, riskPercent: null },
    { markets, instruments: {}, marketTime },
  );
  return {
    type: "order",
    request,
    // Without a fresh book a market order is taken and waits: its figures would be those of nothing.
    estimate:
      request.type === "market" && (markets[request.symbol]?.book ?? null) === null
        ? null
        : previewOrder(account, openOrders, request, markets, marketTime, serverTime).estimate,
    check,
    reward:
      request.side === "buy" ? rewardToRisk(check.order, request.target, account.limits.defaultTargetPercent) : null,
  };
}

/** Why the desk would refuse it, as a sentence; null when it would not. */
export function denialOf(effect: ProposalEffect): Problem["message"] | null {
  switch (effect.type) {
    case "order":
      return effect.check.denial?.message ?? null;
    case "close":
      return effect.plan.denial?.message ?? null;
    case "nothing":
      return effect.reason;
  }
}

/** Why its time is over, by the same rule as at the click; null while it is good. `price` null: none is fresh. */
export function staleReason(
  { createdAt, referencePrice, driftLimitPercent, expiresAt }: ProposalView,
  marketTime: number,
  price: Decimal | null,
): string | null {
  const good = recheck({ madeAt: createdAt, price: referencePrice, driftLimitPercent, expiresAt }, marketTime, price);
  return good.ok ? null : good.error.message;
}

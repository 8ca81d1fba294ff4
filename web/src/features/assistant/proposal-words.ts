/** A proposal in the words of its card. */
import type { ProposalView } from "../../../../contract/assistant.ts";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import { assetsOf } from "../../../../domain/orders/conversion.ts";
import { formatAmount, formatDecimal, formatQuantity } from "../../ui/format.ts";
import { moneyWords, type ModeOwner } from "../account-mode/mode-words.ts";
import type { ProposalEffect } from "./proposal-effect.ts";

/** "Buy 0.02 BTC/USD at the market": what it would do. */
export function proposalTitle({
  trade,
  request,
}: Pick<ProposalView, "trade"> & { readonly request: Pick<OrderRequest, "quantity" | "limitPrice"> | null }): string {
  const quantity = request?.quantity ?? trade.quantity;
  const limit = request === null ? trade.limitPrice : (request.limitPrice ?? null);
  const size =
    quantity === null
      ? trade.riskPercent === null
        ? ""
        : ` for ${trade.riskPercent} % risk`
      : ` ${formatQuantity(quantity)}`;
  const at = limit === null ? "at the market" : `at ${formatDecimal(limit)}`;
  switch (trade.action) {
    case "buy":
      return `Buy${size} ${trade.symbol} ${at}`;
    case "sell":
      return `Sell${size} ${trade.symbol} ${at}`;
    case "close":
      return `Close ${trade.symbol}`;
    case "hold":
      return `Wait with ${trade.symbol}`;
  }
}

/** What has to be said beside the model's name, unless the name says it. */
export function extraNotice({
  notice,
  modelName,
}: {
  readonly notice: string | null;
  readonly modelName: string;
}): string | null {
  return notice === null || modelName.includes(notice) ? null : notice;
}

/** "order type: limit; stop: taken away": what the trader changed before he executed it. */
export function editWords(edits: ProposalView["edits"]): string {
  const words = Object.entries(edits ?? {}).flatMap(([field, value]) =>
    value === undefined ? [] : [`${EDIT_NAMES[field] ?? field}: ${value === null ? "taken away" : value}`],
  );
  return words.length === 0 ? "Nothing." : `${words.join("; ")}.`;
}

const EDIT_NAMES: Readonly<Record<string, string>> = {
  orderType: "order type",
  quantity: "size",
  limitPrice: "limit price",
  stop: "stop",
  target: "target",
};

/** How it stands, as a sentence. */
export function statusSentence(proposal: ProposalView): string {
  switch (proposal.status) {
    case "open":
      return proposal.obstacle?.message ?? "It waits for you.";
    case "executing":
      return "Being sent…";
    case "placed":
      return `Executed: the order is ${(proposal.orderStatus ?? "on its way").replace("_", " ")}${
        proposal.averagePrice === null ? "" : ` @ ${formatDecimal(proposal.averagePrice)}`
      }.`;
    case "denied":
      return `Denied: ${proposal.denial?.message ?? "the desk refused it."}`;
    case "rejected":
      return `Rejected${proposal.reason === null ? "" : `: ${proposal.reason}`}.`;
    case "expired":
      return "Expired: ask again.";
    case "noted":
      return "Nothing to do.";
  }
}

/** Whether the trader has yet to decide about it. A hold asks for nothing. */
export function isUndecided({ status, trade }: ProposalView): boolean {
  return (status === "open" || status === "denied") && trade.action !== "hold";
}

/** "0.02 BTC": what would be ordered, else what the model asked for. */
export function sizeWords({ trade, request }: Pick<ProposalView, "trade" | "request">): string {
  const { base } = assetsOf(trade.symbol);
  if (trade.action === "close") {
    return `all ${base} that is held`;
  }
  const quantity = request?.quantity ?? trade.quantity;
  if (quantity !== null) {
    return `${formatQuantity(quantity)} ${base}`;
  }
  return trade.riskPercent === null ? "not stated" : `${trade.riskPercent} % of equity at risk`;
}

/** "limit 64 000", or the market with the price that it was proposed at. */
export function priceWords({ trade, request, referencePrice }: ProposalView): string {
  const limit = request?.limitPrice ?? trade.limitPrice;
  if (limit !== null) {
    return `limit ${formatDecimal(limit)}`;
  }
  return referencePrice === null ? "market" : `market, proposed at ${formatDecimal(referencePrice)}`;
}

/** "Buy 0.05 BTC for about $3 212.50 of real money on Kraken": the amount by name, in the account of the proposal. */
export function moneySentence(effect: ProposalEffect | null, account: ModeOwner): string {
  const money = moneyWords(account);
  const estimate = effect?.type === "order" ? effect.estimate : effect?.type === "close" ? effect.plan.estimate : null;
  const side = effect?.type === "order" && effect.request.side === "buy" ? "Buy" : "Sell";
  if (estimate === null) {
    return `${side} at a price that is not known now, ${money}`;
  }
  const base = effect?.type === "order" ? assetsOf(effect.request.symbol).base : null;
  const quantity = base === null ? formatQuantity(estimate.quantity) : `${formatQuantity(estimate.quantity)} ${base}`;
  return `${side} ${quantity} for about ${formatAmount(estimate.total, estimate.quoteAsset)} of ${money}`;
}

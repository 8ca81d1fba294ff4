/** A proposal in the words of its card. */
import type { ProposalView } from "../../../../contract/assistant.ts";
import { formatDecimal, formatQuantity } from "../../ui/format.ts";

/** "Buy 0.02 BTC/USD at the market": what it would do. */
export function proposalTitle({ trade }: ProposalView): string {
  const size =
    trade.quantity === null
      ? trade.riskPercent === null
        ? ""
        : ` for ${trade.riskPercent} % risk`
      : ` ${formatQuantity(trade.quantity)}`;
  const at = trade.limitPrice === null ? "at the market" : `at ${formatDecimal(trade.limitPrice)}`;
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

/** Whether a click can still make an order of it. */
export function isExecutable({ status, trade, obstacle }: ProposalView, now: number, expiresAt: number): boolean {
  return (status === "open" || status === "denied") && trade.action !== "hold" && obstacle === null && now < expiresAt;
}

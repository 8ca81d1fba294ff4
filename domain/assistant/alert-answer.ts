/** What came of a run that price alerts started, as one alert of the desk: nobody was there to read it. Typed figures alone, no text of the model's. */
import type { Decimal } from "../decimal.ts";
import type { ProposalAction } from "./proposal.ts";

export type AnsweredRun = {
  readonly modelName: string;
  readonly isFinished: boolean;
  /** Of the triggers. */
  readonly count: number;
  /** Why it failed, or why nothing was decided; null: neither. */
  readonly reason: string | null;
  readonly proposals: readonly AnsweredProposal[];
};

export type AnsweredProposal = {
  readonly action: ProposalAction;
  readonly symbol: string;
  /** Of the order that it would be; null: none follows, or it closes all. */
  readonly quantity: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly stop: Decimal | null;
  readonly target: Decimal | null;
  /** Whether it waits for the trader. */
  readonly isOpen: boolean;
};

export type AnswerMessage = { readonly severity: "information" | "warning"; readonly message: string };

export function answerMessage({ modelName, isFinished, count, reason, proposals }: AnsweredRun): AnswerMessage {
  const alerts = count === 1 ? "your price alert" : `your ${count} price alerts`;
  if (!isFinished) {
    const why = reason ?? "the answer did not come to its end.";
    return { severity: "warning", message: `${modelName} did not answer ${alerts}: ${why}` };
  }
  if (proposals.length === 0) {
    return { severity: "information", message: `${modelName} answered ${alerts}: ${reason ?? "It decides nothing."}` };
  }
  const what = proposals.map(proposalWords).join("; ");
  const waits = proposals.some(({ isOpen }) => isOpen)
    ? " It waits for you in the Assistant. Not financial advice."
    : "";
  return { severity: "information", message: `${modelName} answered ${alerts}: ${what}.${waits}` };
}

function proposalWords({ action, symbol, quantity, limitPrice, stop, target }: AnsweredProposal): string {
  switch (action) {
    case "hold":
      return `wait with ${symbol}`;
    case "close":
      return `close ${symbol}`;
    case "buy":
    case "sell": {
      const size = quantity === null ? "" : ` ${quantity}`;
      const price = limitPrice === null ? " at the market" : ` at ${limitPrice}`;
      const plan = `${stop === null ? "" : `, stop ${stop}`}${target === null ? "" : `, target ${target}`}`;
      return `${action}${size} ${symbol}${price}${plan}`;
    }
  }
}

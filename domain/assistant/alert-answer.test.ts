import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { answerMessage, type AnsweredProposal, type AnsweredRun } from "./alert-answer.ts";

const buy: AnsweredProposal = {
  action: "buy",
  symbol: "BTC/USD",
  quantity: decimal("0.02"),
  limitPrice: null,
  stop: decimal("61000"),
  target: decimal("70000"),
  isOpen: true,
};
const run: AnsweredRun = { modelName: "Mock", isFinished: true, count: 1, reason: null, proposals: [buy] };

describe("what came of a price alert's question", () => {
  it("names what is proposed, in figures, and that it waits", () => {
    expect(answerMessage(run)).toEqual({
      severity: "information",
      message:
        "Mock answered your price alert: buy 0.02 BTC/USD at the market, stop 61000, target 70000. It waits for you in the Assistant. Not financial advice.",
    });
  });

  it("says of a hold that it is one, and that nothing waits", () => {
    const hold: AnsweredProposal = { ...buy, action: "hold", isOpen: false };
    expect(answerMessage({ ...run, count: 2, proposals: [hold] }).message).toBe(
      "Mock answered your 2 price alerts: wait with BTC/USD.",
    );
  });

  it("says why there is no decision, and warns where nobody could be asked", () => {
    expect(answerMessage({ ...run, proposals: [], reason: "The answer decides nothing." }).message).toBe(
      "Mock answered your price alert: The answer decides nothing.",
    );
    expect(answerMessage({ ...run, isFinished: false, reason: "Today's budget is spent.", proposals: [] })).toEqual({
      severity: "warning",
      message: "Mock did not answer your price alert: Today's budget is spent.",
    });
  });
});

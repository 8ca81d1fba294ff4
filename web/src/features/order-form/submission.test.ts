import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { refuse } from "../../../../domain/problem.ts";
import { sampleOrder } from "../testing/samples.ts";
import { IDLE, reduceSubmission, type Submission, type SubmissionEvent, type Wish } from "./submission.ts";

const wish: Wish = {
  intent: "key-1",
  request: { symbol: "BTC/USD", side: "buy", type: "market", quantity: decimal("0.01") },
};
const another: Wish = { ...wish, intent: "key-2" };
const placed = { order: sampleOrder({ status: "filled" }), fills: [], notices: [] };

function after(...events: SubmissionEvent[]): Submission {
  return events.reduce(reduceSubmission, IDLE);
}

describe("sending an order", () => {
  it("takes a double click for one wish", () => {
    const state = after({ type: "meant", wish, confirm: false }, { type: "meant", wish: another, confirm: false });
    expect(state).toEqual({ type: "sending", wish });
  });

  it("asks first where a confirmation is wanted, and sends nothing when it is dismissed", () => {
    expect(after({ type: "meant", wish, confirm: true })).toEqual({ type: "confirming", wish });
    expect(after({ type: "meant", wish, confirm: true }, { type: "dismissed" })).toEqual(IDLE);
    expect(after({ type: "meant", wish, confirm: true }, { type: "confirmed" })).toEqual({ type: "sending", wish });
  });

  it("does not know what happened when no answer came, and asks again with the same key", () => {
    const lost: SubmissionEvent = {
      type: "answered",
      intent: "key-1",
      answer: refuse("TEMPORARILY_UNAVAILABLE", "The desk cannot be reached."),
    };
    const uncertain = after({ type: "meant", wish, confirm: false }, lost);
    expect(uncertain.type).toBe("uncertain");
    expect(reduceSubmission(uncertain, { type: "meant", wish: another, confirm: false })).toBe(uncertain);
    expect(reduceSubmission(uncertain, { type: "edited" })).toBe(uncertain);
    expect(reduceSubmission(uncertain, { type: "retried" })).toEqual({ type: "sending", wish });
  });

  it("ends with the desk's answer: placed or refused", () => {
    const sending: SubmissionEvent = { type: "meant", wish, confirm: false };
    expect(after(sending, { type: "answered", intent: "key-1", answer: { ok: true, value: placed } })).toEqual({
      type: "placed",
      placed,
    });
    const denied = refuse<typeof placed>("INSUFFICIENT_FUNDS", "Not enough.", {});
    expect(after(sending, { type: "answered", intent: "key-1", answer: denied }).type).toBe("refused");
  });

  it("ignores an answer to another wish", () => {
    const sending = after({ type: "meant", wish, confirm: false });
    const stray: SubmissionEvent = { type: "answered", intent: "key-0", answer: { ok: true, value: placed } };
    expect(reduceSubmission(sending, stray)).toBe(sending);
  });

  it("forgets the last outcome when the form is edited, but cannot be dismissed while it is on its way", () => {
    expect(reduceSubmission({ type: "placed", placed }, { type: "edited" })).toEqual(IDLE);
    const sending = after({ type: "meant", wish, confirm: false });
    expect(reduceSubmission(sending, { type: "dismissed" })).toBe(sending);
    expect(reduceSubmission(sending, { type: "edited" })).toBe(sending);
  });
});

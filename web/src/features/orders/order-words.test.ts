import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { bitcoin, sampleOrder } from "../testing/samples.ts";
import {
  closeWord,
  filledPercent,
  isAmendable,
  isCancellable,
  outcomeText,
  remainingQuantity,
  statusWord,
  typeWord,
} from "./order-words.ts";

describe("an order in words", () => {
  it("that was cancelled after a fill says that it was partly filled", () => {
    expect(statusWord(sampleOrder({ status: "cancelled", filledQuantity: decimal("0.1") }))).toBe(
      "Cancelled, partly filled",
    );
    expect(statusWord(sampleOrder({ status: "cancelled" }))).toBe("Cancelled");
  });

  it("that waits for a fresh price says so, and can be cancelled meanwhile", () => {
    const waiting = sampleOrder({ status: "submitting", reason: "Waiting for a fresh price: it is matched then." });
    expect(statusWord(waiting)).toBe("Waiting for a price");
    expect(isCancellable(waiting)).toBe(true);
    expect(outcomeText({ order: waiting, fills: [], notices: [] }, bitcoin)).toBe(
      "Waiting for a fresh price: it is matched then.",
    );
    expect(isCancellable(sampleOrder({ status: "cancel_pending" }))).toBe(false);
  });

  it("names its time in force only where it is not the usual one", () => {
    expect(typeWord(sampleOrder())).toBe("Limit");
    expect(typeWord(sampleOrder({ postOnly: true, timeInForce: "gtd" }))).toBe("Limit, post-only, GTD");
    expect(typeWord(sampleOrder({ type: "market", timeInForce: "ioc" }))).toBe("Market");
  });

  it("counts 100 % only when nothing is left", () => {
    const order = sampleOrder({ quantity: decimal("3"), filledQuantity: decimal("2.99999999") });
    expect(filledPercent(order)).toBe(99);
    expect(remainingQuantity(order)).toBe("0.00000001");
  });

  it("can be cancelled while its outcome is unknown but amended only while it surely rests", () => {
    expect(isCancellable(sampleOrder({ status: "unknown" }))).toBe(true);
    expect(isAmendable(sampleOrder({ status: "unknown" }))).toBe(false);
    expect(isAmendable(sampleOrder({ status: "partially_filled" }))).toBe(true);
    expect(isCancellable(sampleOrder({ status: "filled" }))).toBe(false);
  });
});

describe("what became of an order", () => {
  const half = { filledQuantity: decimal("0.25"), averagePrice: decimal("64000") };

  it("is told with quantity and average price", () => {
    const order = sampleOrder({ status: "filled", filledQuantity: decimal("0.01"), averagePrice: decimal("64250.1") });
    expect(outcomeText({ order, fills: [], notices: [] }, bitcoin)).toBe("Filled 0.01 @ 64\u202f250.1");
  });

  it("says what rests, what the book could not give and why it was refused", () => {
    expect(outcomeText({ order: sampleOrder(), fills: [], notices: [] }, bitcoin)).toBe("Open: 0.5 at 64\u202f000.0");
    expect(
      outcomeText({ order: sampleOrder({ status: "partially_filled", ...half }), fills: [], notices: [] }, bitcoin),
    ).toBe("Filled 0.25 @ 64\u202f000.0; 0.25 is open");
    const cut = sampleOrder({ status: "cancelled", reason: "the book ended", ...half });
    expect(outcomeText({ order: cut, fills: [], notices: [] }, bitcoin)).toBe(
      "Filled 0.25 @ 64\u202f000.0 of 0.5; the rest was cancelled: the book ended",
    );
    const rejected = sampleOrder({ status: "rejected", reason: "Post-only order would cross" });
    expect(outcomeText({ order: rejected, fills: [], notices: [] }, bitcoin)).toBe(
      "Rejected: Post-only order would cross",
    );
  });
});

describe("an order of the other types in words", () => {
  const stop = sampleOrder({
    type: "stop-loss-limit",
    side: "sell",
    triggerPrice: decimal("60000"),
    limitPrice: decimal("59900"),
  });

  it("names its type, its trigger and its limit", () => {
    expect(typeWord(stop)).toBe("Stop-loss limit");
    expect(typeWord(sampleOrder({ type: "trailing-stop", trailingPercent: decimal("2.5") }))).toBe(
      "Trailing stop 2.5 %",
    );
    expect(outcomeText({ order: stop, fills: [], notices: [] }, bitcoin)).toBe(
      "Waiting for its trigger: 0.5, trigger 60\u202f000.0, limit 59\u202f900.0",
    );
    const close = { type: "take-profit-limit", triggerPrice: decimal("70000"), limitPrice: decimal("69900") } as const;
    expect(closeWord(close, 1)).toBe("Take-profit limit at 70\u202f000.0, limit 69\u202f900.0");
    expect(closeWord({ type: "limit", triggerPrice: null, limitPrice: decimal("70000") }, 1)).toBe(
      "Limit at 70\u202f000.0",
    );
  });

  it("can be amended where it has a price, and a trailing stop cannot", () => {
    expect(isAmendable(stop)).toBe(true);
    expect(isAmendable(sampleOrder({ type: "stop-loss", limitPrice: null }))).toBe(true);
    expect(isAmendable(sampleOrder({ type: "trailing-stop", limitPrice: null }))).toBe(false);
  });
});

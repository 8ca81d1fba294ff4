import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import type { JournalEventView } from "../../../../contract/trader-socket.ts";
import { NOW, sampleFill, sampleOrder } from "../testing/samples.ts";
import { fillNotice, noticesOf, noticesOfPast } from "./event-notices.ts";

function event(type: JournalEventView["type"]): JournalEventView {
  return { epoch: "e1", seq: 1, accountId: "account-1", time: NOW, type, data: {} };
}

describe("notices of events", () => {
  it("add the fills of one order up at their average price", () => {
    const fills = [
      sampleFill({ id: "a", quantity: decimal("1"), price: decimal("100"), cost: decimal("100") }),
      sampleFill({ id: "b", quantity: decimal("2"), price: decimal("101.5"), cost: decimal("203") }),
    ];
    expect(fillNotice(fills)).toMatchObject({ title: "Bought 3 BTC @ 101", tone: "success" });
  });

  it("say what a sale realised, and when a fill was booked late", () => {
    const loss = fillNotice([sampleFill({ side: "sell", realisedProfit: decimal("-3.2"), late: true })]);
    expect(loss.title).toMatch(/^Sold 0\.5 BTC/);
    expect(loss.detail).toBe("Realised \u2212$3.20. Filled while the desk was away, booked late.");
  });

  it("say why an order ended and what of it was filled", () => {
    const order = sampleOrder({ status: "expired", reason: "Its time was over.", filledQuantity: decimal("0.1") });
    expect(noticesOf([{ event: event("order_expired"), changes: { orders: [order] } }])).toEqual([
      {
        tone: "info",
        title: "Expired: buy 0.5 BTC/USD at 64\u202f000",
        detail: "Its time was over. 0.1 of it was filled.",
        time: NOW,
      },
    ]);
  });

  it("warn of an unknown outcome and of a rejection, and are silent about denials", () => {
    const titles = noticesOf([
      { event: event("order_unknown"), changes: { orders: [sampleOrder({ status: "unknown" })] } },
      {
        event: event("order_rejected"),
        changes: { orders: [sampleOrder({ status: "rejected", type: "market", limitPrice: null })] },
      },
      { event: event("order_denied"), changes: { denials: [] } },
    ]).map((notice) => [notice.tone, notice.title]);
    expect(titles).toEqual([
      ["error", "Rejected by the exchange: buy 0.5 BTC/USD at market"],
      ["warning", "Sent, not confirmed yet: buy 0.5 BTC/USD at 64\u202f000"],
    ]);
  });

  it("tell the past newest first, without what a fill says already", () => {
    const past = noticesOfPast(
      [sampleFill({ time: 10 })],
      [sampleOrder({ id: "x", status: "cancelled", updatedAt: 20 }), sampleOrder({ id: "y", status: "filled" })],
    );
    expect(past.map((notice) => notice.time)).toEqual([20, 10]);
  });
});

import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { NOW, sampleOrder, sampleStanding } from "../testing/samples.ts";
import { isAmendable, outcomeText, statusWord } from "./order-words.ts";
import { standingNote } from "./standing-words.ts";
import { bitcoin } from "../testing/samples.ts";

const amend = {
  stage: "sent",
  quantity: decimal("0.5"),
  limitPrice: decimal("63900"),
  triggerPrice: null,
} as const;

describe("an order at an exchange", () => {
  it("that was sent is never called open before Kraken has said so", () => {
    const queued = sampleOrder({ status: "submitting", standing: sampleStanding({ placement: "queued" }) });
    const sent = sampleOrder({ status: "submitting", standing: sampleStanding({ placement: "sent" }) });
    expect(statusWord(queued)).toBe("Waiting to be sent");
    expect(statusWord(sent)).toBe("Sent, waiting for Kraken");
    expect(outcomeText({ order: sent, fills: [], notices: [] }, bitcoin)).toBe("Sent, waiting for Kraken");
  });

  it("whose answer was lost is being checked, also while a cancel of it is wished", () => {
    const unknown = sampleOrder({ status: "unknown", standing: sampleStanding({ placement: "sent" }) });
    expect(statusWord(unknown)).toBe("Sent, not confirmed yet; checking with Kraken");
    expect(standingNote(unknown, [], "UTC", 1)).toContain("does not send it again");
    const wished = { ...unknown, standing: sampleStanding({ cancel: { stage: "queued", requestedAt: NOW } }) };
    expect(statusWord(wished)).toBe("Not confirmed yet; cancel wished, checking with Kraken");
  });

  it("that is being cancelled says how far the cancel is", () => {
    const order = sampleOrder({ status: "cancel_pending" });
    const at = (stage: "queued" | "sent") => sampleStanding({ cancel: { stage, requestedAt: NOW } });
    expect(statusWord({ ...order, standing: at("queued") })).toBe("Cancel waiting to be sent");
    expect(statusWord({ ...order, standing: at("sent") })).toBe("Cancel sent, waiting for Kraken");
  });

  it("that waits for others names them", () => {
    const others = [sampleOrder({ id: "stop-1", side: "sell", quantity: decimal("0.2") })];
    const exit = sampleOrder({
      status: "submitting",
      standing: sampleStanding({ placement: "queued", waitsFor: ["stop-1"] }),
    });
    expect(statusWord(exit)).toBe("Waiting for 1 order to be cancelled");
    expect(standingNote(exit, others, "UTC", 1)).toBe("It is sent as soon as sell 0.2 BTC/USD is cancelled.");
    const gone = standingNote({ ...exit, standing: sampleStanding({ waitsFor: ["a", "b"] }) }, others, "UTC", 1);
    expect(gone).toBe("It is sent as soon as the orders that hold what it sells are cancelled.");
  });

  it("with a change on its way keeps its old terms and cannot be changed twice", () => {
    const order = sampleOrder({ standing: sampleStanding({ amend }) });
    expect(statusWord(order)).toBe("Change sent, waiting for Kraken");
    expect(standingNote(order, [], "UTC", 1)).toBe(
      "Asked for price 63\u202f900.0; the order keeps its old terms until Kraken has answered.",
    );
    expect(isAmendable(order)).toBe(false);
    expect(isAmendable({ ...order, standing: sampleStanding() })).toBe(true);
  });

  it("that Kraken makes wait says why and until when", () => {
    const order = sampleOrder({
      status: "submitting",
      standing: sampleStanding({
        placement: "queued",
        notBefore: NOW,
        waitReason: "Kraken's rate limit for this pair is used up.",
      }),
    });
    expect(standingNote(order, [], "UTC", 1)).toBe(
      "Kraken's rate limit for this pair is used up. It is sent again at 12:00:00.",
    );
  });

  it("tells why the last change failed, and does not call that waiting for a price", () => {
    const order = sampleOrder({ reason: "Kraken refused the change: too many amends.", standing: sampleStanding() });
    expect(statusWord(order)).toBe("Open");
    expect(standingNote(order, [], "UTC", 1)).toBe("Kraken refused the change: too many amends.");
  });
});

import { describe, expect, it } from "vitest";
import type { JournalEventView } from "../../../../contract/trader-socket.ts";
import { NOW } from "../testing/samples.ts";
import { exchangeNotice } from "./exchange-notices.ts";

function notice(type: JournalEventView["type"], data: JournalEventView["data"]) {
  return exchangeNotice({ epoch: "e1", seq: 7, accountId: "account-k", time: NOW, type, data });
}

describe("events of an exchange account", () => {
  it("tell an alert in its own words, as loud as it is", () => {
    expect(notice("alert_raised", { severity: "critical", message: "BTC is not reconciled." })).toEqual({
      tone: "error",
      title: "BTC is not reconciled.",
      detail: null,
      time: NOW,
      key: "e1:7",
    });
    expect(notice("alert_raised", { severity: "warning", message: "x" })?.tone).toBe("warning");
    expect(notice("alert_raised", { severity: "information", message: "x" })?.tone).toBe("info");
  });

  it("tell the loss and the return of Kraken, and not the first reading", () => {
    const connection = (status: string) => notice("connection_changed", { connection: { status, reason: "Why." } });
    expect(connection("suspended")).toMatchObject({ tone: "warning", detail: "Why." });
    expect(connection("disconnected")?.tone).toBe("warning");
    expect(connection("trading")?.title).toBe("Kraken is connected");
    expect(connection("connecting")).toBeNull();
  });

  it("tell what was done there by hand, with sign and unit", () => {
    expect(
      notice("external_fill_booked", { symbol: "BTC/USD", side: "sell", price: "64000", quantity: "0.1" })?.title,
    ).toBe("Traded by hand: sell 0.1 BTC/USD @ 64\u202f000");
    expect(notice("ledger_booked", { asset: "USD", kind: "deposit", quantity: "500" })?.title).toBe(
      "Deposit: +500 USD",
    );
    expect(notice("ledger_booked", { asset: "BTC", kind: "withdrawal", quantity: "-0.1" })?.title).toBe(
      "Withdrawal: \u22120.1 BTC",
    );
  });

  it("tell why a change failed, and are silent about what the views show or cannot be read", () => {
    expect(notice("amend_failed", { reason: "Too many changes." })?.detail).toBe("Too many changes.");
    expect(notice("reconciled", {})).toBeNull();
    expect(notice("alert_raised", { severity: "loud", message: 5 })).toBeNull();
  });
});

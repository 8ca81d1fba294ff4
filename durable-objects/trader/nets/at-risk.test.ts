import { describe, expect, it } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import type { Command } from "../../../domain/account/commands.ts";
import { unopenedAccount } from "../../../domain/account/state.ts";
import { placeOrderRequest } from "../../../contract/orders.ts";
import { isAtRisk, mayOpen } from "./at-risk.ts";

const account = unopenedAccount("a");

function order(side: "buy" | "sell", symbol: string): Command {
  return {
    type: "place_order",
    request: placeOrderRequest.parse({ side, symbol, type: "limit", quantity: "1", limitPrice: "1" }),
  };
}

describe("what the cron sweep has to know of", () => {
  it.each([
    ["a purchase", order("buy", "BTC/USD"), true],
    ["a sale for another asset, which buys that", order("sell", "ETH/BTC"), true],
    ["a sale for the account's currency", order("sell", "BTC/USD"), false],
    ["an adopted holding", { type: "adopt_holding", asset: "BTC", quantity: decimal("1"), cost: decimal("1") }, true],
    ["a close", { type: "close_position", asset: "BTC", percent: 100 }, false],
    ["a cancel", { type: "cancel_all", symbol: null }, false],
  ] as const)("%s", (_words, command, opens) => {
    expect(mayOpen(account, command)).toBe(opens);
  });

  it("is nothing of an empty account, and an alert that waits in any", () => {
    expect(isAtRisk(account)).toBe(false);
    const alert = {
      id: "p",
      symbol: "BTC/USD",
      direction: "above",
      price: decimal("1"),
      note: null,
      armedTradeId: 1,
      version: 1,
      createdAt: 0,
    } as const;
    expect(isAtRisk({ ...account, priceAlerts: { p: alert } })).toBe(true);
  });
});

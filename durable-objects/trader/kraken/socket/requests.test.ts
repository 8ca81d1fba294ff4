import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, parseDecimal } from "../../../../domain/decimal.ts";
import { BTC_USD } from "../../../../domain/testing/instruments.ts";
import type { VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import { addOrderParams, amendOrderParams, cancelOrderParams, requestText } from "./requests.ts";
import { numberToken, wireText } from "./wire.ts";

const deadline = Date.UTC(2026, 10, 25, 12, 0, 5);
const wish: VenueOrderWish = {
  clientOrderId: "6d1b345e-2821-40e2-ad83-4ecb18a06876",
  instrument: BTC_USD,
  side: "buy",
  type: "limit",
  timeInForce: "gtc",
  postOnly: false,
  quantity: decimal("0.1"),
  limitPrice: decimal("60000"),
  triggerPrice: null,
  trailingPercent: null,
  expiresAt: null,
  conditionalClose: null,
  selfTrade: "cancel-newest",
  deadline,
};
const tail =
  '"fee_preference":"quote","stp_type":"cancel_newest","deadline":"2026-11-25T12:00:05.000Z","cl_ord_id":"6d1b345e-2821-40e2-ad83-4ecb18a06876"';

function encoded(changes: Partial<VenueOrderWish>): string {
  const order = addOrderParams({ ...wish, ...changes }, deadline);
  return order.ok ? wireText(order.params) : order.message;
}

describe("add_order", () => {
  it("writes prices and quantities as bare numbers at the pair's precision", () => {
    expect(encoded({})).toBe(
      `{"order_type":"limit","side":"buy","symbol":"BTC/USD","order_qty":0.10000000,"limit_price":60000.0,${tail}}`,
    );
  });

  it.each<readonly [string, Partial<VenueOrderWish>, string]>([
    ["market", { type: "market", limitPrice: null, timeInForce: "ioc" }, '"order_qty":0.10000000,'],
    ["post only", { postOnly: true }, '"limit_price":60000.0,"post_only":true,'],
    ["immediate or cancel", { timeInForce: "ioc" }, '"limit_price":60000.0,"time_in_force":"ioc",'],
    [
      "good till date",
      { timeInForce: "gtd", expiresAt: Date.UTC(2026, 11, 1) },
      '"limit_price":60000.0,"time_in_force":"gtd","expire_time":"2026-12-01T00:00:00.000Z",',
    ],
    [
      "stop loss",
      { type: "stop-loss", limitPrice: null, triggerPrice: decimal("59000.5") },
      '"triggers":{"reference":"last","price":59000.5,"price_type":"static"},',
    ],
    [
      "take profit with a limit",
      { type: "take-profit-limit", triggerPrice: decimal("70000") },
      '"limit_price":60000.0,"triggers":{"reference":"last","price":70000.0,"price_type":"static"},',
    ],
    [
      "trailing stop",
      { type: "trailing-stop", limitPrice: null, trailingPercent: decimal("5") },
      '"triggers":{"reference":"last","price":5.0,"price_type":"pct"},',
    ],
    [
      "with a stop that it spawns",
      { conditionalClose: { type: "stop-loss", triggerPrice: decimal("55000"), limitPrice: null } },
      '"limit_price":60000.0,"conditional":{"order_type":"stop-loss","trigger_price":55000.0},',
    ],
  ])("knows %s", (_name, changes, part) => {
    const text = encoded(changes);
    expect(text).toContain(`${part}"fee_preference"`);
    expect(text.endsWith(`${tail}}`)).toBe(true);
  });

  it("sends our id in lower case, which is known to be taken", () => {
    expect(encoded({ clientOrderId: wish.clientOrderId.toUpperCase() })).toBe(encoded({}));
  });

  it.each<readonly [Partial<VenueOrderWish>, string]>([
    [{ limitPrice: null }, "A limit order needs a limit price."],
    [{ type: "market" }, "A market order has no limit price."],
    [{ type: "stop-loss", limitPrice: null }, "A stop-loss order needs a trigger price."],
    [{ triggerPrice: decimal("1") }, "A limit order has no trigger."],
    [{ type: "trailing-stop", limitPrice: null }, "A trailing stop needs a distance in percent."],
    [{ timeInForce: "gtd" }, "An order has an expiry exactly when it is good till date."],
    [
      { conditionalClose: { type: "trailing-stop", triggerPrice: decimal("1"), limitPrice: null } },
      "A conditional close needs the prices of its type, and can not trail.",
    ],
  ])("refuses what makes no sense at the venue: %j", (changes, message) => {
    expect(encoded(changes)).toBe(message);
  });
});

describe("amend_order and cancel_order", () => {
  const amend = {
    venueOrderId: "OAAAAA-BBBBB-CCCCCC",
    clientOrderId: wish.clientOrderId,
    quantity: decimal("0.2"),
    limitPrice: null,
    triggerPrice: decimal("58000"),
    instrument: BTC_USD,
    postOnly: false,
    deadline,
  };

  it("name the order by the venue's id where it is known, and say only what changes", () => {
    const known = amendOrderParams(amend, deadline);
    expect(known.ok && wireText(known.params)).toBe(
      '{"order_id":"OAAAAA-BBBBB-CCCCCC","order_qty":0.20000000,"trigger_price":58000.0,"deadline":"2026-11-25T12:00:05.000Z"}',
    );
    const unknown = amendOrderParams({ ...amend, venueOrderId: null }, deadline);
    expect(unknown.ok && wireText(unknown.params)).toContain(`{"cl_ord_id":"${wish.clientOrderId}",`);
    expect(amendOrderParams({ ...amend, quantity: null, triggerPrice: null }, deadline).ok).toBe(false);
  });

  it("list several orders by either id", () => {
    const names = [amend, { venueOrderId: null, clientOrderId: "abc" }];
    expect(requestText("cancel_order", cancelOrderParams(names), 9)).toBe(
      '{"method":"cancel_order","params":{"order_id":["OAAAAA-BBBBB-CCCCCC"],"cl_ord_id":["abc"]},"req_id":9}',
    );
  });
});

describe("number tokens", () => {
  it("are plain, padded, never rounded, and the value itself", () => {
    const plain = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 18 }))
      .map(([units, places]) => {
        const digits = units.toString().padStart(places + 1, "0");
        const text = `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places)}`;
        return parseDecimal(text) ?? decimal("0");
      });
    const property = fc.property(plain, fc.integer({ min: 0, max: 10 }), (value, decimals) => {
      const { text } = numberToken(value, decimals);
      expect(text).toMatch(/^\d+(\.\d+)?$/);
      expect(parseDecimal(text)).toBe(value);
      expect((text.split(".")[1] ?? "").length).toBeGreaterThanOrEqual(decimals);
    });
    fc.assert(property);
  });
});

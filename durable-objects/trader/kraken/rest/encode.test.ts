import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decimal } from "../../../../domain/decimal.ts";
import { BTC_USD } from "../../../../domain/testing/instruments.ts";
import type { VenueOrderWish } from "../../../../domain/venue/wishes.ts";
import {
  amendParams,
  cancelBatchParams,
  cancelParams,
  deadlineParam,
  formBody,
  historyParams,
  jsonBody,
  orderParams,
} from "./encode.ts";

const shared = process.env["TRADE_SHARED"];
const ID = "6d1b345e-2821-40e2-ad83-4ecb18a06876";

const base: VenueOrderWish = {
  clientOrderId: ID,
  instrument: BTC_USD,
  side: "buy",
  type: "limit",
  timeInForce: "gtc",
  postOnly: false,
  quantity: decimal("1.25"),
  limitPrice: decimal("37500"),
  triggerPrice: null,
  trailingPercent: null,
  expiresAt: null,
  conditionalClose: null,
  selfTrade: "cancel-newest",
  deadline: 1_790_000_000_123,
};

function body(changes: Partial<VenueOrderWish>): string {
  return formBody(orderParams({ ...base, ...changes }));
}

describe("an order", () => {
  const head = "pair=XXBTZUSD&type=buy&ordertype=";
  const tail = `oflags=fciq&stptype=cancel-newest&cl_ord_id=${ID}`;
  const none = { limitPrice: null, triggerPrice: null, trailingPercent: null };

  it.each<[string, Partial<VenueOrderWish>, string]>([
    ["market", { ...none, type: "market" }, `${head}market&volume=1.25&${tail}`],
    ["market, which never rests", { ...none, type: "market", timeInForce: "ioc" }, `${head}market&volume=1.25&${tail}`],
    ["limit", {}, `${head}limit&volume=1.25&price=37500&${tail}`],
    ["post-only", { postOnly: true }, `${head}limit&volume=1.25&price=37500&${tail.replace("fciq", "post%2Cfciq")}`],
    ["immediate or cancel", { timeInForce: "ioc" }, `${head}limit&volume=1.25&price=37500&timeinforce=IOC&${tail}`],
    [
      "good till date, in whole seconds and never later than wished",
      { timeInForce: "gtd", expiresAt: 1_790_000_100_999 },
      `${head}limit&volume=1.25&price=37500&timeinforce=GTD&expiretm=1790000100&${tail}`,
    ],
    [
      "stop-loss",
      { ...none, type: "stop-loss", triggerPrice: decimal("36000.5") },
      `${head}stop-loss&volume=1.25&price=36000.5&trigger=last&${tail}`,
    ],
    [
      "take-profit",
      { ...none, type: "take-profit", triggerPrice: decimal("40000") },
      `${head}take-profit&volume=1.25&price=40000&trigger=last&${tail}`,
    ],
    [
      "stop-loss-limit",
      { type: "stop-loss-limit", triggerPrice: decimal("36000"), limitPrice: decimal("35900") },
      `${head}stop-loss-limit&volume=1.25&price=36000&price2=35900&trigger=last&${tail}`,
    ],
    [
      "take-profit-limit",
      { type: "take-profit-limit", triggerPrice: decimal("40000"), limitPrice: decimal("39900") },
      `${head}take-profit-limit&volume=1.25&price=40000&price2=39900&trigger=last&${tail}`,
    ],
    [
      "trailing stop",
      { ...none, type: "trailing-stop", trailingPercent: decimal("2.5") },
      `${head}trailing-stop&volume=1.25&price=%2B2.5%25&trigger=last&${tail}`,
    ],
    [
      "conditional close",
      { conditionalClose: { type: "stop-loss-limit", triggerPrice: decimal("22000"), limitPrice: decimal("21000") } },
      `${head}limit&volume=1.25&price=37500&oflags=fciq&stptype=cancel-newest&close%5Bordertype%5D=stop-loss-limit&close%5Bprice%5D=22000&close%5Bprice2%5D=21000&cl_ord_id=${ID}`,
    ],
    [
      "exit",
      { side: "sell", selfTrade: "cancel-oldest" },
      `${head.replace("buy", "sell")}limit&volume=1.25&price=37500&oflags=fciq&stptype=cancel-oldest&cl_ord_id=${ID}`,
    ],
  ])("%s", (_, changes, expected) => {
    expect(body(changes)).toBe(expected);
  });

  it("names itself in lower case, asks its fee in quote, and never says `validate`", () => {
    const text = body({ clientOrderId: ID.toUpperCase() });
    expect(text).toContain(`cl_ord_id=${ID}`);
    expect(text).toContain("oflags=fciq");
    expect(text).not.toContain("validate");
  });

  it("that lacks what its type needs is a mistake of its maker, not an order without a price", () => {
    for (const type of ["limit", "stop-loss", "take-profit", "stop-loss-limit", "trailing-stop"] as const) {
      expect(() => orderParams({ ...base, ...none, type })).toThrow("the order has no");
    }
    expect(() => orderParams({ ...base, timeInForce: "gtd" })).toThrow("no expiry");
  });
});

describe("what concerns an order", () => {
  const name = { venueOrderId: "OAAAAA-BBBBB-CCCCCC", clientOrderId: ID };
  const unknown = { ...name, venueOrderId: null };
  const unchanged = { quantity: null, limitPrice: null, triggerPrice: null };
  const amend = { instrument: BTC_USD, postOnly: false, deadline: 0, ...unchanged };

  it("names it by the venue's id, else by ours", () => {
    expect(formBody(cancelParams(name))).toBe("txid=OAAAAA-BBBBB-CCCCCC");
    expect(formBody(cancelParams(unknown))).toBe(`cl_ord_id=${ID}`);
  });

  it("amends only what changes", () => {
    const quantity = decimal("0.5");
    expect(formBody(amendParams({ ...amend, ...name, quantity }))).toBe("txid=OAAAAA-BBBBB-CCCCCC&order_qty=0.5");
    const prices = { limitPrice: decimal("37000"), triggerPrice: decimal("36000"), postOnly: true };
    expect(formBody(amendParams({ ...amend, ...unknown, ...prices }))).toBe(
      `cl_ord_id=${ID}&limit_price=37000&trigger_price=36000&post_only=true`,
    );
  });

  it("cancels many in one JSON body", () => {
    expect(jsonBody("17", cancelBatchParams([name]))).toBe('{"nonce":"17","orders":["OAAAAA-BBBBB-CCCCCC"]}');
    expect(jsonBody("17", cancelBatchParams([name, unknown]))).toBe(
      `{"nonce":"17","orders":["OAAAAA-BBBBB-CCCCCC"],"cl_ord_ids":["${ID}"]}`,
    );
  });

  it("has a deadline in RFC3339", () => {
    expect(formBody([deadlineParam(1_790_000_000_123)])).toBe("deadline=2026-09-21T14%3A13%3A20.123Z");
  });
});

it("asks for a second more on either side of a history, and for ids as they are", () => {
  expect(formBody(historyParams({ start: 1_790_000_000_999, end: 1_790_000_100_001, offset: 50 }))).toBe(
    "start=1789999999&end=1790000102&ofs=50",
  );
  expect(formBody(historyParams({ start: "TAAAAA-BBBBB-CCCCCC", offset: 0 }))).toBe("start=TAAAAA-BBBBB-CCCCCC");
  expect(formBody(historyParams({}))).toBe("");
});

const fixtureFile = z.object({
  private: z.array(z.object({ description: z.string(), url: z.string(), body: z.string() })),
});
const orderTypes = [
  "market",
  "limit",
  "stop-loss",
  "take-profit",
  "stop-loss-limit",
  "take-profit-limit",
  "trailing-stop",
] as const;

describe.skipIf(shared === undefined)("what ccxt sends (needs TRADE_SHARED)", () => {
  const fixtures =
    shared === undefined
      ? []
      : fixtureFile.parse(
          JSON.parse(readFileSync(join(shared, "kraken", "data", "ccxt_request_fixtures.json"), "utf8")),
        ).private;
  const orders = fixtures.filter(({ url }) => url.endsWith("/AddOrder"));

  it("of each order that this desk can wish is in ours, byte by byte, beside what we always say", () => {
    let compared = 0;
    for (const { description, body: theirs } of orders) {
      const wanted = wishOf(new URLSearchParams(theirs));
      if (wanted !== null) {
        compared += 1;
        const ours = formBody([
          ["nonce", new URLSearchParams(theirs).get("nonce") ?? ""],
          ...orderParams(wanted),
        ]).split("&");
        // Margin is not ours, and the fee is always asked in quote.
        const expected = theirs
          .split("&")
          .filter((pair) => !/^(leverage|reduce_only)=/.test(pair))
          .map((pair) => (pair === "oflags=fcib%2Cpost" ? "oflags=post%2Cfciq" : pair))
          .map((pair) => (pair === "price=%2B100" ? "price=%2B100%25" : pair));
        const missing = expected.filter((pair) => !ours.includes(pair));
        expect(missing, description).toEqual([]);
        expect(
          ours.filter((pair) => expected.includes(pair)),
          description,
        ).toHaveLength(expected.length);
      }
    }
    // Left out: the two that say their size in quote, and the trailing stop with a limit.
    expect([orders.length, compared]).toEqual([13, 10]);
  });

  it("of the other calls is what we send", () => {
    const bodyOf = (description: string): string =>
      (fixtures.find((fixture) => fixture.description === description)?.body ?? "").replace(/&?nonce=\d+&?/, "");
    expect(formBody(cancelParams({ venueOrderId: "OF7S76-H2IMS-N2ML4U", clientOrderId: ID }))).toBe(
      bodyOf("CancelOrder"),
    );
    expect(formBody([["timeout", "10"]])).toBe(bodyOf("CancelAllOrdersAfter 10 s"));
    expect(formBody([["timeout", "0"]])).toBe(bodyOf("CancelAllOrdersAfter disable"));
    expect(formBody(historyParams({ start: 1_699_457_639_000 }))).toBe(bodyOf("TradesHistory with start"));
    expect([bodyOf("OpenOrders"), bodyOf("ClosedOrders"), bodyOf("CancelAll")]).toEqual(["", "", ""]);
  });
});

/** The wish that should give such a body; null for what this desk does not offer. */
function wishOf(params: URLSearchParams): VenueOrderWish | null {
  const type = orderTypes.find((each) => each === params.get("ordertype"));
  const flags = params.get("oflags") ?? "";
  if (type === undefined || flags.includes("viqc")) {
    return null;
  }
  const price = params.get("price");
  const limited = type === "limit" ? price : params.get("price2");
  const triggered = type === "market" || type === "limit" || type === "trailing-stop" ? null : price;
  return {
    ...base,
    instrument: { ...BTC_USD, restName: params.get("pair") ?? "" },
    side: params.get("type") === "buy" ? "buy" : "sell",
    type,
    quantity: decimal(params.get("volume") ?? ""),
    limitPrice: limited === null ? null : decimal(limited),
    triggerPrice: triggered === null ? null : decimal(triggered),
    trailingPercent: type === "trailing-stop" ? decimal((price ?? "").replace("+", "")) : null,
    postOnly: flags.includes("post"),
  };
}

import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { factsOfViews, marketOfViews } from "../../../../domain/orders/estimate.ts";
import { checkOrder } from "../../../../domain/risk/check.ts";
import { bitcoin, NOW, sampleAccount, samplePosition, sampleTicker } from "../testing/samples.ts";
import { draftLines, levelOf, positionLines, type DraftLevels } from "./position-lines.ts";

const { fees } = sampleAccount();
const protection = {
  ...samplePosition().protection,
  stop: { type: "fixed" as const, price: decimal("61000"), percent: null },
  target: decimal("70000"),
};

describe("lines of a position", () => {
  it("say what the position would make at its stop and its target", () => {
    const lines = positionLines([samplePosition({ protection })], "BTC/USD", fees);
    expect(lines.map(({ id, label }) => [id, label])).toEqual([
      ["stop/BTC", "Stop −$1\u202f750.00"],
      ["target/BTC", "Target +$2\u202f732.00"],
    ]);
  });

  it("say it at every price while they are in the hand", () => {
    const [stop] = positionLines([samplePosition({ protection })], "BTC/USD", fees);
    expect(stop?.labelAt?.(decimal("62000"))).toBe("Stop −$1\u202f252.00");
  });

  it("are of the symbol that is shown, and none without a level", () => {
    expect(positionLines([samplePosition({ protection })], "ETH/USD", fees)).toEqual([]);
    const bare = { ...protection, stop: null, target: null };
    expect(positionLines([samplePosition({ protection: bare })], "BTC/USD", fees)).toEqual([]);
  });
});

describe("lines of the order form", () => {
  const draft = { side: "buy", type: "market", price: "", quantity: "0.1", stop: "61000", target: "" } as const;
  const linesOf = (written: DraftLevels) => draftLines(written, decimal("64000"), "USD", fees);

  it("are there for a buy with prices, and name the money once the size is known", () => {
    // 6 400 and 25.60 of fee are paid, 6 100 less 24.40 come back.
    expect(linesOf(draft)).toMatchObject([{ id: "stop/", label: "New stop −$350.00" }]);
    expect(linesOf({ ...draft, quantity: "" })).toMatchObject([{ label: "New stop" }]);
    expect(linesOf({ ...draft, side: "sell" })).toEqual([]);
  });

  it("have one of the limit price, which says what can be lost at the stop, or what it costs", () => {
    const limited = { ...draft, type: "limit", price: "63000" };
    const [entry] = linesOf(limited);
    expect(entry).toMatchObject({ id: "entry/", side: "buy", label: "New buy 0.1 −$249.60 at its stop" });
    expect(entry?.labelAt?.(decimal("64000"))).toBe("New buy 0.1 −$350.00 at its stop");
    expect(linesOf({ ...limited, stop: "" })).toMatchObject([{ label: "New buy 0.1 for $6\u202f325.20" }]);
    expect(linesOf({ ...limited, side: "sell" })).toMatchObject([{ label: "New sell 0.1 for $6\u202f274.80" }]);
  });

  it("are the loss that the risk engine counts", () => {
    const request = {
      symbol: "BTC/USD",
      side: "buy",
      type: "limit",
      quantity: decimal("0.1"),
      limitPrice: decimal("63000"),
      stop: { type: "price", price: decimal("61000") },
      timeInForce: "gtc",
      postOnly: false,
    } as const;
    const level = (price: string) => [decimal(price), decimal("5")] as const;
    const book = { bids: [level("64250")], asks: [level("64250.2")], at: NOW, fresh: true };
    const markets = { "BTC/USD": marketOfViews(bitcoin, sampleTicker(), book) };
    const facts = factsOfViews(sampleAccount(), [], NOW);
    const check = checkOrder(facts, { request, riskPercent: null }, { markets, instruments: {}, marketTime: NOW });
    expect(check.denial).toBeNull();
    expect(check.order?.loss).toBe("249.6");
  });
});

describe("the name of a line", () => {
  it("tells the level of a position, of the form, and an order's own line apart", () => {
    expect(levelOf("stop/BTC")).toEqual({ kind: "stop", asset: "BTC" });
    expect(levelOf("target/")).toEqual({ kind: "target", asset: null });
    expect(levelOf("0c8c4e5e-8fb0-4a0a-9d6f-000000000001")).toBeNull();
  });
});

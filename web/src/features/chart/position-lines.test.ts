import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { samplePosition } from "../testing/samples.ts";
import { draftLines, levelOf, positionLines } from "./position-lines.ts";

const protection = {
  ...samplePosition().protection,
  stop: { type: "fixed" as const, price: decimal("61000"), percent: null },
  target: decimal("70000"),
};

describe("lines of a position", () => {
  it("say what the position would make at its stop and its target", () => {
    const lines = positionLines([samplePosition({ protection })], "BTC/USD");
    expect(lines.map(({ id, label }) => [id, label])).toEqual([
      ["stop/BTC", "Stop −$1\u202f628.00"],
      ["target/BTC", "Target +$2\u202f872.00"],
    ]);
  });

  it("say it at every price while they are in the hand", () => {
    const [stop] = positionLines([samplePosition({ protection })], "BTC/USD");
    expect(stop?.labelAt?.(decimal("62000"))).toBe("Stop −$1\u202f128.00");
  });

  it("are of the symbol that is shown, and none without a level", () => {
    expect(positionLines([samplePosition({ protection })], "ETH/USD")).toEqual([]);
    const bare = { ...protection, stop: null, target: null };
    expect(positionLines([samplePosition({ protection: bare })], "BTC/USD")).toEqual([]);
  });
});

describe("lines of the order form", () => {
  it("are there for a buy with prices, and name the money once the size is known", () => {
    const draft = { side: "buy" as const, quantity: "0.1", stop: "61000", target: "" };
    expect(draftLines(draft, decimal("6400"))).toMatchObject([{ id: "stop/", label: "New stop −$300.00" }]);
    expect(draftLines({ ...draft, quantity: "" }, null)).toMatchObject([{ label: "New stop" }]);
    expect(draftLines({ ...draft, side: "sell" }, null)).toEqual([]);
  });
});

describe("the name of a line", () => {
  it("tells the level of a position, of the form, and an order's own line apart", () => {
    expect(levelOf("stop/BTC")).toEqual({ kind: "stop", asset: "BTC" });
    expect(levelOf("target/")).toEqual({ kind: "target", asset: null });
    expect(levelOf("0c8c4e5e-8fb0-4a0a-9d6f-000000000001")).toBeNull();
  });
});

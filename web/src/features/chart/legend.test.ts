import { expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { legendOf } from "./legend.ts";

function closing(close: string) {
  return legendOf({
    time: 0,
    open: decimal("200"),
    high: decimal("300"),
    low: decimal("100"),
    close: decimal(close),
    volume: decimal("1"),
    trades: 1,
    closed: true,
  });
}

it("the legend says by how much a candle rose or fell, of its open", () => {
  expect(closing("205")).toMatchObject({ change: "5", changePercent: "2.5", direction: "up" });
  expect(closing("199")).toMatchObject({ change: "-1", changePercent: "-0.5", direction: "down" });
  expect(closing("200")).toMatchObject({ change: "0", changePercent: "0", direction: "flat" });
});

import { describe, expect, it } from "vitest";
import { decimal } from "../decimal.ts";
import { positionRisk, totalAtStop, type ProtectedPosition } from "./position-risk.ts";

const d = decimal;
const fees = { takerPercent: d("0.4"), makerPercent: d("0.25") };
const account = { currency: "USD", fees, equity: d("10000") };

function position(stop: ProtectedPosition["protection"]["stop"], cost: string | null = "1004"): ProtectedPosition {
  return {
    asset: "BTC",
    symbol: "BTC/USD",
    quantity: d("10"),
    cost: cost === null ? null : d(cost),
    averageEntryPrice: cost === null ? null : d("100.4"),
    protection: { stop },
  };
}

const at = (mark: string) => ({ "BTC/USD": { mark: d(mark), fresh: true } });
const fixed = (price: string) => ({ type: "fixed" as const, price: d(price), percent: null });

describe("the risk of a position", () => {
  it("is what its stop would bring less than it cost, fees of both ways included", () => {
    expect(positionRisk(position(fixed("95")), account, at("110"))).toEqual({
      value: "1100",
      sharePercent: "11",
      valueAtStop: "946.2",
      stopDistance: "15",
      stopDistancePercent: "13.64",
      lossAtStop: "57.8",
      lossAtStopPercent: "0.58",
      rMultiple: "1.78",
    });
  });

  it("is a gain once the stop is over the entry, and then the fixed stop no longer tells what was risked", () => {
    const risk = positionRisk(position(fixed("105")), account, at("110"));
    expect(risk).toMatchObject({ lossAtStop: "-41.8", lossAtStopPercent: "-0.42", rMultiple: null });
  });

  it("is told in R by the stop that the trade was entered with, wherever it is moved to and though it is taken away", () => {
    for (const stop of [fixed("95"), fixed("99"), fixed("105"), null]) {
      const risk = positionRisk({ ...position(stop), initialStop: d("95") }, account, at("110"));
      expect(risk.rMultiple).toBe("1.78");
    }
  });

  it("of a trailing stop is measured by its distance, wherever it is now", () => {
    const trailing = { type: "trailing" as const, price: d("104.5"), percent: d("5") };
    expect(positionRisk(position(trailing), account, at("110")).rMultiple).toBe("1.91");
    expect(positionRisk(position(trailing), account, at("95.38")).rMultiple).toBe("-1");
  });

  it("has no loss at the stop where other orders hold some of the position: nobody knows where that is sold", () => {
    const part = position(fixed("95"));
    const risk = positionRisk({ ...part, protection: { ...part.protection, status: "partly" } }, account, at("110"));
    expect(risk).toMatchObject({ valueAtStop: null, lossAtStop: null, stopDistance: "15" });
    expect(totalAtStop([risk])).toBeNull();
  });

  it("has no figures that nobody can know: without a stop, a price, a cost or equity", () => {
    expect(positionRisk(position(null), account, at("110"))).toMatchObject({
      value: "1100",
      valueAtStop: null,
      lossAtStop: null,
      stopDistance: null,
      rMultiple: null,
    });
    expect(positionRisk(position(fixed("95")), account, {})).toMatchObject({
      value: null,
      valueAtStop: "946.2",
      stopDistance: null,
      rMultiple: null,
    });
    expect(positionRisk(position(fixed("95"), null), account, at("110"))).toMatchObject({
      lossAtStop: null,
      rMultiple: null,
    });
    const unknown = positionRisk(position(fixed("95")), { ...account, equity: null }, at("110"));
    expect(unknown).toMatchObject({ sharePercent: null, lossAtStopPercent: null });
  });

  it("of all positions is their sum, and unknown while one has no stop", () => {
    const one = positionRisk(position(fixed("95")), account, at("110"));
    expect(totalAtStop([])).toBe("0");
    expect(totalAtStop([one, one])).toBe("115.6");
    expect(totalAtStop([one, positionRisk(position(null), account, at("110"))])).toBeNull();
  });
});

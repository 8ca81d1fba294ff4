import { describe, expect, it } from "vitest";
import { decimal as d } from "../decimal.ts";
import type { OrderProvenance } from "../orders/order.ts";
import type { FillLeg } from "./events.ts";
import { applyLeg, holdingOf, type Holdings } from "./holdings.ts";

const proposal: OrderProvenance = { runId: "r1", proposalId: "p1", providerId: "mock", modelId: "m", edited: false };
const other: OrderProvenance = { ...proposal, runId: "r2", proposalId: "p2" };

function move(quantity: string, cost: string): FillLeg {
  return { asset: "BTC", quantity: d(quantity), cost: d(cost), realisedProfit: null };
}

function after(...moves: readonly (readonly [FillLeg, OrderProvenance | null])[]): Holdings {
  return moves.reduce<Holdings>((holdings, [leg, named], index) => applyLeg(holdings, leg, index + 1, named), {});
}

describe("where a position came from", () => {
  it("is the proposal that it was bought by", () => {
    expect(holdingOf(after([move("1", "100"), proposal]), "BTC").provenance).toEqual(proposal);
  });

  it("stays when a part is sold, by whomever, or more is bought by hand", () => {
    const holdings = after([move("2", "200"), proposal], [move("-1", "-100"), null], [move("1", "110"), null]);
    expect(holdingOf(holdings, "BTC")).toMatchObject({ managed: "2", cost: "210", provenance: proposal });
  });

  it("is the last proposal that added to it, never one that sold", () => {
    expect(holdingOf(after([move("1", "1"), proposal], [move("1", "1"), other]), "BTC").provenance).toEqual(other);
    expect(holdingOf(after([move("2", "2"), proposal], [move("-1", "-1"), other]), "BTC").provenance).toEqual(proposal);
  });

  it("is forgotten with the position: the next one that is bought by hand names none", () => {
    const holdings = after([move("1", "1"), proposal], [move("-1", "-1"), null], [move("1", "1"), null]);
    expect(holdingOf(holdings, "BTC").provenance).toBeUndefined();
  });
});

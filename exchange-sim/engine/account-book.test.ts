import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assets } from "../instruments.ts";
import { openBench, type Bench } from "../testing.ts";
import type { Account } from "./accounts.ts";
import { movePrice } from "./movement.ts";

type Step =
  | {
      readonly kind: "order";
      readonly who: number;
      readonly side: string;
      readonly type: string;
      readonly size: number;
      readonly away: number;
      readonly flags: readonly string[];
    }
  | { readonly kind: "cancel"; readonly who: number }
  | { readonly kind: "move"; readonly to: number; readonly mode: "walk" | "gap" }
  | { readonly kind: "wait"; readonly milliseconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant("order" as const),
    who: fc.integer({ min: 0, max: 1 }),
    side: fc.constantFrom("buy", "sell"),
    type: fc.constantFrom("market", "limit", "stop-loss", "take-profit", "stop-loss-limit", "trailing-stop"),
    size: fc.integer({ min: 1, max: 40_000 }),
    away: fc.integer({ min: -2_000, max: 2_000 }),
    flags: fc.constantFrom<readonly string[]>([], ["fcib"], ["fciq"]),
  }),
  fc.record({ kind: fc.constant("cancel" as const), who: fc.integer({ min: 0, max: 1 }) }),
  fc.record({
    kind: fc.constant("move" as const),
    to: fc.integer({ min: 630_000, max: 650_000 }),
    mode: fc.constantFrom("walk" as const, "gap" as const),
  }),
  fc.record({ kind: fc.constant("wait" as const), milliseconds: fc.integer({ min: 1, max: 30_000 }) }),
);

function run(bench: Bench, accounts: readonly Account[], each: Step): void {
  const { engine, desk } = bench.venue;
  const account = "who" in each ? accounts[each.who] : undefined;
  if (each.kind === "wait") {
    bench.advance(each.milliseconds);
  } else if (each.kind === "move") {
    engine.turn(() => {
      movePrice(engine, "BTC/USD", each.to, each.mode);
    });
  } else if (each.kind === "cancel" && account !== undefined) {
    engine.turn(() => desk.cancelAll(account));
  } else if (each.kind === "order" && account !== undefined) {
    const last = engine.markets.get("BTC/USD")?.lastPrice ?? 0;
    const price = ((last + each.away) / 10).toFixed(1);
    const volume = (each.size / 10_000).toFixed(4);
    const isTrailing = each.type === "trailing-stop";
    bench.add(account, {
      side: each.side,
      type: each.type,
      volume,
      price: isTrailing ? "+1%" : price,
      price2: each.type === "stop-loss-limit" ? price : undefined,
      flags: each.flags,
    });
  }
}

describe("the accounts", () => {
  it("keep their books: ledger sums are balances, nothing is held or spent that is not there", () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 0, max: 1_000 }),
        (steps, seed) => {
          const bench = openBench({ seed: String(seed), isLively: true });
          const accounts = [
            bench.account("a", { USD: "50000", BTC: "0.5" }),
            bench.account("b", { USD: "70000", BTC: "1.5" }),
          ];
          for (const each of steps) {
            run(bench, accounts, each);
            for (const account of accounts) {
              for (const asset of assets) {
                const entries = account.ledger.filter((entry) => entry.asset === asset.name);
                const sum = entries.reduce((total, entry) => total + entry.amount - entry.fee, 0n);
                const balance = account.balances.get(asset.name) ?? 0n;
                expect(sum).toBe(balance);
                expect(balance).toBeGreaterThanOrEqual(0n);
                expect(bench.venue.book.reserved(account, asset)).toBeLessThanOrEqual(balance);
                entries.slice(1).forEach((entry, index) => {
                  expect(entry.balance).toBe((entries[index]?.balance ?? 0n) + entry.amount - entry.fee);
                });
              }
              for (const order of account.orders.values()) {
                const fills = account.trades.filter((trade) => trade.orderId === order.id);
                expect(order.filled).toBe(fills.reduce((total, trade) => total + trade.quantity, 0n));
                expect(order.filled).toBeLessThanOrEqual(order.terms.quantity);
                expect(order.resting?.remaining ?? order.terms.quantity - order.filled).toBe(
                  order.terms.quantity - order.filled,
                );
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("pay for a fill in base and quote under one reference", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000" });
    bench.place(account, { side: "buy", type: "market", volume: "0.001" });
    const [trade] = account.trades;
    const entries = account.ledger.filter((entry) => entry.refid === trade?.id);
    expect(entries.map((entry) => [entry.asset, entry.amount > 0n, entry.fee > 0n])).toEqual([
      ["BTC", true, false],
      ["USD", false, true],
    ]);
  });

  it("take the fee from the base asset when asked to", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000" });
    bench.place(account, { side: "buy", type: "market", volume: "0.1", flags: ["fcib"] });
    expect(account.balances.get("BTC")).toBe(996_000_000n);
  });
});

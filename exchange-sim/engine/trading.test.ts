import { describe, expect, it } from "vitest";
import { SECOND } from "../clock.ts";
import { openBench, type Bench } from "../testing.ts";
import { formatUnits } from "../units.ts";
import type { Account } from "./accounts.ts";
import { movePrice } from "./movement.ts";
import type { Order } from "./orders.ts";

function lastPrice(bench: Bench): number {
  return bench.venue.engine.markets.get("BTC/USD")?.lastPrice ?? 0;
}

function move(bench: Bench, price: number, mode: "walk" | "gap" = "walk"): void {
  bench.venue.engine.turn(() => {
    movePrice(bench.venue.engine, "BTC/USD", price * 10, mode);
  });
}

function kinds(bench: Bench, order: Order): string[] {
  return bench.events.filter((event) => event.order === order).map((event) => event.kind);
}

function balance(account: Account, asset: string, decimals: number): string {
  return formatUnits(account.balances.get(asset) ?? 0n, decimals);
}

describe("an order", () => {
  it("that rests holds funds, fills when a trade goes through its price, and pays the maker fee", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000" });
    const order = bench.place(account, { side: "buy", type: "limit", volume: "0.1", price: "63000" });
    expect(order.status).toBe("open");
    const usd = order.terms.pair.quote;
    expect(formatUnits(bench.venue.book.hold(account, usd), 4)).toBe("6300.0000");
    expect(formatUnits(bench.venue.book.available(account, usd), 4)).toBe("3674.8000");
    move(bench, 62_900);
    expect(order.status).toBe("closed");
    expect(balance(account, "BTC", 10)).toBe("0.1000000000");
    expect(balance(account, "USD", 4)).toBe("3684.2500");
    expect(account.trades.every((trade) => trade.maker)).toBe(true);
    expect(kinds(bench, order)[0]).toBe("pending_new");
    expect(kinds(bench, order).at(-1)).toBe("filled");
  });

  it("at the market walks the book, level by level, and pays the taker fee", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "1000000" });
    const asks =
      bench.venue.engine.markets.get("BTC/USD")?.book.asks.levels.map(({ price, total }) => ({ price, total })) ?? [];
    const quantity = (asks[0]?.total ?? 0n) + (asks[1]?.total ?? 0n) + 1_000n;
    const order = bench.place(account, { side: "buy", type: "market", volume: formatUnits(quantity, 8) });
    expect(order.status).toBe("closed");
    const prices = [...new Set(account.trades.map((trade) => trade.price))];
    expect(prices).toEqual(asks.slice(0, 3).map((level) => level.price));
    const cost = account.trades.reduce((sum, trade) => sum + trade.cost, 0n);
    const fee = account.trades.reduce((sum, trade) => sum + trade.fee, 0n);
    expect(order.cost).toBe(cost);
    expect(Number(fee) / Number(cost)).toBeCloseTo(0.004, 5);
  });

  it("in quote currency spends its budget and not more", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "1000" });
    const order = bench.place(account, { side: "buy", type: "market", volume: "500", flags: ["viqc"] });
    expect(order.status).toBe("closed");
    expect(Number(formatUnits(order.cost, 5))).toBeGreaterThan(499.99);
    expect(Number(formatUnits(order.cost, 5))).toBeLessThanOrEqual(500);
  });

  it("that is immediate takes what its limit allows and ends", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000000" });
    const best = bench.venue.engine.markets.get("BTC/USD")?.book.asks.best;
    const price = formatUnits(BigInt(best?.price ?? 0), 1);
    const order = bench.place(account, { side: "buy", type: "limit", volume: "50", price, timeInForce: "IOC" });
    expect(order.status).toBe("canceled");
    expect(order.filled).toBe(
      best === undefined ? 0n : account.trades.reduce((sum, trade) => sum + trade.quantity, 0n),
    );
    expect(order.filled).toBeGreaterThan(0n);
    const all = bench.place(account, { side: "buy", type: "limit", volume: "50", price, timeInForce: "FOK" });
    expect([all.status, all.filled]).toEqual(["canceled", 0n]);
  });

  it("with a date expires then", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000" });
    const expireAt = bench.venue.engine.now + 60 * SECOND;
    const order = bench.place(account, { side: "buy", type: "limit", price: "60000", timeInForce: "GTD", expireAt });
    bench.advance(59_000);
    expect(order.status).toBe("open");
    bench.advance(1_000);
    expect(order.status).toBe("expired");
    expect(bench.venue.book.hold(account, order.terms.pair.quote)).toBe(0n);
  });

  it("with a start waits for it", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "10000" });
    const order = bench.place(account, {
      side: "buy",
      type: "market",
      volume: "0.1",
      startAt: bench.venue.engine.now + 5 * SECOND,
    });
    expect(order.status).toBe("pending");
    bench.advance(5_000);
    expect(order.status).toBe("closed");
  });

  it("that only posts is refused when it would take, or accepted and cancelled", () => {
    const refusing = openBench();
    const account = refusing.account("a", { USD: "100000" });
    const input = { side: "buy", type: "limit", price: "65000", flags: ["post"] } as const;
    expect(refusing.add(account, input)).toEqual({ error: "EOrder:Post only order" });
    const cancelling = openBench({ switches: { postOnlyCrossing: "accepted and cancelled" } });
    const order = cancelling.place(cancelling.account("a", { USD: "100000" }), input);
    expect([order.status, order.reason, order.filled]).toEqual(["canceled", "Post only order", 0n]);
  });

  it("meets its own account: the newest, the oldest or both are cancelled", () => {
    for (const [selfTrade, resting, taker] of [
      ["cancel-newest", "open", "canceled"],
      ["cancel-oldest", "canceled", "closed"],
      ["cancel-both", "canceled", "canceled"],
    ] as const) {
      const bench = openBench();
      const account = bench.account("a", { USD: "100000", BTC: "1" });
      move(bench, 64_000);
      const bid = bench.venue.engine.markets.get("BTC/USD")?.book.bids.best?.price ?? 0;
      const sell = bench.place(account, {
        side: "sell",
        type: "limit",
        volume: "0.05",
        price: formatUnits(BigInt(bid + 1), 1),
      });
      const buy = bench.place(account, { side: "buy", type: "market", volume: "0.05", selfTrade });
      expect([selfTrade, sell.status, buy.status]).toEqual([selfTrade, resting, taker]);
    }
  });
});

describe("a stop", () => {
  it("rests without a hold, fires on the last trade at its level and sells at the market", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "1" });
    const order = bench.place(account, { side: "sell", type: "stop-loss", volume: "1", price: "63500" });
    expect(bench.venue.book.hold(account, order.terms.pair.base)).toBe(0n);
    move(bench, 63_600);
    expect([order.status, order.trigger?.triggeredAt]).toEqual(["open", undefined]);
    move(bench, 63_500);
    expect(order.status).toBe("closed");
    expect(kinds(bench, order)).toContain("status");
    expect(Number(balance(account, "USD", 4))).toBeGreaterThan(62_500);
  });

  it("fires at once when the price is already past it", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "1" });
    const order = bench.place(account, { side: "sell", type: "stop-loss", volume: "0.1", price: "65000" });
    expect(order.status).toBe("closed");
  });

  it("is filled where the market is after a gap, or rests there when it has a limit", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "2" });
    const plain = bench.place(account, { side: "sell", type: "stop-loss", volume: "0.5", price: "63500" });
    const limited = bench.place(account, {
      side: "sell",
      type: "stop-loss-limit",
      volume: "0.5",
      price: "63500",
      price2: "63400",
    });
    move(bench, 60_000, "gap");
    expect(plain.status).toBe("closed");
    expect(Math.max(...account.trades.map((trade) => trade.price))).toBeLessThanOrEqual(600_000);
    expect([limited.status, limited.resting?.price]).toEqual(["open", 634_000]);
    move(bench, 63_450);
    expect(limited.status).toBe("closed");
  });

  it("that takes profit fires on the other side", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "1" });
    const order = bench.place(account, { side: "sell", type: "take-profit", volume: "0.1", price: "64500" });
    move(bench, 64_400);
    expect(order.status).toBe("open");
    move(bench, 64_500);
    expect(order.status).toBe("closed");
  });

  it("that trails only ever moves in favour", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "1" });
    const order = bench.place(account, { side: "sell", type: "trailing-stop", volume: "0.1", price: "+5%" });
    const seen: number[] = [];
    for (const price of [65_000, 64_500, 66_000]) {
      move(bench, price, "gap");
      seen.push(order.trigger?.price ?? 0);
    }
    expect(seen).toEqual([617_500, 617_500, 627_000]);
    move(bench, 62_700, "gap");
    expect(order.status).toBe("closed");
  });

  it("is cancelled when there is nothing left to sell", () => {
    const bench = openBench();
    const account = bench.account("a", { BTC: "1" });
    const order = bench.place(account, { side: "sell", type: "stop-loss", volume: "1", price: "63500" });
    bench.place(account, { side: "sell", type: "market", volume: "1" });
    move(bench, 63_400);
    expect([order.status, order.reason]).toEqual(["canceled", "Insufficient funds"]);
  });

  it("is left behind by every fill of an order with a conditional close", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "100000" });
    const parent = bench.place(account, {
      side: "buy",
      type: "market",
      volume: "0.5",
      close: { type: "stop-loss", price: "63000", price2: undefined },
    });
    const children = [...account.live.values()];
    expect(children.map((child) => child.terms.quantity)).toEqual(account.trades.map((trade) => trade.quantity));
    expect(new Set(children.map((child) => child.parent))).toEqual(new Set([parent.id]));
    move(bench, 62_900);
    expect(account.live.size).toBe(0);
    expect(balance(account, "BTC", 10)).toBe("0.0000000000");
  });
});

describe("an amend", () => {
  it("keeps the place in the queue when only the quantity shrinks, and loses it otherwise", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "100000" });
    const first = bench.place(account, { side: "buy", type: "limit", volume: "0.2", price: "63000" });
    const second = bench.place(account, { side: "buy", type: "limit", volume: "0.2", price: "63000" });
    const queue = (): (string | undefined)[] =>
      (bench.venue.engine.markets.get("BTC/USD")?.book.bids.at(630_000)?.orders ?? []).flatMap((each) =>
        each.orderId === undefined ? [] : [each.orderId],
      );
    const amend = (order: Order, quantity: string): unknown =>
      bench.venue.engine.turn(() =>
        bench.venue.desk.amend(
          account,
          { id: order.id },
          { quantity, limitPrice: undefined, triggerPrice: undefined, postOnly: undefined },
        ),
      );
    expect(amend(first, "0.1")).toMatchObject({ kind: "user" });
    expect(queue()).toEqual([first.id, second.id]);
    amend(first, "0.3");
    expect(queue()).toEqual([second.id, first.id]);
    expect(first.amends.map((each) => each.kind)).toEqual(["original", "user", "user"]);
  });
});

describe("the dead man's switch", () => {
  it("cancels every order of the account once, unless it is set again or off", () => {
    const bench = openBench();
    const account = bench.account("a", { USD: "100000", BTC: "1" });
    const resting = bench.place(account, { side: "buy", type: "limit", price: "60000" });
    const stop = bench.place(account, { side: "sell", type: "stop-loss", price: "60000" });
    bench.venue.desk.cancelAllAfter(account, 60);
    bench.advance(50_000);
    bench.venue.desk.cancelAllAfter(account, 60);
    bench.advance(50_000);
    expect(account.live.size).toBe(2);
    bench.venue.desk.cancelAllAfter(account, 0);
    bench.advance(60_000);
    expect(account.live.size).toBe(2);
    bench.venue.desk.cancelAllAfter(account, 60);
    bench.advance(60_000);
    expect([resting.status, stop.status]).toEqual(["canceled", "canceled"]);
    expect(lastPrice(bench)).toBe(640_000);
  });
});

import { env } from "cloudflare:workers";
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { isAbove, subtract, ZERO } from "../../../domain/decimal.ts";
import type { MarketFeedPort } from "../../../durable-objects/market-feed/port.ts";
import { feedPort } from "../../../durable-objects/market-feed/stub.ts";
import { connect } from "./client.ts";
import { eventually, expectOk, newTrader, place, rawStub, writeOf } from "./support.ts";

/** The real feed on the exchange simulator: nothing here is scripted. */
function realFeed(): MarketFeedPort {
  return feedPort(env.MARKET_FEED.getByName("root"));
}

describe("on a real market", () => {
  it("a position is bought from the book, added to by a print, kept over an eviction and closed", async () => {
    const trader = await newTrader();
    const client = await connect(trader);
    client.resume(null, 0);
    await client.waitFor("snapshot");

    const bought = expectOk(await place(trader, { type: "market", timeInForce: "ioc", quantity: "0.01" }));
    expect(bought.order).toMatchObject({ status: "filled", filledQuantity: "0.01" });

    const view = expectOk(await realFeed().marketView("BTC/USD"));
    const bestBid = view.quote.bid?.[0] ?? ZERO;
    const bestAsk = view.quote.ask?.[0] ?? ZERO;
    expect(isAbove(bestAsk, bestBid)).toBe(true);
    // Just under the ask it is the best bid: the next sale reaches it.
    const limitPrice = subtract(bestAsk, view.instrument.tickSize);
    const resting = expectOk(await place(trader, { quantity: "0.001", limitPrice }));
    await evictDurableObject(rawStub(trader));
    await eventually(
      "a print fills the resting order",
      async () => {
        const { order } = expectOk(await trader.stub().order(trader.principal, trader.accountId, resting.order.id));
        await new Promise((resolve) => {
          setTimeout(resolve, 500);
        });
        return order.status === "filled";
      },
      15_000,
    );

    const { account, valuation } = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(account.positions).toMatchObject([{ asset: "BTC", quantity: "0.011" }]);
    expect(valuation.complete).toBe(true);

    const closed = expectOk(
      await trader.stub().closePosition(trader.principal, trader.accountId, "BTC", writeOf({ percent: 100 })),
    );
    expect(closed.order).toMatchObject({ status: "filled", filledQuantity: "0.011", side: "sell" });
    const after = expectOk(await trader.stub().account(trader.principal, trader.accountId));
    expect(after.account.positions).toEqual([]);
    // Flat: what was made is what the cash says.
    expect(after.account.balances[0]?.total).toBe(after.valuation.equity);
    expect(subtract(after.account.balances[0]?.total ?? account.baseline, account.baseline)).toBe(
      after.account.realisedProfit,
    );
    expect(expectOk(await trader.stub().verifyJournal(trader.principal)).matches).toBe(true);

    const events = await client.waitFor("event", 8);
    const seqs = events.map((frame) => frame.event.seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    await eventually("the feed has no rows left", async () =>
      (await realFeed().triggerDigest(trader.id)).startsWith("0-"),
    );
  });

  it("a resting order is amended and cancelled, and an unknown pair is refused", async () => {
    const trader = await newTrader();
    const view = expectOk(await realFeed().marketView("ETH/USD"));
    const far = subtract(view.quote.bid?.[0] ?? ZERO, view.instrument.tickSize);
    const { order } = expectOk(
      await place(trader, { symbol: "ETH/USD", quantity: "0.5", limitPrice: far, postOnly: true }),
    );
    await eventually("the feed watches it", async () => (await realFeed().triggerDigest(trader.id)).startsWith("1-"));
    const amended = expectOk(
      await trader
        .stub()
        .amendOrder(trader.principal, trader.accountId, order.id, writeOf({ quantity: "0.4" } as never)),
    );
    expect(amended.order).toMatchObject({ quantity: "0.4", version: 2 });
    const cancelled = await trader.stub().cancelAll(trader.principal, trader.accountId, "ETH/USD", writeOf(null));
    expect(expectOk(cancelled).cancelled).toMatchObject([{ id: order.id, status: "cancelled" }]);
    const unknown = await place(trader, { symbol: "NOPE/USD", quantity: "1", limitPrice: "1" });
    expect(unknown).toMatchObject({ ok: false, error: { code: "UNKNOWN_SYMBOL" } });
  });
});

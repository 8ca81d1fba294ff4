import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { decimal } from "../../domain/decimal.ts";
import type { VenueExecution, VenueOrder } from "../../domain/venue/reports.ts";
import type { VenueOrderWish } from "../../domain/venue/wishes.ts";
import { soon, valueOf, wish } from "./support/kraken-rest.ts";
import { SocketStage } from "./support/kraken-socket.ts";

let exchange: Exchange;

beforeAll(async () => {
  exchange = await startExchange({ time: "virtual", seed: "kraken socket switches" });
});
afterAll(async () => {
  await exchange.stop();
});

const SEEDS = Array.from({ length: 12 }, (_, index) => `draw ${index}`);
const always = { beforeSend: () => true };
const none = { limitPrice: null, triggerPrice: null, trailingPercent: null };

const wishes: readonly Partial<VenueOrderWish>[] = [
  {},
  { ...none, type: "market", timeInForce: "ioc", quantity: decimal("0.3") },
  { side: "sell", timeInForce: "ioc", limitPrice: decimal("50000"), quantity: decimal("0.2") },
  { postOnly: true, limitPrice: decimal("90000") },
  { ...none, side: "sell", type: "stop-loss", triggerPrice: decimal("40000") },
  { ...none, side: "sell", type: "stop-loss-limit", triggerPrice: decimal("40000"), limitPrice: decimal("39900") },
  { quantity: decimal("5000") },
  { quantity: decimal("0.00001") },
];

/** What a fill is apart from its id, of which the two ways may have different ones (PROTOCOL §6.1). */
function facts({ venueOrderId, tradeId, side, price, quantity, cost, fees, liquidity, time }: VenueExecution): string {
  return JSON.stringify({ venueOrderId, tradeId, side, price, quantity, cost, fees, liquidity, time });
}

function state({ venueOrderId, status, quantity, filledQuantity, limitPrice }: VenueOrder): string {
  return JSON.stringify({ venueOrderId, status, quantity, filledQuantity, limitPrice });
}

describe("whatever the contested behaviours are", () => {
  it.each(SEEDS)("the stream ends where the exchange's own record does (%s)", async (seed) => {
    exchange.drawSwitches(seed);
    exchange.switches.setAll({ publicLimits: false });
    const key = exchange.admin.createKey({ account: seed, tier: "pro", deposits: { USD: "1000000", BTC: "5" } });
    const stage = await SocketStage.live(exchange, key);
    const { socket } = stage;
    const accepted: (VenueOrderWish & { venueOrderId: string })[] = [];
    let refused = 0;
    for (const changes of wishes) {
      const wanted = wish(exchange, changes);
      const reply = await socket.place(wanted, always);
      if (reply?.ok === true) {
        accepted.push({ ...wanted, ...reply.value });
      } else {
        expect(reply?.failure.class).toBe("refused");
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThanOrEqual(2);
    const [resting] = accepted;
    if (resting === undefined) {
      throw new Error("nothing was accepted");
    }
    const amend = { ...resting, limitPrice: decimal("50001"), quantity: decimal("0.2"), deadline: soon(exchange) };
    expect((await socket.amend(amend, always))?.ok).toBe(true);
    const cancel = { ...resting, symbol: "BTC/USD", deadline: soon(exchange) };
    expect((await socket.cancel(cancel, always))?.ok).toBe(true);
    const again = await socket.cancel(cancel, always);
    expect(again?.ok === false && again.failure.class).toBe("gone");
    const never = await socket.cancel({ ...cancel, venueOrderId: "OAAAAA-BBBBB-CCCCCC" }, always);
    expect(never?.ok).toBe(false);

    const ids = accepted.map(({ venueOrderId }) => venueOrderId);
    const record = valueOf(await stage.client.rest.queryOrders(ids));
    expect(record).toHaveLength(ids.length);
    await stage.until("every order as recorded", () =>
      record.every((order) => {
        const told = stage.order(order.venueOrderId);
        return told !== undefined && state(told) === state(order);
      }),
    );
    const { rows } = valueOf(await stage.client.rest.tradesHistory({}));
    expect(rows.length).toBeGreaterThan(1);
    expect(stage.executions().map(facts).toSorted()).toEqual(rows.map(facts).toSorted());
    expect(stage.heard).toEqual(["online", "live"]);
    stage.close();
  });
});

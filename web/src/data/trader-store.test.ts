import { createRoot } from "solid-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Changes, JournalEventView } from "../../../contract/trader-socket.ts";
import { decimal } from "../../../domain/decimal.ts";
import {
  NOW,
  sampleAccount,
  sampleFill,
  sampleOrder,
  samplePosition,
  sampleState,
} from "../features/testing/samples.ts";
import type { SocketPort } from "./make-socket.ts";
import { createTraderStore, type TraderStore } from "./trader-store.ts";

let sent: string[];
let port: SocketPort | null;
let opened: number;
let store: TraderStore;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  opened = 0;
  store = createRoot(() =>
    createTraderStore({
      open: () => {
        opened += 1;
        port = {
          send: (text) => sent.push(text),
          close: () => undefined,
          onopen: null,
          onmessage: null,
          onclose: null,
        };
        return port;
      },
    }),
  );
  port?.onopen?.();
});
afterEach(() => {
  store.dispose();
  vi.useRealTimers();
});

function say(frame: unknown): void {
  port?.onmessage?.({ data: JSON.stringify(frame) });
}

function snapshot(seq: number, state = sampleState(), epoch = "e1"): void {
  say({ type: "snapshot", epoch, seq, accounts: [state] });
}

function event(
  seq: number,
  type: JournalEventView["type"],
  changes: Changes,
  epoch = "e1",
  accountId = "account-1",
): void {
  say({ type: "event", event: { epoch, seq, accountId, time: NOW, type, data: {} }, changes });
}

const desk = () => store.trader.accounts["account-1"];

describe("the trader's state", () => {
  it("is unknown, not empty, before the first snapshot", () => {
    expect(store.trader.ready).toBe(false);
    snapshot(4);
    expect(store.trader.ready).toBe(true);
    expect(desk()?.account.name).toBe("Paper");
  });

  it("moves an order from open to ended and keeps the views of the event", () => {
    snapshot(4, sampleState({ openOrders: [sampleOrder()] }));
    event(5, "order_amended", { orders: [sampleOrder({ limitPrice: decimal("63000"), version: 2 })] });
    expect(desk()?.openOrders.map((order) => order.limitPrice)).toEqual(["63000"]);
    event(6, "fill_booked", {
      orders: [sampleOrder({ status: "filled" })],
      fills: [sampleFill()],
      positions: [samplePosition()],
      balances: [
        { asset: "USD", total: decimal("1"), held: decimal("0"), available: decimal("1"), external: decimal("0") },
      ],
    });
    expect(desk()?.openOrders).toEqual([]);
    expect(desk()?.recentOrders.map((order) => order.status)).toEqual(["filled"]);
    expect(desk()?.recentFills).toHaveLength(1);
    expect(desk()?.account.positions).toHaveLength(1);
    expect(desk()?.account.balances[0]?.total).toBe("1");
  });

  it("adds an account that was opened", () => {
    snapshot(4);
    event(5, "account_opened", { account: sampleAccount({ id: "account-2", name: "Second" }) }, "e1", "account-2");
    expect(store.trader.accountIds).toEqual(["account-1", "account-2"]);
    expect(store.trader.accounts["account-2"]?.account.name).toBe("Second");
  });

  it("counts an event once, however often it is delivered", () => {
    const heard = vi.fn();
    store.listen(heard);
    snapshot(4);
    event(5, "fill_booked", { fills: [sampleFill()] });
    event(5, "fill_booked", { fills: [sampleFill()] });
    event(3, "fill_booked", { fills: [sampleFill({ id: "old" })] });
    expect(desk()?.recentFills).toHaveLength(1);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("says after a loss of the line where it stands, and takes what came after", async () => {
    snapshot(4);
    event(5, "order_opened", { orders: [sampleOrder()] });
    expect(sent).toEqual(['{"type":"resume","epoch":null,"seq":0}']);
    port?.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(1_000);
    port?.onopen?.();
    expect(sent.at(-1)).toBe('{"type":"resume","epoch":"e1","seq":5}');
    event(6, "order_cancelled", { orders: [sampleOrder({ status: "cancelled" })] });
    expect(desk()?.openOrders).toEqual([]);
  });

  it("resumes at a hole, and goes on when the hole is in the journal itself", async () => {
    const heard = vi.fn();
    store.listen(heard);
    snapshot(4);
    event(7, "order_opened", { orders: [sampleOrder()] });
    expect(desk()?.openOrders).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened).toBe(2);
    port?.onopen?.();
    event(7, "order_opened", { orders: [sampleOrder()] });
    expect(desk()?.openOrders).toHaveLength(1);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("starts anew with another epoch", async () => {
    snapshot(40, sampleState({ openOrders: [sampleOrder()] }));
    snapshot(2, sampleState(), "e2");
    expect(store.trader).toMatchObject({ epoch: "e2", seq: 2 });
    expect(desk()?.openOrders).toEqual([]);
    event(3, "order_opened", { orders: [sampleOrder()] }, "e2");
    expect(desk()?.openOrders).toHaveLength(1);
  });

  it("keeps denials that it heard over a new snapshot, which has none", () => {
    snapshot(4);
    const request = { symbol: "BTC/USD", side: "buy", type: "market", timeInForce: "gtc", postOnly: false } as const;
    const error = { code: "INSUFFICIENT_FUNDS", message: "Not enough.", details: {} } as const;
    event(5, "order_denied", {
      denials: [{ id: "d1", accountId: "account-1", request, error, time: NOW, seq: 5 }],
    });
    snapshot(5);
    expect(desk()?.denials.map((denial) => denial.id)).toEqual(["d1"]);
  });

  it("drops the line after a frame that is not in the contract", async () => {
    const complaint = vi.spyOn(console, "error").mockImplementation(() => undefined);
    say({ type: "snapshot", epoch: 5 });
    expect(store.state().type).toBe("waiting");
    complaint.mockRestore();
  });
});

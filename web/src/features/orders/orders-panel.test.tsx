import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { defaultWorld, refusal, renderDesk } from "../testing/render-desk.tsx";
import { sampleOrder, sampleState } from "../testing/samples.ts";
import { OrdersPanel } from "./orders-panel.tsx";

const buy = sampleOrder({ id: "buy-1", quantity: decimal("0.5"), limitPrice: decimal("64000") });
const sell = sampleOrder({
  id: "sell-1",
  symbol: "ETH/USD",
  side: "sell",
  quantity: decimal("2"),
  limitPrice: decimal("3500"),
  filledQuantity: decimal("0.5"),
  status: "partially_filled",
});

function withOrders(...openOrders: (typeof buy)[]) {
  return renderDesk(() => <OrdersPanel />, defaultWorld({ account: sampleState({ openOrders }) }));
}

async function row(name: RegExp): Promise<HTMLElement> {
  return screen.findByRole("row", { name });
}

/** The rules of the pair have to be known before anything is amended. */
async function startAmend(): Promise<void> {
  const button = within(await row(/BTC\/USD/)).getByRole("button", { name: /^Amend/ });
  await expect.poll(() => button.getAttribute("aria-disabled")).toBeNull();
  fireEvent.click(button);
}

describe("the orders panel", () => {
  it("shows what rests, how much of it is filled and how it stands in words", async () => {
    withOrders(buy, sell);
    const line = await row(/ETH\/USD/);
    expect(line.textContent).toContain("▼Sell");
    await expect.poll(() => line.textContent).toContain("3\u202f500.00");
    expect(line.textContent).toContain("25 %");
    expect(line.textContent).toContain("Partly filled");
  });

  it("cancels one order with one request, whatever the clicking", async () => {
    const { calls, answer } = withOrders(buy);
    answer(() => ({ status: 200, body: { ...buy, status: "cancelled" } }));
    const button = within(await row(/BTC\/USD/)).getByRole("button", { name: /^Cancel/ });
    fireEvent.click(button);
    fireEvent.click(button);
    await expect.poll(() => calls.length).toBe(1);
    expect(calls[0]).toMatchObject({ method: "DELETE", path: "/api/accounts/account-1/orders/buy-1" });
  });

  it("says why an order could not be cancelled", async () => {
    const { answer } = withOrders(buy);
    answer(() => refusal(409, { code: "ORDER_NOT_OPEN", message: "The order was filled already.", details: {} }));
    fireEvent.click(within(await row(/BTC\/USD/)).getByRole("button", { name: /^Cancel/ }));
    await expect.poll(() => screen.queryByText(/could not be cancelled: The order was filled already/)).not.toBeNull();
  });

  it("amends price and quantity in the row and sends only what differs", async () => {
    const { calls, answer } = withOrders(buy);
    answer(() => ({ status: 200, body: { order: { ...buy, limitPrice: "63500" }, fills: [] } }));
    await startAmend();
    const price = screen.getByRole("textbox", { name: "New price" });
    await expect.poll(() => document.activeElement).toBe(price);
    fireEvent.input(price, { target: { value: "63500" } });
    fireEvent.keyDown(price, { key: "Enter" });
    await expect.poll(() => screen.queryByRole("textbox", { name: "New price" })).toBeNull();
    expect(calls).toMatchObject([{ method: "PATCH", body: { limitPrice: "63500" } }]);
  });

  it("keeps the amend that is being typed while a fill changes the order", async () => {
    const { traderSends } = withOrders(buy);
    await startAmend();
    const price = screen.getByRole("textbox", { name: "New price" });
    fireEvent.input(price, { target: { value: "63999" } });
    traderSends("fill_booked", {
      orders: [{ ...buy, filledQuantity: decimal("0.1"), status: "partially_filled", seq: 11 }],
    });
    await expect.poll(async () => (await row(/BTC\/USD/)).textContent).toContain("20 %");
    expect(screen.getByRole("textbox", { name: "New price" })).toBe(price);
    expect(price).toHaveProperty("value", "63999");
  });

  it("leaves an amend with Escape and shows the desk's refusal of one", async () => {
    const { answer } = withOrders(buy);
    answer(() => refusal(422, { code: "INSUFFICIENT_FUNDS", message: "This order needs 40000 USD.", details: {} }));
    await startAmend();
    fireEvent.input(screen.getByRole("textbox", { name: "New quantity" }), { target: { value: "9" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await expect.poll(() => screen.queryByText("This order needs 40000 USD.")).not.toBeNull();
    fireEvent.keyDown(screen.getByRole("textbox", { name: "New quantity" }), { key: "Escape" });
    expect(screen.queryByRole("textbox", { name: "New quantity" })).toBeNull();
    expect(screen.queryByText("This order needs 40000 USD.")).toBeNull();
  });

  it("says in numbers what cancelling all takes away before it does so", async () => {
    const { calls, answer } = withOrders(buy, sell);
    answer(() => ({ status: 200, body: { cancelled: [buy, sell], failed: [] } }));
    fireEvent.click(await screen.findByRole("button", { name: "Cancel all 2" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("1 buy of BTC/USD, $32\u202f000.00 not yet spent");
    expect(dialog.textContent).toContain("1 sell of ETH/USD, 1.5 ETH not yet sold");
    expect(calls).toHaveLength(0);
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 2 open orders" }));
    await expect.poll(() => calls).toMatchObject([{ method: "DELETE", path: "/api/accounts/account-1/orders" }]);
    await expect.poll(() => dialog.textContent).toContain("Cancelled 2 open orders.");
  });

  it("leaves the stops that protect positions out of a cancel of all, and says what Kraken has still to answer", async () => {
    const stop = sampleOrder({ id: "stop-1", side: "sell", type: "stop-loss", origin: "stop", limitPrice: null });
    const { answer } = withOrders(buy, sell, stop);
    answer(() => ({ status: 200, body: { cancelled: [buy, { ...sell, status: "cancel_pending" }], failed: [] } }));
    fireEvent.click(await screen.findByRole("button", { name: "Cancel all 2" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("1 stop that protects a position stays.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 2 open orders" }));
    await expect.poll(() => dialog.textContent).toContain("Kraken was asked to cancel 1 open order");
    expect(dialog.textContent).toContain("Cancelled 1 open order.");
  });

  it("can cancel the orders of one symbol, and lists those that resisted", async () => {
    const { calls, answer } = withOrders(buy, sell);
    const error = { code: "ORDER_NOT_OPEN", message: "buy-1 was filled already.", details: {} };
    answer(() => ({ status: 200, body: { cancelled: [], failed: [{ orderId: "buy-1", error }] } }));
    fireEvent.click(await screen.findByRole("button", { name: "Cancel 1 of BTC/USD" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 1 open order" }));
    await expect.poll(() => dialog.textContent).toContain("buy-1 was filled already.");
    expect(calls[0]?.path).toBe("/api/accounts/account-1/orders?symbol=BTC%2FUSD");
  });

  it("lists ended orders with their outcome, and says what to do when there are none", async () => {
    const ended = sampleOrder({ status: "cancelled", filledQuantity: decimal("0.1"), reason: "Cancelled by you" });
    renderDesk(() => <OrdersPanel />, defaultWorld({ account: sampleState({ recentOrders: [ended] }) }));
    expect(await screen.findByText(/No open orders/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Ended" }));
    expect(screen.getByText(/Cancelled, partly filled: Cancelled by you/)).toBeTruthy();
  });
});

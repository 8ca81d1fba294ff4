import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import type { Level } from "../../../../domain/market.ts";
import { preferences } from "../../data/preferences.ts";
import { defaultWorld, renderDesk, type RenderedDesk, type World } from "../testing/render-desk.tsx";
import {
  sampleAccount,
  sampleExchange,
  sampleKrakenAccount,
  sampleOrder,
  sampleStanding,
  sampleState,
  sampleTicker,
} from "../testing/samples.ts";
import { OrderFormPanel } from "./order-form-panel.tsx";

const bids: readonly Level[] = [[decimal("64250"), decimal("4")]];
const asks: readonly Level[] = [[decimal("64250"), decimal("4")]];

function world(account = sampleKrakenAccount()): World {
  return defaultWorld({ account: sampleState({ account }), book: () => ({ bids, asks }) });
}

async function renderForm(change: World = world()): Promise<RenderedDesk> {
  const rendered = renderDesk(() => <OrderFormPanel />, change);
  await screen.findByRole("form");
  return rendered;
}

function write(label: string, value: string): void {
  fireEvent.input(screen.getByLabelText(label), { target: { value } });
}

function press(name: string | RegExp): void {
  fireEvent.click(screen.getByRole("button", { name }));
}

async function bookRead(): Promise<void> {
  press("Market");
  write("Size", "0.01");
  await waitFor(() => expect(screen.getByRole("form").textContent).toContain("Average price64\u202f250.0"));
}

describe("the order form of a Kraken account", () => {
  it("says whose money it is, in a word, a colour and a border, and paper in another", async () => {
    await renderForm(world(sampleKrakenAccount({ market: "live" })));
    const strip = document.querySelector<HTMLElement>("[data-mode]");
    expect(strip?.textContent).toBe("KRAKENReal money on Kraken");
    const form = getComputedStyle(screen.getByRole("region", { name: "Order" }));
    expect(form.borderLeftWidth).toBe("4px");
    const money = form.borderLeftColor;
    document.body.innerHTML = "";
    await renderForm(world(sampleAccount()));
    expect(document.querySelector("[data-mode]")?.textContent).toBe("PAPERPaper money");
    expect(getComputedStyle(screen.getByRole("region", { name: "Order" })).borderLeftColor).not.toBe(money);
  });

  it("asks before real money moves and names the amount, whatever was switched off for paper", async () => {
    const desk = await renderForm(world(sampleKrakenAccount({ market: "live" })));
    const { changePreferences } = await import("../../data/preferences.ts");
    changePreferences({ confirmOrders: false });
    await bookRead();
    write("Size", "0.05");
    press("Buy 0.05 BTC on Kraken");
    const dialog = await screen.findByRole("dialog");
    // 0.05 × 64,250 = 3,212.50, and 0.26 % of it.
    expect(dialog.textContent).toContain("Buy 0.05 BTC for about 3\u202f220.85 USD of real money on Kraken");
    expect(within(dialog).queryByRole("checkbox")).toBeNull();
    expect(getComputedStyle(dialog).borderTopWidth).toBe("3px");
    expect(desk.calls).toEqual([]);
    expect(preferences.confirmOrders).toBe(false);
    fireEvent.click(within(dialog).getByRole("button", { name: "Buy 0.05 BTC on Kraken" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
  });

  it("does not call the simulator's money real", async () => {
    await renderForm();
    await bookRead();
    press("Buy 0.01 BTC on Kraken");
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("of made-up money on the simulated Kraken");
    expect(dialog.textContent).not.toContain("real money");
  });

  it("counts the account's own fees", async () => {
    await renderForm();
    await bookRead();
    // 642.50 at 0.26 %
    expect(screen.getByRole("form").textContent).toContain("Fee$1.67");
  });

  it("says sent until Kraken has answered, and then what became of it", async () => {
    const desk = await renderForm();
    await bookRead();
    const order = sampleOrder({
      id: "k1",
      accountId: "account-k",
      type: "market",
      limitPrice: null,
      quantity: decimal("0.01"),
      status: "submitting",
      standing: sampleStanding({ placement: "sent" }),
    });
    desk.answer((call) =>
      call.method === "POST" ? { status: 201, body: { order, fills: [], notices: [] } } : undefined,
    );
    press("Buy 0.01 BTC on Kraken");
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Buy 0.01 BTC on Kraken" }));
    expect(await screen.findByText("Sent, waiting for Kraken")).toBeInTheDocument();
    desk.traderSends("order_unknown", { orders: [{ ...order, status: "unknown" }] });
    expect(await screen.findByText("Sent, not confirmed yet; checking with Kraken")).toBeInTheDocument();
    const { standing: _ended, ...final } = order;
    desk.traderSends("fill_booked", {
      orders: [{ ...final, status: "filled", filledQuantity: decimal("0.01"), averagePrice: decimal("64250.1") }],
    });
    await waitFor(() => expect(screen.getByRole("form").textContent).toContain("Filled 0.01 @ 64\u202f250.1"));
  });

  it("sends a stop-loss limit with trigger and limit, and asks for what is missing first", async () => {
    const desk = await renderForm();
    press("Sell");
    press("Triggered");
    fireEvent.change(screen.getByLabelText("Which one"), { target: { value: "stop-loss-limit" } });
    expect(screen.getByText("Give a trigger price.")).toBeInTheDocument();
    write("Trigger price", "60000");
    expect(screen.getByText("Give a limit price.")).toBeInTheDocument();
    write("Limit price", "59900");
    write("Size", "0.1");
    expect(screen.getByText("Acts when the last trade is at or below it")).toBeInTheDocument();
    expect(screen.queryByLabelText("Time in force")).toBeNull();
    press(/^Sell 0\.1 BTC/);
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("TypeStop-loss limit");
    expect(dialog.textContent).toContain("Trigger60\u202f000.0");
    fireEvent.click(within(dialog).getByRole("button", { name: "Sell 0.1 BTC on Kraken" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({
      symbol: "BTC/USD",
      side: "sell",
      type: "stop-loss-limit",
      timeInForce: "gtc",
      postOnly: false,
      quantity: "0.1",
      limitPrice: "59900",
      triggerPrice: "60000",
    });
  });

  it("refuses a stop on the wrong side before it is sent", async () => {
    await renderForm();
    press("Sell");
    press("Triggered");
    write("Trigger price", "70000");
    write("Size", "0.1");
    expect(screen.getByRole("form").textContent).toContain("would be triggered at once");
  });

  it("sends a trailing stop by its distance", async () => {
    const desk = await renderForm();
    press("Sell");
    press("Triggered");
    fireEvent.change(screen.getByLabelText("Which one"), { target: { value: "trailing-stop" } });
    write("Follows the price by", "2.5");
    write("Size", "0.1");
    press(/^Sell 0\.1 BTC/);
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: /^Sell 0\.1 BTC/ }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toMatchObject({ type: "trailing-stop", trailingPercent: "2.5", quantity: "0.1" });
    expect(desk.calls[0]?.body).not.toHaveProperty("triggerPrice");
  });

  it("gives a limit order its conditional close, and the next order none", async () => {
    const desk = await renderForm();
    write("Limit price", "64000");
    write("Size", "0.01");
    fireEvent.change(screen.getByLabelText("Conditional close"), { target: { value: "stop-loss" } });
    expect(screen.getByText("Give a trigger price of the close.")).toBeInTheDocument();
    write("Close trigger", "60000");
    const order = sampleOrder({ standing: sampleStanding() });
    desk.answer((call) =>
      call.method === "POST" ? { status: 201, body: { order, fills: [], notices: [] } } : undefined,
    );
    press(/^Buy 0\.01 BTC/);
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("Stop-loss at 60\u202f000.0");
    fireEvent.click(within(dialog).getByRole("button", { name: /^Buy 0\.01 BTC/ }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toMatchObject({
      conditionalClose: { type: "stop-loss", triggerPrice: "60000", limitPrice: null },
    });
    await waitFor(() => expect(screen.getByLabelText("Conditional close")).toHaveValue("none"));
  });

  it("sends an exit without a fresh price and says that the price is not known", async () => {
    await renderForm({ ...world(), ticker: (symbol) => sampleTicker({ symbol, fresh: false }) });
    press("Sell");
    press("Market");
    write("Size", "0.1");
    expect(screen.getByRole("form").textContent).toContain("Price unknown: Kraken sells it");
    expect(screen.getByRole("form").textContent).not.toContain("waits for one");
  });

  it("says why nothing is taken while what the account holds is not reconciled", async () => {
    const account = sampleKrakenAccount({
      exchange: sampleExchange({
        differences: [{ asset: "BTC", believed: decimal("0.5"), actual: decimal("0.4"), notedAt: 1, confirmed: true }],
      }),
    });
    const desk = await renderForm(world(account));
    await bookRead();
    desk.answer((call) =>
      call.method === "POST"
        ? {
            status: 422,
            body: { error: { code: "UNRECONCILED", message: "BTC is not reconciled.", details: { asset: "BTC" } } },
          }
        : undefined,
    );
    press("Buy 0.01 BTC on Kraken");
    fireEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: /^Buy/ }));
    expect(await screen.findByText("Denied: BTC is not reconciled.")).toBeInTheDocument();
  });
});

describe("the order form of a paper account", () => {
  it("has every type; a conditional close is the exchange's own", async () => {
    await renderForm(world(sampleAccount()));
    fireEvent.click(screen.getByRole("button", { name: "Triggered" }));
    expect(screen.getByLabelText("Trigger price")).toBeInTheDocument();
    expect(screen.queryByLabelText("Conditional close")).toBeNull();
  });
});

import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { changePreferences, preferences } from "../../data/preferences.ts";
import { defaultWorld, refusal, renderDesk, type World } from "../testing/render-desk.tsx";
import {
  NOW,
  sampleAccount,
  sampleFill,
  sampleOrder,
  samplePosition,
  sampleState,
  sampleTicker,
} from "../testing/samples.ts";
import { OrderFormPanel } from "./order-form-panel.tsx";

const book = () => ({
  bids: [
    [decimal("64250"), decimal("0.5")],
    [decimal("64249"), decimal("1")],
  ] as const,
  asks: [
    [decimal("64250.2"), decimal("0.1")],
    [decimal("64260.2"), decimal("0.1")],
  ] as const,
});

function show(change: Partial<World> = {}) {
  return renderDesk(() => <OrderFormPanel />, defaultWorld({ book, ...change }));
}

const filled = {
  status: 200,
  body: {
    order: sampleOrder({
      status: "filled",
      type: "market",
      limitPrice: null,
      quantity: decimal("0.01"),
      filledQuantity: decimal("0.01"),
      averagePrice: decimal("64250.2"),
    }),
    fills: [sampleFill({ quantity: decimal("0.01") })],
  },
};

async function write(size: string, price?: string): Promise<void> {
  await screen.findByRole("form", { name: "Order BTC/USD" });
  if (price === undefined) {
    fireEvent.click(screen.getByRole("button", { name: "Market" }));
  } else {
    fireEvent.input(screen.getByRole("textbox", { name: "Limit price" }), { target: { value: price } });
  }
  fireEvent.input(screen.getByRole("textbox", { name: /^(Size|Spend|Value)/ }), { target: { value: size } });
}

function submit(): HTMLElement {
  return screen.getByRole("button", { name: /^(Buy|Sell) .*BTC$|^Sending/ });
}

async function readyToSend(): Promise<HTMLElement> {
  await expect.poll(() => submit().getAttribute("aria-disabled")).toBeNull();
  return submit();
}

function formText(): string {
  return screen.getByRole("form").textContent ?? "";
}

/** The figure beside a name. */
function figure(label: string): string {
  return screen.getByText(label).nextElementSibling?.textContent ?? "";
}

describe("the order form", () => {
  it("shows what a market order would cost against the live book: average, cost, fee, slippage, what is left", async () => {
    show();
    await write("0.12");
    await expect.poll(() => figure("Average price")).toBe("64\u202f251.9");
    // 0.1 × 64250.2 + 0.02 × 64260.2 = 7710.224; 0.4 % of it is 30.8409.
    expect(figure("Cost")).toBe("$7\u202f710.22");
    expect(figure("Fee")).toBe("$30.84");
    expect(figure("You pay")).toBe("$7\u202f741.06");
    expect(figure("USD after")).toBe("$2\u202f258.94");
    expect(figure("BTC after")).toBe("0.12");
    expect(figure("Slippage")).toBe("+0.003\u202f%");
  });

  it("says what would be denied and why before it is sent, and mends it with one button", async () => {
    show();
    await write("1", "64000");
    await expect.poll(formText).toContain("Would be denied: This order needs");
    expect(submit().getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: /^Use 0\.15\d+, the most that fits$/ }));
    await expect.poll(formText).not.toContain("Would be denied");
    expect((await readyToSend()).textContent).toMatch(/^Buy 0\.15/);
  });

  it("offers the smallest order where the size is too small", async () => {
    show();
    await write("0.00001", "64000");
    await expect.poll(formText).toContain("The smallest order on BTC/USD is 0.00005 BTC");
    fireEvent.click(screen.getByRole("button", { name: "Use 0.00005, the smallest order" }));
    await readyToSend();
  });

  it("offers the nearest price that waits where a post-only order would trade at once", async () => {
    show();
    await write("0.01", "64251");
    fireEvent.click(screen.getByRole("switch", { name: /Post-only/ }));
    await expect.poll(formText).toContain("A post-only buy at 64251 would trade at once");
    fireEvent.click(screen.getByRole("button", { name: /Use 64.250\.1, the nearest price that waits/ }));
    await readyToSend();
  });

  it("shows what the desk has to say about an order that it took", async () => {
    const { answer } = show();
    changePreferences({ confirmOrders: false });
    answer(() => ({ ...filled, body: { ...filled.body, notices: ["Something to know about it."] } }));
    await write("0.01");
    fireEvent.click(await readyToSend());
    await expect.poll(formText).toContain("Something to know about it.");
  });

  it("says of a sale that rests how much of the position has no stop meanwhile", async () => {
    const account = sampleAccount({ positions: [samplePosition()] });
    const balances = [
      ...account.balances.filter(({ asset }) => asset !== "BTC"),
      { asset: "BTC", total: decimal("0.5"), held: decimal("0"), available: decimal("0.5"), external: decimal("0") },
    ];
    show({ account: sampleState({ account: { ...account, balances } }) });
    await screen.findByRole("form", { name: "Order BTC/USD" });
    fireEvent.click(screen.getByRole("button", { name: "Sell" }));
    await write("0.2", "66000");
    fireEvent.click(await readyToSend());
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("While this sale rests, 0.2 BTC of the position has no stop.");
  });

  it("asks once, repeating side, size, symbol, price, cost and fee, and sends one order for a double click", async () => {
    const { calls, answer } = show();
    answer(() => filled);
    await write("0.01");
    fireEvent.click(await readyToSend());
    const dialog = await screen.findByRole("dialog");
    for (const part of ["Buy 0.01 BTC?", "BTC/USD", "Market, about 64", "$642.50", "$2.57", "$645.07"]) {
      expect(dialog.textContent).toContain(part);
    }
    expect(calls).toHaveLength(0);
    const confirm = within(dialog).getByRole("button", { name: "Buy 0.01 BTC" });
    await expect.poll(() => document.activeElement).toBe(confirm);
    fireEvent.click(confirm);
    fireEvent.click(confirm);
    await expect.poll(formText).toContain("Filled 0.01 @ 64\u202f250.2");
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      method: "POST",
      path: "/api/accounts/account-1/orders",
      body: { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.01" },
    });
    expect(screen.getByRole("textbox", { name: "Size" })).toHaveProperty("value", "");
  });

  it("gives the focus back when its question is dismissed", async () => {
    show();
    await write("0.01");
    const button = await readyToSend();
    button.focus();
    fireEvent.click(button);
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Back" }));
    await expect.poll(() => document.activeElement).toBe(submit());
  });

  it("sends at once when the question is switched off for paper, and can be switched off in it", async () => {
    const { calls, answer } = show();
    answer(() => filled);
    await write("0.01");
    fireEvent.click(await readyToSend());
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("checkbox"));
    fireEvent.click(within(dialog).getByRole("button", { name: "Back" }));
    expect(preferences.confirmOrders).toBe(true);
    changePreferences({ confirmOrders: false });
    fireEvent.click(await readyToSend());
    await expect.poll(() => calls.length).toBe(1);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("says what it knows: sending, then the outcome", async () => {
    const { answer, traderSends } = show();
    let settle: (value: never) => void = () => undefined;
    answer((call) => (call.method === "POST" ? new Promise<never>((resolve) => (settle = resolve)) : undefined));
    changePreferences({ confirmOrders: false });
    await write("0.01", "64000");
    fireEvent.click(await readyToSend());
    await expect.poll(() => submit().textContent).toBe("Sending…");
    expect(submit().getAttribute("aria-disabled")).toBe("true");
    settle({ status: 200, body: { order: sampleOrder({ quantity: decimal("0.01") }), fills: [] } } as never);
    await expect.poll(formText).toContain("Open: 0.01 at 64\u202f000.0");
    const cancelled = sampleOrder({ quantity: decimal("0.01"), status: "cancelled", reason: "Cancelled by you." });
    traderSends("order_cancelled", { orders: [cancelled] });
    await expect.poll(formText).toContain("Cancelled: Cancelled by you.");
  });

  it("keeps the key when an answer was lost, so that trying again cannot make a second order", async () => {
    const { calls, answer } = show();
    changePreferences({ confirmOrders: false });
    const lost = { code: "TEMPORARILY_UNAVAILABLE", message: "The desk is restarting.", details: {} } as const;
    answer((call) => (call.method === "POST" ? refusal(503, lost) : undefined));
    await write("0.01", "64000");
    fireEvent.click(await readyToSend());
    const again = await screen.findByRole("button", { name: "Try again" }, { timeout: 5000 });
    expect(formText()).toContain("Whether the order was taken is not known");
    answer((call) => (call.method === "POST" ? filled : undefined));
    fireEvent.click(again);
    await expect.poll(formText).toContain("Filled 0.01");
    expect(new Set(calls.map((call) => call.intent)).size).toBe(1);
    expect(calls.length).toBeGreaterThan(1);
  });

  it("asks again by itself, with the same key, when the order whose answer was lost shows up", async () => {
    const { calls, answer, traderSends } = show();
    changePreferences({ confirmOrders: false });
    const lost = { code: "TEMPORARILY_UNAVAILABLE", message: "The desk is restarting.", details: {} } as const;
    answer((call) => (call.method === "POST" ? refusal(503, lost) : undefined));
    await write("0.01", "64000");
    fireEvent.click(await readyToSend());
    await screen.findByRole("button", { name: "Try again" }, { timeout: 5000 });
    const asked = calls.length;
    // Somebody else's order of the account says nothing about this one.
    traderSends("order_opened", { orders: [sampleOrder({ id: "other", symbol: "ETH/USD", side: "buy" })] });
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(calls.length).toBe(asked);
    answer((call) => (call.method === "POST" ? filled : undefined));
    traderSends("order_opened", { orders: [sampleOrder({ id: "mine", symbol: "BTC/USD", side: "buy" })] });
    await expect.poll(formText).toContain("Filled 0.01");
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    expect(new Set(calls.map((call) => call.intent)).size).toBe(1);
  });

  it("shows the desk's own denial with its message and its fix", async () => {
    const { answer } = show();
    changePreferences({ confirmOrders: false });
    const denial = {
      code: "INSUFFICIENT_FUNDS",
      message: "This order needs 640 USD and 320 USD is available.",
      details: { largestQuantity: "0.005" },
    } as const;
    answer((call) => (call.method === "POST" ? refusal(422, denial) : undefined));
    await write("0.01", "64000");
    fireEvent.click(await readyToSend());
    await expect.poll(formText).toContain("Denied: This order needs 640 USD");
    fireEvent.click(screen.getByRole("button", { name: "Use 0.005, the most that fits" }));
    expect(screen.getByRole("textbox", { name: "Size" })).toHaveProperty("value", "0.005");
    expect(formText()).not.toContain("Denied:");
  });

  it("takes shares of what is available, fee counted in", async () => {
    show();
    await write("", "64000");
    fireEvent.click(screen.getByRole("button", { name: "100 % of what is available" }));
    // 10000 / (64000 × 1.004) rounded down to the lot.
    await expect.poll(() => screen.getByRole("textbox", { name: "Size" })).toHaveProperty("value", "0.15562749");
    fireEvent.click(screen.getByRole("button", { name: "25 % of what is available" }));
    expect(screen.getByRole("textbox", { name: "Size" })).toHaveProperty("value", "0.03890687");
  });

  it("takes a share of a market buy as money to spend, so that a moving price does not break it", async () => {
    const deep = () => ({
      bids: [[decimal("64250"), decimal("5")]] as const,
      asks: [[decimal("64250.2"), decimal("5")]] as const,
    });
    const { marketSends } = show({ book: deep });
    await write("");
    fireEvent.click(screen.getByRole("button", { name: "50 % of what is available" }));
    await expect
      .poll(() => screen.queryByRole("textbox", { name: "Spend, fee included" }))
      .toHaveProperty("value", "5000");
    fireEvent.click(screen.getByRole("button", { name: "100 % of what is available" }));
    await readyToSend();
    const asks: [ReturnType<typeof decimal>, ReturnType<typeof decimal>][] = [
      [decimal("64250.2"), decimal("0")],
      [decimal("64299"), decimal("5")],
    ];
    marketSends([{ channel: "book", symbol: "BTC/USD", seq: 2, kind: "delta", bids: [], asks, at: NOW, fresh: true }]);
    await expect.poll(() => figure("Average price")).toBe("64\u202f299.0");
    expect(formText()).not.toContain("Would be denied");
    await readyToSend();
  });

  it("is bound by a limit on the value of one order before funds", async () => {
    const limits = { ...sampleAccount().limits, maximumOrderValue: decimal("1000") };
    show({ account: sampleState({ account: sampleAccount({ limits }) }) });
    await write("");
    fireEvent.click(screen.getByRole("button", { name: "100 % of what is available" }));
    await expect.poll(() => figure("Cost")).toMatch(/^\$99\d\.\d\d$|^\$1.000\.00$/);
    expect(screen.getByRole("textbox", { name: "Size" })).toBeTruthy();
    await readyToSend();
  });

  it("says why no share can be taken", async () => {
    show();
    await screen.findByRole("form");
    fireEvent.click(screen.getByRole("button", { name: "50 % of what is available" }));
    expect(formText()).toContain("Give a limit price first.");
  });

  it("takes its price from the book and steps it by ticks", async () => {
    show();
    const price = await screen.findByRole("textbox", { name: "Limit price" });
    await expect.poll(() => screen.getByRole("button", { name: "Bid" }).getAttribute("aria-disabled")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Mid" }));
    expect(price).toHaveProperty("value", "64250.1");
    fireEvent.keyDown(price, { key: "ArrowUp" });
    expect(price).toHaveProperty("value", "64250.2");
    fireEvent.keyDown(price, { key: "ArrowDown", shiftKey: true });
    expect(price).toHaveProperty("value", "64249.2");
  });

  it("reads a size in quote: a market buy spends it, fee included", async () => {
    const { calls, answer } = show();
    changePreferences({ confirmOrders: false });
    answer(() => filled);
    await write("");
    fireEvent.click(
      within(screen.getByRole("group", { name: "Unit of the size" })).getByRole("button", { name: "USD" }),
    );
    fireEvent.input(screen.getByRole("textbox", { name: "Spend, fee included" }), { target: { value: "1000" } });
    await expect.poll(() => figure("You pay")).toMatch(/^\$(1.000\.00|999\.9\d)$/);
    fireEvent.click(await readyToSend());
    await expect.poll(() => calls.length).toBe(1);
    expect(calls[0]?.body).toMatchObject({ type: "market", cost: "1000" });
    expect(calls[0]?.body).not.toHaveProperty("quantity");
  });

  it("sends a good-till-date order with the moment it expires", async () => {
    const { calls, answer } = show();
    changePreferences({ confirmOrders: false });
    answer(() => filled);
    await write("0.01", "64000");
    fireEvent.change(screen.getByRole("combobox", { name: "Time in force" }), { target: { value: "gtd" } });
    fireEvent.change(screen.getByRole("combobox", { name: "Expires after" }), { target: { value: "1h" } });
    const before = Date.now();
    fireEvent.click(await readyToSend());
    await expect.poll(() => calls.length).toBe(1);
    const body = calls[0]?.body as { expiresAt: number; timeInForce: string };
    expect(body.timeInForce).toBe("gtd");
    expect(Math.abs(body.expiresAt - before - 3_600_000)).toBeLessThan(5_000);
  });

  it("is off with the reason for a buy while prices are stale, and lets a sale wait for a price", async () => {
    const stale = sampleTicker({ fresh: false, staleSince: NOW, staleReason: "no_data" });
    const balances = [
      { asset: "USD", total: decimal("10"), held: decimal("0"), available: decimal("10"), external: decimal("0") },
      { asset: "BTC", total: decimal("1"), held: decimal("0"), available: decimal("1"), external: decimal("0") },
    ];
    show({ ticker: () => stale, account: sampleState({ account: sampleAccount({ balances }) }) });
    await write("0.01", "64000");
    await expect.poll(() => submit().title).toContain("has no fresh price just now");
    fireEvent.click(screen.getByRole("button", { name: "Sell" }));
    await expect.poll(formText).toContain("the order is taken and waits for one");
    await readyToSend();
  });

  it("is reached from the keyboard with the side chosen, and left with Escape", async () => {
    const { desk } = show();
    await screen.findByRole("form");
    desk.focusOrderForm("sell");
    expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Limit price" }));
    expect(screen.getByRole("button", { name: "Sell" }).getAttribute("aria-pressed")).toBe("true");
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "Escape" });
    expect(document.activeElement).toBe(document.body);
  });

  it("forgets price and size when the symbol changes", async () => {
    const { desk } = show();
    await write("0.01", "64000");
    desk.setSymbol("ETH/USD");
    await screen.findByRole("form", { name: "Order ETH/USD" });
    expect(screen.getByRole("textbox", { name: "Limit price" })).toHaveProperty("value", "");
    expect(screen.getByRole("textbox", { name: "Size" })).toHaveProperty("value", "");
  });

  it("names what is not a number", async () => {
    show();
    await write("abc", "64000");
    await expect.poll(formText).toContain("The size is not a number above zero.");
    expect(screen.getByRole("textbox", { name: "Size" }).getAttribute("aria-invalid")).toBe("true");
  });
});

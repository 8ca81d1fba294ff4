import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { TradesPanel } from "../trades/trades-panel.tsx";
import { defaultWorld, renderDesk } from "../testing/render-desk.tsx";
import { NOW, sampleOrder, sampleState, sampleTicker } from "../testing/samples.ts";
import { OrderBookPanel } from "./order-book-panel.tsx";

const world = defaultWorld({
  book: () => ({
    bids: [
      [decimal("64250"), decimal("1")],
      [decimal("64249.5"), decimal("2")],
      [decimal("64240"), decimal("3")],
    ],
    asks: [[decimal("64251"), decimal("4")]],
  }),
});

describe("the order book panel", () => {
  it("puts the price that is clicked into the order form and brings the form into focus", async () => {
    const { desk } = renderDesk(() => <OrderBookPanel />, world);
    let isFocused = false;
    desk.registerOrderForm(() => {
      isFocused = true;
    });
    fireEvent.click(await screen.findByText(/64.249\.5/));
    expect(desk.draft).toMatchObject({ type: "limit", price: "64249.5", side: "buy" });
    expect(isFocused).toBe(true);
  });

  it("groups prices by a multiple of the tick and remembers it for the pair", async () => {
    renderDesk(() => <OrderBookPanel />, world);
    await screen.findByText(/64.249\.5/);
    fireEvent.change(screen.getByRole("combobox", { name: "Group prices by" }), { target: { value: "10" } });
    expect(screen.queryByText(/64.249\.5/)).toBeNull();
    const bids = within(screen.getByRole("rowgroup", { name: /Bids/ })).getAllByRole("row");
    expect(bids.map((row) => row.dataset["price"])).toEqual(["64250", "64240"]);
    expect(bids[1]?.textContent).toContain("5.00000");
  });

  it("marks the row of an own order", async () => {
    const openOrders = [sampleOrder({ limitPrice: decimal("64240"), quantity: decimal("0.5") })];
    renderDesk(() => <OrderBookPanel />, { ...world, account: sampleState({ openOrders }) });
    await expect.poll(() => screen.queryByRole("img", { name: /Your orders here: 0.5/ })).not.toBeNull();
  });

  it("follows the feed: a level that goes, goes", async () => {
    const { marketSends } = renderDesk(() => <OrderBookPanel />, world);
    await screen.findByText(/64.249\.5/);
    const bids: [ReturnType<typeof decimal>, ReturnType<typeof decimal>][] = [[decimal("64249.5"), decimal("0")]];
    marketSends([{ channel: "book", symbol: "BTC/USD", seq: 2, kind: "delta", bids, asks: [], at: NOW, fresh: true }]);
    await expect.poll(() => screen.queryByText(/64.249\.5/)).toBeNull();
  });

  it("greys and says since when while its data is stale", async () => {
    const stale = sampleTicker({ fresh: false, staleSince: NOW, staleReason: "book_unverified" });
    renderDesk(() => <OrderBookPanel />, { ...world, ticker: () => stale });
    await expect.poll(() => screen.queryByText(/failed its checksum.*Since 12:00:00/)).not.toBeNull();
  });

  it("says so when nobody bids or asks", async () => {
    renderDesk(() => <OrderBookPanel />);
    await expect.poll(() => screen.queryByText(/Nobody bids or asks/)).not.toBeNull();
  });
});

describe("the trades panel", () => {
  it("shows the tape of the desk's symbol and follows a switch to another", async () => {
    const { desk } = renderDesk(() => <TradesPanel />, world);
    expect(await screen.findByRole("table", { name: /BTC\/USD/ })).toBeTruthy();
    desk.setSymbol("ETH/USD");
    expect(await screen.findByRole("table", { name: /ETH\/USD/ })).toBeTruthy();
  });

  it("says that it waits for the first print", async () => {
    renderDesk(() => <TradesPanel />, { ...world, trades: () => [] });
    await expect.poll(() => screen.queryByText(/No trade yet/)).not.toBeNull();
  });
});

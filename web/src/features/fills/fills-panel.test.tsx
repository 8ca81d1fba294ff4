import { fireEvent, screen } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { defaultWorld, renderDesk } from "../testing/render-desk.tsx";
import { NOW, sampleFill, sampleState } from "../testing/samples.ts";
import { FillsPanel } from "./fills-panel.tsx";

function cells(row: number): (string | null)[] {
  const body = screen.getAllByRole("row")[row + 1];
  return [...(body?.querySelectorAll("td") ?? [])].map((cell) => cell.textContent);
}

describe("the fills panel", () => {
  it("says what to do while nothing was filled", async () => {
    const { desk } = renderDesk(() => <FillsPanel />);
    let focused = false;
    desk.registerOrderForm(() => {
      focused = true;
    });
    fireEvent.click(await screen.findByRole("button", { name: "Write an order" }));
    expect(focused).toBe(true);
  });

  it("shows price, quantity, fee, liquidity and the net result of an exit; an entry has none", async () => {
    const exit = sampleFill({
      id: "fill-2",
      side: "sell",
      price: decimal("65000"),
      cost: decimal("32500"),
      fee: decimal("130"),
      realisedProfit: decimal("242"),
      late: true,
      seq: 9,
    });
    renderDesk(() => <FillsPanel />, defaultWorld({ account: sampleState({ recentFills: [sampleFill(), exit] }) }));
    await screen.findByRole("table");
    await expect
      .poll(() => cells(0))
      .toEqual([
        "12:00:00late",
        "BTC/USD",
        "▼Sell",
        "65\u202f000.0",
        "0.5",
        "$32\u202f500.00",
        "$130.00",
        "taker",
        "+$242.00",
      ]);
    expect(cells(1).at(-1)).toBe("—");
  });

  it("shows a fill the moment it happens, on top", async () => {
    const { traderSends } = renderDesk(() => <FillsPanel />);
    await screen.findByText(/Nothing was bought or sold yet/);
    traderSends("fill_booked", { fills: [sampleFill({ quantity: decimal("0.125") })] });
    await expect.poll(() => screen.queryByText("0.125")).not.toBeNull();
  });

  it("draws only the rows in sight when there are hundreds", async () => {
    const recentFills = Array.from({ length: 180 }, (_, index) =>
      sampleFill({ id: `fill-${index}`, seq: index, time: NOW + index }),
    );
    renderDesk(() => <FillsPanel />, defaultWorld({ account: sampleState({ recentFills }) }));
    const table = await screen.findByRole("table");
    expect(table.getAttribute("aria-rowcount")).toBe("181");
    expect(table.querySelectorAll("tbody tr:not([aria-hidden])").length).toBeLessThan(60);
  });

  it("can show the fills of the desk's symbol only", async () => {
    const recentFills = [sampleFill(), sampleFill({ id: "fill-2", symbol: "ETH/USD", seq: 3 })];
    renderDesk(() => <FillsPanel />, defaultWorld({ account: sampleState({ recentFills }) }));
    await screen.findByRole("table");
    expect(screen.getAllByRole("row")).toHaveLength(3);
    fireEvent.click(screen.getByRole("switch", { name: "Only BTC/USD" }));
    expect(screen.getAllByRole("row")).toHaveLength(2);
  });
});

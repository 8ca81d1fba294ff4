import { fireEvent, screen } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { changePreferences } from "../../data/preferences.ts";
import { defaultWorld, refusal, renderDesk } from "../testing/render-desk.tsx";
import { NOW, sampleCandles, sampleOrder, sampleState, sampleTicker } from "../testing/samples.ts";
import { ChartPanel } from "./chart-panel.tsx";

function legend(): string {
  return document.querySelector("figure")?.textContent ?? "";
}

describe("the chart panel", () => {
  it("shows the figures of the last candle and says them to a screen reader", async () => {
    renderDesk(() => <ChartPanel />);
    await expect.poll(legend).toContain("64\u202f309.0");
    expect(legend()).toContain("+10.0 (+0.02\u202f%)");
    expect(legend()).toContain("running");
    expect(document.querySelector("figcaption")?.textContent).toContain("stands at 64\u202f309.0 USD");
  });

  it("changes the timeframe by its buttons", async () => {
    const { desk } = renderDesk(() => <ChartPanel />);
    fireEvent.click(screen.getByRole("button", { name: "4h" }));
    expect(desk.timeframe()).toBe("4h");
    expect(screen.getByRole("button", { name: "4h" }).getAttribute("aria-pressed")).toBe("true");
  });

  it("offers only the timeframes that the market can tell apart, and leaves one that it cannot", async () => {
    const { desk } = renderDesk(() => <ChartPanel />, defaultWorld({ timeframes: ["1h", "4h", "1d"] }));
    await expect.poll(() => desk.timeframe()).toBe("1h");
    const offered = screen.getAllByRole("button", { name: /^\d+[mhd]$/ }).map((button) => button.textContent);
    expect(offered).toEqual(["1h", "4h", "1d"]);
  });

  it("names moments in the chosen zone, and a daily candle by its UTC day", async () => {
    const { desk } = renderDesk(() => <ChartPanel />);
    await expect.poll(legend).toContain("Nov 25, 2026, 12:00");
    changePreferences({ zone: "America/New_York" });
    await expect.poll(legend).toContain("Nov 25, 2026, 07:00");
    desk.setTimeframe("1d");
    await expect.poll(legend).toMatch(/1dNov 25, 2026O/);
  });

  it("keeps the same canvas through a switch of symbol and timeframe", async () => {
    const { desk } = renderDesk(() => <ChartPanel />);
    await expect.poll(() => document.querySelector("canvas")).not.toBeNull();
    const canvas = document.querySelector("canvas");
    desk.setSymbol("ETH/USD");
    desk.setTimeframe("5m");
    await expect.poll(legend).toContain("ETH/USD · 5m");
    expect(document.querySelector("canvas")).toBe(canvas);
  });

  it("follows the running candle", async () => {
    const { marketSends } = renderDesk(() => <ChartPanel />);
    await expect.poll(legend).toContain("64\u202f309.0");
    const running = sampleCandles(300).at(-1);
    if (running !== undefined) {
      const candles = [{ ...running, close: decimal("64999.9"), high: decimal("65000") }];
      marketSends([{ channel: "candles", symbol: "BTC/USD", seq: 2, kind: "delta", interval: "1m", candles }]);
    }
    await expect.poll(legend).toContain("64\u202f999.9");
  });

  it("says so when no older candles exist", async () => {
    renderDesk(() => <ChartPanel />, defaultWorld({ candles: () => sampleCandles(30) }));
    await expect.poll(legend).toContain("No older candles");
  });

  it("greys with the reason and the time while its prices are stale", async () => {
    const stale = sampleTicker({ fresh: false, staleSince: NOW, staleReason: "no_data" });
    renderDesk(() => <ChartPanel />, defaultWorld({ ticker: () => stale }));
    await expect.poll(() => screen.queryByText(/sent nothing for this pair lately. Since 12:00:00/)).not.toBeNull();
  });

  it("moves through time from the keyboard and comes back to the latest candle", async () => {
    renderDesk(() => <ChartPanel />);
    await expect.poll(() => document.querySelector("canvas")).not.toBeNull();
    await goBackUntil(() => screen.queryByRole("button", { name: "Latest candle" }) !== null);
    fireEvent.keyDown(screen.getByRole("group", { name: /^Chart/ }), { key: "-" });
    fireEvent.click(screen.getByRole("button", { name: "Latest candle" }));
    await expect.poll(() => screen.queryByRole("button", { name: "Latest candle" })).toBeNull();
  });

  it("says why older candles did not come and asks again", async () => {
    const { answer, container } = renderDesk(() => <ChartPanel />, defaultWorld({ candles: () => sampleCandles(200) }));
    const failed = {
      code: "HISTORY_UNAVAILABLE",
      message: "The history cannot be read just now.",
      details: {},
    } as const;
    answer((call) => (call.path.includes("/candles") ? refusal(503, failed) : undefined));
    await expect.poll(() => container.querySelector("canvas")).not.toBeNull();
    await goBackUntil(() => legend().includes("The history cannot be read just now."));
    answer(() => undefined);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await expect.poll(legend).toContain("No older candles");
  });

  it("marks own fills of the symbol, those of the history too", async () => {
    const asked: string[] = [];
    const { answer, marketSends } = renderDesk(() => <ChartPanel />);
    answer((call) => {
      asked.push(call.path);
      return undefined;
    });
    await expect.poll(() => document.querySelector("canvas")).not.toBeNull();
    marketSends([]);
    await expect.poll(() => asked.some((path) => path.includes("/fills?symbol=BTC%2FUSD"))).toBe(true);
  });

  it("asks before it moves an order that was dragged, and sends the new price once", async () => {
    const order = sampleOrder({ limitPrice: decimal("64200"), side: "buy" });
    const { calls, answer } = renderDesk(
      () => <ChartPanel />,
      defaultWorld({ account: sampleState({ openOrders: [order] }) }),
    );
    answer((call) => (call.method === "PATCH" ? { status: 200, body: { order, fills: [] } } : undefined));
    await expect.poll(() => document.querySelector("canvas")).not.toBeNull();
    await dragLine();
    const confirm = await screen.findByRole("button", { name: /Move to/ });
    expect(calls).toHaveLength(0);
    fireEvent.click(confirm);
    fireEvent.click(confirm);
    await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ method: "PATCH", path: "/api/accounts/account-1/orders/order-1" });
    expect(calls[0]?.intent).toMatch(/[0-9a-f-]{36}/);
  });
});

/** Pages back through time, a page per painted frame. */
async function goBackUntil(isThere: () => boolean): Promise<void> {
  await expect
    .poll(() => {
      fireEvent.keyDown(screen.getByRole("group", { name: /^Chart/ }), { key: "PageUp" });
      return isThere();
    })
    .toBe(true);
}

/** Finds the order's line by the cursor it gives, then drags it 40 pixels up. */
async function dragLine(): Promise<void> {
  const host = screen.getByRole("group", { name: /^Chart/ });
  host.setPointerCapture = () => undefined;
  const box = host.getBoundingClientRect();
  const at = (type: string, y: number): void => {
    const place = { clientX: box.left + 200, clientY: box.top + y, button: 0, pointerId: 1, bubbles: true };
    host.dispatchEvent(new PointerEvent(type, place));
  };
  const findLine = (): number | null => {
    for (let y = 0; y < box.height; y += 2) {
      at("pointermove", y);
      if (host.style.cursor === "ns-resize") {
        return y + 4;
      }
    }
    return null;
  };
  await expect.poll(findLine).not.toBeNull();
  const y = findLine() ?? 0;
  at("pointerdown", y);
  at("pointermove", y - 40);
  at("pointerup", y - 40);
}

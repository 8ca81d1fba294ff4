import { render, screen } from "@solidjs/testing-library";
import { createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import "../../styles/index.css";
import { decimal } from "../../../../domain/decimal.ts";
import type { Trade } from "../../../../domain/market.ts";
import { changePreferences } from "../../data/preferences.ts";
import { bitcoin, NOW, sampleTrades } from "../testing/samples.ts";
import { rowsBefore } from "./trade-rows.ts";
import { TradesView } from "./trades-view.tsx";

const newestFirst = sampleTrades(200).toReversed();
const print: Trade = {
  id: 201,
  symbol: "BTC/USD",
  price: decimal("64999.5"),
  quantity: decimal("0.125"),
  side: "sell",
  time: NOW,
};

function show(initial: readonly Trade[]) {
  const [trades, setTrades] = createSignal(initial);
  render(() => (
    <div style={{ display: "flex", height: "300px", width: "280px" }}>
      <TradesView trades={trades()} instrument={bitcoin} />
    </div>
  ));
  return setTrades;
}

function rows(): HTMLElement[] {
  return screen.getAllByRole("row").slice(1);
}

describe("the tape", () => {
  it("shows price, size and time of the newest prints, the side by arrow and word", async () => {
    changePreferences({ zone: "UTC" });
    show([print, ...newestFirst]);
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    expect(rows()[0]?.textContent).toBe("▼Sold at 64\u202f999.50.1250012:00:00");
  });

  it("draws only the rows in sight", async () => {
    show(newestFirst);
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    expect(rows().length).toBeLessThan(40);
    expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("201");
  });

  it("moves texts through the same rows when a print comes", async () => {
    const setTrades = show(newestFirst);
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    const first = rows()[0];
    setTrades([print, ...newestFirst]);
    await expect.poll(() => rows()[0]?.textContent).toContain("64\u202f999.5");
    expect(rows()[0]).toBe(first);
  });

  it("keeps the rows under the eye while new prints come on top", async () => {
    const setTrades = show(newestFirst);
    await expect.poll(() => rows().length).toBeGreaterThan(0);
    const scroller = screen.getByRole("rowgroup", { name: "Trades" });
    scroller.scrollTop = 480;
    setTrades([print, ...newestFirst]);
    expect(scroller.scrollTop).toBe(500);
  });

  it("counts what came on top, and nothing for another symbol's tape", () => {
    expect(rowsBefore([print, ...newestFirst], newestFirst)).toBe(1);
    expect(rowsBefore(newestFirst, newestFirst)).toBe(0);
    expect(rowsBefore([{ ...print, symbol: "ETH/USD" }], newestFirst)).toBe(0);
    expect(rowsBefore(newestFirst, [])).toBe(0);
  });
});

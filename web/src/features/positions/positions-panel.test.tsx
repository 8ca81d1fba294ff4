import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { PositionView } from "../../../../contract/accounts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { changePreferences } from "../../data/preferences.ts";
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
import { PositionsPanel } from "./positions-panel.tsx";

const bitcoinHeld = samplePosition();
const etherHeld = samplePosition({
  asset: "ETH",
  symbol: "ETH/USD",
  quantity: decimal("2"),
  cost: decimal("7000"),
  averageEntryPrice: decimal("3500"),
  realisedProfit: decimal("-12.5"),
});
const dust = samplePosition({
  asset: "SOL",
  symbol: "SOL/USD",
  quantity: decimal("0.00001"),
  cost: null,
  averageEntryPrice: null,
  dust: true,
});

function worldOf(positions: PositionView[], change: Partial<World> = {}): World {
  const balances = [
    { asset: "USD", total: decimal("1000"), held: decimal("0"), available: decimal("1000"), external: decimal("0") },
    ...positions.map(({ asset, quantity, held }) => ({
      asset,
      total: quantity,
      held,
      available: quantity,
      external: decimal("0"),
    })),
  ];
  return defaultWorld({
    account: sampleState({ account: sampleAccount({ positions, balances }) }),
    ticker: (symbol) =>
      sampleTicker({ symbol, mark: decimal(symbol === "ETH/USD" ? "3400" : "64356"), fresh: symbol !== "SOL/USD" }),
    book: () => ({
      bids: [
        [decimal("64350"), decimal("0.2")],
        [decimal("64340"), decimal("1")],
      ],
      asks: [[decimal("64362"), decimal("1")]],
    }),
    ...change,
  });
}

function show(positions: PositionView[], change: Partial<World> = {}) {
  return renderDesk(() => <PositionsPanel />, worldOf(positions, change));
}

function row(asset: string): HTMLElement {
  return screen.getByRole("row", { name: new RegExp(`^${asset}/`) });
}

function symbols(): (string | undefined)[] {
  return screen
    .getAllByRole("row")
    .slice(1)
    .map((line) => line.querySelector("td button")?.textContent ?? undefined);
}

const sold = {
  status: 200,
  body: {
    order: sampleOrder({
      side: "sell",
      type: "market",
      status: "filled",
      limitPrice: null,
      quantity: decimal("0.25"),
      filledQuantity: decimal("0.25"),
      averagePrice: decimal("64348"),
    }),
    fills: [sampleFill({ side: "sell" })],
  },
};

describe("the positions panel", () => {
  it("says that a position has no stop where other orders hold all of it", async () => {
    const position = samplePosition();
    const reason = "Orders of your own hold all of it, so no stop can rest beside them.";
    const held = {
      ...position.protection,
      status: "partly" as const,
      protectedQuantity: decimal("0"),
      stopNet: null,
      reason,
    };
    show([{ ...position, protection: held }]);
    const cell = await screen.findByRole("button", { name: /^Protection of BTC: Orders of your own hold all of it/ });
    expect(cell.textContent).toBe("No stop: in orders");
  });

  it("says what to do while nothing is held", async () => {
    const { desk } = show([]);
    fireEvent.click(await screen.findByRole("button", { name: "Buy something" }));
    expect(desk.draft.side).toBe("buy");
  });

  it("shows entry, mark, value, unrealised profit with percent, and realised profit", async () => {
    show([bitcoinHeld]);
    await screen.findByRole("table");
    await expect.poll(() => row("BTC").textContent).toContain("64\u202f356.0");
    const text = row("BTC").textContent ?? "";
    expect(text).toContain("64\u202f256.0");
    expect(text).toContain("$32\u202f178.00");
    expect(text).toContain("+$50.00 (+0.16\u202f%)");
    expect(text).toContain("$0.00");
  });

  it("shows every column when that is wanted, though they do not fit: then the table scrolls", async () => {
    const { container } = renderDesk(
      () => (
        <div style={{ width: "420px", display: "flex" }}>
          <PositionsPanel />
        </div>
      ),
      worldOf([bitcoinHeld]),
    );
    const entry = () => screen.queryByRole("columnheader", { name: "Average entry" });
    await screen.findByRole("region", { name: "Table of positions" });
    expect(entry()).toBeNull();
    fireEvent.click(screen.getByRole("switch", { name: "All columns" }));
    await expect.poll(entry).not.toBeNull();
    expect(screen.queryByRole("columnheader", { name: "Realised P&L" })).not.toBeNull();
    const region = container.querySelector("[aria-label='Table of positions']");
    expect(region?.scrollWidth).toBeGreaterThan(region?.clientWidth ?? 0);
  });

  it("follows the market", async () => {
    const { marketSends } = show([bitcoinHeld]);
    await screen.findByRole("table");
    const ticker = sampleTicker({ mark: decimal("64000") });
    await expect.poll(() => row("BTC").textContent).toContain("+$50.00");
    const line = row("BTC");
    marketSends([{ channel: "ticker", symbol: "BTC/USD", seq: 2, ticker }]);
    await expect.poll(() => row("BTC").textContent).toContain("\u2212$128.00 (\u22120.40\u202f%)");
    expect(row("BTC")).toBe(line);
  });

  it("labels dust and shows what is not known as —", async () => {
    show([dust], { ticker: (symbol) => sampleTicker({ symbol, mark: null, fresh: false }) });
    await screen.findByRole("table");
    const cells = [...row("SOL").querySelectorAll("td")].map((cell) => cell.textContent);
    expect(cells[0]).toBe("SOL/USDdust");
    expect(cells.slice(2, 6)).toEqual(["—", "—", "—", "—"]);
  });

  it("sorts by result and filters winners and losers", async () => {
    show([etherHeld, bitcoinHeld]);
    await screen.findByRole("table");
    await expect.poll(() => row("BTC").textContent).toContain("+$50.00");
    fireEvent.click(screen.getByRole("button", { name: /Unrealised/ }));
    expect(symbols()).toEqual(["BTC/USD", "ETH/USD"]);
    fireEvent.click(screen.getByRole("button", { name: /Unrealised/ }));
    expect(symbols()).toEqual(["ETH/USD", "BTC/USD"]);
    fireEvent.click(screen.getByRole("button", { name: "Winning" }));
    expect(symbols()).toEqual(["BTC/USD"]);
    fireEvent.click(screen.getByRole("button", { name: "Losing" }));
    expect(symbols()).toEqual(["ETH/USD"]);
  });

  it("says in numbers what a close will do, and does it once", async () => {
    const { calls, answer } = show([bitcoinHeld]);
    answer(() => sold);
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 50 % of BTC" }));
    const dialog = await screen.findByRole("dialog");
    // 0.2 × 64350 + 0.05 × 64340 = 16087; fee 0.4 % 64.348; half of the cost 16064.
    await expect.poll(() => dialog.textContent).toContain("Sells at market0.25 BTC");
    for (const part of ["64\u202f348.0", "Fee$64.35", "You receive$16\u202f022.65", "\u2212$41.35", "Stays0.25 BTC"]) {
      expect(dialog.textContent).toContain(part);
    }
    expect(calls).toHaveLength(0);
    const confirm = within(dialog).getByRole("button", { name: "Sell 0.25 BTC" });
    fireEvent.click(confirm);
    fireEvent.click(confirm);
    await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
    expect(calls).toMatchObject([
      { method: "POST", path: "/api/accounts/account-1/positions/BTC/close", body: { percent: 50 } },
    ]);
    expect(screen.getByText(/BTC: Filled 0\.25 @ 64.348\.0/)).toBeTruthy();
  });

  it("says what will not be sold where the book is too thin, and what is cancelled first", async () => {
    const held = samplePosition({ quantity: decimal("2"), held: decimal("1"), cost: decimal("128000") });
    const resting = sampleOrder({ side: "sell", quantity: decimal("1"), limitPrice: decimal("70000") });
    const world = worldOf([held]);
    renderDesk(() => <PositionsPanel />, { ...world, account: { ...world.account, openOrders: [resting] } });
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 100 % of BTC" }));
    const dialog = await screen.findByRole("dialog");
    await expect.poll(() => dialog.textContent).toContain("0.8 BTC of it will not be sold");
    expect(dialog.textContent).toContain("Cancelled first");
    expect(dialog.textContent).toContain("Sell 1 of BTC/USD at 70\u202f000");
  });

  it("warns that a close without a fresh price waits, and still takes it", async () => {
    const stale = (symbol: string) =>
      sampleTicker({ symbol, fresh: false, staleSince: NOW, staleReason: "no_data" as const });
    const { calls, answer } = show([bitcoinHeld], { ticker: stale });
    answer(() => sold);
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 100 % of BTC" }));
    const dialog = await screen.findByRole("dialog");
    await expect.poll(() => dialog.textContent).toContain("it sells at the first fresh price");
    fireEvent.click(within(dialog).getByRole("button", { name: "Sell 100 %" }));
    await expect.poll(() => calls.length).toBe(1);
  });

  it("shows the desk's refusal in the dialog and keeps it open", async () => {
    const { answer } = show([bitcoinHeld]);
    answer(() =>
      refusal(409, { code: "NOTHING_TO_CLOSE", message: "There is no BTC position to close.", details: {} }),
    );
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 100 % of BTC" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(await within(dialog).findByRole("button", { name: "Sell 0.5 BTC" }));
    await expect.poll(() => dialog.textContent).toContain("There is no BTC position to close.");
  });

  it("tells what the desk has to say about a close that it took", async () => {
    const { answer, notices } = show([bitcoinHeld]);
    changePreferences({ confirmCloses: false });
    const left = "0.00001 BTC will be left, under the smallest order of 0.00005: it cannot be sold on its own.";
    answer(() => ({ ...sold, body: { ...sold.body, notices: [left] } }));
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 25 % of BTC" }));
    await expect.poll(() => notices.shown()).toMatchObject([{ tone: "warning", title: "Closing BTC", detail: left }]);
  });

  it("closes at once where the question is switched off", async () => {
    const { calls, answer } = show([bitcoinHeld]);
    changePreferences({ confirmCloses: false });
    answer(() => sold);
    await screen.findByRole("table");
    fireEvent.click(screen.getByRole("button", { name: "Close 25 % of BTC" }));
    await expect.poll(() => calls).toMatchObject([{ body: { percent: 25 } }]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

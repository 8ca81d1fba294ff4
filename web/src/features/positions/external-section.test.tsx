import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { BoughtCostView } from "../../../../contract/accounts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { changePreferences } from "../../data/preferences.ts";
import { defaultWorld, refusal, renderDesk, type RenderedDesk } from "../testing/render-desk.tsx";
import {
  sampleAccount,
  sampleExchange,
  sampleExternalOrder,
  sampleKrakenAccount,
  samplePosition,
  sampleState,
  sampleTicker,
} from "../testing/samples.ts";
import { PositionsPanel } from "./positions-panel.tsx";

function renderPanel(account = sampleKrakenAccount()): RenderedDesk {
  return renderDesk(
    () => <PositionsPanel />,
    defaultWorld({
      account: sampleState({ account }),
      ticker: (symbol) => sampleTicker({ symbol, mark: decimal("64000") }),
      book: () => ({ bids: [[decimal("64000"), decimal("5")]], asks: [[decimal("64001"), decimal("5")]] }),
    }),
  );
}

async function openAdopt(): Promise<HTMLElement> {
  fireEvent.click(await screen.findByRole("button", { name: "Adopt BTC…" }));
  return screen.findByRole("dialog");
}

function write(dialog: HTMLElement, label: string | RegExp, value: string): void {
  fireEvent.input(within(dialog).getByLabelText(label), { target: { value } });
}

function adoptions(desk: RenderedDesk) {
  return desk.calls.filter(({ method }) => method === "POST");
}

/** What the history says of 0.3 BTC. */
function historySays(desk: RenderedDesk, found: Partial<BoughtCostView>): void {
  const nothing = { quantity: decimal("0"), cost: decimal("0"), trades: 0, since: null, stoppedBy: null };
  const body = { asset: "BTC", wanted: decimal("0.3"), ...nothing, problem: null, tradesRead: 0, ...found };
  desk.answer((call) => (call.path.endsWith("/holdings/BTC/cost") ? { status: 200, body } : undefined));
}

describe("the cost that Kraken's history tells", () => {
  it("is suggested with its fees and taken over by a press alone", async () => {
    const desk = renderPanel();
    const since = Date.UTC(2025, 4, 5);
    const cost = decimal("15012.3456");
    historySays(desk, { reach: "ended", quantity: decimal("0.25"), cost, trades: 2, since, tradesRead: 60 });
    const dialog = await openAdopt();
    const says = await within(dialog).findByText(/the last 0.25 BTC bought \(2 trades since .*2025.*\), fees included/);
    expect(says.textContent).toContain("15\u202f012.35 USD");
    expect(says.textContent).toContain("It knows no purchase of the other 0.05 BTC");
    expect(within(dialog).getByLabelText(/What it cost/)).toHaveValue("");
    fireEvent.click(within(dialog).getByRole("button", { name: "Use that" }));
    expect(within(dialog).getByLabelText(/What it cost/)).toHaveValue("15012.3456");
    expect(within(dialog).getByLabelText("Quantity")).toHaveValue("0.25");
    expect(adoptions(desk)).toEqual([]);
  });

  it.each([
    [{ reach: "reading" }, "is read as soon as its limits leave room"],
    [{ reach: "reading", tradesRead: 100 }, "is being read: 100 trades so far."],
    [{ reach: "ended" }, "It knows no purchase of 0.3 BTC: deposited"],
    [{ reach: "ended", stoppedBy: "BTC/EUR" }, "What 0.3 BTC cost it does not say: the next came by BTC/EUR."],
    [{ reach: "too_far", tradesRead: 2000 }, "The last 2000 trades do not reach"],
    [{ reach: "failed", problem: "The key may not read trades." }, "could not be read: The key may not read trades."],
  ] as const)("says so where it does not reach: %o", async (found, words) => {
    const desk = renderPanel();
    historySays(desk, found);
    const dialog = await openAdopt();
    await waitFor(() => expect(dialog.textContent).toContain(words));
    expect(within(dialog).queryByRole("button", { name: "Use that" })).toBeNull();
  });
});

describe("what the desk does not manage", () => {
  it("stands apart from the positions, with quantity and value", async () => {
    renderPanel();
    const managed = within(await screen.findByRole("region", { name: "Table of positions" }));
    expect(managed.getByText("0.2")).toBeInTheDocument();
    const external = await screen.findByRole("region", { name: "Table of holdings that are not managed" });
    expect(external.textContent).toContain("BTC0.3");
    // 0.3 × 64,000
    await waitFor(() => expect(external.textContent).toContain("$19\u202f200.00"));
    expect(within(external).queryByRole("button", { name: /Close/ })).toBeNull();
  });

  it("is shown when nothing else is held, and cash is none of it", async () => {
    renderPanel(sampleKrakenAccount({ positions: [] }));
    const external = await screen.findByRole("region", { name: "Table of holdings that are not managed" });
    expect(external.textContent).not.toContain("USD");
    expect(screen.getByText("This desk manages no position.")).toBeInTheDocument();
  });

  it("does not exist in a paper account", async () => {
    renderPanel(sampleAccount({ positions: [samplePosition()] }));
    await screen.findByRole("region", { name: "Table of positions" });
    expect(screen.queryByText("Not managed by this desk")).toBeNull();
  });

  it("is adopted with a quantity and a cost, after saying that it may be sold then", async () => {
    const desk = renderPanel();
    desk.answer((call) => (call.method === "POST" ? { status: 200, body: sampleKrakenAccount() } : undefined));
    const dialog = await openAdopt();
    expect(dialog.textContent).toContain("stops, Close and flatten may sell it");
    const adopt = within(dialog).getByRole("button", { name: "Adopt 0.3 BTC" });
    expect(adopt).toHaveAttribute("aria-disabled", "true");
    fireEvent.click(adopt);
    expect(adoptions(desk)).toEqual([]);
    write(dialog, "Quantity", "0.1");
    write(dialog, /What it cost/, "6200");
    await waitFor(() => expect(dialog.textContent).toContain("That is 62\u202f000.0 USD per BTC"));
    fireEvent.click(within(dialog).getByRole("button", { name: "Adopt 0.1 BTC" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(adoptions(desk)).toMatchObject([
      { path: "/api/accounts/account-k/holdings/BTC/adopt", body: { quantity: "0.1", cost: "6200" } },
    ]);
  });

  it("cannot be adopted beyond what is there, and a refusal is shown", async () => {
    const desk = renderPanel();
    const dialog = await openAdopt();
    write(dialog, "Quantity", "0.31");
    expect(dialog.textContent).toContain("The account holds 0.3 BTC that is not managed");
    write(dialog, "Quantity", "0.3");
    write(dialog, /What it cost/, "18000");
    desk.answer(() =>
      refusal(422, { code: "ADOPTION_INVALID", message: "It was sold by hand meanwhile.", details: {} }),
    );
    fireEvent.click(within(dialog).getByRole("button", { name: "Adopt 0.3 BTC" }));
    expect(await within(dialog).findByText("It was sold by hand meanwhile.")).toBeInTheDocument();
  });
});

describe("orders made by hand", () => {
  const byHand = sampleKrakenAccount({
    exchange: sampleExchange({
      externalOrders: [
        sampleExternalOrder(),
        sampleExternalOrder({
          venueOrderId: "OHAND-2",
          type: "stop-loss",
          limitPrice: null,
          triggerPrice: decimal("50000"),
        }),
      ],
    }),
  });

  it("are listed without a cancel or an amend of their own", async () => {
    renderPanel(byHand);
    const table = await screen.findByRole("region", { name: "Table of orders made by hand" });
    await waitFor(() => expect(table.textContent).toContain("70\u202f000.0"));
    expect(table.textContent).toContain("50\u202f000.0");
    expect(within(table).queryByRole("button", { name: /Cancel|Amend/ })).toBeNull();
  });

  it("are told apart from an order of the desk that turned up after it had ended, which nobody is asked about", async () => {
    const stray = sampleExternalOrder({ venueOrderId: "OSTRAY-1", limitPrice: decimal("41000"), strayOf: "own-1" });
    renderPanel(sampleKrakenAccount({ exchange: sampleExchange({ externalOrders: [stray] }) }));
    const table = await screen.findByRole("region", { name: "Table of orders that turned up" });
    await waitFor(() => expect(table.textContent).toContain("41\u202f000.0"));
    expect(screen.getByText("Being cancelled at Kraken")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Cancel them…" })).toBeNull();
  });

  it("are cancelled only after a second question that names each", async () => {
    const desk = renderPanel(byHand);
    desk.answer((call) =>
      call.method === "DELETE"
        ? {
            status: 200,
            body: {
              cancelled: ["OHAND-11111-AAAAAA"],
              failed: [
                { venueOrderId: "OHAND-2", error: { code: "ORDER_NOT_OPEN", message: "It had ended.", details: {} } },
              ],
            },
          }
        : undefined,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Cancel them…" }));
    const dialog = await screen.findByRole("dialog");
    expect(desk.calls).toEqual([]);
    expect(dialog.textContent).toContain("sell 0.1 BTC/USD at 70\u202f000 (OHAND-11111-AAAAAA)");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 2 orders made by hand" }));
    expect(await within(dialog).findByText("Kraken took the cancel of 1 order made by hand.")).toBeInTheDocument();
    expect(dialog.textContent).toContain("OHAND-2 was not cancelled: It had ended.");
    expect(desk.calls.map(({ path }) => path)).toEqual([
      "/api/accounts/account-k/external-orders?confirm=external&orders=OHAND-11111-AAAAAA%2COHAND-2",
    ]);
  });
});

describe("closing a position on Kraken", () => {
  it("is always asked about and names the amount, whatever was switched off for paper", async () => {
    const desk = renderPanel(sampleKrakenAccount({ market: "live" }));
    changePreferences({ confirmCloses: false });
    fireEvent.click(await screen.findByRole("button", { name: "Close 100 % of BTC" }));
    const dialog = await screen.findByRole("dialog");
    // 0.2 × 64,000 less 0.26 %
    await waitFor(() =>
      expect(dialog.textContent).toContain("Sell 0.2 BTC for about 12\u202f766.72 USD of real money on Kraken"),
    );
    expect(desk.calls).toEqual([]);
    expect(within(dialog).getByRole("button", { name: "Sell 0.2 BTC on Kraken" })).toBeInTheDocument();
  });
});

import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { StopReport } from "../../../../contract/halts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { accountShown, krakenShown, renderApp } from "../../testing/render-app.tsx";
import { defaultWorld, refusal } from "../testing/render-desk.tsx";
import {
  sampleAccount,
  sampleExchange,
  sampleExternalOrder,
  sampleKrakenAccount,
  sampleOrder,
  samplePosition,
  sampleState,
} from "../testing/samples.ts";

const orders = [
  sampleOrder({ id: "a" }),
  sampleOrder({ id: "b" }),
  sampleOrder({ id: "c", symbol: "ETH/USD", side: "sell" }),
];
const account = sampleAccount({
  balances: [
    {
      asset: "USD",
      total: decimal("10000"),
      held: decimal("1204.8"),
      available: decimal("8795.2"),
      external: decimal("0"),
    },
    { asset: "ETH", total: decimal("2"), held: decimal("0.5"), available: decimal("1.5"), external: decimal("0") },
  ],
});
const world = defaultWorld({ account: sampleState({ account, openOrders: orders }) });

async function openStop(): Promise<HTMLElement> {
  await accountShown();
  fireEvent.click(await screen.findByRole("button", { name: "Stop" }));
  return screen.findByRole("dialog");
}

const report = (steps: StopReport["accounts"][number]["steps"], complete = true): StopReport => ({
  mode: "keep",
  complete,
  accounts: [{ accountId: "account-1", name: "Paper", stopped: true, complete, steps }],
});
const STEP = { what: "cancel", outcome: "done", orderId: null, asset: null, symbol: null } as const;

describe("Stop", () => {
  it("says in numbers what it will do, and after it step by step what it did and what it could not", async () => {
    const app = await renderApp({ world });
    app.answer((call) =>
      call.method === "POST"
        ? {
            status: 200,
            body: report(
              [
                { ...STEP, sentence: "Cancelled buy 0.1 BTC/USD." },
                { ...STEP, outcome: "asked", sentence: "Kraken was asked to cancel 1 order." },
                { ...STEP, outcome: "failed", sentence: "ETH could not be sold: no price." },
              ],
              false,
            ),
          }
        : undefined,
    );
    const dialog = await openStop();
    expect(dialog.textContent).toContain("Cancels 3 orders of Paper: BTC/USD 2, ETH/USD 1.");
    expect(dialog.textContent).toMatch(/\$1.204\.80 and 0\.5 ETH/);
    expect(dialog.textContent).toContain("Nothing is opened until you resume");

    fireEvent.click(within(dialog).getByRole("button", { name: "Stop, keep positions" }));
    expect(await within(dialog).findByText("Cancelled buy 0.1 BTC/USD.")).toBeInTheDocument();
    expect(dialog.textContent).toContain("✕ FailedETH could not be sold: no price.");
    expect(dialog.textContent).toContain("not everything is done yet");
    expect(app.calls).toMatchObject([{ method: "POST", path: "/api/accounts/account-1/stop", body: { mode: "keep" } }]);
  });

  it("asks what becomes of the positions: a stop for those without one, or all of them sold", async () => {
    const holding = sampleAccount({ positions: [samplePosition()] });
    const app = await renderApp({ world: defaultWorld({ account: sampleState({ account: holding }) }) });
    app.answer((call) => (call.method === "POST" ? { status: 200, body: report([]) } : undefined));
    const dialog = await openStop();
    fireEvent.click(within(dialog).getByRole("button", { name: "Flatten" }));
    expect(dialog.textContent).toMatch(/Sells [\d.]+ BTC for about/);
    fireEvent.click(within(dialog).getByRole("button", { name: "Protect" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Stop and protect" }));
    expect(await screen.findByRole("dialog", { name: "Stopped" })).toBeInTheDocument();
    expect(app.calls).toMatchObject([{ body: { mode: "protect" } }]);
  });

  it("counts only what it cancels: a stop order of the trader's own stays, a sale at once goes on", async () => {
    const held = sampleAccount({
      balances: account.balances.map((each) => ({ ...each, held: decimal("1") })),
      positions: [
        samplePosition({
          protection: { ...samplePosition().protection, stop: null, ownStop: decimal("61000"), stopOrderId: null },
        }),
      ],
    });
    const own = sampleOrder({ id: "s", side: "sell", symbol: "ETH/USD", type: "stop-loss", limitPrice: null });
    const openOrders = [
      sampleOrder({ id: "a" }),
      { ...own, triggerPrice: decimal("2000") },
      sampleOrder({ id: "x", side: "sell", type: "market", limitPrice: null, origin: "close" }),
    ];
    await renderApp({ world: defaultWorld({ account: sampleState({ account: held, openOrders }) }) });
    const dialog = await openStop();
    expect(dialog.textContent).toContain("Cancels 1 order of Paper: BTC/USD 1. This frees what they hold of $1.00.");
    expect(dialog.textContent).toContain("Leaves 2 orders that protect or sell a position: ETH/USD 1, BTC/USD 1.");
    expect(dialog.textContent).toMatch(/Keeps 1 position and every stop: BTC at 61.000\./);
    fireEvent.click(within(dialog).getByRole("button", { name: "Flatten" }));
    expect(dialog.textContent).toContain("Cancels 2 orders of Paper: BTC/USD 1, ETH/USD 1.");
  });

  it("is one stop, however often it is pressed", async () => {
    const app = await renderApp({ world });
    app.answer((call) => (call.method === "POST" ? new Promise<never>(() => undefined) : undefined));
    const dialog = await openStop();
    const button = within(dialog).getByRole("button", { name: "Stop, keep positions" });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(await within(dialog).findByRole("button", { name: "Stopping…" })).toBeInTheDocument();
    expect(app.calls).toHaveLength(1);
  });

  it("works although nothing is known to be open, and says when it was refused", async () => {
    const app = await renderApp();
    app.answer((call) =>
      call.method === "POST"
        ? refusal(429, { code: "RATE_LIMITED", message: "Too many requests; wait 5 s.", details: {} })
        : undefined,
    );
    const dialog = await openStop();
    expect(dialog.textContent).toContain("No order has to be cancelled.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Stop, keep positions" }));
    expect(await within(dialog).findByText("Too many requests; wait 5 s.")).toBeInTheDocument();
  });
});

describe("Stop on Kraken", () => {
  const exchange = sampleExchange({ externalOrders: [sampleExternalOrder()] });
  const krakenWorld = defaultWorld({ account: sampleState({ account: sampleKrakenAccount({ exchange }) }) });

  it("leaves orders made by hand alone until a second dialog was confirmed", async () => {
    const app = await renderApp({ world: krakenWorld });
    await krakenShown();
    app.answer((call) =>
      call.method === "DELETE" && call.path.includes("external-orders")
        ? { status: 200, body: { cancelled: ["OHAND-11111-AAAAAA"], failed: [] } }
        : call.method === "POST"
          ? { status: 200, body: report([{ ...STEP, sentence: "Nothing was open." }]) }
          : undefined,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Stop" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("1 order was made by hand at Kraken. Stop leaves it alone.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Stop, keep positions" }));
    await within(dialog).findByText("Nothing was open.");
    expect(app.calls.map(({ path }) => path)).toEqual(["/api/accounts/account-k/stop"]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel it too…" }));
    const second = await screen.findByRole("dialog", { name: "Cancel orders made by hand?" });
    expect(app.calls).toHaveLength(1);
    fireEvent.click(within(second).getByRole("button", { name: "Cancel 1 order made by hand" }));
    expect(await within(second).findByText(/^Kraken took the cancel of 1 order/)).toBeInTheDocument();
    expect(app.calls[1]?.path).toBe(
      "/api/accounts/account-k/external-orders?confirm=external&orders=OHAND-11111-AAAAAA",
    );
  });
});

import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { accountShown, krakenShown, renderApp } from "../../testing/render-app.tsx";
import { defaultWorld, refusal } from "../testing/render-desk.tsx";
import {
  sampleAccount,
  sampleExchange,
  sampleExternalOrder,
  sampleKrakenAccount,
  sampleOrder,
  sampleStanding,
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

describe("Stop", () => {
  it("says in numbers what it will do, and after it what it did and what it could not", async () => {
    const app = await renderApp({ world });
    app.answer((call) =>
      call.method === "DELETE"
        ? {
            status: 200,
            body: {
              cancelled: [
                { ...orders[0], status: "cancelled", filledQuantity: "0.1" },
                { ...orders[1], status: "cancelled" },
              ],
              failed: [
                { orderId: "c", error: { code: "ORDER_NOT_OPEN", message: "It was filled just now.", details: {} } },
              ],
            },
          }
        : undefined,
    );
    const dialog = await openStop();
    expect(dialog.textContent).toContain("3 orders of Paper will be cancelled: BTC/USD 2, ETH/USD 1.");
    expect(dialog.textContent).toMatch(
      /This frees \$1.204\.80 and 0\.5 ETH held for them\. Positions stay as they are\./,
    );

    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 3 orders" }));
    expect(await within(dialog).findByText("Cancelled 2 orders.")).toBeInTheDocument();
    expect(dialog.textContent).toContain("1 of them was partly filled before: 0.1 BTC.");
    expect(dialog.textContent).toContain("1 order could not be cancelled: It was filled just now.");
    expect(app.calls).toMatchObject([{ method: "DELETE", path: "/api/accounts/account-1/orders" }]);
  });

  it("is one cancel, however often it is pressed", async () => {
    const app = await renderApp({ world });
    app.answer((call) => (call.method === "DELETE" ? new Promise<never>(() => undefined) : undefined));
    const dialog = await openStop();
    const button = within(dialog).getByRole("button", { name: "Cancel 3 orders" });
    fireEvent.click(button);
    fireEvent.click(button);
    expect(await within(dialog).findByRole("button", { name: "Sending…" })).toBeInTheDocument();
    expect(app.calls).toHaveLength(1);
  });

  it("works although nothing is known to be open, and says when it was refused", async () => {
    const app = await renderApp();
    app.answer((call) =>
      call.method === "DELETE"
        ? refusal(429, { code: "RATE_LIMITED", message: "Too many requests; wait 5 s.", details: {} })
        : undefined,
    );
    const dialog = await openStop();
    expect(dialog.textContent).toContain("No order of Paper is open.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 0 orders" }));
    expect(await within(dialog).findByText("Too many requests; wait 5 s.")).toBeInTheDocument();
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 0 orders" }));
    await within(dialog).findByText("Too many requests; wait 5 s.");
    expect(new Set(app.calls.map((call) => call.intent)).size).toBe(2);
  });
});

describe("Stop on Kraken", () => {
  const own = ["a", "b", "c"].map((id) =>
    sampleOrder({ id, accountId: "account-k", standing: sampleStanding(), side: id === "c" ? "sell" : "buy" }),
  );
  const exchange = sampleExchange({ externalOrders: [sampleExternalOrder()] });
  const krakenWorld = defaultWorld({
    account: sampleState({ account: sampleKrakenAccount({ exchange }), openOrders: own }),
  });
  const asked = own.map((order) => ({
    ...order,
    status: "cancel_pending" as const,
    standing: sampleStanding({ cancel: { stage: "sent", requestedAt: 1 } }),
  }));

  it("calls cancelled only what Kraken has ended, and counts on as its answers come", async () => {
    const app = await renderApp({ world: krakenWorld });
    await krakenShown();
    app.answer((call) =>
      call.method === "DELETE" ? { status: 200, body: { cancelled: asked, failed: [] } } : undefined,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Stop" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 3 orders" }));
    expect(await within(dialog).findByText(/^Asked Kraken to cancel 3 orders;/)).toBeInTheDocument();
    expect(dialog.textContent).not.toContain("Cancelled 3 orders.");
    const [first, second] = own.map(({ standing: _ended, ...order }) => order);
    app.traderSends("order_cancelled", { orders: [{ ...(first ?? sampleOrder()), status: "cancelled", seq: 11 }] });
    expect(await within(dialog).findByText("Cancelled 1 order.")).toBeInTheDocument();
    app.traderSends("fill_booked", { orders: [{ ...(second ?? sampleOrder()), status: "filled", seq: 12 }] });
    expect(await within(dialog).findByText("1 order was filled before the cancel got there.")).toBeInTheDocument();
    expect(dialog.textContent).toContain("Asked Kraken to cancel 1 order;");
  });

  it("leaves orders made by hand alone until a second dialog was confirmed", async () => {
    const app = await renderApp({ world: krakenWorld });
    await krakenShown();
    app.answer((call) =>
      call.method === "DELETE" && call.path.includes("external-orders")
        ? { status: 200, body: { cancelled: ["OHAND-11111-AAAAAA"], failed: [] } }
        : call.method === "DELETE"
          ? { status: 200, body: { cancelled: asked, failed: [] } }
          : undefined,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Stop" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("1 order was made by hand at Kraken. Stop leaves it alone.");
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel 3 orders" }));
    await within(dialog).findByText(/^Asked Kraken/);
    expect(app.calls.map(({ path }) => path)).toEqual(["/api/accounts/account-k/orders"]);
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel it too…" }));
    const second = await screen.findByRole("dialog", { name: "Cancel orders made by hand?" });
    expect(app.calls).toHaveLength(1);
    fireEvent.click(within(second).getByRole("button", { name: "Cancel 1 order made by hand" }));
    expect(await within(second).findByText(/^Kraken took the cancel of 1 order/)).toBeInTheDocument();
    expect(app.calls[1]?.path).toBe("/api/accounts/account-k/external-orders?confirm=external");
  });
});

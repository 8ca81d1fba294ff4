import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { OrderView } from "../../../../contract/orders.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { defaultWorld, renderDesk, type RenderedDesk } from "../testing/render-desk.tsx";
import { sampleKrakenAccount, sampleOrder, sampleStanding, sampleState } from "../testing/samples.ts";
import { OrdersPanel } from "./orders-panel.tsx";

const stop = sampleOrder({
  id: "stop-1",
  accountId: "account-k",
  side: "sell",
  type: "stop-loss",
  limitPrice: null,
  triggerPrice: decimal("60000"),
  standing: sampleStanding(),
});

function withOrders(...openOrders: OrderView[]): RenderedDesk {
  const account = sampleKrakenAccount();
  return renderDesk(() => <OrdersPanel />, defaultWorld({ account: sampleState({ account, openOrders }) }));
}

async function onlyRow(): Promise<HTMLElement> {
  return screen.findByRole("row", { name: /BTC\/USD/ });
}

describe("the open orders of a Kraken account", () => {
  it("show type and trigger, and how each stands before its figures", async () => {
    withOrders(stop);
    const row = await onlyRow();
    await waitFor(() => expect(row.textContent).toContain("60\u202f000.0"));
    expect(row.textContent).toMatch(/Open.*Stop-loss.*0\.5/);
    expect(screen.getByRole("columnheader", { name: "Trigger" })).toBeInTheDocument();
  });

  it("change a trigger price, and nothing else", async () => {
    const desk = withOrders(stop);
    desk.answer(() => ({ status: 200, body: { order: stop, fills: [], notices: [] } }));
    const amend = within(await onlyRow()).getByRole("button", { name: /^Amend/ });
    await waitFor(() => expect(amend).not.toHaveAttribute("aria-disabled"));
    fireEvent.click(amend);
    expect(screen.queryByLabelText("New price")).toBeNull();
    fireEvent.input(await screen.findByLabelText("New trigger price"), { target: { value: "60500" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({ triggerPrice: "60500" });
  });

  it("are not changed twice at once: the change on its way is told with what it asks for", async () => {
    const amend = { stage: "sent", quantity: stop.quantity, limitPrice: null, triggerPrice: decimal("60500") } as const;
    withOrders({ ...stop, standing: sampleStanding({ amend }) });
    const row = await onlyRow();
    await waitFor(() => expect(row.textContent).toContain("60\u202f000.0"));
    expect(within(row).getByRole("button", { name: /^Amend/ })).toHaveAttribute(
      "title",
      "A change is on its way to Kraken. Wait for its answer.",
    );
    fireEvent.click(within(row).getByRole("button", { name: "Change sent, waiting for Kraken" }));
    await waitFor(() =>
      expect(screen.getByRole("status").textContent).toContain(
        "Asked for trigger 60\u202f500.0; the order keeps its old terms until Kraken has answered.",
      ),
    );
  });

  it("tell what Kraken makes wait, in words, where they are pressed", async () => {
    const standing = sampleStanding({ placement: "queued", waitReason: "Kraken's rate limit is used up." });
    withOrders({ ...stop, status: "submitting", standing });
    fireEvent.click(within(await onlyRow()).getByRole("button", { name: "Waiting to be sent" }));
    expect(screen.getByRole("status").textContent).toBe("Waiting to be sent. Kraken's rate limit is used up.");
  });

  it("can be cancelled while their outcome is not known", async () => {
    const desk = withOrders({ ...stop, status: "unknown", standing: sampleStanding({ placement: "sent" }) });
    const row = await onlyRow();
    expect(row.textContent).toContain("Sent, not confirmed yet; checking with Kraken");
    fireEvent.click(within(row).getByRole("button", { name: /^Cancel the/ }));
    await waitFor(() => expect(desk.calls.map(({ method }) => method)).toEqual(["DELETE"]));
  });
});

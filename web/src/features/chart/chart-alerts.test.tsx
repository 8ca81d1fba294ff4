import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { priceAlertRequest, type PriceAlertView } from "../../../../contract/price-alerts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { defaultWorld, refusal, renderDesk, type Call, type RenderedDesk } from "../testing/render-desk.tsx";
import { NOW, sampleAccount, sampleState } from "../testing/samples.ts";
import { ChartPanel } from "./chart-panel.tsx";

const waiting: PriceAlertView = {
  id: "one",
  symbol: "BTC/USD",
  direction: "below",
  price: decimal("64250"),
  note: "support",
  ask: null,
  createdAt: NOW,
};

function deskWith(...priceAlerts: PriceAlertView[]): RenderedDesk {
  const account = sampleAccount({ priceAlerts });
  const desk = renderDesk(() => <ChartPanel />, defaultWorld({ account: sampleState({ account }) }));
  desk.answer((call) => {
    if (call.method === "POST") {
      return { status: 201, body: { ...waiting, id: "two" } };
    }
    return call.method === "DELETE" ? { status: 200, body: { alerts: [], past: [] } } : undefined;
  });
  return desk;
}

function priceOf(call: Call | undefined): unknown {
  return priceAlertRequest.parse(call?.body).price;
}

async function chart(): Promise<HTMLElement> {
  await expect.poll(() => document.querySelector("canvas")).not.toBeNull();
  await expect.poll(() => document.querySelector("figcaption")?.textContent).toContain("stands at");
  return screen.getByRole("group", { name: /^Chart/ });
}

/** A right click at a height of the chart. */
function pressRight(host: HTMLElement, y: number): void {
  const box = host.getBoundingClientRect();
  const place = { clientX: box.left + 300, clientY: box.top + y, button: 2, bubbles: true, cancelable: true };
  host.dispatchEvent(new PointerEvent("contextmenu", place));
}

describe("price alerts on the chart", () => {
  it("are set at the price of the place that was pressed, on the tick and for its side of the market", async () => {
    const { calls } = deskWith();
    const host = await chart();
    host.focus();
    await expect
      .poll(() => {
        pressRight(host, 20);
        return screen.queryByRole("menuitem", { name: /^Alert at \d/ });
      })
      .not.toBeNull();
    const item = screen.getByRole("menuitem", { name: /^Alert at \d/ });
    const price = /at ([\d.\s]+)$/.exec(item.textContent)?.[1]?.replaceAll(/\s/g, "") ?? "";
    fireEvent.click(item);
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]).toMatchObject({
      method: "POST",
      path: "/api/accounts/account-1/price-alerts",
      body: { symbol: "BTC/USD", direction: "above", note: null },
    });
    expect(Number(priceOf(calls[0]))).toBe(Number(price));
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(host);
  });

  it("are written from the keyboard's menu and from the button, and say what they wait for", async () => {
    const { calls } = deskWith();
    const host = await chart();
    host.focus();
    host.dispatchEvent(new MouseEvent("contextmenu", { button: 0, bubbles: true, cancelable: true }));
    const menu = within(screen.getByRole("menu", { name: "Chart menu" }));
    expect(menu.getAllByRole("menuitem").map(({ textContent }) => textContent)).toEqual(["Alert at another price…"]);
    expect(document.activeElement).toBe(menu.getByRole("menuitem"));
    fireEvent.keyDown(menu.getByRole("menuitem"), { key: "Escape" });
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(host);

    fireEvent.click(screen.getByRole("button", { name: "Price alert…" }));
    const dialog = within(await screen.findByRole("dialog", { name: "Price alert for BTC/USD" }));
    expect(dialog.getByRole("button", { name: "Set alert" })).toHaveAttribute("aria-disabled", "true");
    fireEvent.input(dialog.getByLabelText("Tell me when it trades at"), { target: { value: "50000" } });
    expect(dialog.getByText(/at or below 50.000\.0 USD\. No page has to be open/)).toBeInTheDocument();
    fireEvent.click(dialog.getByRole("button", { name: "Set alert" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls).toMatchObject([{ method: "POST", body: { direction: "below", price: "50000" } }]);
  });

  it("have a bell on their line that opens them and a cross that removes them", async () => {
    const { calls } = deskWith(waiting);
    await chart();
    const bell = await screen.findByRole("button", { name: /^Alert at or below 64.250\.0: change it$/ });
    expect(bell).toHaveTextContent("support");
    fireEvent.click(bell);
    const dialog = within(await screen.findByRole("dialog", { name: "Price alert of BTC/USD" }));
    expect(dialog.getByLabelText("Tell me when it trades at")).toHaveValue("64250");
    fireEvent.click(dialog.getByRole("button", { name: "Leave it" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(calls).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: /^Remove the alert at or below 64.250\.0$/ }));
    await waitFor(() => expect(calls).toHaveLength(1));
    expect(calls[0]).toMatchObject({ method: "DELETE", path: "/api/accounts/account-1/price-alerts/one" });
  });

  it("are moved by dragging the bell: the new one is set before the old one is removed, with its note", async () => {
    const { calls } = deskWith(waiting);
    await chart();
    await dragBell(24);
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls).toMatchObject([
      { method: "POST", body: { symbol: "BTC/USD", direction: "below", note: "support" } },
      { method: "DELETE", path: "/api/accounts/account-1/price-alerts/one" },
    ]);
    expect(Number(priceOf(calls[0]))).toBeLessThan(64250);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("stay where they were when the desk refuses the move, which says why", async () => {
    const desk = deskWith(waiting);
    await chart();
    desk.answer((call) =>
      call.method === "POST"
        ? refusal(422, { code: "PRICE_ALERT_LIMIT", message: "An account has at most 50 price alerts.", details: {} })
        : undefined,
    );
    const before = (await screen.findByRole("button", { name: /^Alert at or below/ })).getBoundingClientRect().top;
    await dragBell(24);
    await waitFor(() => expect(desk.notices.all()).toHaveLength(1));
    expect(desk.notices.all()[0]).toMatchObject({
      title: "The alert was not moved",
      detail: "An account has at most 50 price alerts.",
    });
    expect(desk.calls.filter(({ method }) => method === "DELETE")).toEqual([]);
    await expect
      .poll(() => screen.getByRole("button", { name: /^Alert at or below/ }).getBoundingClientRect().top)
      .toBe(before);
  });

  it("leave the chart as it is when the last of them has fired", async () => {
    const { traderSends } = deskWith(waiting);
    const host = await chart();
    await screen.findByRole("button", { name: /^Alert at or below/ });
    const canvases = host.querySelectorAll("canvas").length;
    expect(canvases).toBeGreaterThan(0);
    traderSends("price_alert_fired", { account: sampleAccount({ priceAlerts: [] }) });
    await waitFor(() => expect(screen.queryByRole("button", { name: /^Alert at or below/ })).toBeNull());
    expect(host.querySelectorAll("canvas")).toHaveLength(canvases);
  });

  it("of another pair are not drawn", async () => {
    deskWith({ ...waiting, symbol: "ETH/USD" }, waiting);
    await chart();
    await screen.findByRole("button", { name: /^Alert at or below/ });
    expect(screen.getAllByRole("button", { name: /^Alert at or/ })).toHaveLength(1);
  });
});

async function dragBell(by: number): Promise<void> {
  const bell = await screen.findByRole("button", { name: /^Alert at or below/ });
  screen.getByRole("group", { name: /^Chart/ }).setPointerCapture = () => undefined;
  const box = bell.getBoundingClientRect();
  const at = (type: string, y: number): void => {
    const place = { clientX: box.left + 5, clientY: y, button: 0, pointerId: 1, bubbles: true };
    bell.dispatchEvent(new PointerEvent(type, place));
  };
  const middle = box.top + box.height / 2;
  at("pointerdown", middle);
  at("pointermove", middle + by);
  at("pointerup", middle + by);
}

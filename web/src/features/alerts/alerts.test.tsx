import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it, vi } from "vitest";
import type { ModelView, ProviderListView, ProviderView } from "../../../../contract/assistant.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { krakenShown, renderApp } from "../../testing/render-app.tsx";
import { defaultWorld, type Answer, type Call } from "../testing/render-desk.tsx";
import { NOW, sampleAccount, sampleKrakenAccount, sampleState } from "../testing/samples.ts";

const account = sampleKrakenAccount({ seq: 700 });
const world = defaultWorld({ account: sampleState({ account }) });

function alertEvent(seq: number, message: string): unknown {
  const data = { severity: "critical", message, alertId: `a${seq}`, orderId: null };
  return { epoch: "e1", seq, accountId: "account-k", time: NOW + seq, type: "alert_raised", data };
}

/** The journal: an old alert before the last 500 events, a new one within them. */
function journal(asked: string[]): (call: Call) => Answer {
  return (call) => {
    if (!call.path.includes("/events")) {
      return undefined;
    }
    asked.push(call.path);
    const isLast = call.path.includes("after=200");
    const events = isLast ? [alertEvent(650, "A fill came late.")] : [alertEvent(90, "Kraken refuses this key.")];
    return { status: 200, body: { epoch: "e1", events, last: 700 } };
  };
}

describe("alerts", () => {
  it("are there again after a reload, newest first, without being announced again", async () => {
    const asked: string[] = [];
    const app = await renderApp({ world, answer: journal(asked) });
    await krakenShown();
    fireEvent.click(await screen.findByRole("tab", { name: /^Alerts/ }));
    const list = await screen.findByRole("list", { name: "Alerts" });
    await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(2));
    expect(list.textContent).toMatch(/A fill came late\..*Kraken refuses this key\./);
    expect(app.notices.shown()).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  it("say whose they are where there is more than one account", async () => {
    const paper = sampleState({ account: sampleAccount({ name: "Practice" }) });
    const app = await renderApp({ world: defaultWorld({ account: sampleState({ account }), others: [paper] }) });
    await krakenShown();
    app.traderSends("alert_raised", {}, { severity: "critical", message: "A fill came late.", alertId: "x" });
    await waitFor(() => expect(app.notices.all().map(({ title }) => title)).toContain("A fill came late."));
    expect(app.notices.all()[0]?.detail).toBe(account.name);
  });

  it("come as a toast and into the list when they are raised, each once", async () => {
    const app = await renderApp({ world, answer: journal([]) });
    await krakenShown();
    await waitFor(() => expect(app.notices.all()).toHaveLength(2));
    app.traderSends(
      "alert_raised",
      {},
      { severity: "warning", message: "A trade made by hand took 0.1 BTC of this desk's position.", alertId: "x" },
    );
    const toasts = screen.getByRole("log", { name: "Notices" });
    expect(await within(toasts).findByText(/A trade made by hand took/)).toBeInTheDocument();
    expect(app.notices.all()).toHaveLength(3);
    app.notices.merge([
      { tone: "warning", title: "the same", detail: null, time: NOW, key: "e1:11" },
      { tone: "info", title: "another", detail: null, time: NOW - 1, key: "e1:3" },
    ]);
    expect(app.notices.all().map(({ title }) => title)).not.toContain("the same");
    expect(app.notices.all()).toHaveLength(4);
  });

  it("of a paper account are read too: halts, stops and price alerts happen there as well", async () => {
    const asked: string[] = [];
    const paper = defaultWorld({ account: sampleState({ account: sampleAccount({ seq: 300 }) }) });
    const app = await renderApp({ world: paper, answer: journal(asked) });
    await screen.findByRole("button", { name: /^PAPER Paper/ });
    await waitFor(() => expect(asked).toHaveLength(1));
    await waitFor(() => expect(app.notices.all()).toHaveLength(1));
  });
});

const sampleModel: ModelView = {
  id: "rules",
  name: "Built-in analyst",
  contextTokens: 1_000,
  maximumOutputTokens: 1_000,
  price: null,
  supports: { structuredOutput: false, tools: false, streamingUsage: false },
  timeoutSeconds: 10,
  own: false,
};
const sampleProvider: ProviderView = {
  id: "rules",
  name: "Built-in analyst",
  kind: "rules",
  baseUrl: null,
  needsKey: false,
  ready: true,
  reason: null,
  notice: "rules, not a language model",
  credential: null,
  models: [sampleModel],
  own: false,
};
/** One that can be asked and one whose key is missing. */
const sampleProviders: ProviderListView = {
  providers: [
    sampleProvider,
    { ...sampleProvider, id: "openai", ready: false, models: [{ ...sampleModel, id: "gpt", name: "GPT" }] },
  ],
  preferred: { providerId: "rules", modelId: "rules" },
};

describe("price alerts", () => {
  const waiting = {
    id: "alert-1",
    symbol: "BTC/USD",
    direction: "above" as const,
    price: decimal("70000"),
    note: "breakout",
    ask: null,
    createdAt: NOW,
  };
  const paper = defaultWorld({ account: sampleState({ account: sampleAccount({ priceAlerts: [waiting] }) }) });

  it("are set for the side on which they lie, and removed", async () => {
    const app = await renderApp({ world: paper });
    app.answer((call) =>
      call.method === "POST"
        ? { status: 201, body: { ...waiting, id: "alert-2", direction: "below", price: "50000", note: null } }
        : call.method === "DELETE"
          ? { status: 200, body: { alerts: [], past: [] } }
          : undefined,
    );
    fireEvent.click(await screen.findByRole("tab", { name: /^Alerts/ }));
    const section = within(await screen.findByRole("region", { name: "Price alerts" }));
    expect(section.getByText(/breakout/)).toBeInTheDocument();
    fireEvent.input(section.getByLabelText("Tell me when BTC/USD trades at"), { target: { value: "50000" } });
    fireEvent.click(section.getByRole("button", { name: /^Set alert: at or below 50.000/ }));
    await waitFor(() => expect(app.calls).toHaveLength(1));
    fireEvent.click(section.getByRole("button", { name: "Remove the alert of BTC/USD at 70000" }));
    await waitFor(() => expect(app.calls).toHaveLength(2));
    expect(app.calls).toMatchObject([
      { path: "/api/accounts/account-1/price-alerts", body: { symbol: "BTC/USD", direction: "below", price: "50000" } },
      { method: "DELETE", path: "/api/accounts/account-1/price-alerts/alert-1" },
    ]);
  });

  it("ask a model when they fire, where one is chosen", async () => {
    const app = await renderApp({ world: paper });
    app.answer((call) =>
      call.path === "/api/assistant/providers"
        ? { status: 200, body: sampleProviders }
        : call.method === "POST"
          ? { status: 201, body: { ...waiting, id: "alert-2", ask: { providerId: "rules", modelId: "rules" } } }
          : undefined,
    );
    fireEvent.click(await screen.findByRole("tab", { name: /^Alerts/ }));
    const section = within(await screen.findByRole("region", { name: "Price alerts" }));
    const choice = await section.findByRole("combobox", { name: "When it fires, ask" });
    await within(choice).findByRole("option", { name: "Built-in analyst" });
    expect(
      within(choice)
        .getAllByRole("option")
        .map(({ textContent }) => textContent),
    ).toEqual(["Nobody", "Built-in analyst"]);
    fireEvent.change(choice, { target: { value: "rules rules" } });
    expect(section.getByText(/only you can execute it/)).toBeInTheDocument();
    fireEvent.input(section.getByLabelText("Tell me when BTC/USD trades at"), { target: { value: "50000" } });
    fireEvent.click(section.getByRole("button", { name: /^Set alert/ }));
    await waitFor(() =>
      expect(app.calls).toMatchObject([{ body: { price: "50000", ask: { providerId: "rules", modelId: "rules" } } }]),
    );
    await waitFor(() => expect(choice).toHaveValue(""));
  });

  it("ask the browser for its notifications by a button alone", async () => {
    const request = vi.spyOn(Notification, "requestPermission").mockResolvedValue("denied");
    await renderApp({ world: paper });
    fireEvent.click(await screen.findByRole("tab", { name: /^Alerts/ }));
    await screen.findByRole("region", { name: "Price alerts" });
    expect(request).not.toHaveBeenCalled();
    const button = screen.queryByRole("button", { name: "Notify me in this browser" });
    if (button === null) {
      expect(screen.getByText(/^This browser refuses notifications/)).toBeInTheDocument();
    } else {
      fireEvent.click(button);
      expect(request).toHaveBeenCalledTimes(1);
    }
    request.mockRestore();
  });
});

import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
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

  it("of a paper account ask for no journal", async () => {
    const asked: string[] = [];
    const paper = defaultWorld({ account: sampleState({ account: sampleAccount() }) });
    await renderApp({ world: paper, answer: journal(asked) });
    await screen.findByRole("button", { name: /^PAPER Paper/ });
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(asked).toEqual([]);
  });
});

import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { ExchangeStandingView } from "../../../../contract/accounts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { preferences } from "../../data/preferences.ts";
import { accountShown, krakenShown, renderApp, type RenderedApp } from "../../testing/render-app.tsx";
import { defaultWorld } from "../testing/render-desk.tsx";
import { NOW, sampleExchange, sampleKrakenAccount, sampleState } from "../testing/samples.ts";

async function renderKraken(exchange: Partial<ExchangeStandingView> = {}, width = 1440): Promise<RenderedApp> {
  const account = sampleKrakenAccount({ exchange: sampleExchange(exchange) });
  const app = await renderApp({ world: defaultWorld({ account: sampleState({ account }) }), width });
  await krakenShown();
  return app;
}

function banner(): string {
  return screen.getByRole("status", { name: "Kraken" }).textContent ?? "";
}

describe("a Kraken account on screen", () => {
  it("has the word, a border around the page and its mark in the tab; paper has none of them", async () => {
    const link = document.createElement("link");
    link.rel = "icon";
    link.href = "/favicon.svg";
    document.head.prepend(link);
    await renderKraken();
    const border = document.querySelector<HTMLElement>("[data-mode-border]");
    expect(border).not.toBeNull();
    expect(border?.getBoundingClientRect().width).toBe(window.innerWidth);
    await waitFor(() => expect(document.title).toMatch(/^KRAKEN · /));
    expect(link.getAttribute("href")).toBe("/favicon-kraken.svg");
    document.body.innerHTML = "";
    await renderApp();
    await accountShown();
    expect(document.querySelector("[data-mode-border]")).toBeNull();
    await waitFor(() => expect(document.title).not.toContain("KRAKEN"));
    expect(link.getAttribute("href")).toBe("/favicon.svg");
    link.remove();
  });

  it("offers no paper money and leads to its key", async () => {
    const app = await renderKraken();
    fireEvent.click(screen.getByRole("button", { name: /^KRAKEN Kraken/ }));
    expect(await screen.findByRole("menuitemradio", { name: /Kraken KRAKEN/ })).toBeInTheDocument();
    expect(screen.queryByRole("menuitem", { name: "Deposit paper money…" })).toBeNull();
    fireEvent.click(screen.getByRole("menuitem", { name: "Kraken key and connection" }));
    await waitFor(() => expect(app.path()).toBe("/settings#kraken"));
  });

  it("that is being read says so in the account bar and moves nothing", async () => {
    await renderKraken({ connection: { status: "connecting", reason: null, retryAt: null } });
    expect(screen.getByText("connecting…")).toBeInTheDocument();
    expect(banner()).toBe("");
  });

  it("that is suspended says why and when it is tried again", async () => {
    await renderKraken({
      connection: { status: "suspended", reason: "Kraken is in maintenance.", retryAt: NOW },
    });
    expect(screen.getByText("suspended")).toBeInTheDocument();
    expect(banner()).toContain(
      "Trading on Kraken is suspended. Kraken is in maintenance. Tried again at 12:00:00. Cancel, close and Stop stay possible",
    );
    expect(screen.queryByRole("link", { name: "Key and connection" })).toBeNull();
  });

  it("without a key leads to where one is connected", async () => {
    await renderKraken({ connection: { status: "disconnected", reason: null, retryAt: null } });
    expect(screen.getByText("no key")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Key and connection" })).toHaveAttribute("href", "/settings#kraken");
  });

  it("shows both numbers of what is not reconciled, and goes quiet when it is", async () => {
    const app = await renderKraken({
      differences: [
        { asset: "BTC", believed: decimal("0.5"), actual: decimal("0.49"), notedAt: NOW, confirmed: true },
        { asset: "ETH", believed: decimal("1"), actual: decimal("1.1"), notedAt: NOW, confirmed: false },
      ],
    });
    expect(banner()).toContain("BTC: the desk counts 0.5, Kraken 0.49. Unreconciled: orders that add to it wait");
    expect(banner()).toContain("ETH: the desk counts 1, Kraken 1.1. Being read again");
    app.traderSends("difference_cleared", { account: sampleKrakenAccount() });
    await waitFor(() => expect(banner()).toBe(""));
  });

  it("fits a phone: mode, figures and Stop in sight, nothing wider than the screen", async () => {
    await renderKraken({}, 390);
    expect(screen.getByRole("button", { name: "Stop" })).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
    expect(screen.getByRole("button", { name: /^KRAKEN Kraken/ }).textContent).toContain("KRAKEN");
  });
});

describe("the accounts in the switcher", () => {
  it("say paper or Kraken each, and choosing one is all that changes it", async () => {
    const world = defaultWorld({ others: [sampleState({ account: sampleKrakenAccount({ createdAt: NOW }) })] });
    await renderApp({ world });
    await accountShown();
    expect(document.querySelector("[data-mode-border]")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: /^PAPER Paper/ }));
    expect(await screen.findByRole("menuitemradio", { name: "Paper PAPER" })).toBeInTheDocument();
    fireEvent.click(screen.getByRole("menuitemradio", { name: "Kraken KRAKEN" }));
    await krakenShown();
    expect(preferences.activeAccountId).toBe("account-k");
    expect(document.querySelector("[data-mode-border]")).not.toBeNull();
  });

  it("lead to a key while there is no Kraken account", async () => {
    const app = await renderApp();
    await accountShown();
    fireEvent.click(screen.getByRole("button", { name: /^PAPER Paper/ }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Connect Kraken…" }));
    await waitFor(() => expect(app.path()).toBe("/settings#kraken"));
  });

  it("are in the palette with the mode of each", async () => {
    const world = defaultWorld({ others: [sampleState({ account: sampleKrakenAccount({ createdAt: NOW }) })] });
    await renderApp({ world });
    await accountShown();
    fireEvent.keyDown(document.body, { key: "k" });
    const palette = within(await screen.findByRole("dialog", { name: "Command palette" }));
    fireEvent.input(palette.getByRole("combobox"), { target: { value: "kraken" } });
    fireEvent.click(await palette.findByRole("option", { name: /Go to KRAKEN Kraken/ }));
    await krakenShown();
  });
});

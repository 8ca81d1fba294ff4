import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { userEvent } from "vitest/browser";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { preferences } from "../../data/preferences.ts";
import { ADA, accountShown, renderApp } from "../../testing/render-app.tsx";
import { defaultWorld } from "../testing/render-desk.tsx";
import { NOW, sampleAccount, sampleFill, sampleOrder, samplePosition, sampleState } from "../testing/samples.ts";

describe("the frame", () => {
  it("shows the door before a live chart when nobody is signed in, and one click opens the desk", async () => {
    const app = await renderApp({ session: null });
    const door = await screen.findByRole("button", { name: "Try it with paper money" });
    expect(screen.getByRole("link", { name: "Sign in" })).toBeInTheDocument();
    expect(screen.queryByRole("dialog")).toBeNull();

    fireEvent.click(door);

    await waitFor(() => expect(screen.queryByRole("button", { name: "Try it with paper money" })).toBeNull());
    expect(app.calls.map((call) => call.path)).toEqual(["/api/auth/sign-in/anonymous"]);
  });

  it("says where the prices come from, what the account is worth and that it is paper", async () => {
    await renderApp();
    expect(await screen.findByText("SIMULATED")).toBeInTheDocument();
    expect(await screen.findByRole("button", { name: "PAPER Paper, account menu" })).toBeInTheDocument();
    const [header] = screen.getAllByRole("banner");
    const bar = within(header ?? document.body);
    expect(bar.getByText("Equity").nextElementSibling?.textContent).toBe("$10\u202f000.00");
    expect(bar.getByText("Available").nextElementSibling?.textContent).toBe("$10\u202f000.00");
    expect(bar.getByText("Today").nextElementSibling?.textContent).toBe("$0.00 (0.00\u202f%)");
  });

  it("goes to the last desk from the bare address and keeps symbol and timeframe in it", async () => {
    const app = await renderApp({ path: "/" });
    await waitFor(() => expect(app.path()).toBe("/trade/BTC-USD?tf=15m"));
  });

  it("answers an address that does not exist with a way back", async () => {
    await renderApp({ path: "/nowhere" });
    expect(await screen.findByText("There is no such page")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Back to the desk" })).toHaveAttribute("href", "/trade");
  });

  it("offers only pages that exist", async () => {
    await renderApp();
    const pages = within(await screen.findByRole("navigation", { name: "Pages" }));
    expect(pages.getAllByRole("link").map((link) => link.textContent)).toEqual([
      "Trade",
      "Assistant",
      "History",
      "Settings",
    ]);
  });
});

describe("the keyboard", () => {
  it("opens the symbol search with p, finds a pair and goes there with Enter", async () => {
    const app = await renderApp();
    await accountShown();
    await userEvent.keyboard("p");
    const field = await screen.findByRole("combobox", { name: "Search a pair" });
    await waitFor(() => expect(screen.getAllByRole("option").length).toBeGreaterThan(1));
    fireEvent.input(field, { target: { value: "eth" } });
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(app.path()).toBe("/trade/ETH-USD?tf=15m"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("opens the palette with k and runs an action from it", async () => {
    await renderApp();
    await accountShown();
    await userEvent.keyboard("k");
    const field = await screen.findByRole("combobox", { name: /Search commands/ });
    fireEvent.input(field, { target: { value: "watch" } });
    expect(preferences.watched).toContain("BTC/USD");
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(preferences.watched).not.toContain("BTC/USD"));
  });

  it("opens the palette with Ctrl+K even while something is typed, but no plain key acts then", async () => {
    await renderApp();
    const field = await screen.findByRole("textbox", { name: "Limit price" });
    field.focus();
    await userEvent.keyboard("k");
    expect(screen.queryByRole("dialog")).toBeNull();
    await userEvent.keyboard("{Control>}k{/Control}");
    expect(await screen.findByRole("dialog", { name: "Command palette" })).toBeInTheDocument();
  });

  it("chooses the side and focuses the form with s, and leaves the field with Esc", async () => {
    await renderApp();
    await screen.findByRole("textbox", { name: "Limit price" });
    await userEvent.keyboard("s");
    await waitFor(() => expect(document.activeElement?.tagName).toBe("INPUT"));
    expect(await screen.findByRole("button", { name: /^Sell .*BTC$/ })).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(document.body));
  });

  it("shows its own map with ? and gives the focus back when it is closed", async () => {
    await renderApp();
    const stop = await screen.findByRole("button", { name: "Stop" });
    stop.focus();
    await userEvent.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keyboard" })).toBeInTheDocument();
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(stop));
  });
});

describe("events", () => {
  it("announces a fill in a live region and keeps it among the alerts", async () => {
    const app = await renderApp();
    await accountShown();
    await waitFor(() => expect(screen.getByRole("tab", { name: /Alerts/ })).toBeInTheDocument());
    app.traderSends("fill_booked", {
      fills: [sampleFill({ id: "new", quantity: decimal("0.0100"), price: decimal("64250.1") })],
    });
    const log = screen.getByRole("log", { name: "Notices" });
    expect(await within(log).findByText(/0\.01 BTC @ 64.250\.1/)).toBeInTheDocument();
    fireEvent.click(within(log).getByRole("button", { name: "Dismiss" }));
    expect(within(log).queryByText(/BTC @/)).toBeNull();
    fireEvent.click(screen.getByRole("tab", { name: /Alerts/ }));
    const alerts = await screen.findByRole("list", { name: "Alerts" });
    expect(within(alerts).getByText(/0\.01 BTC @ 64.250\.1/)).toBeInTheDocument();
  });

  it("says one thing about a cancel of many orders", async () => {
    const orders = Array.from({ length: 5 }, (_, index) => sampleOrder({ id: `o${index}`, status: "cancelled" }));
    const app = await renderApp({ world: defaultWorld({ account: sampleState() }) });
    await accountShown();
    for (const order of orders) {
      app.traderSends("order_cancelled", { orders: [order] });
    }
    expect(await screen.findByText("Cancelled 5 orders")).toBeInTheDocument();
  });
});

describe("the first steps", () => {
  it("tick themselves off and can be closed for good", async () => {
    const app = await renderApp({
      world: defaultWorld({ account: sampleState({ openOrders: [], recentOrders: [], recentFills: [] }) }),
    });
    const strip = within(await screen.findByRole("complementary", { name: "First steps" }));
    expect(strip.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      expect.stringContaining("Place an order"),
      expect.stringContaining("Protect it"),
      expect.stringContaining("Ask the assistant"),
    ]);
    expect(strip.queryByText(/done/)).toBeNull();
    await screen.findByRole("button", { name: /^PAPER Paper/ });
    app.traderSends("order_opened", { orders: [sampleOrder()] });
    expect(await strip.findByText("(done)")).toBeInTheDocument();
    fireEvent.click(strip.getByRole("button", { name: /for good/ }));
    await waitFor(() => expect(screen.queryByRole("complementary", { name: "First steps" })).toBeNull());
    expect(preferences.firstStepsClosed).toBe(true);
  });

  it("bring the assistant forward when asking it is what is left", async () => {
    await renderApp({
      world: defaultWorld({ account: holding() }),
    });
    const strip = within(await screen.findByRole("complementary", { name: "First steps" }));
    await waitFor(() => expect(strip.getAllByText("(done)")).toHaveLength(2));
    fireEvent.click(strip.getByRole("button", { name: "Ask" }));
    expect(await screen.findByRole("region", { name: "Assistant" })).toBeInTheDocument();
  });

  it("are gone for somebody who has done all of them, the question on another device too", async () => {
    const before = { id: "chat-1", title: "Before", createdAt: NOW, updatedAt: NOW, runs: 2 };
    await renderApp({
      session: ADA,
      world: defaultWorld({ account: holding() }),
      answer: ({ path }) =>
        path.startsWith("/api/assistant/chats") ? { status: 200, body: { rows: [before], next: null } } : undefined,
    });
    await accountShown();
    await waitFor(() => expect(screen.queryByRole("complementary", { name: "First steps" })).toBeNull());
    expect(preferences.firstStepsDone).toContain("ask");
  });
});

/** An order was placed and what it bought is protected. */
function holding() {
  return sampleState({ account: sampleAccount({ positions: [samplePosition()] }), openOrders: [sampleOrder()] });
}

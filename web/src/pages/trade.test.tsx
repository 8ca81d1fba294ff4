import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { userEvent } from "vitest/browser";
import { describe, expect, it } from "vitest";
import { preferences } from "../data/preferences.ts";
import { accountShown, renderApp } from "../testing/render-app.tsx";
import { refusal } from "../features/testing/render-desk.tsx";

describe("the desk on a wide screen", () => {
  it("shows everything at once and remembers the sizes of its panels", async () => {
    await renderApp();
    await accountShown();
    for (const panel of ["Order book", "Trades", "Order"]) {
      expect(await screen.findByRole("region", { name: panel })).toBeInTheDocument();
    }
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Trade BTC/USD");
    screen.getByRole("separator", { name: "Width of the order book" }).focus();
    await userEvent.keyboard("{ArrowLeft}");
    expect(preferences.panelSizes["book"]).toBe(296);
  });

  it("keeps the tab that was chosen below", async () => {
    await renderApp();
    await accountShown();
    fireEvent.click(await screen.findByRole("tab", { name: /^Fills/ }));
    expect(preferences.panels["list-tab"]).toBe("fills");
    expect(screen.getByRole("tab", { name: /^Fills/ })).toHaveAttribute("aria-selected", "true");
  });
});

describe("the desk on a middling screen", () => {
  it("has the book as a tab beside the form", async () => {
    await renderApp({ width: 1024 });
    await accountShown();
    expect(screen.queryByRole("region", { name: "Order book" })).toBeNull();
    fireEvent.click(await screen.findByRole("tab", { name: "Book" }));
    expect(await screen.findByRole("region", { name: "Order book" })).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: "Order" })).toBeNull();
  });

  it("comes back to the form with b", async () => {
    await renderApp({ width: 1024 });
    await accountShown();
    fireEvent.click(await screen.findByRole("tab", { name: "Book" }));
    await userEvent.keyboard("b");
    await waitFor(() => expect(screen.getByRole("tab", { name: "Order" })).toHaveAttribute("aria-selected", "true"));
    await waitFor(() => expect(document.activeElement?.tagName).toBe("INPUT"));
  });
});

describe("the desk on a phone", () => {
  it("has one column, and a fixed bar that opens the form as a sheet on the chosen side", async () => {
    await renderApp({ width: 390 });
    await accountShown();
    expect(screen.getByRole("navigation", { name: "Pages" })).toBeInTheDocument();
    expect(screen.queryByRole("dialog")).toBeNull();
    fireEvent.click(await screen.findByRole("button", { name: "Sell" }));
    const sheet = await screen.findByRole("dialog", { name: "Order BTC/USD" });
    expect(await within(sheet).findByRole("button", { name: /^Sell .*BTC$/ })).toBeInTheDocument();
    await waitFor(() => expect(sheet.contains(document.activeElement)).toBe(true));
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("never scrolls sideways", async () => {
    await renderApp({ width: 390 });
    await accountShown();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  });
});

describe("the desk that does not answer", () => {
  it("says so at the door, and goes on by itself", async () => {
    let isAway = true;
    const app = await renderApp({
      answer: (call) =>
        call.path === "/api/session" && isAway
          ? refusal(503, { code: "TEMPORARILY_UNAVAILABLE", message: "Away.", details: {} })
          : undefined,
    });
    expect(
      await screen.findByText(/The desk does not answer at the moment/, {}, { timeout: 5_000 }),
    ).toBeInTheDocument();
    isAway = false;
    app.marketLine.lose(1001);
    await waitFor(() => expect(app.session.state().type).toBe("signed-in"), { timeout: 5_000 });
    await accountShown();
  });
});

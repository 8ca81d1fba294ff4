import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { renderApp, type RenderedApp } from "../../testing/render-app.tsx";
import { refusal } from "../testing/render-desk.tsx";
import { sampleFill, sampleOrder } from "../testing/samples.ts";
import { endOfDay, startOfDay } from "./day-range.ts";

function serveFills(app: RenderedApp, count: number): string[] {
  const asked: string[] = [];
  app.answer((call) => {
    if (!call.path.includes("/fills?")) {
      return undefined;
    }
    asked.push(call.path);
    const first = Number(new URL(call.path, "http://x").searchParams.get("cursor") ?? 0);
    const rows = Array.from({ length: 100 }, (_, index) => sampleFill({ id: `f${first + index}` }));
    const next = first + 100 < count ? String(first + 100) : null;
    return { status: 200, body: { rows, next } };
  });
  return asked;
}

describe("the history", () => {
  it("reads page by page and draws only the rows in sight", async () => {
    const app = await renderApp({ path: "/history" });
    const asked = serveFills(app, 300);
    const table = await screen.findByRole("region", { name: "Fills" });
    await waitFor(() => expect(within(table).getByRole("table")).toHaveAttribute("aria-rowcount", "101"));
    fireEvent.click(within(table).getByRole("button", { name: "Load older ones" }));
    await waitFor(() => expect(within(table).getByRole("table")).toHaveAttribute("aria-rowcount", "201"));
    expect(within(table).getAllByRole("row").length).toBeLessThan(120);
    expect(asked.map((path) => new URL(path, "http://x").searchParams.get("cursor"))).toEqual([null, "100"]);
  });

  it("asks again with the filters, days counted in the chosen zone", async () => {
    const app = await renderApp({ path: "/history" });
    const asked = serveFills(app, 100);
    await screen.findByRole("region", { name: "Fills" });
    fireEvent.change(screen.getByLabelText("Side"), { target: { value: "sell" } });
    fireEvent.input(screen.getByLabelText("From"), { target: { value: "2026-11-01" } });
    fireEvent.input(screen.getByLabelText("To"), { target: { value: "2026-11-02" } });
    await waitFor(() => {
      const query = new URL(asked.at(-1) ?? "", "http://x").searchParams;
      expect(query.get("side")).toBe("sell");
      expect(query.get("from")).toBe(String(Date.UTC(2026, 10, 1)));
      expect(query.get("to")).toBe(String(Date.UTC(2026, 10, 3)));
    });
  });

  it("says that it is incomplete, of accounts or of the assistant, and has everything copied again", async () => {
    const answer = ({ path }: { readonly path: string }) =>
      path === "/api/me/history"
        ? { status: 200, body: { parkedRows: 2 } }
        : path === "/api/me/rebuild-history"
          ? { status: 200, body: { queued: 40 } }
          : undefined;
    const app = await renderApp({ path: "/history", answer });
    const notice = await screen.findByText(/^The history is incomplete: 2 changes/, {}, { timeout: 10_000 });
    fireEvent.click(screen.getByRole("button", { name: "Send everything again" }));
    await waitFor(() => expect(notice).toHaveTextContent("40 changes on the way. Reload the page in a minute."));
    expect(app.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /api/me/rebuild-history"]);
  });

  it("says why it is not there and tries again", async () => {
    const app = await renderApp({ path: "/history" });
    app.answer((call) =>
      call.path.includes("/fills?")
        ? refusal(503, { code: "HISTORY_UNAVAILABLE", message: "History is away for a moment.", details: {} })
        : undefined,
    );
    expect(await screen.findByText("History is away for a moment.")).toBeInTheDocument();
    serveFills(app, 100);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("region", { name: "Fills" })).toBeInTheDocument();
  });

  it("shows everything that is recorded of one order", async () => {
    const app = await renderApp({ path: "/history" });
    const order = sampleOrder({
      status: "cancelled",
      postOnly: true,
      timeInForce: "gtd",
      reason: "Cancelled by you.",
      filledQuantity: decimal("0.1"),
    });
    app.answer((call) =>
      call.path.includes("/orders?") ? { status: 200, body: { rows: [order], next: null } } : undefined,
    );
    fireEvent.click(await screen.findByRole("tab", { name: "Orders" }));
    const table = await screen.findByRole("region", { name: "Orders" });
    fireEvent.click(within(table).getByText("BTC/USD"));
    const dialog = await screen.findByRole("dialog", { name: "Buy BTC/USD" });
    expect(dialog.textContent).toContain("Cancelled by you.");
    expect(dialog.textContent).toContain("limit, post-only, good till date");
  });

  it("is closed to who is not signed in, with the way in", async () => {
    await renderApp({ session: null, path: "/history" });
    expect(await screen.findByText("Nobody is signed in.")).toBeInTheDocument();
  });
});

describe("a day in a zone", () => {
  it("begins at its own midnight, also when the clocks change", () => {
    expect(startOfDay("2026-11-25", "UTC")).toBe(Date.UTC(2026, 10, 25));
    expect(startOfDay("2026-11-25", "Asia/Tokyo")).toBe(Date.UTC(2026, 10, 24, 15));
    expect(startOfDay("2026-03-08", "America/New_York")).toBe(Date.UTC(2026, 2, 8, 5));
    expect(startOfDay("2026-03-09", "America/New_York")).toBe(Date.UTC(2026, 2, 9, 4));
    expect(endOfDay("2026-03-08", "America/New_York")).toBe(Date.UTC(2026, 2, 9, 4));
    expect(endOfDay("2026-12-31", "UTC")).toBe(Date.UTC(2027, 0, 1));
  });

  it("is nothing for a text that is no day", () => {
    expect(startOfDay("", "UTC")).toBeUndefined();
    expect(endOfDay("tomorrow", "UTC")).toBeUndefined();
  });
});

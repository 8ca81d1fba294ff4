import { screen, waitFor } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { accountShown, renderApp } from "../../testing/render-app.tsx";
import { sampleTicker } from "../testing/samples.ts";

function state(): string | undefined {
  return document.querySelector<HTMLElement>("[data-connection]")?.dataset["connection"];
}

describe("the connection", () => {
  it("is a word beside the dot, and says nothing in the first two seconds of a loss", async () => {
    const app = await renderApp();
    await accountShown();
    await waitFor(() => expect(state()).toBe("live"));
    expect(screen.getByText("Connected: prices and account are live")).toBeInTheDocument();
    app.marketLine.lose(1006);
    expect(screen.queryByText(/line to the/)).toBeNull();
    await waitFor(() => expect(state()).toBe("live"), { timeout: 3_000 });
    expect(screen.queryByText(/line to the/)).toBeNull();
  });

  it("counts down in a line when the loss lasts, and the line goes when it is back", async () => {
    const app = await renderApp();
    await accountShown();
    await waitFor(() => expect(state()).toBe("live"));
    app.marketLine.refuse(true);
    app.traderLine.refuse(true);
    app.marketLine.lose(1006);
    app.traderLine.lose(1006);
    expect(await screen.findByText(/The line to the desk is lost/, {}, { timeout: 6_000 })).toBeInTheDocument();
    expect(screen.getByText(/Orders already placed stay as they are/)).toBeInTheDocument();
    app.marketLine.refuse(false);
    app.traderLine.refuse(false);
    await waitFor(() => expect(state()).toBe("live"), { timeout: 9_000 });
    expect(screen.queryByText(/The line to the desk is lost/)).toBeNull();
  });

  it("tells the desk's own loss of the exchange apart", async () => {
    const app = await renderApp();
    await accountShown();
    app.marketLine.send({ type: "frame", frame: 9, marketTime: Date.now(), connected: false, updates: [] });
    expect(await screen.findByText(/The desk has lost the exchange and is reconnecting/)).toBeInTheDocument();
    app.marketLine.send({ type: "frame", frame: 10, marketTime: Date.now(), connected: true, updates: [] });
    await waitFor(() => expect(screen.queryByText(/The desk has lost the exchange/)).toBeNull());
  });

  it("marks a stale price as stale at once, with the reason", async () => {
    const app = await renderApp();
    await accountShown();
    const ticker = sampleTicker({ fresh: false, staleReason: "book_unverified", staleSince: Date.now() });
    app.marketLine.send({
      type: "frame",
      frame: 9,
      marketTime: Date.now(),
      connected: true,
      updates: [{ channel: "ticker", symbol: "BTC/USD", seq: 2, ticker }],
    });
    expect(await screen.findByText("stale")).toBeInTheDocument();
  });
});

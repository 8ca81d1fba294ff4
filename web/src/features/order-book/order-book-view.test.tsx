import { fireEvent, render, screen, within } from "@solidjs/testing-library";
import { createSignal, type Accessor } from "solid-js";
import { describe, expect, it } from "vitest";
import "../../styles/index.css";
import { decimal } from "../../../../domain/decimal.ts";
import type { Level } from "../../../../domain/market.ts";
import type { Book } from "../../data/book-mirror.ts";
import { bitcoin, NOW } from "../testing/samples.ts";
import type { OwnLevel } from "./book-rows.ts";
import { OrderBookView } from "./order-book-view.tsx";

function ladder(best: number, direction: 1 | -1, count: number): Level[] {
  return Array.from({ length: count }, (_, index) => [decimal(String(best + direction * index)), decimal("0.5")]);
}

function bookOf(change: Partial<Book> = {}): Book {
  return {
    symbol: "BTC/USD",
    bids: ladder(64_250, -1, 60),
    asks: ladder(64_251, 1, 60),
    at: NOW,
    fresh: true,
    ...change,
  };
}

function show(book: Accessor<Book>, own: readonly OwnLevel[] = []): { picked: string[] } {
  const picked: string[] = [];
  render(() => (
    <div style={{ display: "flex", height: "500px", width: "280px" }}>
      <OrderBookView
        book={book()}
        instrument={bitcoin}
        step={bitcoin.tickSize}
        own={own}
        onPick={(price) => picked.push(price)}
      />
    </div>
  ));
  return { picked };
}

function rows(side: "Bids" | "Asks"): HTMLElement[] {
  return within(screen.getByRole("rowgroup", { name: new RegExp(side) })).getAllByRole("row");
}

describe("the order book", () => {
  it("shows price, size and running total of at least 15 levels a side, best next to the spread", () => {
    show(() => bookOf());
    expect(rows("Bids").length).toBeGreaterThanOrEqual(15);
    expect(rows("Asks").length).toBeGreaterThanOrEqual(15);
    expect(rows("Bids")[1]?.textContent).toBe("64\u202f249.00.500001.00000");
    const spread = screen.getByText("Spread").getBoundingClientRect();
    expect(rows("Asks")[0]?.getBoundingClientRect().bottom).toBeLessThanOrEqual(spread.top);
    expect(rows("Bids")[0]?.getBoundingClientRect().top).toBeGreaterThanOrEqual(spread.bottom - 1);
  });

  it("says how wide the spread is, absolutely and in percent", () => {
    show(() => bookOf());
    const row = screen.getByText("Spread").parentElement;
    expect(row?.textContent).toContain("1.0");
    expect(row?.textContent).toContain("0.002\u202f%");
  });

  it("changes texts in place: no row is made again and none changes its height", async () => {
    const [book, setBook] = createSignal(bookOf());
    show(book);
    const before = rows("Bids");
    const height = before[0]?.parentElement?.getBoundingClientRect().height;
    setBook(bookOf({ bids: [[decimal("64250"), decimal("7")], ...ladder(64_249, -1, 59)] }));
    const after = rows("Bids");
    expect(after).toEqual(before);
    expect(after[0]?.textContent).toContain("7.00000");
    expect(after[0]?.parentElement?.getBoundingClientRect().height).toBe(height);
    expect(document.getAnimations().length).toBe(1);
    await Promise.all(document.getAnimations().map((animation) => animation.finished));
  });

  it("draws more levels when it is scrolled to the end", async () => {
    show(() => bookOf());
    const before = rows("Bids").length;
    const scroller = screen.getByRole("rowgroup", { name: /Bids/ });
    scroller.scrollTop = scroller.scrollHeight;
    await expect.poll(() => rows("Bids").length).toBeGreaterThan(before);
  });

  it("gives the price that is clicked to the order form", () => {
    const { picked } = show(() => bookOf());
    fireEvent.click(rows("Asks")[2] ?? document.body);
    fireEvent.click(rows("Bids")[1] ?? document.body);
    expect(picked).toEqual(["64253", "64249"]);
  });

  it("is one stop of the Tab key; arrows cross the spread and Enter takes the price", () => {
    const { picked } = show(() => bookOf());
    const stops = document.querySelectorAll("[role=row][tabindex='0']");
    expect(stops).toHaveLength(1);
    rows("Bids")[0]?.focus();
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "ArrowUp" });
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "ArrowUp" });
    expect(document.activeElement).toBe(rows("Asks")[1]);
    fireEvent.keyDown(document.activeElement ?? document.body, { key: "Enter" });
    expect(picked).toEqual(["64252"]);
  });

  it("marks own orders in words as well as by a dot", () => {
    show(() => bookOf(), [{ side: "buy", price: decimal("64249"), remaining: decimal("0.125") }]);
    expect(
      within(rows("Bids")[1] ?? document.body)
        .getByRole("img")
        .getAttribute("aria-label"),
    ).toContain("0.125");
  });

  it("shows a missing spread as — while a side is empty", () => {
    show(() => bookOf({ asks: [] }));
    expect(screen.getByText("Spread").parentElement?.textContent).toBe("Spread——");
  });
});

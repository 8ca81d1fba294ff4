import { render, screen } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { blocksOf, RichText } from "./rich-text.tsx";

describe("a model's answer on the page", () => {
  it("is paragraphs, lists, headings and code", () => {
    expect(blocksOf("## Why\nIt fell.\n- one\n- two\n\n```\nx = 1\n").map(({ type }) => type)).toEqual([
      "heading",
      "text",
      "list",
      "code",
    ]);
  });

  it("keeps the numbers of a list, blank lines between them or not, and takes a price before a full stop for no number", () => {
    const { container } = render(() => (
      <RichText text={"1. Wait.\n2. Buy.\n\n3. Sell.\n- at market\n64250. Then it fell.\n\n100. It rose."} />
    ));
    expect(
      [...container.querySelectorAll("ol > li")].map((item) => [item.getAttribute("value"), item.textContent]),
    ).toEqual([
      ["1", "Wait."],
      ["2", "Buy."],
      ["3", "Sell."],
    ]);
    expect([...container.querySelectorAll("ul > li, p")].map(({ textContent }) => textContent)).toEqual([
      "at market",
      "64250. Then it fell.",
      "100. It rose.",
    ]);
  });

  it("makes no link, no image and no markup of what the model wrote", () => {
    const { container } = render(() => (
      <RichText
        text={'<img src=x onerror="1"> [click](https://example.com) ![p](https://example.com/p.png) **bold**'}
      />
    ));
    expect(container.querySelectorAll("a, img, script")).toHaveLength(0);
    expect(screen.getByText("bold").tagName).toBe("STRONG");
    expect(container.textContent).toContain("<img src=x");
  });
});

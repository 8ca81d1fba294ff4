import { fireEvent, render, screen, waitFor, within } from "@solidjs/testing-library";
import { createSignal } from "solid-js";
import { userEvent } from "vitest/browser";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decimal } from "../../../domain/decimal.ts";
import { preferences, resetPreferences } from "../data/preferences.ts";
import "../styles/index.css";
import { Button } from "./button.tsx";
import { DataTable } from "./data-table.tsx";
import { DecimalField, steppedText } from "./decimal-field.tsx";
import { Menu } from "./menu.tsx";
import { NumberCell, ProfitText } from "./number-cell.tsx";
import { Panel } from "./panel.tsx";
import { searchEntries, type SearchEntry } from "./search-list.tsx";
import { Splitter, panelSize } from "./splitter.tsx";
import { Tabs } from "./tabs.tsx";

afterEach(() => resetPreferences());

describe("a button", () => {
  it("that is blocked says why, keeps its place in the keyboard and does nothing", () => {
    const press = vi.fn();
    render(() => (
      <Button blockedReason="Prices are stale" onClick={press}>
        Buy
      </Button>
    ));
    const button = screen.getByRole("button", { name: "Buy" });
    fireEvent.click(button);
    expect(press).not.toHaveBeenCalled();
    expect(button).toHaveAttribute("title", "Prices are stale");
    expect(button.hasAttribute("disabled")).toBe(false);
  });
});

describe("a decimal field", () => {
  it("holds what is typed, forgives groups and a typographic minus, and steps with the arrows", async () => {
    const [text, setText] = createSignal("0.10");
    render(() => <DecimalField label="Size" value={text()} onInput={setText} step={decimal("0.05")} />);
    const field = screen.getByLabelText("Size");
    fireEvent.input(field, { target: { value: "64,250.1" } });
    expect(text()).toBe("64250.1");
    setText("0.10");
    field.focus();
    await userEvent.keyboard("{ArrowUp}");
    expect(text()).toBe("0.15");
    await userEvent.keyboard("{Shift>}{ArrowUp}{/Shift}");
    expect(text()).toBe("0.65");
    await userEvent.keyboard("{ArrowDown}");
    expect(text()).toBe("0.6");
  });

  it("never steps below nothing and lands on the grid", () => {
    expect(steppedText("0.02", decimal("0.05"), -1, false)).toBe("0");
    expect(steppedText("0.12", decimal("0.05"), 1, false)).toBe("0.15");
    expect(steppedText("nonsense", decimal("0.05"), 1, false)).toBe("0.05");
  });
});

describe("a menu", () => {
  it("opens with focus inside, moves with the arrows, chooses, and gives the focus back", async () => {
    const choose = vi.fn();
    render(() => (
      <Menu
        label="More"
        trigger="…"
        items={[
          { label: "First", onSelect: () => undefined },
          { label: "Second", onSelect: choose },
        ]}
      />
    ));
    const trigger = screen.getByRole("button", { name: "More" });
    expect(screen.queryByRole("menu")).toBeNull();
    await userEvent.click(trigger);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("menuitem", { name: "First" })));
    expect(trigger).toHaveAttribute("aria-expanded", "true");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(choose).toHaveBeenCalledTimes(1);
    await waitFor(() => expect(document.activeElement).toBe(trigger));

    await userEvent.click(trigger);
    await screen.findByRole("menu");
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("menu")).toBeNull());
  });
});

describe("tabs", () => {
  it("show one panel and move with the arrows, round the ends", async () => {
    const [value, setValue] = createSignal("a");
    render(() => (
      <Tabs
        label="Lists"
        value={value()}
        onChange={setValue}
        items={[
          { id: "a", label: "A", content: () => <p>first</p> },
          { id: "b", label: "B", count: () => 3, content: () => <p>second</p> },
        ]}
      />
    ));
    expect(screen.getByRole("tabpanel")).toBeInTheDocument();
    expect(screen.queryByText("second")).toBeNull();
    screen.getByRole("tab", { name: "A" }).focus();
    await userEvent.keyboard("{ArrowLeft}");
    expect(value()).toBe("b");
    expect(screen.getByText("second")).toBeInTheDocument();
    expect(document.activeElement).toBe(screen.getByRole("tab", { name: /B/ }));
  });
});

describe("a table", () => {
  const rows = Array.from({ length: 500 }, (_, index) => ({ id: index }));
  const columns = [
    {
      id: "id",
      header: "Number",
      cell: (row: { id: number }) => String(row.id),
      compare: (left: { id: number }, right: { id: number }) => left.id - right.id,
    },
  ];

  it("draws only the rows in sight once there are over a hundred, and scrolls through all", async () => {
    render(() => (
      <div style={{ height: "260px", display: "flex" }}>
        <DataTable label="Numbers" columns={columns} rows={rows} />
      </div>
    ));
    const region = screen.getByRole("region", { name: "Numbers" });
    await waitFor(() => expect(within(region).getAllByRole("row").length).toBeGreaterThan(5));
    expect(within(region).getAllByRole("row").length).toBeLessThan(60);
    expect(within(region).getByText("0")).toBeInTheDocument();
    region.scrollTop = region.scrollHeight;
    expect(await within(region).findByText("499")).toBeInTheDocument();
    expect(within(region).queryByText("0")).toBeNull();
  });

  it("sorts by its header, both ways", () => {
    render(() => <DataTable label="Numbers" columns={columns} rows={rows.slice(0, 3)} />);
    const cells = () => screen.getAllByRole("cell").map((cell) => cell.textContent);
    fireEvent.click(screen.getByRole("button", { name: "Number" }));
    expect(cells()).toEqual(["2", "1", "0"]);
    expect(screen.getByRole("columnheader")).toHaveAttribute("aria-sort", "descending");
    fireEvent.click(screen.getByRole("button", { name: "Number" }));
    expect(cells()).toEqual(["0", "1", "2"]);
  });
});

describe("a panel", () => {
  it("says what to do next when it is empty or broken, and since when it is stale", () => {
    const act = vi.fn();
    const [state, setState] = createSignal<Parameters<typeof Panel>[0]["state"] & object>({ type: "loading" });
    render(() => (
      <Panel title="Orders" state={state()} stale="Prices stand still.">
        <p>content</p>
      </Panel>
    ));
    expect(screen.getByRole("status", { name: "Loading" })).toBeInTheDocument();
    expect(screen.getByText("Prices stand still.")).toBeInTheDocument();
    setState({ type: "empty", message: "None.", action: { label: "Write one", onSelect: act } });
    fireEvent.click(screen.getByRole("button", { name: "Write one" }));
    expect(act).toHaveBeenCalledTimes(1);
    setState({ type: "error", message: "It broke." });
    expect(screen.getByRole("alert").textContent).toBe("It broke.");
    setState({ type: "ready" });
    expect(screen.getByText("content")).toBeInTheDocument();
  });
});

describe("a splitter", () => {
  it("resizes with the arrows within its limits, remembers, and goes back with Home", async () => {
    const limits = { minimum: 200, maximum: 240, initial: 220 };
    render(() => <Splitter name="book" label="Width" limits={limits} orientation="vertical" grows={-1} />);
    const bar = screen.getByRole("separator", { name: "Width" });
    bar.focus();
    await userEvent.keyboard("{ArrowLeft}");
    expect(preferences.panelSizes["book"]).toBe(236);
    await userEvent.keyboard("{ArrowLeft}");
    expect(panelSize("book", limits)).toBe(240);
    await userEvent.keyboard("{Home}");
    expect(panelSize("book", limits)).toBe(220);
  });

  it("follows the pointer", () => {
    const limits = { minimum: 100, maximum: 400, initial: 220 };
    render(() => <Splitter name="lists" label="Height" limits={limits} orientation="horizontal" grows={-1} />);
    const bar = screen.getByRole("separator", { name: "Height" });
    bar.setPointerCapture = () => undefined;
    fireEvent.pointerDown(bar, { button: 0, clientY: 300, pointerId: 1 });
    fireEvent.pointerMove(bar, { clientY: 250, pointerId: 1 });
    fireEvent.pointerUp(bar, { pointerId: 1 });
    fireEvent.pointerMove(bar, { clientY: 100, pointerId: 1 });
    expect(panelSize("lists", limits)).toBe(270);
  });
});

describe("a figure", () => {
  it("flashes only the digits that changed", () => {
    const [text, setText] = createSignal("64 250.1");
    const { container } = render(() => <NumberCell text={text()} />);
    expect(container.querySelector(".digit-flash")).toBeNull();
    setText("64 253.9");
    expect(container.querySelector(".digit-flash")?.textContent).toBe("3.9");
    expect(container.textContent).toBe("64 253.9");
  });

  it("of profit has its sign, money and percent", () => {
    const { container } = render(() => <ProfitText value={decimal("-5.5")} percent={decimal("-1.25")} />);
    expect(container.textContent).toBe("\u2212$5.50 (\u22121.25\u202f%)");
  });
});

describe("search", () => {
  it("finds entries with every word, those that begin with it first", () => {
    const entry = (text: string): SearchEntry => ({ id: text, text, content: () => text, onSelect: () => undefined });
    const entries = ["WBTC/USD", "BTC/USD", "BTC/EUR"].map(entry);
    expect(searchEntries(entries, "btc").map((found) => found.id)).toEqual(["BTC/USD", "BTC/EUR", "WBTC/USD"]);
    expect(searchEntries(entries, "eur btc").map((found) => found.id)).toEqual(["BTC/EUR"]);
    expect(searchEntries(entries, " ")).toHaveLength(3);
  });
});

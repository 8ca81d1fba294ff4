import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { preferences } from "../../data/preferences.ts";
import { accountShown, renderApp } from "../../testing/render-app.tsx";
import { defaultWorld, refusal } from "../testing/render-desk.tsx";
import { sampleAccount, sampleOrder, samplePosition, sampleState, sampleTicker } from "../testing/samples.ts";
import { readAmount } from "./money-input.ts";

const account = sampleAccount({
  balances: [
    { asset: "USD", total: decimal("5000"), held: decimal("1000"), available: decimal("4000"), external: decimal("0") },
    { asset: "BTC", total: decimal("0.1"), held: decimal("0"), available: decimal("0.1"), external: decimal("0") },
  ],
  positions: [samplePosition({ quantity: decimal("0.1"), cost: decimal("6400") })],
});
const world = defaultWorld({
  account: sampleState({ account, openOrders: [sampleOrder()] }),
  ticker: (symbol) => sampleTicker({ symbol, mark: decimal("64000"), last: decimal("64000") }),
});

async function choose(item: string): Promise<HTMLElement> {
  await accountShown();
  fireEvent.click(screen.getByRole("button", { name: /^PAPER Paper/ }));
  fireEvent.click(await screen.findByRole("menuitem", { name: item }));
  return screen.findByRole("dialog");
}

describe("the account bar", () => {
  it("values the account live at the mark, with sign, money and percent", async () => {
    await renderApp({ world });
    await accountShown();
    const [bar] = screen.getAllByRole("banner");
    await waitFor(() => {
      expect(bar?.textContent).toMatch(/Equity\$11.400\.00/);
      expect(bar?.textContent).toMatch(/Available\$4.000\.00/);
      expect(bar?.textContent).toMatch(/Today\+\$1.400\.00 \(\+14\.00.%\)/);
    });
  });

  it("says so when a holding has no fresh price", async () => {
    await renderApp({ world: { ...world, ticker: (symbol) => sampleTicker({ symbol, fresh: false }) } });
    await accountShown();
    expect(await screen.findByText("Equity (incomplete)")).toBeInTheDocument();
  });

  it("applies no price of another market than the account's", async () => {
    const state = sampleState({ account: { ...account, market: "live" }, openOrders: [] });
    await renderApp({ world: { ...world, account: state, market: "sim" } });
    await accountShown();
    const equity = await screen.findByText("Equity (incomplete)");
    expect(equity.parentElement?.textContent).toBe("Equity (incomplete)—");
    expect(screen.getByText("Today").parentElement?.textContent).toBe("Today—");
  });

  it("says no result of the day while something came without a price", async () => {
    const state = sampleState({ account: { ...account, unvalued: ["ADA"] }, openOrders: [] });
    await renderApp({ world: { ...world, account: state } });
    await accountShown();
    const today = await screen.findByText("Today (incomplete)");
    expect(today.parentElement?.textContent).toBe("Today (incomplete)—");
    expect(today.parentElement?.title).toContain("ADA came, went or was held");
  });

  it("deposits paper money once it has said what that does", async () => {
    const app = await renderApp({ world });
    app.answer((call) =>
      call.path.endsWith("/deposit") ? { status: 200, body: { ...account, baseline: "12500" } } : undefined,
    );
    const dialog = await choose("Deposit paper money…");
    fireEvent.input(within(dialog).getByLabelText("Amount"), { target: { value: "2500" } });
    expect(dialog.textContent).toMatch(/Cash goes from \$5.000\.00 to \$7.500\.00/);
    expect(dialog.textContent).toMatch(/never as profit/);
    fireEvent.click(within(dialog).getByRole("button", { name: /^Deposit \$2/ }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(app.calls).toMatchObject([{ path: "/api/accounts/account-1/deposit", body: { amount: "2500" } }]);
    expect(app.notices.all()[0]?.title).toMatch(/Deposited \$2.500\.00 into Paper/);
  });

  it("does not send what is no amount, and shows a refusal in the dialog", async () => {
    const app = await renderApp({ world });
    app.answer((call) =>
      call.path.endsWith("/deposit")
        ? refusal(422, { code: "ACCOUNT_LIMIT", message: "At most $1,000,000 a day.", details: {} })
        : undefined,
    );
    const dialog = await choose("Deposit paper money…");
    const field = within(dialog).getByLabelText("Amount");
    fireEvent.input(field, { target: { value: "1e400" } });
    fireEvent.click(within(dialog).getByRole("button", { name: "Deposit" }));
    expect(app.calls).toEqual([]);
    expect(within(dialog).getByText("An amount in dollars, such as 2500")).toBeInTheDocument();
    fireEvent.input(field, { target: { value: "5000000" } });
    fireEvent.click(within(dialog).getByRole("button", { name: /^Deposit \$5/ }));
    expect(await within(dialog).findByText("At most $1,000,000 a day.")).toBeInTheDocument();
  });

  it("says what starting again takes away before it does", async () => {
    const app = await renderApp({ world });
    app.answer((call) => (call.path.endsWith("/reset") ? { status: 200, body: account } : undefined));
    const dialog = await choose("Start this account again…");
    expect(dialog.textContent).toContain("1 open order will be cancelled.");
    expect(dialog.textContent).toContain("1 position will be taken out without a sale: 0.1 BTC.");
    await waitFor(() => expect(dialog.textContent).toMatch(/Equity goes from \$11.400\.00/));
    fireEvent.click(within(dialog).getByRole("button", { name: /^Start again with/ }));
    await waitFor(() =>
      expect(app.calls).toMatchObject([{ path: "/api/accounts/account-1/reset", body: { startingBalance: "10000" } }]),
    );
  });

  it("opens another account and goes to it", async () => {
    const second = sampleAccount({ id: "account-2", name: "Paper 2" });
    const app = await renderApp({ world });
    app.answer((call) => (call.method === "POST" ? { status: 201, body: second } : undefined));
    const dialog = await choose("Open another paper account…");
    fireEvent.click(within(dialog).getByRole("button", { name: /^Open with/ }));
    await waitFor(() => expect(preferences.activeAccountId).toBe("account-2"));
    expect(app.calls).toMatchObject([
      { path: "/api/accounts", body: { name: "Paper 2", startingBalance: "10000", fees: "standard" } },
    ]);
  });
});

describe("an amount of paper money", () => {
  it("is above nothing and whole cents", () => {
    expect(readAmount("0.01").amount).toBe("0.01");
    expect(readAmount("").error).toBeNull();
    for (const text of ["0", "-5", "abc", "0.001", "1e5"]) {
      expect(readAmount(text).amount).toBeNull();
      expect(readAmount(text).error).not.toBeNull();
    }
  });
});

import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { ProposalView } from "../../../../contract/assistant.ts";
import { decimal } from "../../../../domain/decimal.ts";
import type { Level } from "../../../../domain/market.ts";
import { GROUP_SPACE } from "../../ui/format.ts";
import { defaultWorld, refusal, renderDesk, type RenderedDesk, type World } from "../testing/render-desk.tsx";
import { NOW, sampleKrakenAccount, sampleState, sampleTicker } from "../testing/samples.ts";
import { ProposalCard } from "./proposal-card.tsx";
import { sampleProposal } from "./sample-proposal.ts";

const asks: readonly Level[] = [[decimal("64250.2"), decimal("5")]];
const bids: readonly Level[] = [[decimal("64250"), decimal("5")]];

/** A paper account on screen, and a Kraken account beside it. */
function twoAccounts(change: Partial<World> = {}): World {
  const kraken = sampleState({ account: sampleKrakenAccount() });
  return defaultWorld({ others: [kraken], book: () => ({ bids, asks }), ...change });
}

function renderCard(proposal: ProposalView, world: World = twoAccounts()): RenderedDesk {
  return renderDesk(() => <ProposalCard proposal={proposal} onChanged={() => undefined} />, world);
}

function figure(name: string, inside: HTMLElement = document.body): string {
  return (
    within(inside).getByText(name, { selector: "dt" }).nextElementSibling?.textContent?.replaceAll(GROUP_SPACE, " ") ??
    ""
  );
}

async function openDialog(button: string | RegExp = "Execute…"): Promise<HTMLElement> {
  await waitFor(() => expect(screen.getByRole("button", { name: button })).not.toHaveAttribute("aria-disabled"));
  fireEvent.click(screen.getByRole("button", { name: button }));
  const dialog = await screen.findByRole("dialog");
  await within(dialog).findByText(/rules? (pass|deny)|Sells at market/);
  return dialog;
}

function write(dialog: HTMLElement, field: string, text: string): void {
  fireEvent.input(within(dialog).getByLabelText(field), { target: { value: text } });
}

const refused = refusal(409, { code: "PROPOSAL_DECIDED", message: "It is decided.", details: {} });
const answered = (desk: RenderedDesk): void =>
  desk.answer((call) => (call.path.endsWith("/execute") ? refused : undefined));

const krakenClose = (): ProposalView =>
  sampleProposal({
    accountId: "account-k",
    request: null,
    trade: { ...sampleProposal().trade, action: "close", stop: null, target: null },
  });

describe("the card of a proposal", () => {
  it("shows every field, the verdict with every rule, and what it would do to the account", async () => {
    renderCard(sampleProposal());
    await screen.findByText("Paper money");
    expect(screen.getByRole("article", { name: "Proposal: Buy 0.1 BTC/USD at the market" })).toBeVisible();
    expect(screen.getByText("mock-model")).toBeVisible();
    expect(figure("Size")).toBe("0.1 BTC");
    expect(figure("Price")).toBe("market, proposed at 64 250.1");
    expect(figure("Stop")).toBe("61 000");
    expect(figure("Target")).toBe("70 750");
    expect(figure("Reward to risk")).toBe("2 to 1");
    expect(figure("Confidence")).toBe("61 of 100");
    expect(screen.getByText("The trend is up.")).toBeVisible();
    expect(screen.getByText("Wrong if: It closes under 61,000.")).toBeVisible();
    expect(screen.getByText("No size was stated: sized to risk 1 % of equity.")).toBeVisible();
    expect(figure("Made")).toMatch(/^\d\d:\d\d:\d\d, 3 min( \d s)? ago$/);
    await waitFor(() => expect(figure("You pay")).toBe("$6 450.72"));
    expect(figure("USD after")).toBe("$3 549.28");
    expect(figure("BTC after")).toBe("0.1 BTC");
    expect(figure("Exposure")).toBe("0.00 % → 64.25 %");
    expect(figure("Stop after")).toBe("61 000.0");
    expect(screen.getByText(/^Lose at stop: −\$/)).toBeVisible();
    fireEvent.click(screen.getByText(/^All \d+ rules pass$/));
    expect(within(screen.getByRole("list", { name: "Rules of risk" })).getByText("Funds")).toBeVisible();
    expect(screen.getByText(/The risk engine would take it/)).toBeVisible();
    expect(screen.getByText("Not financial advice.")).toBeVisible();
  });

  it("says what the risk engine would deny, and still lets the size be changed", async () => {
    const request = sampleProposal().request;
    renderCard(sampleProposal({ request: request === null ? null : { ...request, quantity: decimal("1") } }));
    await screen.findByText(/The risk engine would deny it: /);
    const dialog = await openDialog();
    expect(within(dialog).getByRole("button", { name: "Execute" })).toHaveAttribute("aria-disabled", "true");
    write(dialog, "Size", "0.01");
    expect(within(dialog).getByRole("button", { name: "Execute" })).not.toHaveAttribute("aria-disabled");
  });

  it("keeps the verdict of the click once it is decided", () => {
    const rule = { code: "INSUFFICIENT_FUNDS", name: "Funds", passed: true, unit: "USD" } as const;
    const rules = [{ ...rule, limit: "10000", value: "6450.72", room: "10000", message: "" }];
    renderCard(sampleProposal({ status: "placed", orderStatus: "filled", verdict: { rules, denial: null, at: NOW } }));
    expect(screen.getByText("All 1 rules pass")).toBeVisible();
    expect(screen.queryByRole("button", { name: /Execute/ })).toBeNull();
  });

  it("blocks by itself when the price has drifted, with the reason that the click would get", async () => {
    const { marketSends } = renderCard(sampleProposal());
    await openDialog();
    const ticker = sampleTicker({ last: decimal("65250"), mark: decimal("65250") });
    marketSends([{ channel: "ticker", symbol: "BTC/USD", seq: 2, ticker }]);
    const card = screen.getByRole("article", { hidden: true });
    await within(card).findByText(/^The price has moved from 64250.1 to 65250/);
  });

  it("blocks by itself when its time is over", async () => {
    renderCard(sampleProposal({ expiresAt: Date.now() + 500 }));
    await screen.findByText("The proposal has expired: ask again.");
    expect(screen.getByRole("button", { name: "Execute…" })).toHaveAttribute("aria-disabled", "true");
  });
});

describe("a proposal for another account than the one on screen", () => {
  it("names that account as real, and is judged by what that account has", async () => {
    renderCard(sampleProposal({ accountId: "account-k" }));
    const card = screen.getByRole("article");
    await within(card).findByText("KRAKEN");
    expect(within(card).getByText("Kraken")).toBeVisible();
    expect(within(card).getByText("Not the account on screen")).toBeVisible();
    // 8 000 of the Kraken account, at its fee: not 10 000 of the paper account.
    await waitFor(() => expect(figure("USD after")).toBe("$1 558.27"));
    expect(figure("BTC after")).toBe("0.3 BTC");
    const dialog = await openDialog("Execute on Kraken…");
    expect(within(dialog).getByText("KRAKEN")).toBeVisible();
    expect(within(dialog).getByText(/^Buy 0.1 BTC for about \$6 441.73 of /)).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Execute on Kraken" })).toBeVisible();
  });

  it("shows what a close would sell there", async () => {
    renderCard(krakenClose());
    await waitFor(() => expect(figure("Sells at market")).toBe("0.2 BTC"));
    const dialog = await openDialog("Execute on Kraken…");
    expect(figure("You receive", dialog)).toBe("$12 816.59");
    expect(within(dialog).getByText(/^Sell 0.2 for about \$12 816.59 of /)).toBeVisible();
  });

  it("cannot close what that account does not hold", async () => {
    renderCard({ ...krakenClose(), accountId: "account-1" });
    await screen.findByText("Paper holds no BTC that could be closed.");
    expect(screen.getByRole("button", { name: "Execute…" })).toHaveAttribute("aria-disabled", "true");
  });

  it("is blocked where this desk does not know it", async () => {
    renderCard(sampleProposal({ accountId: "account-gone" }));
    await screen.findByText("This desk does not know the account that the proposal is for.");
    expect(screen.getByRole("button", { name: "Execute…" })).toHaveAttribute("aria-disabled", "true");
  });
});

describe("the question before the order", () => {
  it("takes an emptied stop for none: says that all of it is at risk, and sends just that", async () => {
    const desk = renderCard(sampleProposal());
    answered(desk);
    const dialog = await openDialog();
    write(dialog, "Stop", "");
    expect(within(dialog).getByText(/^Without a stop all of it is at risk: −\$6 4/)).toBeVisible();
    expect(within(dialog).getByText("Empty: none, whatever the account's default is.")).toBeVisible();
    fireEvent.click(within(dialog).getByRole("button", { name: "Execute" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({ edits: { stop: null }, overrideClaims: false });
  });

  it.each([
    ["Stop", "6x"],
    ["Target", "0"],
    ["Size", "much"],
    ["Size", ""],
  ])("sends nothing while %s is “%s”", async (field, text) => {
    const desk = renderCard(sampleProposal());
    const dialog = await openDialog();
    write(dialog, field, text);
    const execute = within(dialog).getByRole("button", { name: "Execute" });
    expect(execute).toHaveAttribute("aria-disabled", "true");
    fireEvent.submit(within(dialog).getByLabelText("Size"));
    expect(desk.calls).toEqual([]);
  });

  it("makes a market order a limit order, at a price that is given, and says so in its title", async () => {
    const desk = renderCard(sampleProposal());
    answered(desk);
    const dialog = await openDialog();
    const size = within(dialog).getByLabelText("Size");
    const before = within(dialog).getByLabelText("Stop").getBoundingClientRect().top - size.getBoundingClientRect().top;
    fireEvent.click(within(dialog).getByRole("button", { name: "Limit" }));
    expect(within(dialog).getByLabelText("Limit price")).toBeVisible();
    expect(within(dialog).getByLabelText("Limit price")).not.toHaveValue("");
    const after = within(dialog).getByLabelText("Stop").getBoundingClientRect().top - size.getBoundingClientRect().top;
    expect(after).toBe(before);
    write(dialog, "Limit price", "");
    expect(within(dialog).getByRole("button", { name: "Execute" })).toHaveAttribute("aria-disabled", "true");
    write(dialog, "Limit price", "64000");
    expect(screen.getByRole("dialog", { name: /^Buy 0\.1 BTC\/USD at 64.000\?$/ })).toBe(dialog);
    fireEvent.click(within(dialog).getByRole("button", { name: "Execute" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({
      edits: { orderType: "limit", limitPrice: "64000" },
      overrideClaims: false,
    });
  });

  it("makes a limit order a market order, whatever was written as its limit", async () => {
    const { request, trade } = sampleProposal();
    const limitPrice = decimal("64000");
    const desk = renderCard(
      sampleProposal({
        trade: { ...trade, orderType: "limit", limitPrice },
        request: request === null ? null : { ...request, type: "limit", limitPrice },
      }),
    );
    answered(desk);
    const dialog = await openDialog();
    write(dialog, "Limit price", "6x");
    fireEvent.click(within(dialog).getByRole("button", { name: "Market" }));
    expect(within(dialog).getByLabelText("Limit price")).not.toBeVisible();
    fireEvent.click(within(dialog).getByRole("button", { name: "Execute" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({ edits: { orderType: "market" }, overrideClaims: false });
  });

  it("does not turn a limit order without its limit into a market order", async () => {
    const { request, trade } = sampleProposal();
    const limitPrice = decimal("64000");
    const limited = sampleProposal({
      trade: { ...trade, orderType: "limit", limitPrice },
      request: request === null ? null : { ...request, type: "limit", limitPrice },
    });
    renderCard(limited);
    const dialog = await openDialog();
    write(dialog, "Limit price", "");
    expect(within(dialog).getAllByText("Give a limit price.").length).toBeGreaterThan(0);
    expect(within(dialog).getByRole("button", { name: "Execute" })).toHaveAttribute("aria-disabled", "true");
  });

  it("judges the target too, and tells reward to risk after the change", async () => {
    renderCard(sampleProposal());
    const dialog = await openDialog();
    expect(within(dialog).getByText("Reward to risk: 2 to 1")).toBeVisible();
    write(dialog, "Target", "67500.2");
    expect(within(dialog).getByText("Reward to risk: 1 to 1")).toBeVisible();
  });

  it("sends no edit where a number is only written otherwise", async () => {
    const desk = renderCard(sampleProposal());
    answered(desk);
    const dialog = await openDialog();
    write(dialog, "Size", "0.100");
    fireEvent.click(within(dialog).getByRole("button", { name: "Execute" }));
    await waitFor(() => expect(desk.calls).toHaveLength(1));
    expect(desk.calls[0]?.body).toEqual({ edits: {}, overrideClaims: false });
  });
});

import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { AccountView, PositionView } from "../../../../contract/accounts.ts";
import type { HaltView } from "../../../../contract/halts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { defaultWorld, refusal, renderDesk, type Call } from "../testing/render-desk.tsx";
import { NOW, sampleAccount, samplePosition, sampleRisk, sampleState } from "../testing/samples.ts";
import { usedPercent } from "./limit-bar.tsx";
import { RiskPanel } from "./risk-panel.tsx";

const halt: HaltView = {
  kind: "drawdown",
  haltedAt: NOW,
  waitUntil: Date.now() + 3_600_000,
  endsAt: null,
  positions: "keep",
  value: decimal("21.33"),
  limit: decimal("20"),
  reason: "Halted: equity is 21.33 % under its peak, and 20 % halts the account.",
};
const bare = samplePosition({
  protection: {
    status: "unprotected",
    reason: "Unprotected: no stop was asked for.",
    stop: null,
    target: null,
    stopOrderId: null,
    protectedQuantity: decimal("0"),
    ownStop: null,
    stopNet: null,
  },
});

function nakedPosition(change: Partial<NonNullable<PositionView["protection"]["naked"]>>): PositionView {
  const zero = decimal("0");
  const naked = { owed: zero, owedSince: null, left: zero, leftSince: null, longestMs: 0, quantitySeconds: zero };
  const { protection } = samplePosition();
  return samplePosition({ protection: { ...protection, status: "partly", naked: { ...naked, ...change } } });
}

/** With the balance that its price is asked for by. */
function accountWith(position: PositionView, change: Partial<AccountView> = {}): AccountView {
  const { balances } = sampleAccount();
  const { asset, quantity, held } = position;
  const balance = { asset, total: quantity, held, available: quantity, external: held };
  return sampleAccount({ positions: [position], balances: [...balances, balance], ...change });
}

function panelOf(account: ReturnType<typeof sampleAccount>) {
  return renderDesk(() => <RiskPanel />, defaultWorld({ account: sampleState({ account }) }));
}

describe("the risk panel", () => {
  it("says how the account stands against each limit, and which net protects what", async () => {
    const desk = panelOf(sampleAccount({ positions: [samplePosition()] }));
    const settings = {
      ...sampleAccount().limits,
      drawdownPercent: decimal("20"),
      maximumExposurePercent: decimal("80"),
    };
    const standing = { ...sampleRisk().standing, drawdownPercent: decimal("5"), exposurePercent: decimal("40") };
    desk.answer((call: Call) =>
      call.path.endsWith("/risk") ? { status: 200, body: sampleRisk({ settings, standing }) } : undefined,
    );
    const panel = await screen.findByRole("region", { name: "Risk" });
    expect(await within(panel).findByText("from the peak; halts at 20 %")).toBeInTheDocument();
    expect(panel.textContent).toContain("of 80 % at most");
    expect(within(panel).getByRole("region", { name: "What is protected" }).textContent).toMatch(
      /Stop at 61.043\.2: it is watched by the desk/,
    );
  });

  it("says how much waits for its stop, in money, and for how long, and how long anything ever waited", async () => {
    const [now, longestNaked] = [Date.now(), { asset: "BTC", milliseconds: 340, endedAt: NOW }];
    const waiting = { owed: decimal("0.2"), owedSince: now - 4_000, left: decimal("0.1"), leftSince: now - 7_200_000 };
    panelOf(accountWith(nakedPosition(waiting), { longestNaked }));
    const list = await screen.findByRole("region", { name: "What is protected" });
    const waits = await within(list).findByText(/^0\.2 BTC \(\$12.850\.02\) waits for its stop, for [4-9]\.\d s$/);
    expect(waits).toHaveClass("text-warning");
    expect(within(list).getByText(/^0\.1 BTC \(\$6.425\.01\) without a stop for 2 h$/)).toHaveClass("text-warning");
    const wait = screen.getByText("Longest wait for a stop").parentElement;
    expect(wait?.textContent).toBe("Longest wait for a stop0.3 s (BTC)alerts beyond 10 s");
  });

  it("says in the colour of danger what has had no stop for longer than it may, and goes back when the stop is there", async () => {
    const desk = panelOf(accountWith(nakedPosition({ owed: decimal("0.5"), owedSince: Date.now() - 65_000 })));
    const late = await screen.findByText(/^0\.5 BTC \(\$32.125\.05\) has had no stop for 1 min \d+ s$/);
    expect(late).toHaveClass("text-danger");
    desk.traderSends("order_opened", { positions: [samplePosition()] });
    await waitFor(() => expect(screen.queryByText(/has had no stop/)).toBeNull());
  });

  it("says in words that a position is unprotected", async () => {
    panelOf(sampleAccount({ positions: [bare] }));
    expect(await screen.findByText("Unprotected: no stop was asked for.")).toBeInTheDocument();
  });

  it("names what halted the account, and resumes with a new baseline; waiting only once its time is over", async () => {
    const desk = panelOf(sampleAccount({ halts: [halt] }));
    desk.answer((call) => (call.method === "POST" ? { status: 200, body: { resumed: [halt], halts: [] } } : undefined));
    fireEvent.click(await screen.findByRole("button", { name: "Resume…" }));
    const dialog = await screen.findByRole("dialog", { name: "Resume Paper?" });
    expect(dialog.textContent).toContain("equity is 21.33 % under its peak");
    fireEvent.click(within(dialog).getByRole("button", { name: "After waiting" }));
    expect(within(dialog).getByText(/^The waiting time is not over/)).toBeInTheDocument();
    fireEvent.click(within(dialog).getByRole("button", { name: "Resume trading" }));
    expect(desk.calls).toEqual([]);
    fireEvent.click(within(dialog).getByRole("button", { name: "New baseline" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Resume trading" }));
    expect(desk.calls).toMatchObject([{ path: "/api/accounts/account-1/halts/resume", body: { how: "baseline" } }]);
  });

  it("says why it knows nothing, and asks again", async () => {
    const desk = panelOf(sampleAccount());
    desk.answer((call) =>
      call.path.endsWith("/risk")
        ? refusal(503, { code: "TEMPORARILY_UNAVAILABLE", message: "The desk is busy.", details: {} })
        : undefined,
    );
    expect(await screen.findByText("The desk is busy.")).toBeInTheDocument();
    desk.answer(() => undefined);
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("region", { name: "Risk" })).toBeInTheDocument();
  });

  it("fills a bar by the share of the limit, never beyond it and never below nothing", () => {
    expect(usedPercent(decimal("10"), decimal("80"))).toBe("12");
    expect(usedPercent(decimal("90"), decimal("80"))).toBe("100");
    expect(usedPercent(decimal("-3"), decimal("80"))).toBe("0");
    expect(usedPercent(null, decimal("80"))).toBeNull();
    expect(usedPercent(decimal("1"), null)).toBeNull();
  });
});

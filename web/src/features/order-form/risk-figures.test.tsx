import { render, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { RuleVerdict } from "../../../../domain/risk/facts.ts";
import { RuleList } from "./risk-figures.tsx";

describe("the list of rules", () => {
  it("is open when one denies, which comes first with its reason, its numbers grouped as elsewhere", () => {
    const passing = { passed: true, value: "3", limit: "30", unit: "orders", message: "" };
    const rules = [
      verdict({ ...passing, name: "Entries a minute" }),
      verdict({ passed: false, value: "250625", limit: "8856.47", unit: "USD", name: "Funds", message: "Too much." }),
    ];
    render(() => <RuleList rules={rules} />);
    expect(screen.getByText("1 of 2 rules deny this order")).toBeVisible();
    const rows = within(screen.getByRole("list", { name: "Rules of risk" })).getAllByRole("listitem");
    expect(rows.map(({ textContent }) => textContent)).toEqual([
      "✕ Funds250\u202f625 of 8\u202f856.47 USDToo much.",
      "Entries a minute3 of 30 orders",
    ]);
  });
});

function verdict(change: Omit<RuleVerdict, "code" | "room">): RuleVerdict {
  return { code: "INSUFFICIENT_FUNDS", room: null, ...change };
}

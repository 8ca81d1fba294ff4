/** Issue 5 "Done when": a newcomer without a key asks, gets an answer with a proposal, executes it, and finds the record. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { enterAsGuest, watchConsole } from "./support/desk-page.ts";

const PAIRS = ["ETH-USD", "SOL-USD", "BTC-USD", "DOGE-USD"];

test("a newcomer without a key asks, executes the analyst's proposal, and finds order, stop and origin", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const errors = watchConsole(page);
  await enterAsGuest(page);
  const asset = await askUntilProposed(page);
  const card = page.getByRole("article", { name: /^Proposal: Buy/ }).last();
  await expect(card.getByText("Not financial advice.")).toBeVisible();
  await expect(card.getByText(/Reward to risk/)).toBeVisible();
  await card.getByRole("button", { name: "Execute…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/Lose at stop: −\$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText(/Executed: the order is filled/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(page.getByRole("button", { name: new RegExp(`^Protection of ${asset}: Stop at`) })).toBeVisible();

  // The conversation is there after a reload, with what came of it.
  await page.reload();
  await page.getByRole("link", { name: "Assistant" }).click();
  await expect(page.getByText(/Executed: the order is filled/)).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("tab", { name: "Orders", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: asset }).first()).toBeVisible();
  expect(errors).toEqual([]);
});

test("the assistant is free of accessibility faults in both themes and shows exactly what it sends", async ({
  page,
}) => {
  await enterAsGuest(page);
  await page.getByRole("link", { name: "Assistant" }).click();
  await page.getByRole("button", { name: "Show what is sent" }).click();
  await expect(page.getByLabel("What is sent")).toContainText("BTC/USD");
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }
});

/** The rules may say "wait" for a pair: then another one is asked about. */
async function askUntilProposed(page: Page): Promise<string> {
  for (const pair of PAIRS) {
    await page.goto(`/trade/${pair}`);
    await page.getByRole("tab", { name: /Assistant/ }).click();
    const assistant = page.getByRole("region", { name: "Assistant" });
    const [asset = ""] = pair.split("-");
    await assistant.getByLabel("Question").fill(`What should I do with ${asset}?`);
    await assistant.getByRole("button", { name: "Send", exact: true }).click();
    const proposals = assistant.getByRole("article", { name: /^Proposal/ });
    const before = PAIRS.indexOf(pair);
    await expect.poll(() => proposals.count(), { timeout: 20_000 }).toBeGreaterThan(before);
    if ((await assistant.getByRole("button", { name: "Execute…" }).count()) > 0) {
      return asset;
    }
  }
  throw new Error("the analyst proposed nothing for any pair");
}

import { expect, test } from "@playwright/test";
import { enterAsGuest, orderForm, placeLimit, placeMarket, watchConsole } from "./support/desk-page.ts";

test("a newcomer places, amends and cancels an order, then buys and closes, and every step is in the history", async ({
  page,
}) => {
  const errors = watchConsole(page);
  await enterAsGuest(page);
  await expect(page.getByText("SIMULATED")).toBeVisible();

  // Place: far under the market, so that it rests.
  await placeLimit(page, "Buy", "50000", "0.01");
  await page.getByRole("tab", { name: /Open orders/ }).click();
  const orders = page.getByRole("region", { name: "Table of open orders" });
  await expect(orders.getByRole("row").filter({ hasText: /50.000\.0/ })).toBeVisible();

  // Amend.
  await orders.getByRole("button", { name: /^Amend/ }).click();
  await orders.getByLabel("New price").fill("50500");
  await orders.getByRole("button", { name: "Save" }).click();
  await expect(orders.getByRole("row").filter({ hasText: /50.500\.0/ })).toBeVisible();

  // Reload restores everything.
  await page.reload();
  await page.getByRole("tab", { name: /Open orders/ }).click();
  await expect(orders.getByRole("row").filter({ hasText: /50.500\.0/ })).toBeVisible();

  // Cancel.
  await orders.getByRole("button", { name: /^Cancel the/ }).click();
  await expect(page.getByText(/No open orders/)).toBeVisible();

  // Buy at market, see the position, close it whole.
  await placeMarket(page, "Buy", "0.02");
  await page.getByRole("tab", { name: /Positions/ }).click();
  const positions = page.getByRole("region", { name: "Table of positions" });
  await expect(positions.getByRole("row").filter({ hasText: "BTC" })).toBeVisible();
  await positions.getByRole("button", { name: "Close 50 % of BTC" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Realised P&L")).toBeVisible();
  await dialog.getByRole("button", { name: /^Sell [\d.]+ BTC/ }).click();
  await expect(dialog).toBeHidden();
  await expect(positions.getByRole("row").filter({ hasText: "0.01" })).toBeVisible();
  await positions.getByRole("button", { name: "Close 100 % of BTC" }).click();
  await dialog.getByRole("button", { name: /^Sell [\d.]+ BTC/ }).click();
  await expect(page.getByText(/No positions/)).toBeVisible();

  // Fills: one buy at least, two sells at least.
  await page.getByRole("tab", { name: /Fills/ }).click();
  await expect(page.getByRole("row").filter({ hasText: "Sell" }).first()).toBeVisible();

  // The history knows the cancelled order too.
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("tab", { name: "Orders", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: "Cancelled" }).first()).toBeVisible();
  expect(errors).toEqual([]);
});

test("an order that cannot be is refused before it is sent, with the rule and a way out", async ({ page }) => {
  await enterAsGuest(page);
  const form = orderForm(page);
  await form.getByRole("button", { name: "Market", exact: true }).click();
  await form.getByRole("textbox", { name: "Size" }).fill("5");
  const fix = form.getByRole("button", { name: /^Use / });
  await expect(fix).toBeVisible();
  await fix.click();
  await expect(form.getByRole("button", { name: /^Buy 0\./ })).toBeEnabled();
});

test("a double click is one order", async ({ page }) => {
  await enterAsGuest(page);
  const form = orderForm(page);
  await form.getByRole("textbox", { name: "Limit price" }).fill("50000");
  await form.getByRole("textbox", { name: "Size" }).fill("0.01");
  await form.getByRole("button", { name: /^Buy [\d.]/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: /^Buy/ }).dblclick({ delay: 5 });
  await page.getByRole("tab", { name: /Open orders/ }).click();
  const rows = page
    .getByRole("region", { name: "Table of open orders" })
    .getByRole("row")
    .filter({ hasText: /50.000\.0/ });
  await expect(rows).toHaveCount(1);
});

test("Stop cancels every open order and says what it did, step by step", async ({ page }) => {
  await enterAsGuest(page);
  await placeLimit(page, "Buy", "50000", "0.01");
  await placeLimit(page, "Buy", "50001", "0.01");
  await page.getByRole("button", { name: "Stop" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/Cancels 2 orders/)).toBeVisible();
  await dialog.getByRole("button", { name: "Stop, keep positions" }).click();
  await expect(page.getByRole("dialog", { name: "Stopped" })).toBeVisible();
  await expect(dialog.getByText("✓ Done").first()).toBeVisible();
});

test("the address holds symbol and timeframe", async ({ page }) => {
  await enterAsGuest(page, "/trade/ETH-USD?tf=1h");
  await expect(page.getByRole("button", { name: "1h", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(page).toHaveTitle(/ETH\/USD/);
  await page.getByRole("button", { name: "5m", exact: true }).click();
  await expect(page).toHaveURL(/\/trade\/ETH-USD\?tf=5m/);
});

/** Issue 4 "Done when": a bracket set by dragging works with no browser open, and the desk tells the story afterwards. */
import { expect, test, type APIRequestContext, type Page } from "@playwright/test";
import { enterAsGuest, lastPrice, orderForm, placeMarket, watchConsole } from "./support/desk-page.ts";

const exchange = `http://127.0.0.1:${process.env.E2E_SIM_PORT}`;

test("a bracket is drawn on the chart, the browser is closed, the price falls through the stop: the position is sold", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  const errors = watchConsole(page);
  await enterAsGuest(page, "/trade/SOL-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  const form = orderForm(page);
  await form.getByRole("button", { name: "Market", exact: true }).click();
  await form.getByRole("textbox", { name: "Size" }).fill("5");
  await form.getByLabel("Stop", { exact: true }).selectOption("At a price");
  await form.getByLabel("Target", { exact: true }).selectOption("At a price");
  const stopField = form.getByRole("textbox", { name: "Stop price" });
  const before = await stopField.inputValue();
  expect(Number(before)).toBeGreaterThan(0);
  await expect(form.getByText(/Lose at stop: −\$/)).toBeVisible();

  // The lowest line is the stop: dragged up a little, the form follows.
  const lines = await linesOnChart(page);
  expect(lines.length).toBeGreaterThanOrEqual(2);
  await drag(page, Math.max(...lines), -12);
  await expect(stopField).not.toHaveValue(before);
  expect(Number(await stopField.inputValue())).toBeGreaterThan(Number(before));
  const stop = Number(await stopField.inputValue());

  await form.getByRole("button", { name: /^Buy [\d.]/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Lose at stop")).toBeVisible();
  await dialog.getByRole("button", { name: /^Buy/ }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("tab", { name: /Positions/ }).click();
  const positions = page.getByRole("region", { name: "Table of positions" });
  await expect(positions.getByRole("button", { name: /^Protection of SOL: Stop at/ })).toBeVisible();
  expect(errors).toEqual([]);

  const context = page.context();
  await page.close();
  await walkTo(request, "SOL/USD", stop * 0.99);
  const returned = await context.newPage();
  await returned.goto("/trade/SOL-USD");
  await returned.getByRole("tab", { name: /Positions/ }).click();
  await expect(returned.getByText(/No positions/)).toBeVisible({ timeout: 20_000 });
  await returned.getByRole("tab", { name: /Fills/ }).click();
  await expect(returned.getByRole("row").filter({ hasText: "Sell" }).first()).toContainText("−");
  await returned.getByRole("tab", { name: /Alerts/ }).click();
  await expect(returned.getByText(/stop/i).first()).toBeVisible();
});

test("a stop of a position is moved on the chart after a question, and taken away in words", async ({ page }) => {
  await enterAsGuest(page, "/trade/ETH-USD");
  await placeMarket(page, "Buy", "0.5");
  await page.getByRole("tab", { name: /Positions/ }).click();
  const positions = page.getByRole("region", { name: "Table of positions" });
  const protection = positions.getByRole("button", { name: /^Protection of ETH/ });
  await expect(protection).toHaveAccessibleName(/Stop at .* watched by the desk/);
  const lines = await linesOnChart(page);
  await drag(page, Math.max(...lines), -10);
  const dialog = page.getByRole("dialog", { name: /^Protect/ });
  await expect(dialog.getByText(/Sells 0.5 ETH at the market once/)).toBeVisible();
  await dialog.getByRole("button", { name: "Change it" }).click();
  await expect(dialog).toBeHidden();
  await protection.click();
  await dialog.getByLabel("Stop", { exact: true }).selectOption("Off: unprotected");
  await expect(dialog.getByText("More of this position is at risk than before.")).toBeVisible();
  await dialog.getByRole("button", { name: "Change it" }).click();
  await expect(positions.getByRole("button", { name: /^Protection of ETH: No stop/ })).toContainText("Unprotected");
});

/** Heights on the chart at which a line can be taken: the pointer says so. */
async function linesOnChart(page: Page): Promise<readonly number[]> {
  const chart = page.getByRole("group", { name: /^Chart/ });
  await expect(chart.locator("canvas").first()).toBeVisible();
  const box = await chart.boundingBox();
  if (box === null) {
    throw new Error("the chart has no size");
  }
  const x = box.x + box.width / 3;
  const found: number[] = [];
  await expect(async () => {
    found.length = 0;
    for (let y = box.y + 6; y < box.y + box.height - 30; y += 4) {
      await page.mouse.move(x, y);
      const cursor = await chart.evaluate((element) => element.style.cursor);
      if (cursor === "ns-resize" && (found.at(-1) ?? -100) < y - 14) {
        found.push(y);
      }
    }
    expect(found.length).toBeGreaterThan(0);
  }).toPass({ timeout: 20_000 });
  return found;
}

async function drag(page: Page, y: number, by: number): Promise<void> {
  const box = await page.getByRole("group", { name: /^Chart/ }).boundingBox();
  const x = (box?.x ?? 0) + (box?.width ?? 0) / 3;
  await page.mouse.move(x, y + 4);
  await page.mouse.down();
  await page.mouse.move(x, y + by / 2, { steps: 4 });
  await page.mouse.move(x, y + by, { steps: 4 });
  await page.mouse.up();
}

async function walkTo(request: APIRequestContext, symbol: string, price: number): Promise<void> {
  const moved = await request.post(`${exchange}/admin/price`, {
    data: { symbol, price: price.toFixed(2), mode: "walk" },
  });
  expect(moved.status()).toBe(200);
}

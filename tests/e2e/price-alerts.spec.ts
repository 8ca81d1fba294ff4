/** Issue 4 §4: price alerts on the chart and in their tab are the same ones. */
import { expect, test } from "@playwright/test";
import { enterAsGuest, lastPrice, watchConsole } from "./support/desk-page.ts";

test("an alert is set at a price of the chart, dragged, fires nothing meanwhile, and is removed there", async ({
  page,
}) => {
  const errors = watchConsole(page);
  await enterAsGuest(page, "/trade/ETH-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  const chart = page.getByRole("group", { name: /^Chart/ });
  await expect(chart.locator("canvas").first()).toBeVisible();
  await page.getByRole("tab", { name: /Alerts/ }).click();
  const waiting = page.getByRole("list", { name: "Price alerts that wait" });

  const box = await chart.boundingBox();
  const spot = { x: (box?.width ?? 0) / 3, y: (box?.height ?? 0) / 10 };
  const menu = page.getByRole("menu", { name: "Chart menu" });
  await chart.click({ button: "right", position: spot });
  const item = menu.getByRole("menuitem", { name: /^Alert at [\d\s]+\.\d\d$/ });
  await expect(item).toBeFocused();
  const price = digits((await item.textContent()) ?? "");
  await page.keyboard.press("Enter");
  await expect(menu).toBeHidden();
  await expect(chart).toBeFocused();
  const bell = chart.getByRole("button", { name: /^Alert at or above .*: change it/ });
  await expect(bell).toBeVisible();
  await expect(waiting.getByRole("listitem")).toHaveCount(1);
  expect(digits((await waiting.getByRole("listitem").textContent()) ?? "")).toBe(price);

  // By the line itself, far from the bell; then by the bell.
  const left = (box?.x ?? 0) + spot.x;
  const height = async (): Promise<number> => {
    const place = await bell.boundingBox();
    return (place?.y ?? 0) + (place?.height ?? 0) / 2;
  };
  const before = await height();
  await page.mouse.move(left, before);
  await page.mouse.down();
  await page.mouse.move(left, before - 8, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => digits((await waiting.textContent()) ?? "")).toBeGreaterThan(price);
  await expect(waiting.getByRole("listitem")).toHaveCount(1);
  const dragged = digits((await waiting.textContent()) ?? "");

  // With the keyboard alone: another one, then a change of it, then both away.
  await chart.focus();
  await page.keyboard.press("Shift+F10");
  await menu.getByRole("menuitem", { name: "Alert at another price…" }).press("Enter");
  const dialog = page.getByRole("dialog");
  const field = dialog.getByLabel("Tell me when it trades at");
  await expect(field).toBeFocused();
  await field.press("Shift+ArrowUp");
  await field.fill(String(dragged - 1));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(waiting.getByRole("listitem")).toHaveCount(2);

  await chart
    .getByRole("button", { name: /^Remove the alert/ })
    .first()
    .press("Enter");
  await expect(waiting.getByRole("listitem")).toHaveCount(1);
  await bell.first().press("Enter");
  await dialog.getByRole("button", { name: "Remove this alert" }).click();
  await expect(waiting).toBeHidden();
  await expect(bell).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("two alerts that fire together ask the analyst once: the answer is an alert, and its chat says what asked", async ({
  page,
  request,
}) => {
  const errors = watchConsole(page);
  await enterAsGuest(page, "/trade/SOL-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  await page.getByRole("tab", { name: /Alerts/ }).click();
  const section = page.getByRole("region", { name: "Price alerts" });
  const last = await lastPrice(page);
  for (const factor of [1.004, 1.006]) {
    await section.getByLabel(/^Tell me when/).fill((last * factor).toFixed(2));
    await section.getByLabel("When it fires, ask").selectOption({ index: 1 });
    await section.getByRole("button", { name: /^Set alert/ }).click();
    await expect(section.getByLabel(/^Tell me when/)).toHaveValue("");
  }
  await expect(section.getByText(/then asks Built-in analyst/)).toHaveCount(2);
  const price = (last * 1.01).toFixed(2);
  await request.post(`http://127.0.0.1:${process.env.E2E_SIM_PORT}/admin/price`, {
    data: { symbol: "SOL/USD", price, mode: "walk" },
  });
  const answer = page.getByRole("list", { name: "Alerts", exact: true }).getByText(/answered your 2 price alerts: /);
  await expect(answer).toBeVisible({ timeout: 30_000 });
  await expect(
    page
      .getByRole("group", { name: /^Chart/ })
      .locator("canvas")
      .first(),
  ).toBeVisible();
  await page.getByRole("link", { name: "Assistant" }).click();
  const assistant = page.getByRole("region", { name: "Assistant" });
  await assistant.getByLabel("Chat", { exact: true }).selectOption({ label: "Price alerts" });
  await expect(assistant.getByText("Asked by your price alerts")).toBeVisible();
  await expect(assistant.getByText(/^SOL\/USD went above/)).toHaveCount(2);
  await assistant.getByRole("link", { name: "Record" }).click();
  await expect(page.getByText(/^Asked by 2 price alerts: SOL\/USD went above/)).toBeVisible();
  expect(errors).toEqual([]);
});

/** The price in a text, as a number to compare on the screen; never money. */
function digits(text: string): number {
  return Number(/[\d\s]+\.\d\d/.exec(text.replace(/^.*?(?:at|above|below)\s/, ""))?.[0].replaceAll(/\s/g, ""));
}

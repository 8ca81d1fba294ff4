import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { enterAsGuest, orderForm, placeLimit, placeMarket, watchConsole } from "./support/desk-page.ts";

for (const scheme of ["dark", "light"] as const) {
  test.describe(`in the ${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("every page is free of axe violations", async ({ page }) => {
      await page.goto("/");
      await expect(page.getByRole("button", { name: "Try it with paper money" })).toBeVisible();
      await expectAccessible(page);
      await enterAsGuest(page);
      await placeLimit(page, "Buy", "50000", "0.01");
      await placeMarket(page, "Buy", "0.01");
      await page.getByRole("tab", { name: /Positions/ }).click();
      await expectAccessible(page);
      await page.getByRole("button", { name: "Close 50 % of BTC" }).click();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      for (const path of ["/history", "/settings", "/sign-in", "/sign-up"]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expectAccessible(page);
      }
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a newcomer buys from the sheet, and nothing is wider than the screen", async ({ page }) => {
    const errors = watchConsole(page);
    await page.goto("/");
    await page.getByRole("button", { name: "Try it with paper money" }).click();
    await page.getByRole("button", { name: "Buy", exact: true }).first().click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "Market", exact: true }).click();
    await sheet.getByRole("textbox", { name: "Size" }).fill("0.01");
    await sheet.getByRole("button", { name: /^Buy [\d.]/ }).click();
    const confirmation = page.getByRole("dialog").last();
    await confirmation.getByRole("button", { name: /^Buy/ }).click();
    await page.getByRole("tab", { name: /Positions/ }).click();
    await expect(page.getByText("BTC/USD").last()).toBeVisible();
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBe(390);
    await expectAccessible(page);
    expect(errors).toEqual([]);
  });
});

test("the desk can be used with the keyboard alone", async ({ page }) => {
  await enterAsGuest(page);
  await page.keyboard.press("b");
  const form = orderForm(page);
  await expect(form.getByRole("textbox", { name: "Limit price" })).toBeFocused();
  await page.keyboard.type("50000");
  await page.keyboard.press("ArrowUp");
  await expect(form.getByRole("textbox", { name: "Limit price" })).toHaveValue("50000.1");
  await form.getByRole("textbox", { name: "Size" }).focus();
  await page.keyboard.type("0.01");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(page.getByRole("tab", { name: /Open orders 1/ })).toBeVisible();

  await form.getByRole("textbox", { name: "Size" }).press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog").getByRole("combobox")).toBeFocused();
  await page.keyboard.type("eth");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/ETH-/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Command palette");
});

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`),
  ).toEqual([]);
}

/** A proposal belongs to the account that was asked about. Whatever account is on screen, that one is named, judged and traded. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Locator, type Page } from "@playwright/test";
import { textAt } from "../sim/support/rest-client.ts";
import { startModels, type ModelMock } from "../support/models.ts";
import { enterAsGuest, watchConsole } from "./support/desk-page.ts";
import { connectAndOpen, demoAccount, picture } from "./support/kraken-desk.ts";

let models: ModelMock;
test.beforeAll(async () => {
  models = await startModels();
});
test.afterAll(() => models.stop());

test("a proposal for Kraken stays Kraken's while the paper account is on screen", async ({ page, request }) => {
  test.setTimeout(180_000);
  const errors = watchConsole(page);
  const account = await demoAccount(request, { USD: "20000" });
  await enterAsGuest(page);
  await addEndpoint(page, models.url);
  await connectAndOpen(page, account);
  await page.goto("/trade/BTC-USD");
  await page.getByRole("tab", { name: /Assistant/ }).click();
  const assistant = page.getByRole("region", { name: "Assistant" });
  await assistant.getByLabel("Model").selectOption({ label: "mock-model · Mock · price not known" });
  await assistant.getByLabel("Question").fill("Shall I buy a little? [buy]");
  await assistant.getByRole("button", { name: "Send", exact: true }).click();
  const card = assistant.getByRole("article", { name: /^Proposal: Buy 0.001 BTC\/USD/ });
  await expect(card.getByText("KRAKEN", { exact: true })).toBeVisible();
  await expect(card.getByText("Not the account on screen")).toBeHidden();

  await choose(page, "Paper");
  await expect(page.getByRole("button", { name: /^PAPER / })).toBeVisible();
  await expect(card.getByText("KRAKEN", { exact: true })).toBeVisible();
  await expect(card.getByText("Not the account on screen")).toBeVisible();
  // What would be left is of the 20 000 there, not of the 10 000 here.
  await expect(figure(card, "USD after")).toHaveText(/^\$19.9\d\d\.\d\d$/);
  await lookAtAll(page, "card-of-the-other-account", card);

  await card.getByRole("button", { name: "Execute on Kraken…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("KRAKEN", { exact: true })).toBeVisible();
  await expect(figure(dialog, "USD after")).toHaveText(/^\$19.9\d\d\.\d\d$/);
  await dialog.getByRole("textbox", { name: "Stop" }).fill("1x");
  await expect(dialog.getByRole("button", { name: "Execute on Kraken", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await dialog.getByRole("textbox", { name: "Stop" }).fill("");
  await lookAtAll(page, "question-of-the-other-account", dialog);
  await dialog.getByRole("button", { name: "Execute on Kraken", exact: true }).click();
  await expect(card.getByText(/Executed: the order is filled/)).toBeVisible({ timeout: 30_000 });

  // Nothing moved here; it was bought there.
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(page.getByRole("region", { name: "Table of positions" }).getByText("BTC")).toHaveCount(0);
  const balance = await account.byHand("Balance");
  expect(textAt(balance.result, "XXBT")).toMatch(/^0\.0010*$/);

  // The same on a phone, where the conversation has a page of its own.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/assistant");
  await assistant.getByLabel("Question").fill("And a little more? [buy]");
  await assistant.getByRole("button", { name: "Send", exact: true }).click();
  await expect(card).toHaveCount(2);
  await expect(card.last().getByRole("button", { name: "Execute…", exact: true })).toBeVisible();
  await lookAtAll(page, "phone-card", card.last());
  await expect(card.first().getByText("Not the account on screen")).toBeVisible();
  await lookAtAll(page, "phone-card-of-the-other-account", card.first());
  await card.last().getByRole("button", { name: "Execute…", exact: true }).click();
  await expect(dialog.getByRole("button", { name: "Execute", exact: true })).toBeVisible();
  await lookAtAll(page, "phone-question", dialog);
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/trade/BTC-USD");

  // On Kraken's desk it is an account on screen like any other.
  await choose(page, "Kraken");
  await expect(page.getByRole("button", { name: /^KRAKEN / })).toBeVisible();
  await expect(page.getByRole("region", { name: "Table of positions" }).getByText("BTC").first()).toBeVisible();
  expect(errors).toEqual([]);
});

function figure(inside: Locator, name: string): Locator {
  return inside
    .locator("div:has(> dt)")
    .filter({ has: inside.page().getByText(name, { exact: true }) })
    .locator("dd");
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^(PAPER|KRAKEN) / }).click();
  await page.getByRole("menuitemradio", { name: new RegExp(`^${name}`) }).click();
}

/** A picture in each theme, and no fault of accessibility in either. */
async function lookAtAll(page: Page, name: string, shown: Locator): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await shown.evaluate((element) => element.scrollIntoView({ block: "start" }));
    await picture(page, `${name}-${colorScheme}`);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }
}

async function addEndpoint(page: Page, address: string): Promise<void> {
  await page.goto("/settings");
  const form = page.getByRole("form", { name: "Add an endpoint" });
  await form.getByLabel("Name").fill("Mock");
  await form.getByLabel("Address").fill(address);
  await form.getByLabel("Model").fill("mock-model");
  await form.getByLabel("It needs a key").uncheck();
  await form.getByRole("button", { name: "Add the endpoint" }).click();
  await expect(page.getByText("The endpoint is added.")).toBeVisible();
}

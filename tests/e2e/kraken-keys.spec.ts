import { expect, test } from "@playwright/test";
import { enterAsGuest } from "./support/desk-page.ts";
import { demoAccount, offerKey, picture } from "./support/kraken-desk.ts";

test("a key that can withdraw is refused with the reason and the way to mend it", async ({ page, request }) => {
  const account = await demoAccount(request, { USD: "1000" }, { withdraw: true });
  await enterAsGuest(page);
  const section = await offerKey(page, account.key);
  const alert = section.getByRole("alert");
  await expect(alert).toContainText("This key can withdraw money", { timeout: 30_000 });
  await expect(alert).toContainText("untick “Withdraw funds”");
  await picture(page, "withdraw");
  await expect(section.getByRole("region", { name: "Trading key" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^PAPER Paper/ })).toBeVisible();
});

test("a connected key is tested, its uses are told, it is nobody else's, and it can be deleted", async ({
  page,
  request,
  browser,
}) => {
  const account = await demoAccount(request, { USD: "1000" });
  await enterAsGuest(page);
  const section = await offerKey(page, account.key);
  const card = section.getByRole("region", { name: "Trading key" });
  await expect(card).toContainText("Create & modify orders · granted", { timeout: 30_000 });
  await expect(card).toContainText("Withdraw funds · not granted, as it should be");
  await card.getByRole("button", { name: "Test connection" }).click();
  await expect(card.getByText(/^It works: Kraken answered at/)).toBeVisible({ timeout: 30_000 });
  await section.getByRole("button", { name: "Read again" }).click();
  await expect(section.getByRole("region", { name: "Table of uses" }).getByRole("row").nth(1)).toBeVisible();
  // The key itself is nowhere on the page, not even after a reload.
  await page.reload();
  await expect(card).toBeVisible();
  const html = await page.content();
  expect(html).not.toContain(account.key.key);
  expect(html).not.toContain(account.key.secret);

  const stranger = await browser.newPage();
  await enterAsGuest(stranger);
  const theirs = await offerKey(stranger, account.key);
  await expect(theirs.getByRole("alert")).toContainText("in use by another user", { timeout: 30_000 });
  await stranger.close();

  await card.getByRole("button", { name: "Delete…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("no orders, no cancels, no stops");
  await dialog.getByRole("button", { name: "Delete the key" }).click();
  await expect(section.getByLabel("API key")).toBeVisible({ timeout: 30_000 });
});

import { expect, test, type Browser, type Page } from "@playwright/test";
import { enterAsGuest, noteTraffic, placeLimit } from "./support/desk-page.ts";

const PASSWORD = "correct horse battery staple 42";

test("a guest who signs up keeps desk and open orders, signs out, and finds them again after a wrong password", async ({
  page,
}) => {
  const email = address();
  await enterAsGuest(page);
  await placeLimit(page, "Buy", "50000", "0.01");
  await signUp(page, email);
  await expectOneOpenOrder(page);

  await signOut(page);
  await page.getByRole("link", { name: "Sign in", exact: true }).click();
  await writeSignIn(page, email, "ninety grey umbrellas");
  await expect(page.getByRole("alert")).toContainText(/e-mail|password/i);
  await writeSignIn(page, email, PASSWORD);
  await expectOneOpenOrder(page);
});

test("a short and a common password are refused with the reason", async ({ page }) => {
  await enterAsGuest(page);
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail").fill(address());
  await page.getByLabel("Password").fill("short");
  await expect(page.getByText("At least 12 characters: 7 to go")).toBeVisible();
  await page.getByLabel("Password").fill("password1234");
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await expect(page.getByText(/common/i).last()).toBeVisible();
  await expect(page).toHaveURL(/sign-up/);
});

test("a guest who signs in to an existing account is asked before the guest's desk goes", async ({ page, browser }) => {
  const email = address();
  await enterAsGuest(page);
  await signUp(page, email);

  const guest = await newGuest(browser);
  await placeLimit(guest, "Buy", "50000", "0.01");
  await guest.goto("/sign-in");
  await writeSignIn(guest, email, PASSWORD);
  const question = guest.getByRole("dialog", { name: "Give up the guest's desk?" });
  await expect(question).toContainText("1 open order");
  await question.getByRole("button", { name: "Keep it" }).click();
  await expect(question).toBeHidden();
  await writeSignIn(guest, email, PASSWORD);
  await question.getByRole("button", { name: "Erase it and sign in" }).click();
  await expect(guest).toHaveURL(/\/trade/);
  await guest.getByRole("tab", { name: /Open orders/ }).click();
  await expect(guest.getByText(/No open orders/)).toBeVisible();
});

test("an ended session asks to sign in again over the page, and everything is where it was", async ({
  page,
  browser,
}) => {
  const email = address();
  await enterAsGuest(page);
  await signUp(page, email);
  await placeLimit(page, "Buy", "50000", "0.01");

  // Somewhere else, the same person signs everybody out.
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto("/sign-in");
  await writeSignIn(elsewhere, email, PASSWORD);
  await expect(elsewhere).toHaveURL(/\/trade/);
  await chooseFromAccountMenu(elsewhere, "Sign out everywhere");
  await elsewhere.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();

  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toBeVisible();
  await expect(page).toHaveURL(/\/trade/);
  await dialog.getByLabel("Password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expectOneOpenOrder(page);
});

test("deleting my data erases the account", async ({ page }) => {
  const email = address();
  await enterAsGuest(page);
  await signUp(page, email);
  const erased = await page.request.delete("/api/me", {
    data: { confirmation: "delete everything", password: PASSWORD },
    headers: { origin: new URL(page.url()).origin },
  });
  expect(erased.status()).toBe(200);
  await page.goto("/sign-in");
  await writeSignIn(page, email, PASSWORD);
  await expect(page.getByRole("alert")).toBeVisible();
});

let count = 0;
function address(): string {
  count += 1;
  return `trader-${process.pid}-${Date.now()}-${count}@example.com`;
}

async function newGuest(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await enterAsGuest(page);
  return page;
}

async function signUp(page: Page, email: string): Promise<void> {
  await chooseFromAccountMenu(page, "Sign up to keep this desk");
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up", exact: true }).click();
  await expect(page).toHaveURL(/\/trade/);
}

async function writeSignIn(page: Page, email: string, password: string): Promise<void> {
  noteTraffic(page);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await chooseFromAccountMenu(page, "Sign out");
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Try it with paper money" })).toBeVisible();
}

async function chooseFromAccountMenu(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "Your account and settings" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

async function expectOneOpenOrder(page: Page): Promise<void> {
  await page.getByRole("tab", { name: /Open orders/ }).click();
  const rows = page.getByRole("region", { name: "Table of open orders" }).getByRole("row");
  await expect(rows.filter({ hasText: /50.000\.0/ })).toHaveCount(1);
}

/** Issue 4 "Done when": every rule can be seen to deny, with its reason, in the interface; Stop, and the way back from it. */
import { randomUUID } from "node:crypto";
import { expect, test, type Locator, type Page } from "@playwright/test";
import { accountList } from "../../contract/accounts.ts";
import { enterAsGuest, lastPrice, orderForm, placeLimit, placeMarket, watchConsole } from "./support/desk-page.ts";
import { armFault, connectAndOpen, demoAccount, exchange } from "./support/kraken-desk.ts";

test.afterEach(async ({ request }) => {
  await request.delete(`${exchange}/admin/faults`);
});

/** Writes limits in Settings, by the labels that stand there, and comes back to the desk. */
async function setLimits(page: Page, limits: Readonly<Record<string, string>>): Promise<void> {
  await page.goto("/settings#risk");
  const section = page.getByRole("region", { name: /^Risk of / });
  for (const [label, value] of Object.entries(limits)) {
    await section.getByLabel(label, { exact: true }).fill(value);
  }
  await section.getByRole("button", { name: "Save the limits" }).click();
  await expect(section.getByText(/^Saved/)).toBeVisible();
  await page.goto("/trade/BTC-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
}

/** Writes a limit buy without sending it, and opens what the rules say. */
async function writeEntry(page: Page, price: number, size: string): Promise<void> {
  const form = orderForm(page);
  await form.getByRole("button", { name: "Buy", exact: true }).click();
  await form.getByRole("button", { name: "Limit", exact: true }).click();
  await form.getByRole("textbox", { name: "Limit price" }).fill(price.toFixed(1));
  await form.getByRole("textbox", { name: "Size" }).fill(size);
  const rules = form.getByRole("list", { name: "Rules of risk" });
  if (!(await rules.isVisible())) {
    await form.getByText(/rules? (pass|deny)/).click();
  }
}

/** The order form says which rule denies what is written, and why. */
async function deniedBy(page: Page, name: string, timeout = 15_000): Promise<void> {
  const rules: Locator = orderForm(page).getByRole("list", { name: "Rules of risk" });
  const rule = rules.getByRole("listitem").filter({ hasText: `✕ ${name}` });
  await expect(rule, name).toBeVisible({ timeout });
  // Its reason is a sentence.
  await expect(rule.getByText(/\.$/).last(), name).toBeVisible();
  await expect(orderForm(page).getByRole("button", { name: /^Buy [\d.]/ })).toHaveAttribute("aria-disabled", "true");
}

function restingBuy(index: number): Readonly<Record<string, unknown>> {
  const limitPrice = String(40_000 + index);
  return { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "0.0005", limitPrice };
}

/** Where the orders of the page's own user are. */
async function ordersOf(page: Page, kind: "paper" | "kraken"): Promise<string> {
  const { accounts } = accountList.parse(await (await page.request.get("/api/accounts")).json());
  return `/api/accounts/${accounts.find((each) => each.kind === kind)?.id ?? ""}/orders`;
}

/** A wish of the page's own user, over the API; one that comes too soon is sent anew. */
async function overApi(page: Page, method: "POST" | "DELETE", path: string, data: object = {}): Promise<void> {
  const send = async (): Promise<boolean> => {
    const headers = { origin: new URL(page.url()).origin, "idempotency-key": randomUUID() };
    return (await page.request.fetch(path, { method, headers, data })).ok();
  };
  await expect.poll(send, { timeout: 60_000, intervals: [1_000] }).toBe(true);
}

test("every rule of size, risk and choice denies with its limit, its value and its reason before anything is sent", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const errors = watchConsole(page);
  await enterAsGuest(page, "/trade/ETH-USD");
  await placeMarket(page, "Buy", "0.1");
  await setLimits(page, {
    "Largest order (USD)": "100",
    "Largest position (USD)": "100",
    "Largest position (% of equity)": "0.5",
    "Largest quantity (per asset)": "BTC 0.001",
    "Exposure (% of equity)": "3",
    "Open positions (positions)": "1",
    "Risk per trade (% of equity)": "0.01",
    "Price collar (% from the price)": "5",
    "Allowed pairs": "ETH/USD",
  });
  await writeEntry(page, (await lastPrice(page)) * 1.2, "0.01");
  const rules = orderForm(page).getByRole("list", { name: "Rules of risk" });
  for (const name of [
    "Value of the order",
    "Value of the position",
    "Share of equity",
    "Quantity of the position",
    "Exposure",
    "Open positions",
    "Risk of the trade",
    "Price collar",
    "Allowed pairs",
  ]) {
    const rule = rules.getByRole("listitem").filter({ hasText: `✕ ${name}` });
    await expect(rule, name).toBeVisible();
    // Its reason is a sentence.
    await expect(rule.getByText(/\.$/).last(), name).toBeVisible();
  }
  await expect(orderForm(page).getByText(/Lose at stop: −\$/)).toBeVisible();
  expect(errors).toEqual([]);
});

test("more entries in a minute than allowed are denied in words before they are sent", async ({ page }) => {
  await enterAsGuest(page, "/trade/BTC-USD");
  await setLimits(page, { "Entries a minute (orders)": "1" });
  await placeLimit(page, "Buy", "50000", "0.001");
  const form = orderForm(page);
  // The size of an accepted order is taken away, so that the next is not sent by habit.
  await expect(form.getByRole("textbox", { name: "Size" })).toHaveValue("");
  await writeEntry(page, 50_001, "0.001");
  const rule = form
    .getByRole("list", { name: "Rules of risk" })
    .getByRole("listitem")
    .filter({ hasText: "✕ Entries a minute" });
  await expect(rule).toBeVisible();
  await expect(rule.getByText(/\.$/).last()).toBeVisible();
  await expect(form.getByRole("button", { name: /^Buy [\d.]/ })).toHaveAttribute("aria-disabled", "true");
});

test("what the account has lost denies: from its peak, in the day, and by losses in a row", async ({ page }) => {
  test.setTimeout(120_000);
  await enterAsGuest(page, "/trade/BTC-USD");
  await setLimits(page, {
    "Largest position (% of equity)": "100",
    "Exposure (% of equity)": "100",
    "Risk per trade (% of equity)": "100",
    "Drawdown halt (% under the peak)": "0.5",
    "Daily loss halt (% of the day's first equity)": "0.5",
    "Pause after losses in a row": "1",
  });
  // The fees of both ways are more than half a percent of it.
  const size = (8_000 / (await lastPrice(page))).toFixed(3);
  await placeMarket(page, "Buy", size);
  await placeMarket(page, "Sell", size);
  await writeEntry(page, (await lastPrice(page)) * 0.98, "0.001");
  for (const name of ["Pause after losses", "Drawdown", "Loss of the day"]) {
    await deniedBy(page, name);
  }
});

test("the 81st open order of a pair is denied, and the sale of what is held is not", async ({ page }) => {
  test.setTimeout(180_000);
  await enterAsGuest(page, "/trade/BTC-USD");
  await setLimits(page, { "Entries a minute (orders)": "600" });
  await placeMarket(page, "Buy", "0.01");
  const orders = await ordersOf(page, "paper");
  // The stop of the position is one of the eighty.
  for (let count = 0; count < 79; count += 10) {
    const some = Array.from({ length: Math.min(10, 79 - count) }, (_each, index) => restingBuy(count + index));
    await Promise.all(some.map((order) => overApi(page, "POST", orders, order)));
  }
  await writeEntry(page, (await lastPrice(page)) * 0.9, "0.001");
  await deniedBy(page, "Open orders on the pair");
  await placeLimit(page, "Sell", ((await lastPrice(page)) * 1.05).toFixed(1), "0.01");
  await page.getByRole("tab", { name: /Open orders/ }).click();
  await expect(page.getByRole("row").filter({ hasText: "Sell" }).first()).toBeVisible();
});

test("while nobody knows what a holding is worth, no limit in percent of it can be kept: entries are denied", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await enterAsGuest(page, "/trade/DOGE-USD");
  await placeMarket(page, "Buy", "1000");
  await page.goto("/trade/BTC-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  await writeEntry(page, (await lastPrice(page)) * 0.98, "0.001");
  for (const target of ["ticker", "trade", "book"]) {
    await armFault(request, { kind: "silentChannel", target, symbol: "DOGE/USD" });
  }
  for (const target of ["ticker", "book"]) {
    await armFault(request, { kind: "ackFailure", target, symbol: "DOGE/USD" });
  }
  await deniedBy(page, "Equity", 45_000);
});

test("the last of Kraken's rate limit is kept for exits: an entry is denied with the seconds to wait", async ({
  page,
  request,
}) => {
  test.setTimeout(180_000);
  const account = await demoAccount(request, { USD: "20000" });
  await enterAsGuest(page);
  await connectAndOpen(page, account);
  await page.goto("/trade/BTC-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  const orders = await ordersOf(page, "kraken");
  for (let count = 0; count < 24; count += 1) {
    await overApi(page, "POST", orders, restingBuy(count));
  }
  // A cancel within five seconds costs eight of the hundred and twenty-five points of the pair.
  await overApi(page, "DELETE", orders);
  await placeLimit(page, "Buy", "50001", "0.001");
  await expect(
    page.getByText(/nearly used up; what is left is kept for exits and cancels\. Wait \d+ s/).first(),
  ).toBeVisible();
});

test("a size from risk loses that much at the stop", async ({ page }) => {
  await enterAsGuest(page, "/trade/BTC-USD");
  await expect.poll(() => lastPrice(page)).toBeGreaterThan(0);
  const form = orderForm(page);
  await form.getByRole("button", { name: "Limit", exact: true }).click();
  await form.getByRole("textbox", { name: "Limit price" }).fill(((await lastPrice(page)) * 0.98).toFixed(1));
  await form.getByRole("textbox", { name: "Risk of equity" }).fill("1");
  await form.getByRole("button", { name: "Size it" }).click();
  await expect(form.getByText(/Lose at stop: −\$(99\.\d\d|100\.00) \((0\.99|1\.00)\s% of equity\)/)).toBeVisible();
  // The same in money.
  await form.getByRole("group", { name: "Unit of the risk" }).getByRole("button", { name: "USD" }).click();
  await form.getByRole("textbox", { name: "Risk in money" }).fill("50");
  await form.getByRole("button", { name: "Size it" }).click();
  await expect(form.getByText(/Lose at stop: −\$(49\.\d\d|50\.00) \(0\.(49|50)\s% of equity\)/)).toBeVisible();
});

test("Stop halts entries and says so; the risk panel names it and resumes", async ({ page }) => {
  await enterAsGuest(page, "/trade/BTC-USD");
  await placeMarket(page, "Buy", "0.01");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Protect" }).click();
  await expect(dialog.getByText(/Every position has its stop already|Puts a stop/)).toBeVisible();
  await dialog.getByRole("button", { name: "Stop and protect" }).click();
  await expect(page.getByRole("dialog", { name: "Stopped" })).toBeVisible();
  await dialog.getByRole("contentinfo").getByRole("button", { name: "Close" }).click();

  await writeEntry(page, (await lastPrice(page)) * 0.98, "0.001");
  await expect(orderForm(page).getByText("✕ Halt")).toBeVisible();
  await page.getByRole("tab", { name: /^Risk/ }).click();
  const panel = page.getByRole("region", { name: "Risk", exact: true });
  await expect(panel.getByText("Stopped by you")).toBeVisible();
  await panel.getByRole("button", { name: "Resume…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Resume trading" }).click();
  await expect(panel.getByText("Stopped by you")).toBeHidden();
  await expect(orderForm(page).getByText("✕ Halt")).toBeHidden();
});

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { member, textAt } from "../sim/support/rest-client.ts";
import { enterAsGuest, orderForm, placeLimit, placeMarket, watchConsole } from "./support/desk-page.ts";
import {
  armFault,
  connectAndOpen,
  demoAccount,
  exchange,
  picture,
  refuseSockets,
  type DemoAccount,
} from "./support/kraken-desk.ts";

// A key is checked, an account read and orders go over real sockets: more than the usual minute where the machine is slow.
test.setTimeout(120_000);

test.afterEach(async ({ request }) => {
  await request.delete(`${exchange}/admin/faults`);
});

test("a newcomer connects a key, adopts a holding, buys, changes and cancels an order, closes, and Kraken agrees", async ({
  page,
  request,
}) => {
  const errors = watchConsole(page);
  const account = await demoAccount(request, { USD: "20000", BTC: "0.5" });
  await enterAsGuest(page);
  await connectAndOpen(page, account);

  // Nobody can take it for paper.
  await expect(page).toHaveTitle(/^KRAKEN · /);
  await expect(page.locator("[data-mode-border]")).toBeVisible();
  await expect(orderForm(page).getByText("Made-up money on the simulated Kraken")).toBeVisible();

  // What was there is not the desk's.
  await page.getByRole("tab", { name: /Positions/ }).click();
  const external = page.getByRole("region", { name: "Table of holdings that are not managed" });
  await expect(external.getByRole("row").filter({ hasText: "BTC" })).toContainText("0.5");
  await expect(page.getByText("This desk manages no position.")).toBeVisible();
  await picture(page, "holdings");

  // Adopt a part of it.
  await external.getByRole("button", { name: "Adopt BTC…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Quantity").fill("0.1");
  await dialog.getByLabel(/What it cost/).fill("6000");
  await dialog.getByRole("button", { name: "Adopt 0.1 BTC" }).click();
  await expect(dialog).toBeHidden();
  const positions = page.getByRole("region", { name: "Table of positions" });
  await expect(positions.getByRole("row").filter({ hasText: "BTC" })).toContainText("0.1");
  await expect(positions.getByRole("row").filter({ hasText: "BTC" })).toContainText(/60.000\.0/);
  await expect(external.getByRole("row").filter({ hasText: "BTC" })).toContainText("0.4");

  // Buy, and compare with the exchange's own record.
  await placeMarket(page, "Buy", "0.01");
  await expect(orderForm(page).getByText(/^Filled 0\.01 @/)).toBeVisible({ timeout: 20_000 });
  await expect(positions.getByRole("row").filter({ hasText: "BTC" })).toContainText("0.11");
  // The stop that the entry brought rests at the exchange, for all of the position.
  await expect(
    positions.getByRole("button", { name: /^Protection of BTC: Stop at .* rests at Kraken, for 0\.11/ }),
  ).toBeVisible({
    timeout: 20_000,
  });
  const trades = await tradesOf(account);
  expect(trades.length).toBeGreaterThan(0);
  await page.getByRole("tab", { name: /Fills/ }).click();
  for (const trade of trades) {
    await expect(
      page
        .getByRole("row")
        .filter({ hasText: grouped(trade.price) })
        .first(),
    ).toContainText(trade.volume);
  }

  // A limit order far under the market: rests, is changed, is cancelled.
  await placeLimit(page, "Buy", "50000", "0.01");
  await page.getByRole("tab", { name: /Open orders/ }).click();
  const orders = page.getByRole("region", { name: "Table of open orders" });
  await expect(orders.getByRole("row").filter({ hasText: /50.000\.0/ })).toContainText("Open", { timeout: 20_000 });
  await orders
    .getByRole("row")
    .filter({ hasText: /50.000\.0/ })
    .getByRole("button", { name: /^Amend/ })
    .click();
  await orders.getByLabel("New price").fill("50500");
  await orders.getByRole("button", { name: "Save" }).click();
  await expect(orders.getByRole("row").filter({ hasText: /50.500\.0/ })).toContainText("Open", { timeout: 20_000 });
  expect(await openPrices(account)).toContain("50500.0");
  await orders
    .getByRole("row")
    .filter({ hasText: /50.500\.0/ })
    .getByRole("button", { name: /^Cancel the/ })
    .click();
  await expect(orders.getByRole("row").filter({ hasText: /50.500\.0/ })).toHaveCount(0, { timeout: 20_000 });
  expect(await openPrices(account)).not.toContain("50500.0");

  // Close what the desk manages; what it does not manage stays.
  await page.getByRole("tab", { name: /Positions/ }).click();
  await positions.getByRole("button", { name: "Close 100 % of BTC" }).click();
  await expect(dialog).toContainText("of made-up money on the simulated Kraken");
  await picture(page, "close");
  await dialog.getByRole("button", { name: /^Sell 0\.11 BTC on Kraken/ }).click();
  await expect(page.getByText("This desk manages no position.")).toBeVisible({ timeout: 30_000 });
  await expect(external.getByRole("row").filter({ hasText: "BTC" })).toContainText("0.4");
  expect(await openPrices(account)).toEqual([]);
  const balance = await account.byHand("Balance");
  expect(Number(textAt(balance.result, "XXBT"))).toBe(0.4);
  expect(errors).toEqual([]);
});

test("an order whose answer is lost is unknown on screen, sent once, and resolves", async ({ page, request }) => {
  const account = await demoAccount(request, { USD: "20000" });
  await enterAsGuest(page);
  await connectAndOpen(page, account);
  // The private socket would tell at once, and so would the open orders: one has to see that it is not known yet.
  const allowSockets = await refuseSockets(request);
  await armFault(request, { kind: "dropAnswer", target: "AddOrder", times: 1 });
  await armFault(request, { kind: "html520", target: "OpenOrders", times: 3 });
  await placeMarket(page, "Buy", "0.01");
  const form = orderForm(page);
  await expect(form.getByText("Sent, not confirmed yet; checking with Kraken")).toBeVisible({ timeout: 30_000 });
  await picture(page, "unknown");
  await allowSockets();
  await expect(form.getByText(/^Filled 0\.01 @/)).toBeVisible({ timeout: 60_000 });
  expect((await tradesOf(account)).map(({ order }) => order).filter(isFirst)).toHaveLength(1);
});

test("orders made by hand are seen, left alone by Stop, and cancelled only after a second question", async ({
  page,
  request,
}) => {
  const account = await demoAccount(request, { USD: "20000" });
  await enterAsGuest(page);
  await connectAndOpen(page, account);
  const placed = await account.byHand("AddOrder", {
    pair: "XBTUSD",
    type: "buy",
    ordertype: "limit",
    price: "40000",
    volume: "0.01",
  });
  expect(placed.errors).toEqual([]);
  await placeLimit(page, "Buy", "50000", "0.01");
  await page.getByRole("tab", { name: /Positions/ }).click();
  const table = page.getByRole("region", { name: "Table of orders made by hand" });
  await expect(table.getByRole("row").filter({ hasText: /40.000\.0/ })).toBeVisible({ timeout: 60_000 });

  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const stop = page.getByRole("dialog", { name: /Stop/ });
  await stop.getByRole("button", { name: "Stop, keep positions" }).click();
  await expect.poll(() => openPrices(account), { timeout: 20_000 }).toEqual(["40000.0"]);
  await stop.getByRole("button", { name: "Cancel it too…" }).click();
  const second = page.getByRole("dialog", { name: "Cancel orders made by hand?" });
  await picture(page, "by-hand");
  await second.getByRole("button", { name: "Cancel 1 order made by hand" }).click();
  await expect(page.getByText(/^Kraken took the cancel of 1 order/)).toBeVisible({ timeout: 20_000 });
  expect(await openPrices(account)).toEqual([]);
});

for (const scheme of ["dark", "light"] as const) {
  test.describe(`in the ${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("the Kraken desk and its settings are free of axe violations, on a phone too", async ({ page, request }) => {
      const account = await demoAccount(request, { USD: "20000", BTC: "0.5" });
      await enterAsGuest(page);
      await connectAndOpen(page, account);
      await page.getByRole("tab", { name: /Positions/ }).click();
      await expectAccessible(page);
      await picture(page, `desk-${scheme}`);
      await page.getByRole("button", { name: "Adopt BTC…" }).click();
      await expectAccessible(page);
      await page.keyboard.press("Escape");
      await page.goto("/settings#kraken");
      await expect(page.getByRole("region", { name: "Table of uses" })).toBeVisible();
      await expectAccessible(page);
      await picture(page, `settings-${scheme}`);
      await page.setViewportSize({ width: 390, height: 844 });
      await picture(page, `settings-phone-${scheme}`);
      await page.goto("/trade/BTC-USD");
      await page.getByRole("button", { name: "Buy", exact: true }).first().click();
      const sheet = page.getByRole("dialog");
      await sheet.getByRole("button", { name: "Triggered" }).click();
      await expectAccessible(page);
      await picture(page, `form-phone-${scheme}`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    });
  });
}

type Trade = { readonly order: string; readonly price: string; readonly volume: string };

/** The exchange's own record of the account's trades. */
async function tradesOf(account: DemoAccount): Promise<readonly Trade[]> {
  const { result, errors } = await account.byHand("TradesHistory");
  expect(errors).toEqual([]);
  const trades = member(result, "trades");
  return Object.values(typeof trades === "object" && trades !== null ? trades : {}).map((trade: unknown) => ({
    order: textAt(trade, "ordertxid"),
    price: textAt(trade, "price"),
    volume: String(Number(textAt(trade, "vol"))),
  }));
}

/** Limit prices of what is open at the exchange. */
async function openPrices(account: DemoAccount): Promise<readonly string[]> {
  const { result, errors } = await account.byHand("OpenOrders");
  expect(errors).toEqual([]);
  const open = member(result, "open");
  return Object.values(typeof open === "object" && open !== null ? open : {}).map((order: unknown) =>
    Number(textAt(order, "descr", "price")).toFixed(1),
  );
}

/** A price as the tables write it: one decimal, a narrow space before the last three digits. */
function grouped(price: string): RegExp {
  const [whole = "", fraction = "0"] = Number(price).toFixed(1).split(".");
  return new RegExp(`${whole.slice(0, -3)}.${whole.slice(-3)}\\.${fraction}`);
}

function isFirst(value: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(value) === index;
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }))).toEqual([]);
}

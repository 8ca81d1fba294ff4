import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, type Locator, type Page, type Response } from "@playwright/test";
import { accountList } from "../../contract/accounts.ts";
import { workerdBelow } from "../../scripts/lib/descendants.ts";
import { isReady, launchDesk } from "../support/desk.ts";
import { enterAsGuest, orderForm, placeLimit, placeMarket } from "./support/desk-page.ts";

const exchange = `http://127.0.0.1:${process.env.E2E_SIM_PORT}`;

test.afterEach(async ({ request }) => {
  await request.delete(`${exchange}/admin/faults`);
});

test("a resting order fills when the market trades through it, and the screen tells: toast, position, fill", async ({
  page,
  request,
}) => {
  await enterAsGuest(page, "/trade/SOL-USD");
  const target = await lastPriceOf(page, "SOL-USD", 0.97);
  await placeLimit(page, "Buy", target, "2");
  await expect(page.getByRole("tab", { name: /Open orders 1/ })).toBeVisible();
  const through = (Number(target) - 0.5).toFixed(2);
  const moved = await request.post(`${exchange}/admin/price`, {
    data: { symbol: "SOL/USD", price: through, mode: "walk" },
  });
  expect(moved.status()).toBe(200);
  await expect(page.getByRole("log", { name: "Notices" })).toContainText(/SOL/, { timeout: 20_000 });
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(positionOf(page, "SOL")).toContainText("2");
  await page.getByRole("tab", { name: /Fills/ }).click();
  await expect(page.getByRole("row").filter({ hasText: "maker" }).first()).toBeVisible();
});

test("a book that lies is thrown away and asked for again, and trading goes on", async ({ page, request }) => {
  await enterAsGuest(page);
  await arm(request, { kind: "corruptChecksum", symbol: "BTC/USD", times: 3 });
  await expect(async () => {
    expect(await faultsLeft(request)).toBe(0);
  }).toPass({ timeout: 20_000 });
  await placeMarket(page, "Buy", "0.01");
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(positionOf(page, "BTC")).toContainText("0.01");
});

test("while the exchange refuses every connection the desk says since when, denies entries, still cancels, and recovers", async ({
  page,
  request,
}) => {
  await enterAsGuest(page);
  await placeLimit(page, "Buy", "50000", "0.01");
  await arm(request, { kind: "refuseConnections" });
  await request.post(`${exchange}/admin/drop-connections`, { data: { which: "public" } });
  await expect(page.getByText(/Since \d\d:\d\d/).first()).toBeVisible({ timeout: 25_000 });
  const form = orderForm(page);
  await form.getByRole("button", { name: "Market", exact: true }).click();
  await form.getByRole("textbox", { name: "Size" }).fill("0.01");
  await expect(form.getByRole("button", { name: /^Buy/ }).last()).toBeDisabled();
  // Cancelling needs no market.
  await page.getByRole("tab", { name: /Open orders/ }).click();
  await page.getByRole("button", { name: /^Cancel the/ }).click();
  await expect(page.getByText(/No open orders/)).toBeVisible();
  await request.delete(`${exchange}/admin/faults`);
  await expect(page.getByText(/Since \d\d:\d\d/)).toHaveCount(0, { timeout: 30_000 });
  await placeMarket(page, "Buy", "0.01");
});

test("channels that fall silent grey the panels, since when; entries are denied, cancelling works, and prices come back", async ({
  page,
  request,
}) => {
  test.setTimeout(120_000);
  await enterAsGuest(page, "/trade/DOGE-USD");
  await placeLimit(page, "Buy", await lastPriceOf(page, "DOGE-USD", 0.9, 7), "500");
  await expect(page.getByRole("tab", { name: /Open orders 1/ })).toBeVisible();
  // The ticker first: one that still spoke would tell at once that the book stands still.
  for (const target of ["ticker", "trade", "book"]) {
    await arm(request, { kind: "silentChannel", target, symbol: "DOGE/USD" });
  }
  // Nor does asking again help: a snapshot would be a price to trade on.
  for (const target of ["ticker", "book"]) {
    await arm(request, { kind: "ackFailure", target, symbol: "DOGE/USD" });
  }
  const silent = page.getByText(/Since \d\d:\d\d/);
  await expect(silent.first()).toBeVisible({ timeout: 25_000 });
  const form = orderForm(page);
  await form.getByRole("button", { name: "Market", exact: true }).click();
  await form.getByRole("textbox", { name: "Size" }).fill("100");
  await expect(form.getByRole("button", { name: /^Buy [\d.]/ })).toBeDisabled();
  // Whoever does not use the page is told the same.
  const denied = await placeOverApi(page, { symbol: "DOGE/USD", side: "buy", type: "market", quantity: "100" });
  expect(denied.status).toBe(422);
  expect(denied.text).toContain('"QUOTE_STALE"');
  expect(denied.text).toContain("exits and cancels are");
  await page.getByRole("tab", { name: /Open orders/ }).click();
  await page.getByRole("button", { name: /^Cancel the/ }).click();
  await expect(page.getByText(/No open orders/)).toBeVisible();
  await request.delete(`${exchange}/admin/faults`);
  await expect(silent).toHaveCount(0, { timeout: 45_000 });
  await placeMarket(page, "Buy", "100");
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(positionOf(page, "DOGE")).toContainText("100");
});

test("the worker killed: npm start brings it back, the page comes back by itself with the same orders, and an order whose answer was lost is one order", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-e2e-kill-"));
  const desk = await launchDesk({ stateFolder });
  try {
    await isReady(desk);
    await enterAsGuest(page, desk.origin);
    const answered = page.waitForResponse(isOrderWrite);
    await placeLimit(page, "Buy", "50000", "0.01");
    // The line to the account may tell of the order before its answer has arrived.
    expect(await (await answered).finished()).toBeNull();
    await loseAnswers(page);
    await placeLimit(page, "Buy", "50001", "0.01");
    await expect(page.getByRole("tab", { name: /Open orders 2/ })).toBeVisible();
    await expect(orderForm(page).getByText(/Whether the order was taken is not known/)).toBeVisible();
    await page.unroute(isOrderAddress);
    for (const pid of workerdBelow(desk.process.pid ?? 0)) {
      process.kill(pid, "SIGKILL");
    }
    // It is back so soon that the page may have nothing to say about it.
    await expect.poll(() => desk.output(), { timeout: 40_000 }).toContain("The desk is back");
    await expect(page.getByText(/The line to/)).toBeHidden({ timeout: 40_000 });
    // The order stands: the form asks about it by itself.
    await expect(orderForm(page).getByText(/Whether the order was taken is not known/)).toBeHidden();
    expect(desk.output()).toContain("It is started again");
    await page.getByRole("tab", { name: /Open orders 2/ }).click();
    const rows = page.getByRole("region", { name: "Table of open orders" }).getByRole("row");
    await expect(rows.filter({ hasText: /50.000\.0/ })).toHaveCount(1);
    await expect(rows.filter({ hasText: /50.001\.0/ })).toHaveCount(1);
    await placeLimit(page, "Buy", "50002", "0.01");
    await expect(page.getByRole("tab", { name: /Open orders 3/ })).toBeVisible();
  } finally {
    await desk.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});

function isOrderAddress(url: URL): boolean {
  return url.pathname.endsWith("/orders");
}

function isOrderWrite(response: Response): boolean {
  return response.request().method() === "POST" && isOrderAddress(new URL(response.url()));
}

/** From now on orders reach the desk and their answers get lost on the way back. */
async function loseAnswers(page: Page): Promise<void> {
  let reached = false;
  await page.route(isOrderAddress, async (route) => {
    if (!reached) {
      reached = true;
      await route.fetch();
    }
    await route.abort("connectionreset");
  });
}

function positionOf(page: Page, asset: string): Locator {
  return page.getByRole("region", { name: "Table of positions" }).getByRole("row").filter({ hasText: asset });
}

/** An order over the API, as the page's own user. */
async function placeOverApi(
  page: Page,
  order: Readonly<Record<string, unknown>>,
): Promise<{ status: number; text: string }> {
  const { accounts } = accountList.parse(await (await page.request.get("/api/accounts")).json());
  const answer = await page.request.post(`/api/accounts/${accounts[0]?.id ?? ""}/orders`, {
    headers: { origin: new URL(page.url()).origin, "idempotency-key": randomUUID() },
    data: order,
  });
  return { status: answer.status(), text: await answer.text() };
}

type Requests = Page["request"];

async function arm(request: Requests, fault: Readonly<Record<string, unknown>>): Promise<void> {
  const armed = await request.post(`${exchange}/admin/faults`, { data: fault });
  expect(armed.ok()).toBe(true);
}

async function faultsLeft(request: Requests): Promise<number> {
  const body: { readonly armed: readonly unknown[] } = await (await request.get(`${exchange}/admin/faults`)).json();
  return body.armed.length;
}

/** A share of the last price, on the pair's tick. */
async function lastPriceOf(page: Page, path: string, share: number, decimals = 2): Promise<string> {
  const body: { readonly last: string } = await (await page.request.get(`/api/markets/${path}/ticker`)).json();
  return (Number(body.last) * share).toFixed(decimals);
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { workerdBelow } from "../process/descendants.ts";
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
  const row = page.getByRole("region", { name: "Table of positions" }).getByRole("row").filter({ hasText: "SOL" });
  await expect(row).toContainText("2");
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
  const row = page.getByRole("region", { name: "Table of positions" }).getByRole("row").filter({ hasText: "BTC" });
  await expect(row).toContainText("0.01");
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

test("the worker killed and started again: the page comes back by itself with the same orders", async ({ page }) => {
  test.setTimeout(120_000);
  const stateFolder = mkdtempSync(join(tmpdir(), "tradewithai-e2e-kill-"));
  const first = await launchDesk({ stateFolder });
  await isReady(first);
  await enterAsGuest(page, first.origin);
  // Killed before it has answered, the desk would rightly say that the outcome is not known.
  const answered = page.waitForResponse(
    (response) => response.request().method() === "POST" && response.url().endsWith("/orders"),
  );
  await placeLimit(page, "Buy", "50000", "0.01");
  await (await answered).finished();
  await expect(page.getByRole("tab", { name: /Open orders 1/ })).toBeVisible();
  for (const pid of workerdBelow(first.process.pid ?? 0)) {
    process.kill(pid, "SIGKILL");
  }
  await first.stop();
  await expect(page.getByText(/The line to/)).toBeVisible({ timeout: 15_000 });
  const second = await launchDesk({ stateFolder, port: first.port, simulatorPort: first.simulatorPort });
  try {
    await isReady(second);
    await expect(page.getByText(/The line to/)).toBeHidden({ timeout: 40_000 });
    await page.getByRole("tab", { name: /Open orders/ }).click();
    const rows = page.getByRole("region", { name: "Table of open orders" }).getByRole("row");
    await expect(rows.filter({ hasText: /50.000\.0/ })).toHaveCount(1);
    await placeLimit(page, "Buy", "50001", "0.01");
    await expect(page.getByRole("tab", { name: /Open orders 2/ })).toBeVisible();
  } finally {
    await second.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  }
});

type Requests = Page["request"];

async function arm(request: Requests, fault: Readonly<Record<string, unknown>>): Promise<void> {
  const armed = await request.post(`${exchange}/admin/faults`, { data: fault });
  expect(armed.ok()).toBe(true);
}

async function faultsLeft(request: Requests): Promise<number> {
  const body: { readonly armed: readonly unknown[] } = await (await request.get(`${exchange}/admin/faults`)).json();
  return body.armed.length;
}

/** A share of the last price, on the tick of a two-decimals pair. */
async function lastPriceOf(page: Page, path: string, share: number): Promise<string> {
  const body: { readonly last: string } = await (await page.request.get(`/api/markets/${path}/ticker`)).json();
  return (Number(body.last) * share).toFixed(2);
}

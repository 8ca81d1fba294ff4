/** The desk as a person uses it: by labels and words, never by test ids. */
import { expect, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { secretsAnswered, secretsInCookie, secretsSent } from "../../../scripts/lib/leaks/carried.ts";
import { noteLog, noteSecrets } from "../../../scripts/lib/leaks/noted.ts";

/** Errors that the browser's console showed since the page was opened. */
export function watchConsole(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") {
      errors.push(message.text());
    }
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return errors;
}

const watched = new WeakSet<BrowserContext>();

/** Notes every secret that the pages send or get, and what their consoles say. */
export function noteTraffic(page: Page): void {
  const context = page.context();
  if (watched.has(context)) {
    return;
  }
  watched.add(context);
  context.on("console", (message) => {
    noteLog("browser", `${message.text()}\n`);
  });
  context.on("request", (request) => {
    if (request.method() !== "GET") {
      noteSecrets(secretsSent(new URL(request.url()).pathname, jsonOf(request.postData())));
    }
  });
  context.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.startsWith("/api/")) {
      return;
    }
    for (const line of await response.headerValues("set-cookie").catch((): string[] => [])) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      noteSecrets(secretsInCookie(name, value));
    }
    // A page that is left has no body any more.
    noteSecrets(secretsAnswered(pathname, jsonOf(await response.text().catch(() => null))));
  });
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** A newcomer: opens the page, tries it with paper money, and has the desk. */
export async function enterAsGuest(page: Page, path = "/"): Promise<void> {
  noteTraffic(page);
  await page.goto(path);
  await page.getByRole("button", { name: "Try it with paper money" }).click();
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await expect(page.getByText("$10 000.00").first()).toBeVisible();
  for (const { name, value } of await page.context().cookies()) {
    noteSecrets(secretsInCookie(name, value));
  }
}

export function orderForm(page: Page): Locator {
  return page.getByRole("region", { name: "Order", exact: true });
}

/** The price that the top bar shows, as a number for choosing test prices; never compared with money. */
export async function lastPrice(page: Page): Promise<number> {
  const title = await page.title();
  const match = /([\d\s  ]+\.\d+)/.exec(title);
  return Number((match?.[1] ?? "").replace(/[^\d.]/g, ""));
}

/** Writes a limit order and sends it through the confirmation. */
export async function placeLimit(page: Page, side: "Buy" | "Sell", price: string, size: string): Promise<void> {
  const form = orderForm(page);
  await form.getByRole("button", { name: side, exact: true }).click();
  await form.getByRole("button", { name: "Limit", exact: true }).click();
  await form.getByRole("textbox", { name: "Limit price" }).fill(price);
  await form.getByRole("textbox", { name: "Size" }).fill(size);
  await send(page, side);
}

/** Writes a market order and sends it through the confirmation. */
export async function placeMarket(page: Page, side: "Buy" | "Sell", size: string): Promise<void> {
  const form = orderForm(page);
  await form.getByRole("button", { name: side, exact: true }).click();
  await form.getByRole("button", { name: "Market", exact: true }).click();
  await form.getByRole("textbox", { name: "Size" }).fill(size);
  await send(page, side);
}

async function send(page: Page, side: "Buy" | "Sell"): Promise<void> {
  await orderForm(page)
    .getByRole("button", { name: new RegExp(`^${side} [\\d.]`) })
    .click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: new RegExp(`^${side}`) }).click();
  await expect(dialog).toBeHidden();
}

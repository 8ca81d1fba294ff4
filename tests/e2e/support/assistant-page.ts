/** The assistant as a person uses it. */
import { expect, type Locator, type Page } from "@playwright/test";

/** Settings → Models → another endpoint, without a key. */
export async function addEndpoint(page: Page, name: string, address: string): Promise<void> {
  await page.goto("/settings#models");
  const form = page.getByRole("form", { name: "Add an endpoint" });
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Address").fill(address);
  await form.getByLabel("Model").fill("mock-1");
  await form.getByLabel("It needs a key").uncheck();
  await form.getByRole("button", { name: "Add the endpoint" }).click();
  await expect(page.getByText("The endpoint is added.")).toBeVisible();
}

/** Asks in the chat that is on screen; gives the question with everything that comes of it. */
export async function askModel(page: Page, question: string): Promise<Locator> {
  const assistant = page.getByRole("region", { name: "Assistant" });
  await assistant.getByLabel("Question", { exact: true }).fill(question);
  await assistant.getByRole("button", { name: "Send", exact: true }).click();
  const conversation = page.getByRole("log", { name: "Conversation" });
  const message = conversation.getByRole("article").filter({ hasText: question }).first();
  await expect(message).toBeVisible();
  return message;
}

/** Through the confirmation, as it stands or with another size. */
export async function executeProposal(page: Page, card: Locator, size?: string): Promise<void> {
  await card.getByRole("button", { name: "Execute…" }).click();
  const dialog = page.getByRole("dialog");
  if (size !== undefined) {
    await dialog.getByRole("textbox", { name: "Size" }).fill(size);
  }
  await dialog.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText(/Executed: the order is filled/)).toBeVisible({ timeout: 20_000 });
}

/** From the history to the record of the proposal that an order came of; `words` tell its row from others. */
export async function recordFromHistory(page: Page, words: string): Promise<void> {
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("tab", { name: "Orders", exact: true }).click();
  await page.getByRole("row").filter({ hasText: words }).filter({ hasText: "market" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("a click on a model's proposal")).toBeVisible();
  await expect(dialog.getByText("Proposed by")).toBeVisible();
  await dialog.getByRole("link", { name: "Record of the proposal" }).click();
  await expect(page.getByRole("heading", { name: "Record of a question" })).toBeVisible();
}

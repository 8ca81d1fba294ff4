/** What is kept of a click on a proposal, found from the history: as it was sent, to the letter, and what the trader changed. */
import { createHash } from "node:crypto";
import { expect, test, type Page } from "@playwright/test";
import { z } from "zod";
import { startModels, type ModelMock } from "../support/models.ts";
import { addEndpoint, askModel, executeProposal, recordFromHistory } from "./support/assistant-page.ts";
import { enterAsGuest, watchConsole } from "./support/desk-page.ts";

let models: ModelMock;

test.beforeAll(async () => {
  models = await startModels();
});
test.afterAll(async () => {
  await models.stop();
});

test("what was changed and overridden is recorded, and the snapshot's hash is that of the text which is shown", async ({
  page,
}) => {
  test.setTimeout(90_000);
  const errors = watchConsole(page);
  await enterWithModel(page, models.url);
  const first = await askModel(page, "What now? [buy]");
  await executeProposal(page, first.getByRole("article", { name: /^Proposal: Buy 0.001 BTC\/USD/ }), "0.002");
  const second = await askModel(page, "What of the news? [invented]");
  const card = second.getByRole("article", { name: /^Proposal: Buy/ });
  const execute = card.getByRole("button", { name: "Execute…" });
  await expect(execute).toHaveAttribute("aria-disabled", "true");
  await execute.click({ force: true });
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await card.getByRole("checkbox", { name: /It does not matter/ }).check();
  await executeProposal(page, card);
  await second.getByRole("link", { name: "Record" }).click();
  await expect(page.getByText(/171,000.*: contradicted, the snapshot said/)).toBeVisible();
  await expect(page.getByText("You executed it although a number was contradicted.")).toBeVisible();

  await recordFromHistory(page, "0.002");
  await expect(page.getByText("What now? [buy]", { exact: true })).toBeVisible();
  const proposal = page.getByRole("region", { name: /^Proposal: Buy 0.001/ });
  await expect(proposal.getByText("size: 0.002.")).toBeVisible();
  await expect(proposal.getByText(/Buy 0.002 BTC\/USD, market.*: filled, filled 0.002 at/)).toBeVisible();
  const snapshot = page.getByRole("region", { name: "Snapshot of account and market" });
  await snapshot.locator("summary").click();
  const text = (await snapshot.getByRole("region", { name: "Snapshot", exact: true }).textContent()) ?? "";
  expect(text).toContain('"symbol":"BTC/USD"');
  await expect(snapshot.getByText(createHash("sha256").update(text).digest("hex"))).toBeVisible();
  expect(errors).toEqual([]);
});

test("an answer that is stopped ends at its provider too, and keeps what had come", async ({ page, request }) => {
  const errors = watchConsole(page);
  await enterWithModel(page, `${models.faultUrl}/endless`);
  const message = await askModel(page, "Go on for ever.");
  await expect(message.getByText(/more more more/)).toBeVisible();
  const left = async (): Promise<number> =>
    z.object({ left: z.number() }).parse(await (await request.get(`${models.faultUrl}/seen`)).json()).left;
  const before = await left();
  await message.getByRole("button", { name: "Stop the answer" }).click();
  await expect(message.getByText("Stopped by you.")).toBeVisible();
  await expect.poll(left).toBe(before + 1);
  await expect(message.getByText(/more more more/)).toBeVisible();
  await expect(message.getByRole("button", { name: "Ask again" })).toBeVisible();
  expect(errors).toEqual([]);
});

/** A newcomer who adds this endpoint and has its model chosen in the assistant. */
async function enterWithModel(page: Page, address: string): Promise<void> {
  await enterAsGuest(page);
  await addEndpoint(page, "Mock", address);
  await page.getByRole("link", { name: "Assistant" }).click();
  const picker = page.getByRole("region", { name: "Assistant" }).getByLabel("Model");
  await picker.selectOption({ label: "mock-1 · Mock · price not known" });
}

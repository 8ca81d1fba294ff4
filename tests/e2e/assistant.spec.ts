/** Issue 5 "Done when": a newcomer asks, with and without a model, executes what is proposed, and finds the record. */
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Locator, type Page } from "@playwright/test";
import { noteSecret } from "../../scripts/lib/leaks/noted.ts";
import { startModels, type ModelMock } from "../support/models.ts";
import { enterAsGuest, watchConsole } from "./support/desk-page.ts";

const PAIRS = ["ETH-USD", "SOL-USD", "BTC-USD", "DOGE-USD"];

test("a newcomer without a key asks, executes the analyst's proposal, and finds order, stop and origin", async ({
  page,
}) => {
  test.setTimeout(120_000);
  const errors = watchConsole(page);
  await enterAsGuest(page);
  const steps = page.getByRole("complementary", { name: "First steps" });
  await expect(steps).toContainText("Protect it");
  const asset = await askUntilProposed(page);
  await expect(steps.getByText("Ask the assistant (done)")).toBeVisible();
  const card = page.getByRole("article", { name: /^Proposal: Buy/ }).last();
  await expect(card.getByText("Not financial advice.")).toBeVisible();
  await expect(card.getByText(/Reward to risk/)).toBeVisible();
  await card.getByRole("button", { name: "Execute…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/Lose at stop: −\$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Execute", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText(/Executed: the order is filled/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole("tab", { name: /Positions/ }).click();
  await expect(page.getByRole("button", { name: new RegExp(`^Protection of ${asset}: Stop at`) })).toBeVisible();
  await expect(page.getByRole("link", { name: new RegExp(`^${asset}/USD was proposed by`) })).toBeVisible();
  // Asked, ordered and protected: every first step has ticked itself.
  await expect(steps).toBeHidden();

  // The conversation is there after a reload, with what came of it.
  await page.reload();
  await page.getByRole("link", { name: "Assistant" }).click();
  await expect(page.getByText(/Executed: the order is filled/)).toBeVisible();

  // Its origin is in the history, and leads to everything that was sent, read, judged and filled.
  await page.getByRole("link", { name: "History" }).click();
  await page.getByRole("tab", { name: "Orders", exact: true }).click();
  await page.getByRole("row").filter({ hasText: asset }).filter({ hasText: "market" }).first().click();
  const details = page.getByRole("dialog");
  await expect(details.getByText("a click on a model's proposal")).toBeVisible();
  await details.getByRole("link", { name: "Record of the proposal" }).click();
  await expectCompleteRecord(page, `What should I do with ${asset}?`);
  expect(errors).toEqual([]);
});

test.describe("with an endpoint of the trader's own", () => {
  let models: ModelMock;
  test.beforeAll(async () => {
    models = await startModels();
  });
  test.afterAll(() => models.stop());

  test("a streamed model proposes, is executed and recorded; a run is stopped; one goes on over a reload; a false number blocks", async ({
    page,
  }) => {
    test.setTimeout(150_000);
    const errors = watchConsole(page);
    await enterAsGuest(page);
    await addEndpoint(page, models.url);
    await page.goto("/trade/BTC-USD");
    await page.getByRole("tab", { name: /Assistant/ }).click();
    const assistant = page.getByRole("region", { name: "Assistant" });
    await assistant.getByLabel("Model").selectOption({ label: "mock-model · Mock · price not known" });

    await ask(assistant, "Shall I buy a little? [buy]");
    const card = assistant.getByRole("article", { name: /^Proposal: Buy 0.001 BTC\/USD/ });
    await card.getByRole("button", { name: "Execute…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Execute", exact: true }).click();
    await expect(card.getByText(/Executed: the order is filled/)).toBeVisible({ timeout: 20_000 });
    await assistant.getByRole("link", { name: "Record" }).click();
    await expectCompleteRecord(page, "Shall I buy a little? [buy]");
    await expect(page.getByText("mock-model · Mock ·")).toBeVisible();
    await page.goBack();

    // Stopped, at the provider too: what came until then is kept.
    await ask(assistant, "Tell me a long story [slow]");
    await expect(assistant.getByText(/word word/).last()).toBeVisible();
    await assistant.getByRole("button", { name: "Stop the answer" }).click();
    await expect(assistant.getByText("Stopped by you.")).toBeVisible();

    // A reload in the middle: the run goes on without the page and is there on return, as far as it came.
    await ask(assistant, "And another one [slow]");
    await expect(assistant.getByText("Answering…")).toBeVisible();
    await page.reload();
    await page.getByRole("tab", { name: /Assistant/ }).click();
    await expect(assistant.getByText("And another one [slow]")).toBeVisible();
    await expect(assistant.getByText("Answering…")).toBeHidden({ timeout: 30_000 });
    await expect(assistant.getByText(WORDS_OF_A_STORY)).toBeVisible();

    // A number that is not what the model was shown: the click is blocked until the trader says that it does not matter.
    await ask(assistant, "What did BTC do today? [invented]");
    const wrong = assistant.getByRole("article", { name: /^Proposal: Buy/ }).last();
    await expect(wrong.getByText("contradicted")).toBeVisible();
    const execute = wrong.getByRole("button", { name: "Execute…" });
    await expect(execute).toHaveAttribute("aria-disabled", "true");
    await wrong.getByLabel("It does not matter: let me execute it anyway").check();
    await expect(execute).not.toHaveAttribute("aria-disabled", "true");
    await wrong.getByRole("button", { name: "Reject…" }).click();
    await page.getByRole("dialog").getByLabel(/Why/).fill("It made that up.");
    await page.getByRole("dialog").getByRole("button", { name: "Reject", exact: true }).click();
    await expect(wrong.getByText("Rejected: It made that up.")).toBeVisible();
    expect(errors).toEqual([]);
  });

  test("a key is saved, tested with the model of one's choice, and deleted", async ({ page }) => {
    const errors = watchConsole(page);
    await enterAsGuest(page);
    await addEndpoint(page, models.url, true);
    const entry = page
      .getByRole("list", { name: "Providers of models" })
      .getByRole("listitem")
      .filter({ hasText: "Mock" });
    const button = entry.getByRole("button", { name: "Test Mock" });
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await entry.getByLabel("Key of Mock").fill(noteSecret("key of a model provider", "sk-of-the-trader-himself"));
    await entry.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("The key of Mock is stored.")).toBeVisible();
    await expect(entry.getByText(/^Key .{8} stored$/)).toBeVisible();
    await expect(entry.getByLabel("Key of Mock")).toHaveValue("");
    await entry.getByRole("button", { name: "Add a model of Mock…" }).click();
    await page
      .getByRole("dialog")
      .getByLabel(/^(Id|Model)/)
      .first()
      .fill("second-model");
    await page.getByRole("dialog").getByRole("button", { name: "Add the model" }).click();
    await entry.getByLabel("Model of Mock to test with").selectOption("second-model");
    await button.click();
    await expect(entry.getByText("Mock answers with second-model.")).toBeVisible();
    await entry.getByRole("button", { name: "Delete the key" }).click();
    await expect(page.getByText("The key of Mock is deleted.")).toBeVisible();
    await expect(button).toHaveAttribute("aria-disabled", "true");
    expect(errors).toEqual([]);
  });

  test("prompts have versions, chats have names, and a day has a budget", async ({ page }) => {
    test.setTimeout(90_000);
    const errors = watchConsole(page);
    await enterAsGuest(page);
    await addEndpoint(page, models.url);
    const prompts = page.getByRole("region", { name: "Prompts" });
    await prompts.getByRole("button", { name: "New prompt…" }).click();
    await prompts.getByLabel("Name").fill("Careful");
    await prompts.getByLabel("Text").fill("Never more than one trade a day.\nSay no often.");
    await prompts.getByRole("button", { name: "Save the prompt" }).click();
    await prompts.getByRole("button", { name: "Change…" }).click();
    await prompts.getByLabel("Text").fill("Never more than two trades a day.\nSay no often.");
    await prompts.getByRole("button", { name: "Save as a new version" }).click();
    await expect(prompts.getByLabel("Version").getByRole("option")).toHaveCount(2);
    await prompts.getByLabel("Version").selectOption("1");
    await expect(prompts.getByRole("list", { name: "Changed lines" })).toContainText("two trades");

    const budget = page.getByRole("form", { name: "Budget of a day" });
    await budget.getByLabel("All models").fill("2.50");
    await budget.getByRole("button", { name: "Save the budget" }).click();
    await expect(page.getByText("The budget is saved.")).toBeVisible();

    await page.goto("/assistant");
    const assistant = page.getByRole("region", { name: "Assistant" });
    await expect(assistant.getByText("Spent today $0.00 of $2.50")).toBeVisible();
    await assistant.getByLabel("Model").selectOption({ label: "mock-model · Mock · price not known" });
    await assistant.getByLabel("System prompt").selectOption({ label: "Careful" });
    await ask(assistant, "How is it? [prose]");
    await expect(assistant.getByText(/The market is quiet/)).toBeVisible();
    await assistant.getByRole("button", { name: "Chat actions" }).click();
    await page.getByRole("menuitem", { name: "Rename this chat…" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Quiet days");
    await page.getByRole("dialog").getByRole("button", { name: "Rename", exact: true }).click();
    await expect(assistant.getByLabel("Chat", { exact: true })).toContainText("Quiet days");
    await assistant.getByRole("link", { name: "Record" }).click();
    await expect(page.getByText("With a prompt of your library, version 2.")).toBeVisible();
    await page.goBack();
    await assistant.getByRole("button", { name: "Chat actions" }).click();
    await page.getByRole("menuitem", { name: "Delete this chat…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the chat" }).click();
    await expect(assistant.getByText(/The market is quiet/)).toBeHidden();
    expect(errors).toEqual([]);
  });
});

test("the assistant is free of accessibility faults in both themes and shows exactly what it sends", async ({
  page,
}) => {
  await enterAsGuest(page);
  await page.getByRole("link", { name: "Assistant" }).click();
  await page.getByRole("button", { name: "Show what is sent" }).click();
  const sent = page.getByRole("region", { name: "What is sent" });
  await expect(sent).toContainText(/\d+ messages, \d+ characters, at most \d+ tokens/);
  await expect(sent).toContainText('"symbol":"BTC/USD"');
  await page.getByLabel("Question").fill("Is it quiet now?");
  await expect(sent).toContainText("Is it quiet now?");
  await page.getByRole("switch", { name: "Send account and market" }).click();
  await expect(sent).not.toContainText('"symbol":"BTC/USD"');
  await expect(sent).toContainText("The built-in analyst judges figures");
  await page.getByRole("switch", { name: "Send account and market" }).click();
  await expect(sent).toContainText('"symbol":"BTC/USD"');
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  }
});

/** What the mock tells at length: whole, once each. */
const WORDS_OF_A_STORY = /^(word ){199}word$/;

async function ask(assistant: Locator, question: string): Promise<void> {
  await assistant.getByLabel("Question").fill(question);
  await send(assistant);
  await expect(assistant.getByText(question, { exact: true }).last()).toBeVisible();
}

async function send(assistant: Locator): Promise<void> {
  const button = assistant.getByRole("button", { name: "Send", exact: true });
  await expect(button).not.toHaveAttribute("aria-disabled", "true");
  await button.click();
}

async function addEndpoint(page: Page, address: string, needsKey = false): Promise<void> {
  await page.goto("/settings");
  const form = page.getByRole("form", { name: "Add an endpoint" });
  await form.getByLabel("Name").fill("Mock");
  await form.getByLabel("Address").fill(address);
  await form.getByLabel("Model").fill("mock-model");
  await form.getByLabel("It needs a key").setChecked(needsKey);
  await form.getByRole("button", { name: "Add the endpoint" }).click();
  await expect(page.getByText("The endpoint is added.")).toBeVisible();
}

/** Prompt, snapshot, reply, how it was read, verdict, order and fills. */
async function expectCompleteRecord(page: Page, question: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Record of a question" })).toBeVisible();
  await expect(page.getByText(question, { exact: true })).toBeVisible();
  const part = (name: string | RegExp): Locator => page.getByRole("region", { name });
  await part("Snapshot of account and market").getByText(/hash/).click();
  await expect(page.getByRole("region", { name: "Snapshot", exact: true })).toContainText("/USD");
  await expect(part("Reply as it came")).toContainText("Ended: stop");
  await expect(part("How it was read")).toContainText("It contains proposals.");
  const proposal = part(/^Proposal: Buy/);
  await expect(proposal).toContainText("Executed: the order is filled");
  await expect(proposal.getByText(/^All \d+ rules pass$/)).toBeVisible();
  await expect(proposal.getByText(/Buy .* market: filled/)).toBeVisible();
  await expect(proposal.getByText(/ fee /).first()).toBeVisible();
}

/** The rules may say "wait" for a pair: then another one is asked about. */
async function askUntilProposed(page: Page): Promise<string> {
  for (const pair of PAIRS) {
    await page.goto(`/trade/${pair}`);
    await page.getByRole("tab", { name: /Assistant/ }).click();
    const assistant = page.getByRole("region", { name: "Assistant" });
    const [asset = ""] = pair.split("-");
    await assistant.getByLabel("Question").fill(`What should I do with ${asset}?`);
    await send(assistant);
    const proposals = assistant.getByRole("article", { name: /^Proposal/ });
    const before = PAIRS.indexOf(pair);
    await expect.poll(() => proposals.count(), { timeout: 20_000 }).toBeGreaterThan(before);
    if ((await assistant.getByRole("button", { name: "Execute…" }).count()) > 0) {
      return asset;
    }
  }
  throw new Error("the analyst proposed nothing for any pair");
}

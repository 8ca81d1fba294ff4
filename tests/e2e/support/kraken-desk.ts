/** A Kraken account of a test's own at the simulator, and the desk that trades with it. */
import { randomUUID } from "node:crypto";
import { expect, test, type APIRequestContext, type Locator, type Page } from "@playwright/test";
import { z } from "zod";
import { privateCall, type Credentials, type Reply } from "../../sim/support/rest-client.ts";

export const exchange = `http://127.0.0.1:${process.env.E2E_SIM_PORT}`;

export type DemoAccount = {
  readonly name: string;
  /** The key that the desk gets. */
  readonly key: Credentials;
  /** What a person does at Kraken, past the desk: with a key of its own, so that the desk's nonces are left alone. */
  readonly byHand: (call: string, fields?: Readonly<Record<string, string>>) => Promise<Reply>;
};

/** Opens an account with these deposits and two keys. */
export async function demoAccount(
  request: APIRequestContext,
  deposits: Readonly<Record<string, string>>,
  wish: { readonly withdraw?: boolean } = {},
): Promise<DemoAccount> {
  const name = `demo-${randomUUID()}`;
  const key = await newKey(request, { account: name, name: "desk", deposits, ...wish });
  const other = await newKey(request, { account: name, name: "by hand" });
  return { name, key, byHand: (call, fields = {}) => privateCall(exchange, other, call, fields) };
}

async function newKey(request: APIRequestContext, wish: object): Promise<Credentials> {
  const answer = await request.post(`${exchange}/admin/keys`, { data: wish });
  expect(answer.status()).toBe(200);
  const body: unknown = await answer.json();
  const key = textOf(body, "key");
  return { key, secret: textOf(body, "secret") };
}

function textOf(body: unknown, name: string): string {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  if (typeof value !== "string") {
    throw new Error(`the simulator's answer has no ${name}`);
  }
  return value;
}

/** Arms a fault of the simulator. */
export async function armFault(request: APIRequestContext, fault: object): Promise<void> {
  expect((await request.post(`${exchange}/admin/faults`, { data: fault })).status()).toBe(200);
}

/** Cuts the private sockets and lets none come back, until the answer is called: orders then go by REST. */
export async function refuseSockets(request: APIRequestContext): Promise<() => Promise<void>> {
  const armed = await request.post(`${exchange}/admin/faults`, { data: { kind: "refuseConnections", status: 429 } });
  const { id } = z.object({ id: z.number() }).parse(await armed.json());
  await request.post(`${exchange}/admin/drop-connections`, { data: { which: "private" } });
  return async () => {
    await request.delete(`${exchange}/admin/faults`, { data: { id } });
  };
}

/** Writes key and secret into Settings → Kraken and has them checked. */
export async function offerKey(page: Page, credentials: Credentials): Promise<Locator> {
  await page.goto("/settings#kraken");
  const section = page.getByRole("region", { name: "Kraken", exact: true });
  await section.getByLabel("API key").fill(credentials.key);
  await section.getByLabel("Private key").fill(credentials.secret);
  await section.getByRole("button", { name: "Check and connect" }).click();
  return section;
}

/** Connects the account's key and goes to its desk. */
export async function connectAndOpen(page: Page, account: DemoAccount): Promise<void> {
  const section = await offerKey(page, account.key);
  await expect(section.getByRole("region", { name: "Trading key" })).toBeVisible({ timeout: 30_000 });
  await section.getByRole("button", { name: "Go to it" }).click({ timeout: 30_000 });
  await expect(page.getByRole("button", { name: /^KRAKEN / })).toBeVisible();
  // Read: what the account holds is known and the fees are.
  await expect(page.getByText("connecting…")).toHaveCount(0, { timeout: 30_000 });
}

/** A picture beside the test's results, to be looked at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
}

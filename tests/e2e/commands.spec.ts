import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { requireFreePort } from "../../scripts/lib/ports.ts";
import { isReady, launchDesk } from "../support/desk.ts";

const wish = { purpose: "nothing", flag: "--port", variable: "PORT" };

function stateFolder(): string {
  return mkdtempSync(join(tmpdir(), "tradewithai-e2e-"));
}

test("npm start prints one address, answers there, and leaves nothing behind after Ctrl-C", async ({ request }) => {
  const desk = await launchDesk({ stateFolder: stateFolder() });
  await isReady(desk);
  expect(desk.output().match(/http:\/\/\S+/g)).toEqual([desk.origin]);
  expect((await request.get(`${desk.origin}/api/health`)).status()).toBe(200);
  expect(await (await request.get(desk.origin)).text()).toContain('<div id="root">');

  expect(await desk.stop()).toBe(0);
  await requireFreePort({ ...wish, port: desk.port });
  await requireFreePort({ ...wish, port: desk.simulatorPort });
});

test("a second start of the same state keeps its secrets and a third at the same time is refused", async () => {
  const folder = stateFolder();
  const first = await launchDesk({ stateFolder: folder });
  await isReady(first);
  const secrets = readFileSync(join(folder, "secrets.env"), "utf8");
  await first.stop();

  const second = await launchDesk({ stateFolder: folder });
  await isReady(second);
  expect(readFileSync(join(folder, "secrets.env"), "utf8")).toBe(secrets);
  const third = await launchDesk({ stateFolder: folder });
  expect(await third.ended).toBe(1);
  expect(third.output()).toContain("is in use by another start");
  await second.stop();
});

test("a busy port is a sentence that says which and what to do", async () => {
  const busy = Number(process.env.E2E_PORT);
  const desk = await launchDesk({ stateFolder: stateFolder(), port: busy });
  expect(await desk.ended).toBe(1);
  expect(desk.output()).toContain(`Port ${busy}, wanted for the desk, is in use.`);
  expect(desk.output()).toContain("--port NUMBER or PORT=NUMBER");
});

import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import worker from "../../../worker/index.ts";
import { accountList } from "../../../contract/accounts.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import { guestBrowser } from "./client.ts";

const HOUR_MS = 3_600_000;
const IN_31_DAYS = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + 31 * 24 * HOUR_MS;

afterEach(() => {
  vi.restoreAllMocks();
});

async function ring(scheduledTime: number): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(
    createScheduledController({ scheduledTime: new Date(scheduledTime), cron: "* * * * *" }),
    env,
    context,
  );
  await waitOnExecutionContext(context);
}

it("closes idle guests once an hour, whatever else of the minute's work fails", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  // It knows nothing of heartbeats and candles: both jobs before this one fail.
  const uninstall = new ScriptedFeed().install();
  const client = await guestBrowser();
  accountList.parse(await (await client.get("/api/accounts")).json());
  const guests = async () => await env.DB.prepare("SELECT COUNT(*) AS count FROM users").first<number>("count");
  await ring(IN_31_DAYS + 60_000);
  expect(await guests()).toBe(1);
  await ring(IN_31_DAYS);
  expect(await guests()).toBe(0);
  uninstall();
});

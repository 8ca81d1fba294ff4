/** What the platform runs: requests, the cron of every minute, and the classes of the Durable Objects. */
import { createApp } from "./app.ts";
import { closeIdleGuests } from "./auth/idle-guests.ts";
import { reportError } from "./telemetry.ts";

export { MarketFeed } from "../durable-objects/market-feed/market-feed.ts";
export { KrakenHistory } from "./market-data/venue-history.ts";
export { Trader } from "../durable-objects/trader/trader.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const app = createApp();

export default {
  fetch: app.fetch,

  async scheduled(controller, env, context): Promise<void> {
    const now = controller.scheduledTime;
    if (now % HOUR_MS < MINUTE_MS) {
      await run("idle_guests", () => closeIdleGuests(env, now));
    }

    /** One job that fails must not keep the others from running. */
    async function run(job: string, work: () => Promise<unknown>): Promise<void> {
      try {
        await work();
      } catch (error) {
        reportError(env, context, error, { job });
      }
    }
  },
} satisfies ExportedHandler<Env>;

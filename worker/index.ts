/** What the platform runs: requests, the cron of every minute, and the classes of the Durable Objects. */
import { createApp } from "./app.ts";
import { runScheduled } from "./jobs/index.ts";

export { Assistant } from "../durable-objects/assistant/assistant.ts";
export { MarketFeed } from "../durable-objects/market-feed/market-feed.ts";
export { KrakenHistory } from "./market-data/venue-history.ts";
export { Trader } from "../durable-objects/trader/trader.ts";

const app = createApp();

export default {
  fetch: app.fetch,

  scheduled: runScheduled,
} satisfies ExportedHandler<Env>;

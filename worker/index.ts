import { createApp } from "./app.ts";

export { MarketFeed } from "../durable-objects/market-feed/market-feed.ts";
export { Trader } from "../durable-objects/trader/trader.ts";

const app = createApp();

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;

import { DurableObject } from "cloudflare:workers";
import { createApp } from "./app.ts";

export { Trader } from "../durable-objects/trader/trader.ts";

export class MarketFeed extends DurableObject<Env> {}

const app = createApp();

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;

import { DurableObject } from "cloudflare:workers";
import { createApp } from "./app.ts";

export class Trader extends DurableObject<Env> {}

export class MarketFeed extends DurableObject<Env> {}

const app = createApp();

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Env>;

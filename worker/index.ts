import { DurableObject } from "cloudflare:workers";

export class Trader extends DurableObject<Env> {}

export class MarketFeed extends DurableObject<Env> {}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === "/api/health") {
      return Response.json({ status: "ok" });
    }
    return env.ASSETS.fetch(request);
  },
} satisfies ExportedHandler<Env>;

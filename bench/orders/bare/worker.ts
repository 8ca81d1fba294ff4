/**
 * The floor: a Worker that does the hops and the commit of an order and nothing else. Worker → trader object → feed object,
 * one SQLite transaction, answer.
 */
import { DurableObject } from "cloudflare:workers";

type BareEnv = {
  readonly TRADER: DurableObjectNamespace<BareTrader>;
  readonly FEED: DurableObjectNamespace<BareFeed>;
};

export class BareFeed extends DurableObject<BareEnv> {
  async view(): Promise<{ readonly price: string }> {
    return { price: "64000" };
  }
}

export class BareTrader extends DurableObject<BareEnv> {
  constructor(ctx: DurableObjectState, env: BareEnv) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, data TEXT NOT NULL)");
  }

  async place(order: string): Promise<{ readonly seq: number; readonly price: string }> {
    const { price } = await this.env.FEED.getByName("root").view();
    const row = this.ctx.storage.sql
      .exec<{ seq: number }>("INSERT INTO journal (data) VALUES (?) RETURNING seq", order)
      .one();
    return { seq: row.seq, price };
  }
}

export default {
  async fetch(request, env): Promise<Response> {
    if (request.method === "GET") {
      return new Response("ok");
    }
    return Response.json(await env.TRADER.getByName("one").place(await request.text()));
  },
} satisfies ExportedHandler<BareEnv>;

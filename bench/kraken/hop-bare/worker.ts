/**
 * The floor: an object that keeps each frame of the venue in a row and passes it on to whoever is connected, and nothing else.
 */
import { DurableObject } from "cloudflare:workers";

type BareEnv = { readonly RELAY: DurableObjectNamespace<BareRelay>; readonly VENUE_URL: string };

export class BareRelay extends DurableObject<BareEnv> {
  #dialled = false;

  constructor(ctx: DurableObjectState, env: BareEnv) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS frames (seq INTEGER PRIMARY KEY, data TEXT NOT NULL)");
  }

  override async fetch(): Promise<Response> {
    if (!this.#dialled) {
      this.#dialled = true;
      await this.#dial();
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  async #dial(): Promise<void> {
    const { webSocket } = await fetch(this.env.VENUE_URL, { headers: { Upgrade: "websocket" } });
    if (webSocket === null) {
      throw new Error("the venue refused the dial");
    }
    webSocket.accept();
    webSocket.addEventListener("message", ({ data }) => {
      this.ctx.storage.sql.exec("INSERT INTO frames (data) VALUES (?)", String(data));
      for (const client of this.ctx.getWebSockets()) {
        client.send(String(data));
      }
    });
  }
}

export default {
  fetch(request, env): Response | Promise<Response> {
    return request.headers.get("upgrade") === null ? new Response("ok") : env.RELAY.getByName("one").fetch(request);
  },
} satisfies ExportedHandler<BareEnv>;

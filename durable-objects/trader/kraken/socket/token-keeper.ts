/** The token of the connection (PROTOCOL §6): one request at a time, a new one for every connection and after a refusal. */
import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueReply } from "../../../../domain/venue/failure.ts";
import type { WebSocketsToken } from "../rest/api.ts";

/** A token is not used in its last minute: it has to survive the dial. */
const MARGIN_MS = 60_000;

export class TokenKeeper {
  readonly #fetch: () => Promise<VenueReply<WebSocketsToken>>;
  readonly #now: () => Milliseconds;
  #held: WebSocketsToken | null = null;
  #pending: Promise<VenueReply<string>> | null = null;

  constructor(fetchToken: () => Promise<VenueReply<WebSocketsToken>>, now: () => Milliseconds) {
    this.#fetch = fetchToken;
    this.#now = now;
  }

  /** A token that was not used on an earlier connection. Whoever asks while one is on its way shares it. Rejects as the port does. */
  fresh(): Promise<VenueReply<string>> {
    const held = this.#held;
    if (held !== null && this.#now() < held.expiresAt - MARGIN_MS) {
      return Promise.resolve({ ok: true, value: held.token });
    }
    this.#pending ??= this.#renew();
    return this.#pending;
  }

  /** The token is spent or was refused: the next one is fetched. */
  forget(): void {
    this.#held = null;
  }

  async #renew(): Promise<VenueReply<string>> {
    try {
      const reply = await this.#fetch();
      if (!reply.ok) {
        return reply;
      }
      this.#held = reply.value;
      return { ok: true, value: reply.value.token };
    } finally {
      this.#pending = null;
    }
  }
}

import type { Milliseconds } from "../../../../domain/market.ts";
import type { VenueFailure } from "../../../../domain/venue/failure.ts";
import { logUnexpected } from "../../../lib/log.ts";
import type { TokenKeeper } from "./token-keeper.ts";

export type SessionTokenEvents = {
  readonly refused: (failure: VenueFailure) => void;
  /** Without a token the connection is of no use. */
  readonly failed: (reason: string, retryAt: Milliseconds | null) => void;
  /** Whatever came of a renewal. */
  readonly settled: () => void;
};

/** The token that the requests of one connection carry; renewed when the exchange takes it no more. */
export class SessionToken {
  readonly #keeper: TokenKeeper;
  readonly #events: SessionTokenEvents;
  #value: string | null = null;
  #isRenewing = false;

  constructor(keeper: TokenKeeper, events: SessionTokenEvents) {
    this.#keeper = keeper;
    this.#events = events;
  }

  get value(): string | null {
    return this.#value;
  }

  begin(token: string): void {
    this.#value = token;
  }

  /** A new connection wants a new token (PROTOCOL §6). */
  end(): void {
    this.#value = null;
    this.#keeper.forget();
  }

  /** Fetches a new one; `renewed` runs once it counts, unless the connection is another by then. */
  async renew(renewed: () => void): Promise<void> {
    const refusedToken = this.#value;
    if (this.#isRenewing || refusedToken === null) {
      return;
    }
    this.#isRenewing = true;
    this.#keeper.forget();
    let reason = "the token port failed";
    let retryAt: Milliseconds | null = null;
    try {
      const reply = await this.#keeper.fresh();
      if (this.#value !== refusedToken) {
        return;
      }
      if (reply.ok) {
        this.#value = reply.value;
        this.#isRenewing = false;
        renewed();
        return;
      }
      reason = `no token: ${reply.failure.text}`;
      retryAt = reply.failure.retryAt;
      this.#events.refused(reply.failure);
    } catch (error) {
      logUnexpected("kraken_socket_token_failed", error, {});
    } finally {
      this.#isRenewing = false;
      this.#events.settled();
    }
    this.#events.failed(reason, retryAt);
  }
}

/** Whether a key that was refused to trade may trade again, by what Kraken says of it (GetApiKeyInfo). */
import type { VenueAction } from "../../../domain/account/venue/events.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import type { KrakenRest } from "./rest/api.ts";

/** Where Kraken refuses what it says the key may do, it is tried again so seldom: a lock of the account ends without a word. */
const TRIAL_EVERY_MS = 600_000;

export class PermissionWatch {
  readonly #rest: Pick<KrakenRest, "apiKeyInfo">;
  readonly #now: () => Milliseconds;
  /** Kraken has said that the key lacks what it was refused for. */
  #lacks = false;
  #triedAt: Milliseconds | null = null;

  constructor(rest: Pick<KrakenRest, "apiKeyInfo">, now: () => Milliseconds) {
    this.#rest = rest;
    this.#now = now;
  }

  /** Asked once for each look at an account whose key was refused for `action`. Null: no, or not yet. */
  async mayTradeAgain(action: VenueAction): Promise<"told" | "on_trial" | null> {
    // Stops wait for the answer: after a whole look nothing but the reserve is left on the lowest tier.
    const told = await this.#rest.apiKeyInfo({ lane: "resolving", urgency: "protective" });
    if (!told.ok) {
      return null;
    }
    const has = told.value.permissions.includes(action === "cancel" ? "close-trades" : "modify-trades");
    const isNews = has && this.#lacks;
    this.#lacks = !has;
    if (isNews || !has) {
      return isNews ? "told" : null;
    }
    if (this.#triedAt !== null && this.#now() < this.#triedAt + TRIAL_EVERY_MS) {
      return null;
    }
    this.#triedAt = this.#now();
    return "on_trial";
  }
}

/** How reads at the exchange wait for room in its counters, and what their failures tell of the connection. */
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import type { Judge } from "./judge.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import { NOT_SENT } from "./rest/api.ts";

/** Room in the counters is waited for at most so often in one read. */
const MOST_WAITS = 8;
const NOT_SENT_TEXTS: ReadonlySet<string> = new Set(Object.values(NOT_SENT));

export class PatientReads {
  readonly #ports: Pick<KrakenAccountPorts, "now" | "after">;
  readonly #judge: Judge;

  /** Reads that the key was refused. */
  refusals = 0;

  constructor(ports: Pick<KrakenAccountPorts, "now" | "after">, judge: Judge) {
    this.#ports = ports;
    this.#judge = judge;
  }

  /** Asks again once there is room in the counters; every other failure is the answer. */
  async patiently<T>(read: () => Promise<VenueReply<T>>): Promise<VenueReply<T>> {
    for (let waits = 0; ; waits += 1) {
      const reply = await read();
      const { now, after } = this.#ports;
      const retryAt = reply.ok || reply.failure.text !== NOT_SENT.rateLimit ? null : reply.failure.retryAt;
      if (retryAt === null || waits >= MOST_WAITS) {
        return reply;
      }
      await new Promise<void>((resolve) => {
        after(Math.max(1, retryAt - now()), resolve);
      });
    }
  }

  /** A failure that says that the key does not work suspends the account. */
  learn(failure: VenueFailure): void {
    const gone = failure.text === NOT_SENT.noKey;
    if (failure.class === "suspended" && (gone || !NOT_SENT_TEXTS.has(failure.text))) {
      const { message: reason, retryAt } = failure;
      this.refusals += 1;
      this.#judge.apply({ type: "change_connection", status: "suspended", reason, retryAt });
    }
  }
}

/**
 * Sorts the replies to a cancel of several orders: one per order, all with the same request id (PROTOCOL §6.3). A success names
 * its order; a refusal may not, so with several left and unlike refusals it is not known which is whose.
 */
import { notUnderstood } from "../../../../domain/venue/errors.ts";
import type { VenueFailure, VenueReply } from "../../../../domain/venue/failure.ts";
import type { VenueOrderName } from "../../../../domain/venue/wishes.ts";
import type { SocketReply } from "./frames.ts";
import type { CancelAccepted } from "./port.ts";

type Outcome = VenueReply<CancelAccepted>;

export class CancelReplies {
  readonly #names: readonly VenueOrderName[];
  readonly #failure: (text: string) => VenueFailure;
  readonly #outcomes: (Outcome | null)[];
  #refusals: string[] = [];

  constructor(names: readonly VenueOrderName[], failure: (text: string) => VenueFailure) {
    this.#names = names;
    this.#failure = failure;
    this.#outcomes = names.map(() => null);
  }

  /** Takes a reply; true when every order has its answer. */
  take(reply: SocketReply): boolean {
    const index = this.#indexOf(reply);
    if (reply.error === null) {
      if (index !== -1) {
        this.#outcomes[index] = { ok: true, value: { accepted: true } };
      }
    } else if (index !== -1) {
      this.#outcomes[index] = { ok: false, failure: this.#failure(reply.error) };
    } else {
      this.#refusals.push(reply.error);
    }
    const open = this.#outcomes.filter((outcome) => outcome === null).length;
    if (open > 0 && this.#refusals.length >= open) {
      this.#settleRefusals();
    }
    return this.#outcomes.every((outcome) => outcome !== null);
  }

  /** The answers in the order of the names; `missing` stands for those that did not come. */
  outcomes(missing: VenueFailure): readonly Outcome[] {
    return this.#outcomes.map((outcome) => outcome ?? { ok: false, failure: missing });
  }

  /** As many refusals as orders are open: alike, each has one; unlike, each has to be read. */
  #settleRefusals(): void {
    const [first = "", ...others] = this.#refusals;
    const areAlike = others.every((text) => text === first);
    const failure = areAlike ? this.#failure(first) : notUnderstood("cancel");
    for (const [index, outcome] of this.#outcomes.entries()) {
      this.#outcomes[index] = outcome ?? { ok: false, failure };
    }
    this.#refusals = [];
  }

  /** The order that the reply is about, among those without an answer; −1 when it does not tell. */
  #indexOf({ venueOrderId, clientOrderId }: SocketReply): number {
    const isOpen = (index: number): boolean => this.#outcomes[index] === null;
    const byVenue = this.#names.findIndex(
      (name, index) => isOpen(index) && name.venueOrderId !== null && name.venueOrderId === venueOrderId,
    );
    if (byVenue !== -1) {
      return byVenue;
    }
    const byClient = this.#names.findIndex(
      (name, index) => isOpen(index) && name.clientOrderId.toLowerCase() === clientOrderId?.toLowerCase(),
    );
    const isOnly = this.#names.length === 1 && isOpen(0);
    return byClient === -1 && isOnly ? 0 : byClient;
  }
}

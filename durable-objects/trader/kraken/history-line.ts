/**
 * Trades and ledger rows, read with the optional read-only key: its call counter is its own, so that reading does not use up what
 * orders need (PROTOCOL §3.1). It is used only once it has shown the same ledger as the trading key, because the rows of
 * another account would be booked here; where it does not work, the trading key reads.
 */
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import type { CallOptions, HistoryPage, HistoryQuery, KrakenRest, LedgerQuery } from "./rest/api.ts";

export type HistoryReads = Pick<KrakenRest, "tradesHistory" | "ledgers">;

export type HistoryLinePorts = {
  readonly trading: HistoryReads;
  readonly readOnly: HistoryReads;
  /** Whether there is a read-only key. */
  readonly has: () => boolean;
  /** Keeps what is wrong with it, for its owner to read; null: nothing. */
  readonly note: (message: string | null) => void;
};

/** Nothing that protects is called with this key: no part of its counter is kept for that. */
const WHOLE_COUNTER: CallOptions = { urgency: "protective" };
const OTHER_ACCOUNT =
  "This key shows another ledger than the trading key: it belongs to another account, or nothing has happened yet. It is not used.";

export class HistoryLine implements HistoryReads {
  readonly #ports: HistoryLinePorts;
  #isSameAccount = false;

  constructor(ports: HistoryLinePorts) {
    this.#ports = ports;
  }

  /** Another key is compared anew. */
  keyChanged(): void {
    this.#isSameAccount = false;
  }

  tradesHistory(query: HistoryQuery, options: CallOptions = {}): ReturnType<KrakenRest["tradesHistory"]> {
    return this.#read((reads, more) => reads.tradesHistory(query, { ...options, ...more }));
  }

  ledgers(query: LedgerQuery, options: CallOptions = {}): ReturnType<KrakenRest["ledgers"]> {
    return this.#read((reads, more) => reads.ledgers(query, { ...options, ...more }));
  }

  async #read<T>(
    read: (reads: HistoryReads, more: CallOptions) => Promise<VenueReply<HistoryPage<T>>>,
  ): Promise<VenueReply<HistoryPage<T>>> {
    const { trading, readOnly, has } = this.#ports;
    if (!has() || !(await this.#sameAccount())) {
      return read(trading, {});
    }
    const reply = await read(readOnly, WHOLE_COUNTER);
    if (reply.ok || !isTheKeys(reply.failure)) {
      return reply;
    }
    this.#ports.note(reply.failure.message);
    return read(trading, {});
  }

  /** Two newest pages that have a row in common are of one ledger: ids are unique (PROTOCOL §2.6). */
  async #sameAccount(): Promise<boolean> {
    if (this.#isSameAccount) {
      return true;
    }
    const { trading, readOnly, note } = this.#ports;
    const theirs = await readOnly.ledgers({}, WHOLE_COUNTER);
    if (!theirs.ok) {
      note(isTheKeys(theirs.failure) ? theirs.failure.message : null);
      return false;
    }
    const ours = await trading.ledgers({}, { lane: "history" });
    if (!ours.ok) {
      return false;
    }
    const ids = new Set(ours.value.rows.map(({ ledgerId }) => ledgerId));
    this.#isSameAccount = theirs.value.rows.some(({ ledgerId }) => ids.has(ledgerId));
    note(this.#isSameAccount ? null : OTHER_ACCOUNT);
    return this.#isSameAccount;
  }
}

/** The key itself is in trouble; everything else is the exchange's and passes. */
function isTheKeys({ class: failureClass }: VenueFailure): boolean {
  return failureClass === "suspended";
}

/**
 * The trades of before the connection, read for one purpose: to suggest what a holding cost that is to be adopted. They are read when
 * somebody asks, newest first, a page or two at a time, with calls that nothing else needs; what was read is kept as long as this
 * object lives. They are never booked.
 */
import type { Asset, Milliseconds } from "../../../domain/market.ts";
import type { Decimal } from "../../../domain/decimal.ts";
import { sum } from "../../../domain/decimal.ts";
import { costOfLastBought, type BoughtCost, type PastTrade } from "../../../domain/venue/bought-cost.ts";
import type { VenueExecution } from "../../../domain/venue/reports.ts";
import type { HistoryReads } from "./history-line.ts";
import { NOT_SENT } from "./rest/api.ts";

const PAGE = 50;
const PAGES_AT_ONCE = 2;
/** So far back at most: what is older is said to be out of reach. */
const MOST_TRADES = 2_000;

export type BoughtQuestion = {
  readonly asset: Asset;
  readonly currency: Asset;
  readonly wanted: Decimal;
  /** When the account was connected: what was traded since is in `since`, newest first. */
  readonly connectedAt: Milliseconds;
  readonly since: readonly PastTrade[];
};

export type BoughtAnswer = BoughtCost & {
  /** `reading`: ask again for more. `failed`: the exchange did not answer, `problem` says why. */
  readonly reach: "covered" | "reading" | "ended" | "too_far" | "failed";
  readonly problem: string | null;
  readonly tradesRead: number;
};

export class BoughtHistory {
  readonly #reads: HistoryReads;
  #trades: readonly PastTrade[] = [];
  #sent = 0;
  #hasEnded = false;
  #reading: Promise<string | null> | null = null;

  constructor(reads: HistoryReads) {
    this.#reads = reads;
  }

  async ask(question: BoughtQuestion): Promise<BoughtAnswer> {
    let problem: string | null = null;
    for (let page = 0; page < PAGES_AT_ONCE && problem === null && !this.#isDone(question); page += 1) {
      this.#reading ??= this.#readPage(question.connectedAt).finally(() => {
        this.#reading = null;
      });
      problem = await this.#reading;
    }
    const found = this.#found(question);
    return { ...found, reach: this.#reach(question, problem), problem, tradesRead: this.#sent };
  }

  #reach(question: BoughtQuestion, problem: string | null): BoughtAnswer["reach"] {
    const { quantity, stoppedBy } = this.#found(question);
    if (quantity === question.wanted) {
      return "covered";
    }
    if (problem !== null) {
      return "failed";
    }
    if (this.#hasEnded || stoppedBy !== null) {
      return "ended";
    }
    return this.#sent >= MOST_TRADES ? "too_far" : "reading";
  }

  #isDone(question: BoughtQuestion): boolean {
    const { quantity, stoppedBy } = this.#found(question);
    return this.#hasEnded || this.#sent >= MOST_TRADES || stoppedBy !== null || quantity === question.wanted;
  }

  #found({ asset, currency, wanted, since }: BoughtQuestion): BoughtCost {
    return costOfLastBought([...since, ...this.#trades], asset, currency, wanted);
  }

  /** Why it could not be had; null: it was, or there is no room in the counters just now. */
  async #readPage(connectedAt: Milliseconds): Promise<string | null> {
    // The end is fixed, so that what comes meanwhile shifts no page.
    const page = await this.#reads.tradesHistory({ end: connectedAt, offset: this.#sent }, { lane: "history" });
    if (!page.ok) {
      return page.failure.text === NOT_SENT.rateLimit ? null : page.failure.message;
    }
    const { rows, sent, count } = page.value;
    this.#trades = [...this.#trades, ...rows.map(pastTrade)];
    this.#sent += sent;
    this.#hasEnded = sent < PAGE || (count !== null && this.#sent >= count);
    return null;
  }
}

function pastTrade({ symbol, side, quantity, cost, fees, time }: VenueExecution): PastTrade {
  return { symbol, side, quantity, cost, fee: sum(fees.map(({ amount }) => amount)), time };
}

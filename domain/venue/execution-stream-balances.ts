/** The `balances` channel: totals with the snapshot, then ledger rows with the new total of their asset (PROTOCOL §6.2). */
import { isZero } from "../decimal.ts";
import type { StreamFact, StreamTurn } from "./execution-stream-facts.ts";
import { SeenIds } from "./execution-stream-memory.ts";
import { SequenceGate } from "./execution-stream-sequence.ts";
import type { VenueBalance, VenueLedgerRow } from "./reports.ts";

export type LedgerUpdate = { readonly row: VenueLedgerRow; readonly balance: VenueBalance };

export type BalanceFrame = { readonly sequence: number; readonly text: string } & (
  | { readonly kind: "snapshot"; readonly balances: readonly VenueBalance[] }
  /** Null: a row that could not be read. */
  | { readonly kind: "update"; readonly updates: readonly (LedgerUpdate | null)[] }
);

const REMEMBERED_ROWS = 10_000;

export class BalanceStream {
  readonly #gate = new SequenceGate();
  readonly #seen = new SeenIds(REMEMBERED_ROWS);

  /** Whether the totals are known without a gap. */
  get complete(): boolean {
    return this.#gate.counting;
  }

  /** To be called when a subscription is asked for. */
  expectSnapshot(): void {
    this.#gate.expectSnapshot();
  }

  /** To be called when the connection or the subscription is gone. */
  lose(): void {
    this.#gate.lose();
  }

  /** Takes a frame in. Ledger rows are told once per id, also after a gap; totals only while no frame is missing. */
  take(frame: BalanceFrame): StreamTurn {
    const verdict = this.#gate.judge(frame.kind, frame.sequence, frame.text);
    if (verdict === "duplicate") {
      return { facts: [], gap: false };
    }
    if (frame.kind === "snapshot") {
      const balances = frame.balances.filter(({ total }) => !isZero(total));
      return { facts: verdict === "next" ? [{ type: "balances", balances }] : [], gap: verdict === "gap" };
    }
    const isUnreadable = verdict === "next" && frame.updates.includes(null);
    if (isUnreadable) {
      this.#gate.lose();
    }
    const facts: StreamFact[] = [];
    for (const update of frame.updates) {
      if (update !== null && this.#seen.add(update.row.ledgerId)) {
        facts.push({ type: "ledger", row: update.row });
      }
      if (update !== null && verdict === "next" && !isUnreadable) {
        facts.push({ type: "balance", balance: update.balance });
      }
    }
    return { facts, gap: verdict === "gap" || isUnreadable };
  }
}

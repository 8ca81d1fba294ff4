/**
 * Looks at the exchange for the other half of a fill whose entry took its stop along: the stop that was made for it, open or ended
 * already, or the fill that a stop was made for (TRADING §4 "Unknown at any step: read, do not sell").
 */
import { isAbove, isNegative } from "../../../domain/decimal.ts";
import { liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import type { Order } from "../../../domain/orders/order.ts";
import { allUneven, isThorough, missingOf } from "../../../domain/protection/carried-stop.ts";
import { isVenueOrderLive } from "../../../domain/venue/execution-stream-order.ts";
import type { VenueOrder } from "../../../domain/venue/reports.ts";
import type { Judge } from "./judge.ts";
import type { KrakenAccountPorts } from "./ports.ts";
import type { Reader } from "./reconcile.ts";

/** Ended orders are read from so long before the fill: fills and stops may have been booked in another order than they were made. */
const MARGIN_MS = 600_000;

export class StopSearch {
  readonly #ports: Pick<KrakenAccountPorts, "now">;
  readonly #judge: Judge;
  readonly #reader: Reader;

  constructor(ports: Pick<KrakenAccountPorts, "now">, judge: Judge, reader: Reader) {
    this.#ports = ports;
    this.#judge = judge;
    this.#reader = reader;
  }

  /**
   * One look, for every entry that waits: calls are few, and each used here is one that reads no fill. What it shows is booked; an entry
   * of which it has shown all there is is settled.
   */
  async look(): Promise<void> {
    const readAt = this.#ports.now();
    const open = await this.#reader.readOpenOrders("protective");
    if (open === null) {
      return;
    }
    for (const entry of this.#uneven()) {
      if (isNegative(missingOf(entry)) && entry.venueOrderId !== null && !this.#isReadAnyway(entry)) {
        // There is a stop, so there was a fill.
        await this.#reader.readExecutionsOf(entry.venueOrderId);
      }
    }
    const wanting = this.#uneven().filter((entry) => isThorough(entry, readAt));
    const ended = wanting.length === 0 ? [] : await this.#endedOf(wanting, readAt);
    if (ended === null) {
      return;
    }
    const shown = [...open, ...ended];
    for (const { id: orderId, venueOrderId } of wanting) {
      const report = shown.findLast((order) => order.venueOrderId === venueOrderId);
      if (report !== undefined) {
        const { filledQuantity: filled, status } = report;
        const hasEnded = !isVenueOrderLive(status);
        this.#judge.apply({ type: "settle_carried_stop", orderId, readAt, filled, hasEnded });
      }
    }
  }

  /** The entries and what was made for them, as far as they have ended; null when that could not be had. */
  async #endedOf(entries: readonly Order[], readAt: Milliseconds): Promise<readonly VenueOrder[] | null> {
    const times = entries.map(({ carriedStop }) => carriedStop?.filledFrom ?? carriedStop?.unevenSince ?? readAt);
    const ended = await this.#reader.readEndedSince(Math.min(...times) - MARGIN_MS);
    if (ended === null) {
      return null;
    }
    const names = new Set(entries.map(({ venueOrderId }) => venueOrderId));
    const own = ended.filter(
      ({ venueOrderId, parentVenueOrderId }) =>
        names.has(venueOrderId) || (parentVenueOrderId !== null && names.has(parentVenueOrderId)),
    );
    if (own.length > 0) {
      this.#judge.apply({ type: "report_orders", orders: own, complete: false, readAt });
    }
    return own;
  }

  /** A live entry of which the exchange has told that more is filled: its fills are read for that. */
  #isReadAnyway({ id, filledQuantity }: Order): boolean {
    const link = liveOrder(this.#judge.state?.orders ?? NO_ORDERS, id)?.venue;
    return isAbove(link?.venueFilled ?? filledQuantity, filledQuantity);
  }

  #uneven(): readonly Order[] {
    const { state } = this.#judge;
    return state === null ? [] : allUneven(state);
  }
}

/**
 * Looks at the exchange for the other half of a fill whose entry took its stop along: the stop that was made for it, open or ended
 * already, or the fill that a stop was made for (TRADING §4 "Unknown at any step: read, do not sell").
 */
import { isNegative } from "../../../domain/decimal.ts";
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

  /** One look. What it shows is booked; once it has shown all there is, the entry is settled. */
  async look(orderId: string): Promise<void> {
    const readAt = this.#ports.now();
    const open = await this.#reader.readOpenOrders("protective");
    const entry = this.#uneven(orderId);
    const venueOrderId = entry?.venueOrderId ?? null;
    if (open === null || entry === null || venueOrderId === null) {
      return;
    }
    if (isNegative(missingOf(entry))) {
      // There is a stop, so there was a fill.
      await this.#reader.readExecutionsOf(venueOrderId);
    }
    const ended = isThorough(entry, readAt) ? await this.#endedOf(entry, venueOrderId, readAt) : null;
    const shown = [...open, ...(ended ?? [])].findLast((order) => order.venueOrderId === venueOrderId);
    if (ended !== null && shown !== undefined) {
      const { filledQuantity: filled, status } = shown;
      const hasEnded = !isVenueOrderLive(status);
      this.#judge.apply({ type: "settle_carried_stop", orderId, readAt, filled, hasEnded });
    }
  }

  /** The entry and what was made for it, as far as they have ended; null when that could not be had. */
  async #endedOf(entry: Order, venueOrderId: string, readAt: Milliseconds): Promise<readonly VenueOrder[] | null> {
    const { filledFrom, unevenSince } = entry.carriedStop ?? {};
    const ended = await this.#reader.readEndedSince((filledFrom ?? unevenSince ?? readAt) - MARGIN_MS);
    if (ended === null) {
      return null;
    }
    const own = ended.filter((order) => [order.venueOrderId, order.parentVenueOrderId].includes(venueOrderId));
    if (own.length > 0) {
      this.#judge.apply({ type: "report_orders", orders: own, complete: false, readAt });
    }
    return own;
  }

  #uneven(orderId: string): Order | null {
    const { state } = this.#judge;
    return state === null ? null : (allUneven(state).find(({ id }) => id === orderId) ?? null);
  }
}

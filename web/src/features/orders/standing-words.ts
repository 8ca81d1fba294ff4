/** How an order stands at its exchange, said honestly: what was asked, and what is not answered yet. Pure. */
import type { OrderStandingView, OrderView } from "../../../../contract/orders.ts";
import type { OrderStatus } from "../../../../domain/orders/order.ts";
import { formatPrice, formatQuantity } from "../../ui/format.ts";
import { formatTime } from "../../ui/format-time.ts";

/** The short word for a table; null where the status says it all. */
export function standingWord(status: OrderStatus, standing: OrderStandingView): string | null {
  const { amend, cancel, placement, waitsFor } = standing;
  switch (status) {
    case "submitting":
      if (waitsFor.length > 0) {
        return `Waiting for ${waitsFor.length === 1 ? "1 order" : `${waitsFor.length} orders`} to be cancelled`;
      }
      return placement === "queued" ? "Waiting to be sent" : "Sent, waiting for Kraken";
    case "unknown":
      return cancel === null
        ? "Sent, not confirmed yet; checking with Kraken"
        : "Not confirmed yet; cancel wished, checking with Kraken";
    case "cancel_pending":
      return cancel?.stage === "queued" ? "Cancel waiting to be sent" : "Cancel sent, waiting for Kraken";
    case "open":
    case "partially_filled":
      if (amend === null) {
        return null;
      }
      return amend.stage === "queued" ? "Change waiting to be sent" : "Change sent, waiting for Kraken";
    case "filled":
    case "cancelled":
    case "expired":
    case "rejected":
      return null;
  }
}

/**
 * What else there is to know of an order now, as a sentence: which orders it waits for, why and until when Kraken makes it
 * wait, what a change on its way asks for, why the last change failed. Null when nothing is.
 */
export function standingNote(
  order: OrderView,
  others: readonly OrderView[],
  zone: string,
  priceDecimals: number | undefined,
): string | null {
  const { standing } = order;
  if (standing === undefined) {
    return order.reason;
  }
  const notes = [
    waitNote(standing, others),
    delayNote(standing, zone),
    standing.amend === null ? null : amendNote(standing.amend, order, priceDecimals),
    order.status === "unknown"
      ? "Kraken's answer was lost on the way. The desk reads the account's orders there and does not send it again."
      : null,
    standing.amend === null && standing.waitsFor.length === 0 ? order.reason : null,
  ].filter((note) => note !== null);
  return notes.length === 0 ? null : notes.join(" ");
}

function waitNote({ waitsFor }: OrderStandingView, others: readonly OrderView[]): string | null {
  if (waitsFor.length === 0) {
    return null;
  }
  const named = others
    .filter(({ id }) => waitsFor.includes(id))
    .map(({ side, quantity, symbol }) => `${side} ${formatQuantity(quantity)} ${symbol}`);
  const what = named.length === 0 ? "the orders that hold what it sells" : named.join(", ");
  return `It is sent as soon as ${what} ${named.length === 1 ? "is" : "are"} cancelled.`;
}

function delayNote({ notBefore, waitReason }: OrderStandingView, zone: string): string | null {
  if (waitReason === null) {
    return null;
  }
  const until = notBefore === null ? "" : ` It is sent again at ${formatTime(notBefore, zone)}.`;
  return `${waitReason}${until}`;
}

function amendNote(
  amend: NonNullable<OrderStandingView["amend"]>,
  order: OrderView,
  priceDecimals: number | undefined,
): string {
  const changes = [
    amend.quantity === order.quantity ? null : `quantity ${formatQuantity(amend.quantity)}`,
    amend.limitPrice === order.limitPrice ? null : `price ${formatPrice(amend.limitPrice, priceDecimals)}`,
    amend.triggerPrice === order.triggerPrice ? null : `trigger ${formatPrice(amend.triggerPrice, priceDecimals)}`,
  ].filter((change) => change !== null);
  return `Asked for ${changes.join(", ")}; the order keeps its old terms until Kraken has answered.`;
}

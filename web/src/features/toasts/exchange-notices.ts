/**
 * Events of an exchange account as notices: alerts, the line to Kraken, what was done there by hand. Their data is the
 * event's own record, so it is checked here; an event that does not fit says nothing.
 */
import { z } from "zod";
import { decimalText } from "../../../../contract/decimal.ts";
import { side } from "../../../../contract/markets.ts";
import type { JournalEventView } from "../../../../contract/trader-socket.ts";
import { isNegative, isZero } from "../../../../domain/decimal.ts";
import type { NoticeTone } from "../../data/notices.ts";
import { formatDecimal, formatQuantity } from "../../ui/format.ts";
import type { EventNotice } from "./event-notices.ts";

const alert = z.object({ severity: z.enum(["information", "warning", "critical"]), message: z.string() });
const connection = z.object({
  connection: z.object({
    status: z.enum(["connecting", "trading", "suspended", "disconnected"]),
    reason: z.string().nullable(),
  }),
});
const trade = z.object({ symbol: z.string(), side, price: decimalText, quantity: decimalText });
const ledger = z.object({ asset: z.string(), kind: z.string(), quantity: decimalText });
const failure = z.object({ reason: z.string() });
const adoption = z.object({ asset: z.string(), quantity: decimalText, cost: decimalText });

const TONES: Readonly<Record<z.infer<typeof alert>["severity"], NoticeTone>> = {
  information: "info",
  warning: "warning",
  critical: "error",
};

/** What the event says by itself; null for those that say nothing, or whose views say it. */
export function exchangeNotice(event: JournalEventView): EventNotice | null {
  const words = wordsOf(event);
  return words === null ? null : { detail: null, ...words, time: event.time, key: `${event.epoch}:${event.seq}` };
}

type Words = { readonly tone: NoticeTone; readonly title: string; readonly detail?: string | null };

function wordsOf({ type, data }: JournalEventView): Words | null {
  switch (type) {
    case "alert_raised": {
      const read = alert.safeParse(data);
      return read.success ? { tone: TONES[read.data.severity], title: read.data.message } : null;
    }
    case "connection_changed": {
      const read = connection.safeParse(data);
      return read.success ? connectionWords(read.data.connection) : null;
    }
    case "external_fill_booked": {
      const read = trade.safeParse(data);
      return read.success
        ? {
            tone: "info",
            title: `Traded by hand: ${read.data.side} ${formatQuantity(read.data.quantity)} ${read.data.symbol} @ ${formatDecimal(read.data.price)}`,
            detail: "Not an order of this desk. It is counted as not managed.",
          }
        : null;
    }
    case "ledger_booked": {
      const read = ledger.safeParse(data);
      return read.success && !isZero(read.data.quantity)
        ? {
            tone: "info",
            title: `${capitalised(read.data.kind)}: ${isNegative(read.data.quantity) ? "" : "+"}${formatDecimal(read.data.quantity)} ${read.data.asset}`,
            detail: "Read from Kraken's ledger.",
          }
        : null;
    }
    case "amend_failed": {
      const read = failure.safeParse(data);
      return read.success
        ? { tone: "warning", title: "The change of an order was not made", detail: read.data.reason }
        : null;
    }
    case "holding_adopted": {
      const read = adoption.safeParse(data);
      return read.success
        ? {
            tone: "success",
            title: `Adopted ${formatQuantity(read.data.quantity)} ${read.data.asset} at a cost of ${formatDecimal(read.data.cost)}`,
            detail: "The desk manages it from now on.",
          }
        : null;
    }
    default:
      return null;
  }
}

function connectionWords(now: z.infer<typeof connection>["connection"]): Words | null {
  switch (now.status) {
    case "connecting":
      return null; // The account bar says it for the few seconds that it lasts.
    case "trading":
      return { tone: "success", title: "Kraken is connected", detail: "Orders can be sent." };
    case "suspended":
      return { tone: "warning", title: "Trading on Kraken is suspended", detail: now.reason };
    case "disconnected":
      return { tone: "warning", title: "The Kraken account is disconnected", detail: now.reason };
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

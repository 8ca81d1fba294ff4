/** Trades and ledger entries (PROTOCOL §2.3). */
import { z } from "zod";
import { assetOf, quoteOf, symbolOf, type NameTable } from "../../../../domain/venue/names.ts";
import type { VenueExecution, VenueLedgerRow } from "../../../../domain/venue/reports.ts";
import { amount, integer, seconds } from "./parse-values.ts";

const tradeRow = z.object({
  ordertxid: z.string(),
  pair: z.string(),
  time: seconds,
  type: z.enum(["buy", "sell"]),
  price: amount,
  cost: amount,
  fee: amount,
  vol: amount,
  // Absent in old rows.
  trade_id: integer.nullish(),
  maker: z.boolean().nullish(),
  cl_ord_id: z.string().nullish(),
});
const tradeRows = z.record(z.string(), tradeRow);

export const tradesHistoryResult = z.object({ trades: pageOf(tradeRow), count: integer.nullish() });
export const queryTradesResult = tradeRows;

const ledgerRow = z.object({
  refid: z.string(),
  time: seconds,
  type: z.string(),
  subtype: z.string().nullish(),
  asset: z.string(),
  amount,
  fee: amount,
});
const ledgerRows = z.record(z.string(), ledgerRow);

export const ledgersResult = z.object({ ledger: pageOf(ledgerRow), count: integer.nullish() });
export const queryLedgersResult = ledgerRows;

/** One row in a form never seen must not hide the others of its page: it is left out, and counted as sent. */
function pageOf<T extends z.ZodType>(row: T) {
  return z.record(z.string(), z.unknown()).transform((sent) => {
    const rows: Record<string, z.output<T>> = {};
    for (const [id, each] of Object.entries(sent)) {
      const parsed = row.safeParse(each);
      if (parsed.success) {
        rows[id] = parsed.data;
      }
    }
    return { rows, sent: Object.keys(sent).length };
  });
}

/**
 * Executions of an answer, in its order. A row does not name the asset of its fee: it is the quote, as `fciq` asks for. An order
 * made by hand may have paid in base; its ledger entries tell.
 */
export function toExecutions(rows: z.output<typeof tradeRows>, names: NameTable): readonly VenueExecution[] {
  return Object.entries(rows).map(([executionId, row]) => {
    const symbol = symbolOf(names, row.pair) ?? row.pair;
    return {
      executionId,
      venueOrderId: row.ordertxid,
      clientOrderId: row.cl_ord_id ?? null,
      symbol,
      side: row.type,
      price: row.price,
      quantity: row.vol,
      cost: row.cost,
      fees: row.fee === "0" ? [] : [{ asset: quoteOf(names, symbol) ?? symbol, amount: row.fee }],
      liquidity: row.maker === true ? "maker" : "taker",
      tradeId: row.trade_id ?? null,
      time: row.time,
    };
  });
}

/** Ledger entries of an answer, in its order. */
export function toLedgerRows(rows: z.output<typeof ledgerRows>, names: NameTable): readonly VenueLedgerRow[] {
  return Object.entries(rows).map(([ledgerId, row]) => ({
    ledgerId,
    referenceId: row.refid,
    time: row.time,
    type: row.type,
    subtype: row.subtype ?? "",
    ...assetOf(names, row.asset),
    amount: row.amount,
    fee: row.fee,
  }));
}

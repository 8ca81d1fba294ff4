import { z } from "zod";

/** Query of every list: newest first, at most 200 rows, continued with the `next` of the page before. */
export const pageQuery = z.strictObject({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** Filters of the order and fill lists. `from` and `to` are milliseconds since the epoch, from inclusive, to exclusive. */
export const historyQuery = pageQuery.extend({
  symbol: z.string().max(33).optional(),
  side: z.enum(["buy", "sell"]).optional(),
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
});

/** A page of rows; `next` is null at the end of the list. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({ rows: z.array(row), next: z.string().nullable() });
}

/** Query of the order list. `status=open` asks the trader alone, so it works without the history database. */
export const orderListQuery = historyQuery.extend({ status: z.literal("open").optional() });

import { z } from "zod";
import { decimal } from "../../domain/decimal.ts";
import type { Instrument } from "../../domain/market.ts";
import { Failure } from "./failure.ts";

const number = z.union([z.string(), z.number()]).transform(String);
const answer = z.object({
  error: z.array(z.string()),
  result: z
    .record(
      z.string(),
      z.object({
        pair_decimals: z.number(),
        lot_decimals: z.number(),
        cost_decimals: z.number(),
        ordermin: number,
        costmin: number,
        tick_size: number,
      }),
    )
    .optional(),
});
const tickers = z.object({ result: z.record(z.string(), z.object({ c: z.array(number) })).optional() });

export interface Pair {
  readonly instrument: Instrument;
  readonly lastPrice: ReturnType<typeof decimal>;
}

/** One pair with its rules and last price, from the public REST tables. Throws a Failure when the venue does not list it. */
export async function readPair(url: string, symbol: string, restName: string): Promise<Pair> {
  const pairs = answer.parse(await (await fetch(`${url}/0/public/AssetPairs?pair=${restName}`)).json());
  const row = Object.values(pairs.result ?? {})[0];
  const prices = tickers.parse(await (await fetch(`${url}/0/public/Ticker?pair=${restName}`)).json());
  const last = Object.values(prices.result ?? {})[0]?.c[0];
  if (row === undefined || last === undefined) {
    throw new Failure(`The venue lists no ${symbol}: ${pairs.error.join(", ")}`);
  }
  const [base = symbol, quote = ""] = symbol.split("/");
  return {
    lastPrice: decimal(last),
    instrument: {
      symbol,
      restName,
      base,
      quote,
      priceDecimals: row.pair_decimals,
      tickSize: decimal(row.tick_size),
      quantityDecimals: row.lot_decimals,
      baseDecimals: row.lot_decimals,
      quoteDecimals: row.cost_decimals,
      costDecimals: row.cost_decimals,
      minimumQuantity: decimal(row.ordermin),
      minimumCost: decimal(row.costmin),
      status: "online",
    },
  };
}

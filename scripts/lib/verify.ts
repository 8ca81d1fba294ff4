import { restHistory } from "../../durable-objects/market-feed/venue/rest.ts";
import { Failure } from "./failure.ts";
import { Golden } from "./golden.ts";
import { type BookResult, verifyBooks } from "./verify-books.ts";
import { type CandleResult, required, verifyCandles } from "./verify-candles.ts";

export interface VerifyOptions {
  readonly url: string;
  readonly wsUrl: string;
  readonly symbols: readonly string[];
  readonly seconds: number;
  /** Where the golden files go. */
  readonly folder: string;
}

export interface Verification {
  readonly books: readonly BookResult[];
  readonly candles: readonly CandleResult[];
}

/** The public checks: books against checksums, candles against trades. Writes what the venue sent as golden files. */
export async function verifyPublic(options: VerifyOptions): Promise<Verification> {
  const golden = new Golden();
  const history = restHistory(options.url, (url, init) => golden.fetch(url, init));
  const names = required(await history.restNames());
  const books = await verifyBooks(options.wsUrl, options.symbols, options.seconds, golden);
  const candles: CandleResult[] = [];
  for (const symbol of options.symbols) {
    const restName = names[symbol];
    if (restName === undefined) {
      throw new Failure(`The venue lists no ${symbol}.`);
    }
    candles.push(await verifyCandles(history, symbol, restName));
  }
  golden.write(options.folder);
  return { books, candles };
}

/** True when every book message and every candle was right, and there was something to compare. */
export function isVerified({ books, candles }: Verification): boolean {
  return (
    books.every((book) => book.messages > 0 && book.wrong === 0) &&
    candles.every((candle) => candle.different.length === 0)
  );
}

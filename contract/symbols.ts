import { z } from "zod";

/** A symbol as the venue writes it: BTC/USD. */
export const symbolText = z.string().regex(/^[A-Z0-9.]{1,16}\/[A-Z0-9.]{1,16}$/, "must be a pair such as BTC/USD");

/** A symbol in a path: BTC-USD, read as BTC/USD. */
export const symbolPath = z
  .string()
  .regex(/^[A-Z0-9.]{1,16}-[A-Z0-9.]{1,16}$/, "must be a pair such as BTC-USD")
  .transform(symbolFromPath);

/** BTC-USD → BTC/USD. */
export function symbolFromPath(path: string): string {
  return path.replace("-", "/");
}

/** BTC/USD → BTC-USD. */
export function symbolToPath(symbol: string): string {
  return symbol.replace("/", "-");
}

export const assetText = z.string().regex(/^[A-Z0-9.]{1,16}$/, "must be an asset such as BTC");

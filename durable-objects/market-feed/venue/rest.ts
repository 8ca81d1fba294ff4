/**
 * The venue's public REST history (PROTOCOL §2.2), as far as a market needs it. Answers are values; a refusal says in
 * `details.reason` whether waiting helps. Nothing here keeps state, so that it can run wherever a body may be read.
 */
import { z } from "zod";
import { decimalFromToken } from "../../../domain/book/tokens.ts";
import type { Decimal } from "../../../domain/decimal.ts";
import { TIMEFRAME_MS } from "../../../domain/candles/timeframe.ts";
import type { Candle, Symbol, Timeframe, Trade } from "../../../domain/market.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";

/** Why a REST read failed: come back later, never ask again, or not reached. */
export type RestFailure = "rate_limited" | "invalid" | "unreachable";

export type TradePage = {
  readonly trades: readonly Trade[];
  /** Where the next page begins, as the venue's own cursor. */
  readonly next: string;
};

/** Reads of history. The feed asks a worker for them: no object with a socket reads a body (PLATFORM §0.7). */
export type VenueHistory = {
  /** REST name of every listed pair by its v2 symbol, from the venue's table (PROTOCOL §7). */
  restNames(): Promise<Result<Readonly<Record<Symbol, string>>>>;
  /** At most 720 closed candles and the running one, oldest first. */
  candles(restName: string, timeframe: Timeframe, since: number | null): Promise<Result<readonly Candle[]>>;
  /** Trades from a cursor on: nanoseconds as text. */
  trades(symbol: Symbol, restName: string, cursor: string): Promise<Result<TradePage>>;
  /** The venue's clock, milliseconds. */
  time(): Promise<Result<number>>;
};

/** Last values of one pair as REST tells them; without a time, so good for a list and for nothing else. */
export type RestTicker = {
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly last: Decimal;
  readonly high24h: Decimal;
  readonly low24h: Decimal;
  readonly volume24h: Decimal;
};

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const READ_DEADLINE_MS = 5_000;
const USER_AGENT = "tradewithai";
const legacyNames: ReadonlyMap<string, string> = new Map([
  ["XBT", "BTC"],
  ["XDG", "DOGE"],
]);
const rateLimits = ["EAPI:Rate limit exceeded", "EGeneral:Too many requests", "EService: Throttled", "EService:Busy"];

/** Beside errors the result is missing, null or {}. */
const envelope = z.object({ error: z.array(z.string()), result: z.unknown().optional() });
const amount = z.string().transform((text, context) => {
  const value = decimalFromToken(text);
  if (value === null) {
    context.addIssue({ code: "custom", message: "must be a number" });
    return z.NEVER;
  }
  return value;
});
const pairs = z.record(z.string(), z.object({ wsname: z.string().optional() }));
const candleRow = z
  .tuple([z.number().int(), amount, amount, amount, amount, z.string(), amount, z.number().int()])
  .rest(z.unknown());
const tradeRow = z
  .tuple([amount, amount, z.number(), z.enum(["b", "s"]), z.string(), z.string(), z.number().int()])
  .rest(z.unknown());
const prices = z.tuple([amount]).rest(z.unknown());
const dayPair = z.tuple([z.unknown(), amount]);
const tickerRows = z.record(
  z.string(),
  z.object({ a: prices, b: prices, c: prices, v: dayPair, l: dayPair, h: dayPair }),
);
const serverTime = z.object({ unixtime: z.number().int() });

/** History read over HTTP from `base`, for example https://api.kraken.com. */
export function restHistory(base: string, fetcher: Fetch = fetch): VenueHistory {
  return {
    async restNames() {
      const result = await read(fetcher, `${base}/0/public/AssetPairs`, pairs);
      if (!result.ok) {
        return result;
      }
      const names: Record<Symbol, string> = {};
      for (const [restName, { wsname }] of Object.entries(result.value)) {
        // Old dark-pool entries have a wsname too on some tables; their ids end in ".d".
        if (wsname !== undefined && !restName.endsWith(".d")) {
          names[symbolOf(wsname)] = restName;
        }
      }
      return ok(names);
    },
    async candles(restName, timeframe, since) {
      const query = new URLSearchParams({ pair: restName, interval: String(TIMEFRAME_MS[timeframe] / 60_000) });
      if (since !== null) {
        query.set("since", String(Math.floor(since / 1_000)));
      }
      const result = await read(fetcher, `${base}/0/public/OHLC?${query.toString()}`, rowsOf(candleRow));
      return result.ok ? ok(toCandles(result.value.rows)) : result;
    },
    async trades(symbol, restName, cursor) {
      const query = new URLSearchParams({ pair: restName, since: cursor, count: "1000" });
      const result = await read(fetcher, `${base}/0/public/Trades?${query.toString()}`, rowsOf(tradeRow));
      if (!result.ok) {
        return result;
      }
      const { rows, last } = result.value;
      const trades = rows.map(([price, quantity, seconds, side, , , id]): Trade => {
        const time = Math.floor(seconds * 1_000);
        return { id, symbol, price, quantity, side: side === "b" ? "buy" : "sell", time };
      });
      return ok({ trades, next: nextCursor(last, trades, cursor) });
    },
    async time() {
      const result = await read(fetcher, `${base}/0/public/Time`, serverTime);
      return result.ok ? ok(result.value.unixtime * 1_000) : result;
    },
  };
}

/** Last values of all pairs by REST name, in one request. */
export async function restTickers(
  base: string,
  fetcher: Fetch = fetch,
): Promise<Result<Readonly<Record<string, RestTicker>>>> {
  const result = await read(fetcher, `${base}/0/public/Ticker`, tickerRows);
  if (!result.ok) {
    return result;
  }
  const rows = Object.entries(result.value).map(([restName, { a, b, c, v, l, h }]): [string, RestTicker] => [
    restName,
    { bid: b[0], ask: a[0], last: c[0], high24h: h[1], low24h: l[1], volume24h: v[1] },
  ]);
  return ok(Object.fromEntries(rows));
}

/** The venue's cursor for a moment. */
export function cursorAt(time: number): string {
  return `${Math.max(0, Math.floor(time))}000000`;
}

/** wsname → v2 symbol: XBT/USD is BTC/USD (PROTOCOL §7). */
function symbolOf(wsname: string): Symbol {
  return wsname
    .split("/")
    .map((part) => legacyNames.get(part) ?? part)
    .join("/");
}

/** The rows stand under the only key that is not `last` (PROTOCOL §2.1). */
function rowsOf<T extends z.ZodType>(
  row: T,
): z.ZodType<{ readonly rows: readonly z.output<T>[]; readonly last: unknown }> {
  return z.record(z.string(), z.unknown()).transform((result, context) => {
    const key = Object.keys(result).find((name) => name !== "last");
    const parsed = z.array(row).safeParse(key === undefined ? undefined : result[key]);
    if (!parsed.success) {
      context.addIssue({ code: "custom", message: "rows are not as documented" });
      return z.NEVER;
    }
    return { rows: parsed.data, last: result["last"] };
  });
}

/** The last row is still forming (PROTOCOL §2.2). */
function toCandles(rows: readonly z.output<typeof candleRow>[]): readonly Candle[] {
  return rows.map(([seconds, open, high, low, close, , volume, trades], index): Candle => ({
    time: seconds * 1_000,
    open,
    high,
    low,
    close,
    volume,
    trades,
    closed: index < rows.length - 1,
  }));
}

/** `last` was sometimes malformed (PROTOCOL §2.2): then the newest trade's own time is the cursor. */
function nextCursor(last: unknown, trades: readonly Trade[], asked: string): string {
  if (typeof last === "string" && /^\d{19}$/.test(last)) {
    return last;
  }
  const newest = trades.at(-1);
  return newest === undefined ? asked : cursorAt(newest.time);
}

async function read<T>(fetcher: Fetch, url: string, schema: z.ZodType<T>): Promise<Result<T>> {
  let text: string;
  try {
    const response = await fetcher(url, {
      headers: { "User-Agent": USER_AGENT },
      signal: AbortSignal.timeout(READ_DEADLINE_MS),
    });
    text = await response.text();
    if (response.status === 429 || response.status === 403) {
      return failed("rate_limited", `HTTP ${response.status}`);
    }
  } catch (error) {
    return failed("unreachable", error instanceof Error ? error.message : String(error));
  }
  const body = envelope.safeParse(parseJson(text));
  if (!body.success) {
    // An HTML page of the proxy in front of the venue.
    return failed("unreachable", "the answer is no JSON envelope");
  }
  const error = body.data.error.find((each) => each.startsWith("E"));
  if (error !== undefined) {
    const limited = rateLimits.some((each) => error.startsWith(each));
    return failed(limited ? "rate_limited" : error.startsWith("EService") ? "unreachable" : "invalid", error);
  }
  const result = schema.safeParse(body.data.result);
  return result.success ? ok(result.data) : failed("invalid", "the answer is not as documented");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function failed(reason: RestFailure, error: string): Result<never> {
  return refuse("MARKET_UNAVAILABLE", `The exchange did not answer a history request: ${error}.`, { reason, error });
}
